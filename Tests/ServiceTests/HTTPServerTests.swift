import Base
import Glibc
import Synchronization
import Testing

@testable import Service

/// A plain client of one connection.
private struct Client {
  let socket: Int32

  init(port: Int) {
    socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    withUnsafePointer(to: &address) {
      // The two sorts of address begin alike.
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    var limit = timeval(tv_sec: 10, tv_usec: 0)
    setsockopt(
      socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
  }

  func send(_ text: String) {
    _ = Glibc.send(socket, text, text.utf8.count, Int32(MSG_NOSIGNAL))
  }

  /// Reads until the end of the connection, or until a text has come.
  func read(until mark: String? = nil) -> String {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = recv(socket, &piece, piece.count, 0)
      guard count > 0 else { break }
      bytes += piece[..<count]
      if let mark, String(decoding: bytes, as: UTF8.self).contains(mark) { break }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  func close() { Glibc.close(socket) }
}

@Suite struct HTTPServerTests {
  private final class Log: Sendable {
    let writers = Mutex<[any ResponseWriter]>([])
    let gone = Atomic(0)

    func waitForGone(_ count: Int) -> Bool {
      for _ in 0..<500 {
        if gone.load(ordering: .relaxed) >= count { return true }
        usleep(10_000)
      }
      return false
    }
  }

  private func withServer(
    limits: HTTPLimits = HTTPLimits(), _ handler: @escaping HTTPServer.Handler,
    _ body: (HTTPServer) throws -> Void
  ) throws {
    let server = try HTTPServer(host: "127.0.0.1", port: 0, limits: limits, handler: handler)
    defer { server.stop(flushSeconds: 0.2) }
    try body(server)
  }

  private static let echo: HTTPServer.Handler = { request, writer in
    writer.respond(HTTPResponse(status: 200, type: "text/plain", body: request.body))
  }

  @Test func `a body comes back, twice over one connection`() throws {
    try withServer(Self.echo) { server in
      let client = Client(port: server.port)
      defer { client.close() }
      for body in ["one", "three"] {
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.count)\r\n\r\n\(body)")
        #expect(client.read(until: body).hasPrefix("HTTP/1.1 200"))
      }
    }
  }

  @Test func `a body that is too large is refused, told beforehand or not`() throws {
    var limits = HTTPLimits()
    limits.bodyBytes = 10
    try withServer(limits: limits, Self.echo) { server in
      let chunked = "Transfer-Encoding: chunked\r\n\r\n14\r\n01234567890123456789\r\n0\r\n\r\n"
      for rest in [
        "Content-Length: 20\r\n\r\n01234567890123456789", chunked, "Content-Length: 99999\r\n\r\n",
      ] {
        let client = Client(port: server.port)
        client.send("POST / HTTP/1.1\r\nHost: a\r\n\(rest)")
        #expect(client.read(until: "request_too_large").hasPrefix("HTTP/1.1 413"))
        client.close()
      }
      #expect(server.heldBytes.load(ordering: .relaxed) == 0)
    }
  }

  @Test func `pieces of a stream arrive as they are written`() throws {
    let log = Log()
    try withServer({ _, writer in
      writer.startStream(type: "text/event-stream")
      writer.write(Array("first".utf8))
      log.writers.withLock { $0.append(writer) }
    }) { server in
      let client = Client(port: server.port)
      defer { client.close() }
      client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(client.read(until: "first").contains("first"))
      let writer = try #require(log.writers.withLock { $0.first })
      writer.write(Array("second".utf8))
      writer.end()
      #expect(client.read(until: "0\r\n\r\n").contains("second"))
    }
  }

  @Test(
    "a client that hangs up is noticed, whether it waits or reads along", arguments: [false, true])
  func hangup(streams: Bool) throws {
    let log = Log()
    try withServer({ _, writer in
      if streams { writer.startStream(type: "text/plain") }
      writer.whenGone { log.gone.add(1, ordering: .relaxed) }
      log.writers.withLock { $0.append(writer) }
    }) { server in
      let client = Client(port: server.port)
      client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      while log.writers.withLock(\.isEmpty) { usleep(1000) }
      client.close()
      #expect(log.waitForGone(1))
      #expect(log.writers.withLock { $0[0].write([1]) } == false)
    }
  }

  @Test func `a client that does not read is given up when too much waits for it`() throws {
    let log = Log()
    try withServer({ _, writer in
      writer.startStream(type: "text/plain")
      writer.whenGone { log.gone.add(1, ordering: .relaxed) }
      log.writers.withLock { $0.append(writer) }
    }) { server in
      let client = Client(port: server.port)
      defer { client.close() }
      client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      while log.writers.withLock(\.isEmpty) { usleep(1000) }
      let writer = try #require(log.writers.withLock { $0.first })
      let piece = [UInt8](repeating: 65, count: 64 << 10)
      var written = 0
      while written < 1000, writer.write(piece) { written += 1 }
      #expect(written < 1000 && log.waitForGone(1))
    }
  }

  @Test func `a request that never comes to its end is cut`() throws {
    var limits = HTTPLimits()
    limits.requestSeconds = 0.3
    limits.idleSeconds = 1
    try withServer(limits: limits, Self.echo) { server in
      let slow = Client(port: server.port)
      slow.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nab")
      let idle = Client(port: server.port)
      #expect(slow.read() == "" && idle.read() == "")
      slow.close()
      idle.close()
    }
  }

  @Test func `a server that stops ends what it still answers`() throws {
    let log = Log()
    let server = try HTTPServer(host: "127.0.0.1", port: 0) { _, writer in
      writer.whenGone { log.gone.add(1, ordering: .relaxed) }
      log.writers.withLock { $0.append(writer) }
    }
    let client = Client(port: server.port)
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    while log.writers.withLock(\.isEmpty) { usleep(1000) }
    server.stop(flushSeconds: 0.1)
    #expect(client.read() == "" && log.waitForGone(1))
    client.close()
    let late = Client(port: server.port)
    #expect(late.read() == "")
    late.close()
  }

  @Test func `an address that is not this machine's is a problem`() {
    #expect(throws: Problem.self) {
      try HTTPServer(host: "203.0.113.7", port: 0, handler: Self.echo)
    }
  }
}
