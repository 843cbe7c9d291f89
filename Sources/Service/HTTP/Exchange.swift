import CHTTP
import Glibc
import Synchronization

/// One request and its answer, between the library's thread and those that work on it.
///
/// The library's thread never waits: it is told to leave a connection alone while there is nothing to
/// send, and woken when there is.
final class Exchange: ResponseWriter {
  /// What the library knows the connection by.
  // The library allows suspending and resuming from any thread; nothing else is done with it.
  private struct Handle: @unchecked Sendable { let connection: OpaquePointer }

  private enum Answer {
    /// Being worked on.
    case none
    case whole(HTTPResponse)
    case stream(type: String)
    /// Nobody is there to read it.
    case gone
  }

  private struct State {
    var answer = Answer.none
    /// Pieces that were not read yet, from `first` on.
    var unread: [UInt8] = []
    var first = 0
    var hasEnded = false
    var isSuspended = false
    var isQueued = false
    var isOver = false
    var onGone: (@Sendable () -> Void)?
  }

  private let handle: Handle
  private let limit: Int
  private let state = Mutex(State())

  init(_ connection: OpaquePointer, unreadBytes: Int) {
    handle = Handle(connection: connection)
    limit = unreadBytes
  }

  // MARK: For those that answer

  func respond(_ response: HTTPResponse) {
    state.withLock { state in
      guard case .none = state.answer else { return }
      state.answer = .whole(response)
      state.hasEnded = true
      wake(&state)
    }
  }

  func startStream(type: String) {
    state.withLock { state in
      guard case .none = state.answer else { return }
      state.answer = .stream(type: type)
      wake(&state)
    }
  }

  func write(_ bytes: [UInt8]) -> Bool {
    let (isTaken, action) = state.withLock { state -> (Bool, (@Sendable () -> Void)?) in
      guard case .stream = state.answer, !state.hasEnded else { return (false, nil) }
      if state.unread.count - state.first + bytes.count > limit {
        return (false, leave(&state))
      }
      state.unread += bytes
      wake(&state)
      return (true, nil)
    }
    action?()
    return isTaken
  }

  func end() {
    state.withLock { state in
      guard case .stream = state.answer else { return }
      state.hasEnded = true
      wake(&state)
    }
  }

  func whenGone(_ action: @escaping @Sendable () -> Void) {
    let isGone = state.withLock { state in
      if case .gone = state.answer { return true }
      if state.isOver, !state.hasEnded { return true }
      state.onGone = action
      return false
    }
    if isGone { action() }
  }

  /// Notes that the client is not there any more.
  func vanish() {
    let action = state.withLock { state in
      state.hasEnded ? nil : leave(&state)
    }
    action?()
  }

  /// True once all of the answer is there to be read.
  var hasEnded: Bool { state.withLock(\.hasEnded) }

  private func leave(_ state: inout State) -> (@Sendable () -> Void)? {
    state.answer = .gone
    state.hasEnded = true
    state.unread = []
    state.first = 0
    wake(&state)
    defer { state.onGone = nil }
    return state.onGone
  }

  private func wake(_ state: inout State) {
    guard state.isSuspended, !state.isOver else { return }
    state.isSuspended = false
    MHD_resume_connection(handle.connection)
  }

  // MARK: For the library's thread

  /// Leaves the connection alone until there is an answer.
  func suspendUntilAnswered() {
    state.withLock { state in
      guard case .none = state.answer else { return }
      state.isSuspended = true
      MHD_suspend_connection(handle.connection)
    }
  }

  /// Hands the answer to the library; false to close the connection without one.
  func queueAnswer() -> Bool {
    let answer = state.withLock { state in
      defer { state.isQueued = true }
      return state.isQueued ? Answer.none : state.answer
    }
    switch answer {
    case .none: return true
    case .gone: return false
    case .whole(let response): return queue(response)
    case .stream(let type): return queueStream(type)
    }
  }

  /// Notes that the library is done with the request, in whatever way.
  func complete() {
    let action = state.withLock { state -> (@Sendable () -> Void)? in
      state.isOver = true
      state.isSuspended = false
      defer { state.onGone = nil }
      guard !state.hasEnded else { return nil }
      state.answer = .gone
      state.hasEnded = true
      return state.onGone
    }
    action?()
  }

  /// Fills memory with what is there; negative for the end.
  func read(into memory: UnsafeMutableRawBufferPointer) -> Int {
    state.withLock { state in
      let count = min(memory.count, state.unread.count - state.first)
      if count > 0 {
        state.unread.withUnsafeBytes { bytes in
          memory.copyMemory(
            from: UnsafeRawBufferPointer(rebasing: bytes[state.first...][..<(state.first + count)]))
        }
        state.first += count
        if state.first == state.unread.count {
          state.unread.removeAll(keepingCapacity: true)
          state.first = 0
        }
        return count
      }
      if case .gone = state.answer { return Int(http_end_with_error) }
      if state.hasEnded { return Int(http_end_of_stream) }
      state.isSuspended = true
      MHD_suspend_connection(handle.connection)
      return 0
    }
  }

  private func queue(_ response: HTTPResponse) -> Bool {
    response.body.withUnsafeBytes { bytes in
      // The library copies the bytes within the call, so that nothing is written through the pointer.
      let made = MHD_create_response_from_buffer(
        bytes.count, UnsafeMutableRawPointer(mutating: bytes.baseAddress), .RESPMEM_MUST_COPY)
      return queue(made, status: response.status, response.headers)
    }
  }

  private func queueStream(_ type: String) -> Bool {
    let made = MHD_create_response_from_callback(
      http_size_unknown, 16 << 10,
      { raw, _, bytes, room in
        guard let raw, let bytes else { return http_end_with_error }
        // The exchange lives until the response is destroyed, which releases it below.
        let exchange = Unmanaged<Exchange>.fromOpaque(raw).takeUnretainedValue()
        return exchange.read(into: UnsafeMutableRawBufferPointer(start: bytes, count: room))
      }, Unmanaged.passRetained(self).toOpaque(),
      { raw in
        if let raw { Unmanaged<Exchange>.fromOpaque(raw).release() }
      })
    return queue(made, status: 200, [("Content-Type", type), ("Cache-Control", "no-cache")])
  }

  private func queue(
    _ made: OpaquePointer?, status: Int, _ headers: [(name: String, value: String)]
  ) -> Bool {
    guard let made else { return false }
    defer { MHD_destroy_response(made) }
    for header in headers { MHD_add_response_header(made, header.name, header.value) }
    return MHD_queue_response(handle.connection, UInt32(status), made) == .YES
  }
}
