public import Base
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
    let workers = (0..<min(threads, count)).compactMap { _ in SystemThread { shared.run() } }
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
private final class StreamedWork<Result: Sendable>: Sendable {
  private let count: Int
  private let stop: StopSignal
  private let body: @Sendable (Int) -> Result
  private let progress = Monitor(Progress())

  private struct Progress {
    var next = 0
    var done: [(Int, Result)] = []
  }

  init(count: Int, stop: StopSignal, _ body: @escaping @Sendable (Int) -> Result) {
    (self.count, self.stop, self.body) = (count, stop, body)
  }

  func run() {
    while let index = begin() {
      let result = body(index)
      progress.change { $0.done.append((index, result)) }
    }
  }

  private func begin() -> Int? {
    progress.note { progress in
      guard progress.next < count, !stop.isGiven else { return nil }
      progress.next += 1
      return progress.next - 1
    }
  }

  /// What is done by now; waits up to 50 ms for something.
  func take() -> [(Int, Result)] {
    progress.wait(seconds: 0.05) { progress in
      if progress.done.isEmpty { return nil }
      defer { progress.done.removeAll() }
      return progress.done
    } ?? []
  }
}
