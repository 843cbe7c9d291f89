import Glibc

/// Runs independent pieces of work on several threads; what comes out does not depend on how many.
public enum ParallelRuns {
  /// Calls `body` with every number below a count and gives the results in that order.
  ///
  /// - Parameters:
  ///   - count: How many pieces there are.
  ///   - threads: How many run at once; 1 runs them here.
  ///   - body: One piece of work, which must not depend on the others.
  /// - Returns: The results in the order of their numbers.
  public static func map<Result: Sendable>(
    _ count: Int, threads: Int = processorCount, _ body: @escaping @Sendable (Int) -> Result
  ) -> [Result] {
    precondition(count >= 0 && threads >= 1, "\(count) pieces on \(threads) threads")
    if threads == 1 || count <= 1 { return (0..<count).map(body) }
    let shared = SharedWork(count: count, body)
    let others = (1..<min(threads, count)).compactMap { _ in WorkThread { shared.run() } }
    shared.run()
    for other in others { other.join() }
    return shared.results
  }

  /// How many threads can run at once here.
  public static var processorCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}

/// Pieces of work that threads take one after the other.
// Every access to the mutable parts holds the lock.
private final class SharedWork<Result: Sendable>: @unchecked Sendable {
  private let count: Int
  private let body: @Sendable (Int) -> Result
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private var next = 0
  private var done: [Result?]

  init(count: Int, _ body: @escaping @Sendable (Int) -> Result) {
    self.count = count
    self.body = body
    done = Array(repeating: nil, count: count)
    pthread_mutex_init(lock, nil)
  }

  deinit {
    pthread_mutex_destroy(lock)
    lock.deallocate()
  }

  func run() {
    while let index = take() {
      let result = body(index)
      pthread_mutex_lock(lock)
      done[index] = result
      pthread_mutex_unlock(lock)
    }
  }

  private func take() -> Int? {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    guard next < count else { return nil }
    next += 1
    return next - 1
  }

  /// All results; every thread has ended.
  var results: [Result] { done.compactMap { $0 } }
}

/// A thread of the system.
final class WorkThread {
  private var thread = pthread_t()
  private let body: @Sendable () -> Void

  init?(_ body: @escaping @Sendable () -> Void) {
    self.body = body
    // The thread holds this object until it is joined, which always happens before it is let go.
    let status = pthread_create(
      &thread, nil,
      { raw in
        if let raw { Unmanaged<WorkThread>.fromOpaque(raw).takeUnretainedValue().body() }
        return nil
      }, Unmanaged.passUnretained(self).toOpaque())
    if status != 0 { return nil }
  }

  func join() { pthread_join(thread, nil) }
}
