import Base

/// Measured times of attention calls by four quantities: the tokens of a chunk of prompts, what those
/// have computed before, the sequences that decode, and their mean context.
///
/// The grid is a tree: each chunk has its own contexts, each of those its own numbers of decodes, and so on,
/// since measurements rarely fill a whole box. Between branches the time is straight; at a measured
/// point it is what was measured. No chunk and no decodes are kernels of another kind, so nothing is drawn
/// between them and the next branch.
struct AttentionGrid: Sendable {
  /// One call.
  struct Point: Sendable, Hashable {
    var chunk, prefillContext, decodes, decodeContext: Double
    var value: Double

    func key(_ level: Int) -> Double {
      switch level {
      case 0: chunk
      case 1: prefillContext
      case 2: decodes
      default: decodeContext
      }
    }
  }

  private static let depth = 4
  /// The keys of the branches of all nodes of a level, one node after the other.
  private var keys: [[Double]] = Array(repeating: [], count: depth)
  /// Where the branches of each node of a level begin; one more for the end.
  private var starts: [[Int32]] = Array(repeating: [], count: depth)
  /// The times at the leaves.
  private var values: [Double] = []

  init(_ points: [Point], what: String) throws(Problem) {
    guard !points.isEmpty else { throw Problem("\(what) has no rows") }
    let sorted = points.sorted {
      ($0.chunk, $0.prefillContext, $0.decodes, $0.decodeContext)
        < ($1.chunk, $1.prefillContext, $1.decodes, $1.decodeContext)
    }
    for (one, next) in zip(sorted, sorted.dropFirst())
    where (0..<Self.depth).allSatisfy({ one.key($0) == next.key($0) }) {
      throw Problem(
        "\(what) has two rows for chunk \(one.chunk), context \(one.prefillContext), "
          + "\(one.decodes) decodes of \(one.decodeContext)")
    }
    add(sorted[...], level: 0)
    for level in 0..<Self.depth { starts[level].append(Int32(keys[level].count)) }
  }

  /// Adds a node with the branches of some sorted points; nodes of a level follow one another in order.
  private mutating func add(_ points: ArraySlice<Point>, level: Int) {
    starts[level].append(Int32(keys[level].count))
    var rest = points
    var branches: [ArraySlice<Point>] = []
    while let first = rest.first {
      let branch = rest.prefix { $0.key(level) == first.key(level) }
      keys[level].append(first.key(level))
      branches.append(branch)
      rest = rest[branch.endIndex...]
    }
    for branch in branches {
      if level + 1 < Self.depth {
        add(branch, level: level + 1)
      } else {
        values.append(branch[branch.startIndex].value)
      }
    }
  }

  /// The time of a call; without a chunk or without decodes their contexts do not matter.
  func at(chunk: Double, prefillContext: Double, decodes: Double, decodeContext: Double) -> Double {
    if chunk <= 0, decodes <= 0 { return 0 }
    let point = Point(
      chunk: chunk, prefillContext: chunk > 0 ? prefillContext : 0, decodes: decodes,
      decodeContext: decodes > 0 ? decodeContext : 0, value: 0)
    return max(0, value(of: 0, level: 0, at: point))
  }

  private func value(of node: Int, level: Int, at point: Point) -> Double {
    let (low, high) = (Int(starts[level][node]), Int(starts[level][node + 1]))
    let wanted = point.key(level)
    var upper = place(of: wanted, level, low, high)
    func branch(_ index: Int) -> Double {
      level + 1 < Self.depth ? value(of: index, level: level + 1, at: point) : values[index]
    }
    if upper < high, keys[level][upper] == wanted { return branch(upper) }
    if upper == low || high - low == 1 { return branch(min(upper, high - 1)) }
    // Beyond the last branch the line of the last two goes on.
    upper = min(upper, high - 1)
    let (before, after) = (keys[level][upper - 1], keys[level][upper])
    if before == 0, level == 0 || level == 2 { return branch(upper) }
    let share = (wanted - before) / (after - before)
    let first = branch(upper - 1)
    return first + share * (branch(upper) - first)
  }

  private func place(of wanted: Double, _ level: Int, _ start: Int, _ end: Int) -> Int {
    var (low, high) = (start, end)
    while low < high {
      let middle = (low + high) / 2
      if keys[level][middle] < wanted { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
