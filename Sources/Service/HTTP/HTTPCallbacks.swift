import CHTTP
import Synchronization

/// What the library calls, on its thread: nothing here may wait.
enum HTTPCallbacks {
  /// A connection begins or ends.
  static let connection: MHD_NotifyConnectionCallback = { context, connection, slot, what in
    guard let context, let connection, let slot else { return }
    let server = Unmanaged<HTTPServer>.fromOpaque(context).takeUnretainedValue()
    if what == .CONNECTION_NOTIFY_STARTED {
      let made = HTTPConnection(socket: http_socket(connection))
      server.watch.add(made)
      // Released when the connection ends, which the library tells exactly once.
      slot.pointee = Unmanaged.passRetained(made).toOpaque()
    } else if let raw = slot.pointee {
      slot.pointee = nil
      server.watch.remove(Unmanaged<HTTPConnection>.fromOpaque(raw).takeRetainedValue())
    }
  }

  /// The first line of a request has come.
  static let line: http_line_callback = { _, _, connection in
    if let connection { watched(connection)?.beginRequest() }
    return nil
  }

  /// The headers, a piece of the body, its end, or a connection that was woken.
  static let access: MHD_AccessHandlerCallback = {
    context, connection, path, method, _, bytes, count, slot in
    guard let context, let connection, let path, let method, let count, let slot else {
      return .NO
    }
    let server = Unmanaged<HTTPServer>.fromOpaque(context).takeUnretainedValue()
    guard let raw = slot.pointee else {
      let incoming = IncomingRequest(
        server, connection, method: String(cString: method), path: String(cString: path))
      // Released when the request ends, which the library tells exactly once.
      slot.pointee = Unmanaged.passRetained(incoming).toOpaque()
      return incoming.begin() ? .YES : .NO
    }
    let incoming = Unmanaged<IncomingRequest>.fromOpaque(raw).takeUnretainedValue()
    if count.pointee > 0 {
      let isTaken = incoming.take(UnsafeRawBufferPointer(start: bytes, count: count.pointee))
      count.pointee = 0
      return isTaken ? .YES : .NO
    }
    return incoming.proceed() ? .YES : .NO
  }

  /// A request is over, answered or not.
  static let completed: MHD_RequestCompletedCallback = { _, connection, slot, _ in
    if let connection { watched(connection)?.endRequest() }
    guard let slot, let raw = slot.pointee else { return }
    slot.pointee = nil
    Unmanaged<IncomingRequest>.fromOpaque(raw).takeRetainedValue().complete()
  }

  static func watched(_ connection: OpaquePointer) -> HTTPConnection? {
    guard let raw = http_socket_context(connection) else { return nil }
    return Unmanaged<HTTPConnection>.fromOpaque(raw).takeUnretainedValue()
  }
}

/// A request while it comes in; it belongs to the library's thread.
private final class IncomingRequest {
  private let server: HTTPServer
  private let connection: OpaquePointer
  private let exchange: Exchange
  private var request: HTTPRequest
  private var expected = 0
  private var dropped = 0
  private var isDispatched = false
  private var refusal: APIError?

  init(_ server: HTTPServer, _ connection: OpaquePointer, method: String, path: String) {
    self.server = server
    self.connection = connection
    exchange = Exchange(connection, unreadBytes: server.limits.unreadBytes)
    request = HTTPRequest(method: method, path: path)
  }

  /// Looks at the headers.
  func begin() -> Bool {
    request.authorization = header("Authorization")
    request.contentType = header("Content-Type")
    expected = header("Content-Length").flatMap { Int($0) } ?? 0
    guard expected > server.limits.bodyBytes else { return true }
    refusal = .tooLarge(limit: server.limits.bodyBytes, bytes: expected)
    // Answering while the client still writes would cut it off before it reads; so what is not far too
    // much is read and thrown away, unless the client asked first.
    guard header("Expect") != nil || expected > server.limits.bodyBytes * 16 else { return true }
    return answer()
  }

  /// Takes a piece of the body; false to give up on the connection.
  func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
    if refusal != nil {
      dropped += bytes.count
      return dropped <= server.limits.bodyBytes * 16
    }
    let limits = server.limits
    if request.body.count + bytes.count > limits.bodyBytes {
      refuse(.tooLarge(limit: limits.bodyBytes, bytes: nil))
    } else if server.heldBytes.load(ordering: .relaxed) + bytes.count > limits.allBodyBytes {
      refuse(.overloaded("the bodies of other requests take all room there is for them"))
    } else {
      server.heldBytes.add(bytes.count, ordering: .relaxed)
      request.body += bytes
    }
    return true
  }

  /// Goes on with a request that is whole, or with its answer.
  func proceed() -> Bool {
    if isDispatched { return exchange.queueAnswer() }
    if refusal != nil { return answer() }
    isDispatched = true
    HTTPCallbacks.watched(connection)?.beginAnswer(exchange)
    exchange.suspendUntilAnswered()
    server.dispatch(request, exchange)
    release()
    return true
  }

  func complete() {
    release()
    exchange.complete()
  }

  private func answer() -> Bool {
    if let refusal { exchange.respond(refusal.response) }
    isDispatched = true
    HTTPCallbacks.watched(connection)?.beginAnswer(exchange)
    return exchange.queueAnswer()
  }

  private func refuse(_ error: APIError) {
    refusal = error
    dropped = request.body.count
    release()
  }

  private func release() {
    server.heldBytes.subtract(request.body.count, ordering: .relaxed)
    request.body = []
  }

  private func header(_ name: String) -> String? {
    MHD_lookup_connection_value(connection, .HEADER_KIND, name).map { String(cString: $0) }
  }
}
