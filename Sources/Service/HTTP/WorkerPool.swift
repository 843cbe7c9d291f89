import Base

/// Threads that do work in the order in which it comes.
final class WorkerPool: Sendable {
  typealias Work = @Sendable () -> Void

  private struct State {
    var work: [Work] = []
    var first = 0
    var isClosed = false
  }

  private let state = Monitor(State())
  private let threads: [SystemThread]

  init(threads count: Int) {
    let state = state
    threads = (0..<count).map { _ in
      SystemThread.required {
        while let work = state.wait(for: Self.next) { work() }
      }
    }
  }

  /// Puts work at the end of the queue.
  func add(_ work: @escaping Work) { state.change { $0.work.append(work) } }

  /// Finishes what is queued and ends the threads.
  func close() {
    state.change { $0.isClosed = true }
    for thread in threads { thread.join() }
  }

  /// The next piece; nil inside for the end, nil outside for nothing to do yet.
  private static func next(_ state: inout State) -> Work?? {
    guard state.first < state.work.count else {
      state.work.removeAll(keepingCapacity: true)
      state.first = 0
      return state.isClosed ? .some(nil) : nil
    }
    defer { state.first += 1 }
    return state.work[state.first]
  }
}
