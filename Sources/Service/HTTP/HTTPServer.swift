public import Base
import CHTTP
import Glibc
import Synchronization

/// Takes requests over HTTP/1.1 and hands them on with a place for the answer.
///
/// One thread of the library moves bytes, one watches connections, and a few run the handler, which
/// may therefore take its time.
public final class HTTPServer: Sendable {
  /// Answers a request, at once or later, from any thread.
  public typealias Handler = @Sendable (HTTPRequest, any ResponseWriter) -> Void

  /// The port it listens on.
  public let port: Int
  /// What clients may do.
  public let limits: HTTPLimits

  let handler: Handler
  let watch: ConnectionWatch
  /// Bytes of bodies that are held now.
  let heldBytes = Atomic(0)
  private let workers: WorkerPool
  private let watcher: SystemThread
  private let daemon = Mutex<Daemon?>(nil)

  /// The library's server.
  // It is started and stopped under the lock above; the library takes no other call on it.
  private struct Daemon: @unchecked Sendable {
    let pointer: OpaquePointer
    var isListening = true
  }

  /// Starts to listen; port 0 takes any that is free.
  public init(
    host: String, port: Int, limits: HTTPLimits = HTTPLimits(), handler: @escaping Handler
  ) throws(Problem) {
    let socket = try ListeningSocket(host: host, port: port)
    var limits = limits
    limits.connections = min(limits.connections, Self.descriptors() - 64)
    self.port = socket.port
    self.limits = limits
    self.handler = handler
    let watch = ConnectionWatch(limits)
    self.watch = watch
    workers = WorkerPool(threads: 3)
    watcher = SystemThread.required { watch.run() }
    let settings = http_settings(
      socket: socket.descriptor, connections: UInt32(limits.connections),
      idle_seconds: UInt32(limits.idleSeconds), connection_bytes: 32 << 10)
    // The server outlives the library's threads: `stop` ends them, and it must be called.
    let context = Unmanaged.passUnretained(self).toOpaque()
    guard
      let pointer = http_start(
        settings, context, HTTPCallbacks.access, HTTPCallbacks.completed, HTTPCallbacks.connection,
        HTTPCallbacks.line)
    else {
      close(socket.descriptor)
      watch.stop()
      watcher.join()
      workers.close()
      throw Problem("the HTTP server did not start on port \(socket.port)", kind: .system)
    }
    daemon.withLock { $0 = Daemon(pointer: pointer) }
  }

  deinit {
    precondition(daemon.withLock { $0 == nil }, "a server must be stopped before it is let go")
  }

  /// Takes no more connections; those that are there go on.
  public func stopListening() {
    daemon.withLock { daemon in
      guard let pointer = daemon?.pointer, daemon?.isListening == true else { return }
      daemon?.isListening = false
      let socket = MHD_quiesce_daemon(pointer)
      if socket >= 0 { close(socket) }
    }
  }

  /// Ends the server: answers that are whole get so many seconds to be read, all else is cut.
  public func stop(flushSeconds: Double = 2) {
    stopListening()
    let deadline = monotonicSeconds() + flushSeconds
    while watch.isBusy, monotonicSeconds() < deadline { usleep(10_000) }
    // The library must not be stopped while it leaves a connection alone.
    for _ in 0..<200 where watch.isBusy {
      for connection in watch.all { connection.abandon() }
      usleep(10_000)
    }
    let pointer = daemon.withLock { daemon in
      defer { daemon = nil }
      return daemon?.pointer
    }
    guard let pointer else { return }
    MHD_stop_daemon(pointer)
    watch.stop()
    watcher.join()
    workers.close()
  }

  /// Hands a whole request to a worker.
  func dispatch(_ request: HTTPRequest, _ exchange: Exchange) {
    workers.add { [handler] in handler(request, exchange) }
  }

  /// How many files this process may open, after asking for as many as it can get.
  private static func descriptors() -> Int {
    var limit = rlimit()
    let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    guard getrlimit(kind, &limit) == 0 else { return 1024 }
    let most = min(limit.rlim_max, 65_536)
    if limit.rlim_cur < most {
      limit.rlim_cur = most
      setrlimit(kind, &limit)
      getrlimit(kind, &limit)
    }
    return Int(min(limit.rlim_cur, 1 << 20))
  }
}
