/// Least squares for a handful of unknowns, none of which is negative.
///
/// It holds the sums of products of rows, so that rows can be taken out again at no cost.
struct LeastSquares {
  /// Sums of products of two columns, and of a column and the target.
  private var products: [[Double]]
  private var targets: [Double]

  /// Starts with no rows of so many columns.
  init(columns: Int) {
    products = Array(repeating: Array(repeating: 0, count: columns), count: columns)
    targets = Array(repeating: 0, count: columns)
  }

  /// Adds a row with a weight; a negative weight takes it out again.
  mutating func add(_ row: [Double], target: Double = 1, weight: Double) {
    for i in row.indices where row[i] != 0 {
      for j in row.indices { products[i][j] += weight * row[i] * row[j] }
      targets[i] += weight * row[i] * target
    }
  }

  /// Solves for the x of no negative element with the least squares of rows · x - targets.
  ///
  /// After Lawson and Hanson: elements join one by one, the one that helps most first, and leave where they would turn
  /// negative. A column that the others can stand for gets 0. The solution of a like problem, as a
  /// start, saves most of the work.
  func solution(from start: [Double]? = nil) -> [Double] {
    let sizes = products.indices.map { products[$0][$0].squareRoot() }
    let none = Array(repeating: 0.0, count: sizes.count)
    var result = start ?? none
    var joined = Set(sizes.indices.filter { result[$0] > 0 && sizes[$0] > 0 })
    for column in sizes.indices where sizes[column] == 0 { result[column] = 0 }
    var barred: Set<Int> = []
    if !settle(&joined, &result, sizes) { (joined, result) = ([], none) }
    for _ in 0..<(3 * sizes.count) {
      let gains = sizes.indices.map { gain($0, result, size: sizes[$0]) }
      let free = sizes.indices.filter { !joined.contains($0) && !barred.contains($0) }
      guard let best = free.max(by: { gains[$0] < gains[$1] }), gains[best] > 1e-9 else { break }
      joined.insert(best)
      if !settle(&joined, &result, sizes) || result[best] == 0 {
        joined.remove(best)
        barred.insert(best)
      }
    }
    return result
  }

  /// How much the error falls as an element grows, whatever its unit.
  private func gain(_ column: Int, _ x: [Double], size: Double) -> Double {
    guard size > 0 else { return 0 }
    return (targets[column] - zip(products[column], x).reduce(0) { $0 + $1.0 * $1.1 }) / size
  }

  /// Solves for those that joined, of which some may leave; false where they cannot be told apart.
  private func settle(_ joined: inout Set<Int>, _ x: inout [Double], _ sizes: [Double]) -> Bool {
    while !joined.isEmpty {
      let active = joined.sorted()
      guard let wanted = solve(active, sizes) else { return false }
      let falling = active.indices.filter { wanted[$0] <= 0 }
      // As far as the first that would turn negative.
      let way = falling.map { x[active[$0]] / max(x[active[$0]] - wanted[$0], 1e-300) }.min() ?? 1
      for (place, column) in active.enumerated() { x[column] += way * (wanted[place] - x[column]) }
      if falling.isEmpty { return true }
      for place in falling where x[active[place]] * sizes[active[place]] <= 1e-12 {
        x[active[place]] = 0
        joined.remove(active[place])
      }
    }
    return true
  }

  /// Solves the normal equations of some columns by Gauss, the columns brought to one size.
  private func solve(_ active: [Int], _ sizes: [Double]) -> [Double]? {
    let count = active.count
    var matrix = active.map { i in
      active.map { products[i][$0] / sizes[i] / sizes[$0] } + [targets[i] / sizes[i]]
    }
    for column in 0..<count {
      let pivot =
        (column..<count).max { abs(matrix[$0][column]) < abs(matrix[$1][column]) } ?? column
      guard abs(matrix[pivot][column]) > 1e-11 else { return nil }
      matrix.swapAt(pivot, column)
      for row in 0..<count where row != column {
        let factor = matrix[row][column] / matrix[column][column]
        for place in column...count { matrix[row][place] -= factor * matrix[column][place] }
      }
    }
    return (0..<count).map { matrix[$0][count] / matrix[$0][$0] / sizes[active[$0]] }
  }
}
