/// Unified diffs with three lines around each change.
enum UnifiedDiff {
  /// One step of the way from one text to the other.
  private enum Step {
    case keep(Int, Int)
    case remove(Int)
    case add(Int)
  }

  /// The diff of two lists of lines, whose equality the caller decides; empty without a change.
  static func lines(
    _ a: [String], _ b: [String], around: Int = 3, agree: (Int, Int) -> Bool
  ) -> [String] {
    let steps = steps(a.count, b.count, agree)
    let changed = steps.indices.filter { if case .keep = steps[$0] { false } else { true } }
    guard let first = changed.first else { return [] }
    var result: [String] = []
    var start = max(0, first - around)
    var end = first
    for index in changed {
      if index > end + 2 * around {
        result += hunk(steps[start..<min(steps.count, end + around + 1)], a, b)
        start = index - around
      }
      end = index
    }
    return result + hunk(steps[start..<min(steps.count, end + around + 1)], a, b)
  }

  private static func hunk(_ steps: ArraySlice<Step>, _ a: [String], _ b: [String]) -> [String] {
    var lines: [String] = []
    var starts: (a: Int?, b: Int?) = (nil, nil)
    var counts = (a: 0, b: 0)
    for step in steps {
      switch step {
      case .keep(let i, let j):
        lines.append(" \(b[j])")
        starts = (starts.a ?? i, starts.b ?? j)
        counts = (counts.a + 1, counts.b + 1)
      case .remove(let i):
        lines.append("-\(a[i])")
        starts.a = starts.a ?? i
        counts.a += 1
      case .add(let j):
        lines.append("+\(b[j])")
        starts.b = starts.b ?? j
        counts.b += 1
      }
    }
    let head = "@@ -\((starts.a ?? -1) + 1),\(counts.a) +\((starts.b ?? -1) + 1),\(counts.b) @@"
    return [head] + lines
  }

  /// The shortest way by common prefix, common suffix, and a table for what is between.
  private static func steps(_ n: Int, _ m: Int, _ agree: (Int, Int) -> Bool) -> [Step] {
    var prefix = 0
    while prefix < min(n, m), agree(prefix, prefix) { prefix += 1 }
    var suffix = 0
    while suffix < min(n, m) - prefix, agree(n - 1 - suffix, m - 1 - suffix) { suffix += 1 }
    let middle = between(prefix..<(n - suffix), prefix..<(m - suffix), agree)
    return (0..<prefix).map { .keep($0, $0) } + middle
      + (0..<suffix).map { .keep(n - suffix + $0, m - suffix + $0) }
  }

  private static func between(_ a: Range<Int>, _ b: Range<Int>, _ agree: (Int, Int) -> Bool)
    -> [Step]
  {
    // A table of more than four million entries says nothing that a person would read.
    guard a.count * b.count <= 1 << 22 else { return a.map(Step.remove) + b.map(Step.add) }
    let width = b.count + 1
    var longest = [Int32](repeating: 0, count: (a.count + 1) * width)
    for i in stride(from: a.count - 1, through: 0, by: -1) {
      for j in stride(from: b.count - 1, through: 0, by: -1) {
        longest[i * width + j] =
          agree(a.lowerBound + i, b.lowerBound + j)
          ? longest[(i + 1) * width + j + 1] + 1
          : max(longest[(i + 1) * width + j], longest[i * width + j + 1])
      }
    }
    var steps: [Step] = []
    var (i, j) = (0, 0)
    while i < a.count, j < b.count {
      if agree(a.lowerBound + i, b.lowerBound + j) {
        steps.append(.keep(a.lowerBound + i, b.lowerBound + j))
        (i, j) = (i + 1, j + 1)
      } else if longest[(i + 1) * width + j] >= longest[i * width + j + 1] {
        steps.append(.remove(a.lowerBound + i))
        i += 1
      } else {
        steps.append(.add(b.lowerBound + j))
        j += 1
      }
    }
    steps += (a.lowerBound + i..<a.upperBound).map(Step.remove)
    return steps + (b.lowerBound + j..<b.upperBound).map(Step.add)
  }
}
