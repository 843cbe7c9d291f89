public import Base
internal import CTensors

extension Tensor {
  /// A tensor filled with a number.
  public static func full(
    _ shape: [Int], _ value: Scalar, _ dtype: DType? = nil
  ) throws(Problem) -> Tensor {
    let out = try Tensor.empty(shape, dtype ?? value.dtype)
    try out.assign(try Tensor(value, dtype: out.dtype))
    return out
  }

  /// Numbers from `start` up to, not with, `stop`, `step` apart; whole when all three are.
  public static func arange(
    _ start: Scalar, _ stop: Scalar, _ step: Scalar = .integer(1), _ dtype: DType? = nil
  ) throws(Problem) -> Tensor {
    let (first, end, by) = (start.double, stop.double, step.double)
    guard by != 0, !by.isNaN else { throw Problem("arange: the step is \(by)") }
    guard first.isFinite, end.isFinite else { throw Problem("arange: the ends must be finite") }
    let length = Swift.max(0, ((end - first) / by).rounded(.up))
    return try sequence(start, step, count: length, dtype, inclusive: stop)
  }

  /// Numbers from `start` up to and with `stop`, `step` apart, as Lua's `for` counts.
  public static func through(
    _ start: Scalar, _ stop: Scalar, _ step: Scalar = .integer(1), _ dtype: DType? = nil
  ) throws(Problem) -> Tensor {
    let (first, end, by) = (start.double, stop.double, step.double)
    guard by != 0, !by.isNaN else { throw Problem("arange: the step is \(by)") }
    guard first.isFinite, end.isFinite else { throw Problem("arange: the ends must be finite") }
    // Lua's float loop adds the step; the multiple of it that rounding leaves just past the end
    // still counts, as 0, 0.1, … 1 has eleven numbers.
    let length = Swift.max(0, ((end - first) / by + 1e-9).rounded(.down) + 1)
    return try sequence(start, step, count: length, dtype, inclusive: stop)
  }

  private static func sequence(
    _ start: Scalar, _ step: Scalar, count: Double, _ dtype: DType?, inclusive stop: Scalar
  ) throws(Problem) -> Tensor {
    guard count < 1e15 else { throw Problem("arange: \(count) numbers are too many", kind: .limit) }
    let n = Int(count)
    let isWhole = [start, stop, step].allSatisfy { $0.dtype.category != .float }
    let dtype = dtype ?? (isWhole ? .i64 : .standardFloat)
    let out = try Tensor.empty([n], dtype)
    guard n > 0 else { return out }
    if isWhole {
      return try Tensor((0..<n).map { start.integer &+ $0 &* step.integer }, dtype: dtype)
    }
    return try Tensor((0..<n).map { start.double + Double($0) * step.double }, dtype: dtype)
  }

  /// n numbers at equal distances, both ends included.
  public static func linspace(
    _ start: Double, _ stop: Double, _ n: Int, _ dtype: DType = .standardFloat
  ) throws(Problem) -> Tensor {
    guard n >= 0 else { throw Problem("linspace: the count is negative, \(n)") }
    _ = try Shape.count([n, 8], of: "linspace")
    let step = n > 1 ? (stop - start) / Double(n - 1) : 0
    // From both ends, so that each end is exact.
    let values = (0..<n).map { i in
      i < n / 2 || n == 1 ? start + Double(i) * step : stop - Double(n - 1 - i) * step
    }
    return try Tensor(values, dtype: dtype)
  }

  /// Ones on the main diagonal of a matrix of zeros.
  public static func eye(
    _ n: Int, _ m: Int? = nil, _ dtype: DType = .standardFloat
  ) throws(Problem) -> Tensor {
    let out = try Tensor.zeros([n, m ?? n], dtype)
    if out.count > 0 { try out.diagonal().assign(.integer(1)) }
    return out
  }

  /// Each list spread over the grid that all of them span.
  public static func meshgrid(_ lists: [Tensor], indexing: String) throws(Problem) -> [Tensor] {
    guard indexing == "ij" || indexing == "xy" else {
      throw .unknown("indexing", indexing, among: ["ij", "xy"])
    }
    guard lists.allSatisfy({ $0.rank <= 1 }) else { throw Problem("meshgrid: takes lists only") }
    let swaps = indexing == "xy" && lists.count >= 2
    let ordered = swaps ? [lists[1], lists[0]] + lists.dropFirst(2) : lists
    let shape = ordered.map(\.count)
    var grids: [Tensor] = []
    for (d, list) in ordered.enumerated() {
      var view = [Int](repeating: 1, count: ordered.count)
      view[d] = list.count
      var grid = try list.reshaped(view).expanded(shape)
      if swaps { grid = try grid.transposed(0, 1) }
      grids.append(grid)
    }
    return swaps ? [grids[1], grids[0]] + grids.dropFirst(2) : grids
  }
}
