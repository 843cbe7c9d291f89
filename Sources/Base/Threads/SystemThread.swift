import Glibc

/// A thread of the system that runs one closure.
public final class SystemThread: Sendable {
  private let thread: pthread_t

  private final class Start: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  /// Starts a thread, which must be joined; nothing when the system has none left.
  public init?(_ body: @escaping @Sendable () -> Void) {
    // The thread gets a reference of its own and gives it back when it ends.
    let start = Unmanaged.passRetained(Start(body))
    var made = pthread_t()
    let status = pthread_create(
      &made, nil,
      { raw in
        if let raw { Unmanaged<Start>.fromOpaque(raw).takeRetainedValue().body() }
        return nil
      }, start.toOpaque())
    guard status == 0 else {
      start.release()
      return nil
    }
    thread = made
  }

  /// A thread without which nothing can go on.
  public static func required(_ body: @escaping @Sendable () -> Void) -> SystemThread {
    guard let thread = SystemThread(body) else {
      preconditionFailure("the system has no thread left")
    }
    return thread
  }

  /// Waits until it has ended; called once.
  public func join() { pthread_join(thread, nil) }
}
