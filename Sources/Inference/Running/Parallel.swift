import CTensors

/// Runs tasks 0 ..< count on the process's threads and the caller; returns when all are done.
func inParallel(_ count: Int, _ task: (Int) -> Void) {
  if count == 1 { return task(0) }
  withoutActuallyEscaping(task) { task in
    var body = task
    // The pool calls back before this returns, so the closure's address stays valid.
    withUnsafeMutablePointer(to: &body) { context in
      ct_parallel(
        Int64(count),
        { context, task in
          context?.assumingMemoryBound(to: ((Int) -> Void).self).pointee(Int(task))
        }, context)
    }
  }
}

/// Runs a step over rows on the process's threads, in pieces that are worth a thread's while.
func overRows(_ count: Int, floatsEach: Int, _ step: (Range<Int>) -> Void) {
  // A float takes a few cycles in the steps between products; a piece should take some microseconds.
  let each = max(1, 16_384 / max(floatsEach, 1))
  let pieces = (count + each - 1) / each
  inParallel(pieces) { piece in
    step(piece * each..<min((piece + 1) * each, count))
  }
}
