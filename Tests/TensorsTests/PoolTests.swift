import CTensors
import Glibc
import Synchronization
import Testing

/// How often each task of a call has run.
private final class Counts: Sendable {
  let runs: [Atomic<Int>.Box]

  init(_ count: Int) { runs = (0..<count).map { _ in Atomic<Int>.Box() } }

  var areAllOne: Bool { runs.allSatisfy { $0.value.load(ordering: .relaxed) == 1 } }
}

extension Atomic where Value == Int {
  /// A place that arrays can hold.
  fileprivate final class Box: Sendable {
    let value = Atomic(0)
  }
}

/// Counts a run of a task.
private let count: ct_task = { context, task in
  guard let context else { return }
  let counts = Unmanaged<Counts>.fromOpaque(context).takeUnretainedValue()
  counts.runs[Int(task)].value.add(1, ordering: .relaxed)
}

/// Runs a call whose tasks are counted.
private func runCounted(_ tasks: Int) -> Bool {
  let counts = Counts(tasks)
  withExtendedLifetime(counts) {
    ct_parallel(Int64(tasks), count, Unmanaged.passUnretained(counts).toOpaque())
  }
  return counts.areAllOne
}

/// The number of threads is the process's: these tests take turns.
@Suite(.serialized) struct PoolTests {
  private func withThreads(_ threads: Int, _ body: () throws -> Void) rethrows {
    let before = ct_threads()
    defer { ct_set_threads(before) }
    ct_set_threads(Int32(threads))
    try body()
  }

  @Test("each task runs once", arguments: [1, 2, 3, 8])
  func once(threads: Int) {
    withThreads(threads) {
      for round in 0..<300 { #expect(runCounted(round % 41), "\(round % 41) tasks") }
      #expect(runCounted(20_000))
    }
  }

  @Test func `a call from within a task runs on the caller`() {
    withThreads(4) {
      let counts = Counts(60)
      withExtendedLifetime(counts) {
        let outer: ct_task = { context, task in
          let inner: ct_task = { context, task in
            guard let context else { return }
            let pair = context.assumingMemoryBound(to: (UnsafeMutableRawPointer, Int64).self)
            count(pair.pointee.0, pair.pointee.1 * 10 + task)
          }
          guard let context else { return }
          var pair = (context, task)
          ct_parallel(10, inner, &pair)
        }
        ct_parallel(6, outer, Unmanaged.passUnretained(counts).toOpaque())
      }
      #expect(counts.areAllOne)
    }
  }

  @Test func `calls from several threads at once all finish`() async {
    let before = ct_threads()
    ct_set_threads(3)
    let results = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<4 { group.addTask { (0..<200).allSatisfy { runCounted($0 % 17) } } }
      return await group.reduce(into: []) { $0.append($1) }
    }
    ct_set_threads(before)
    #expect(results == [true, true, true, true])
  }

  @Test func `helpers see the caller's request to stop`() {
    withThreads(4) {
      var flag: Int32 = 1
      let seen = Counts(500)
      withUnsafePointer(to: &flag) { flag in
        ct_cancel_watch(flag)
        ct_parallel(
          500, { context, task in if ct_cancelled() != 0 { count(context, task) } },
          Unmanaged.passUnretained(seen).toOpaque())
        ct_cancel_watch(nil)
      }
      #expect(seen.areAllOne)
      #expect(ct_cancelled() == 0)
      let later = Counts(500)
      ct_parallel(
        500, { context, task in if ct_cancelled() == 0 { count(context, task) } },
        Unmanaged.passUnretained(later).toOpaque())
      #expect(later.areAllOne)
    }
  }

  @Test func `the child of a fork computes with helpers of its own`() {
    withThreads(3) {
      #expect(runCounted(100))
      let child = fork()
      // The child may call nothing but the pool: other threads' locks are held for good there.
      if child == 0 {
        var sums = (0, 0)
        let add: ct_task = { context, task in
          guard let sums = context?.assumingMemoryBound(to: Int.self) else { return }
          sums[Int(task)] += 1
        }
        for _ in 0..<200 { ct_parallel(2, add, &sums) }
        _exit(sums == (200, 200) ? 0 : 1)
      }
      var status: Int32 = -1
      #expect(waitpid(child, &status, 0) == child)
      #expect(status == 0)
    }
  }
}
