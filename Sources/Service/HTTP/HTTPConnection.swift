import Base
import Glibc
import Synchronization

/// A connection as the watch sees it: what it is at, and since when.
final class HTTPConnection: Sendable {
  private enum Stage {
    /// Nothing was asked yet, or all was answered.
    case idle
    /// A request is coming.
    case receiving
    /// It is being answered.
    case answering(Exchange)
    /// The answer is whole and waits to be read.
    case finished(Exchange)
    /// The library has let the connection go.
    case closed
  }

  private struct State {
    var stage = Stage.idle
    var since = monotonicSeconds()
  }

  let socket: Int32
  private let state = Mutex(State())

  init(socket: Int32) { self.socket = socket }

  func beginRequest() { enter(.receiving) }
  func beginAnswer(_ exchange: Exchange) { enter(.answering(exchange)) }
  func endRequest() { enter(.idle) }
  func close() { enter(.closed) }

  /// True while a request is being answered.
  var isBusy: Bool {
    state.withLock { state in
      switch state.stage {
      case .answering, .finished: true
      default: false
      }
    }
  }

  /// Cuts the connection when it takes too long at what it is at.
  func enforce(_ limits: HTTPLimits, now: Double) {
    state.withLock { state in
      let age = now - state.since
      switch state.stage {
      case .idle where age > Double(limits.idleSeconds),
        .receiving where age > limits.requestSeconds,
        .finished where age > limits.readSeconds:
        cut(&state)
      case .answering(let exchange) where exchange.hasEnded:
        state.stage = .finished(exchange)
        state.since = now
      default: break
      }
    }
  }

  /// Acts on a client that has hung up.
  func noteHangup() {
    let exchange = state.withLock { state -> Exchange? in
      if case .answering(let exchange) = state.stage { return exchange }
      return nil
    }
    exchange?.vanish()
  }

  /// Ends what is being answered without an answer, so that the library can let go of it.
  func abandon() {
    let exchange = state.withLock { state -> Exchange? in
      switch state.stage {
      case .answering(let exchange), .finished(let exchange):
        cut(&state)
        return exchange
      default: return nil
      }
    }
    exchange?.vanish()
  }

  /// The library sees the end of the connection and closes it; the number stays taken until then.
  private func cut(_ state: inout State) { shutdown(socket, Int32(SHUT_RDWR)) }

  private func enter(_ stage: Stage) {
    state.withLock { state in
      if case .closed = state.stage { return }
      state.stage = stage
      state.since = monotonicSeconds()
    }
  }
}

/// Looks after all connections: cuts those that take too long and notices clients that hang up while
/// their connection is left alone.
final class ConnectionWatch: Sendable {
  private let connections = Mutex<[ObjectIdentifier: HTTPConnection]>([:])
  private let isStopped = Monitor(false)
  private let limits: HTTPLimits

  init(_ limits: HTTPLimits) { self.limits = limits }

  func add(_ connection: HTTPConnection) {
    connections.withLock { $0[ObjectIdentifier(connection)] = connection }
  }

  func remove(_ connection: HTTPConnection) {
    connection.close()
    connections.withLock { $0[ObjectIdentifier(connection)] = nil }
  }

  var all: [HTTPConnection] { connections.withLock { Array($0.values) } }

  /// True while a request is being answered.
  var isBusy: Bool { all.contains(where: \.isBusy) }

  /// Looks after the connections until it is stopped.
  func run() {
    while isStopped.wait(seconds: Self.interval, for: { $0 ? true : nil }) == nil { look() }
  }

  func stop() { isStopped.change { $0 = true } }

  private func look() {
    let now = monotonicSeconds()
    let connections = all
    for connection in connections { connection.enforce(limits, now: now) }
    let busy = connections.filter(\.isBusy)
    var entries = busy.map { pollfd(fd: $0.socket, events: Int16(Self.hangup), revents: 0) }
    guard !entries.isEmpty, poll(&entries, nfds_t(entries.count), 0) > 0 else { return }
    let ended = Int16(Self.hangup) | Int16(POLLHUP) | Int16(POLLERR)
    for (entry, connection) in zip(entries, busy) where entry.revents & ended != 0 {
      // A socket that was closed in the meantime says so here, and its connection ignores it.
      connection.noteHangup()
    }
  }

  /// A client that goes away is noticed within this many seconds.
  private static let interval = 0.2
  /// The peer will send nothing more (Linux's `POLLRDHUP`).
  private static let hangup: Int32 = 0x2000
}
