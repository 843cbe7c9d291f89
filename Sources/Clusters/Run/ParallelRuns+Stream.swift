public import Base
import Glibc
import Synchronization

/// Tells work on other threads that nobody waits for it any more.
public final class StopSignal: Sendable {
  private let flag = Atomic<Bool>(false)

  /// Creates a signal that is not given.
  public init() {}

  /// True once it was given.
  public var isGiven: Bool { flag.load(ordering: .relaxed) }

  /// Gives the signal, for good.
  public func give() { flag.store(true, ordering: .relaxed) }
}

extension ParallelRuns {
  /// Runs pieces of work on other threads and hands each result to the calling one as it comes.
  ///
  /// Results come in any order; which they are does not depend on the number of threads.
  /// - Parameters:
  ///   - count: How many pieces there are.
  ///   - threads: How many run at once; 0 does the work here, for pieces that must not leave this thread.
  ///   - stop: Given when `receive` fails or `shouldStop` says so; pieces look at it while they run.
  ///   - body: One piece of work, which must not depend on the others.
  ///   - shouldStop: Asked some twenty times a second, here; true ends the work.
  ///   - receive: Takes a piece's number and result, here.
  /// - Returns: False when it was stopped before the end.
  /// - Throws: What `receive` throws.
  public static func stream<Result: Sendable>(
    _ count: Int, threads: Int = processorCount, stop: StopSignal = StopSignal(),
    _ body: @escaping @Sendable (Int) -> Result, shouldStop: () -> Bool = { false },
    receive: (Int, Result) throws(Problem) -> Void
  ) throws(Problem) -> Bool {
    precondition(count >= 0 && threads >= 0, "\(count) pieces on \(threads) threads")
    if threads == 0 {
      for index in 0..<count {
        if shouldStop() { stop.give() }
        if stop.isGiven { return false }
        try receive(index, body(index))
      }
      return true
    }
    let shared = StreamedWork(count: count, stop: stop, body)
    let workers = (0..<min(threads, count)).compactMap { _ in WorkThread { shared.run() } }
    if workers.isEmpty, count > 0 { shared.run() }
    defer { for worker in workers { worker.join() } }
    var received = 0
    while received < count {
      if shouldStop() { stop.give() }
      if stop.isGiven { return false }
      for (index, result) in shared.take() {
        received += 1
        do throws(Problem) { try receive(index, result) } catch {
          stop.give()
          throw error
        }
      }
    }
    return true
  }
}

/// Pieces of work that threads take, and results that wait to be taken.
// Every access to the mutable parts holds the lock.
private final class StreamedWork<Result: Sendable>: @unchecked Sendable {
  private let count: Int
  private let stop: StopSignal
  private let body: @Sendable (Int) -> Result
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let arrival = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var next = 0
  private var done: [(Int, Result)] = []

  init(count: Int, stop: StopSignal, _ body: @escaping @Sendable (Int) -> Result) {
    (self.count, self.stop, self.body) = (count, stop, body)
    pthread_mutex_init(lock, nil)
    pthread_cond_init(arrival, nil)
  }

  deinit {
    pthread_cond_destroy(arrival)
    pthread_mutex_destroy(lock)
    arrival.deallocate()
    lock.deallocate()
  }

  func run() {
    while let index = begin() {
      let result = body(index)
      pthread_mutex_lock(lock)
      done.append((index, result))
      pthread_cond_signal(arrival)
      pthread_mutex_unlock(lock)
    }
  }

  private func begin() -> Int? {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    guard next < count, !stop.isGiven else { return nil }
    next += 1
    return next - 1
  }

  /// What is done by now; waits up to 50 ms for something.
  func take() -> [(Int, Result)] {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    if done.isEmpty {
      var limit = timespec()
      clock_gettime(CLOCK_REALTIME, &limit)
      limit.tv_nsec += 50_000_000
      if limit.tv_nsec >= 1_000_000_000 {
        limit.tv_nsec -= 1_000_000_000
        limit.tv_sec += 1
      }
      pthread_cond_timedwait(arrival, lock, &limit)
    }
    defer { done.removeAll() }
    return done
  }
}
