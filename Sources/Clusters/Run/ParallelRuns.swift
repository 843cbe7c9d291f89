import Base
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
    let others = (1..<min(threads, count)).compactMap { _ in SystemThread { shared.run() } }
    shared.run()
    for other in others { other.join() }
    return shared.results
  }

  /// How many threads can run at once here.
  public static var processorCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}

/// Pieces of work that threads take one after the other.
private final class SharedWork<Result: Sendable>: Sendable {
  private let count: Int
  private let body: @Sendable (Int) -> Result
  private let progress: Monitor<Progress>

  private struct Progress {
    var next = 0
    var done: [Result?]
  }

  init(count: Int, _ body: @escaping @Sendable (Int) -> Result) {
    self.count = count
    self.body = body
    progress = Monitor(Progress(done: Array(repeating: nil, count: count)))
  }

  func run() {
    while let index = take() {
      let result = body(index)
      progress.note { $0.done[index] = result }
    }
  }

  private func take() -> Int? {
    progress.note { progress in
      guard progress.next < count else { return nil }
      progress.next += 1
      return progress.next - 1
    }
  }

  /// All results; every thread has ended.
  var results: [Result] { progress.read { $0.done.compactMap { $0 } } }
}
