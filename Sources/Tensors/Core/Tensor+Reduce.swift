public import Base
internal import CTensors

extension Tensor {
  /// A view with the named dimensions last, in ascending order, and how many they are.
  func reducing(_ dims: [Int]?, _ call: String) throws(Problem) -> (view: Tensor, dims: [Int]) {
    let dims = try Shape.dimensions(dims, rank: rank, for: call)
    let kept = shape.indices.filter { !dims.contains($0) }
    return (try permuted(kept + dims), dims)
  }

  /// The shape that is left when dimensions are reduced.
  func reducedShape(_ dims: [Int], keepdim: Bool) -> [Int] {
    keepdim
      ? shape.indices.map { dims.contains($0) ? 1 : shape[$0] }
      : shape.indices.filter { !dims.contains($0) }.map { shape[$0] }
  }

  /// Reduces dimensions by a kernel; the result is f64, or i64 for whole numbers and positions.
  func reduced(
    _ kind: ct_reduction, _ dims: [Int]?, keepdim: Bool, whole: Bool, parameter: Double = 0,
    call: String
  ) throws(Problem) -> Tensor {
    let (view, dims) = try reducing(dims, call)
    let givesWhole =
      whole || [CT_ARGMAX, CT_ARGMIN, CT_ANY, CT_ALL].contains(kind)
    let out = try Tensor.empty(reducedShape(dims, keepdim: keepdim), givesWhole ? .i64 : .f64)
    var from = view.kernelView
    let stopped = withExtendedLifetime((storage, out)) {
      ct_reduce(
        Int32(kind.rawValue), &from, Int32(dims.count), whole ? 1 : 0, parameter, out.pointer)
    }
    try Tensor.check(stopped, call)
    return out
  }

  /// How many elements each result of a reduction covers.
  func reducedCount(_ dims: [Int]?, _ call: String) throws(Problem) -> Int {
    try Shape.dimensions(dims, rank: rank, for: call).reduce(1) { $0 * shape[$1] }
  }

  /// The sum over dimensions, all of them unless named; whole numbers and booleans give i64.
  public func sum(_ dims: [Int]? = nil, keepdim: Bool = false) throws(Problem) -> Tensor {
    let total = try reduced(CT_SUM, dims, keepdim: keepdim, whole: !dtype.isFloat, call: "sum")
    return try total.cast(to: dtype.isFloat ? dtype : .i64)
  }

  /// The mean over dimensions, all of them unless named.
  public func mean(_ dims: [Int]? = nil, keepdim: Bool = false) throws(Problem) -> Tensor {
    let total = try reduced(CT_SUM, dims, keepdim: keepdim, whole: false, call: "mean")
    let count = Double(try reducedCount(dims, "mean"))
    return try total.mapped("mean", dtype.floating) { $0 / count }
  }

  /// The greatest elements over dimensions, all of them unless named; NaN passes on.
  public func amax(_ dims: [Int]? = nil, keepdim: Bool = false) throws(Problem) -> Tensor {
    try extreme(CT_MAX, dims, keepdim, "amax")
  }

  /// The least elements over dimensions, all of them unless named; NaN passes on.
  public func amin(_ dims: [Int]? = nil, keepdim: Bool = false) throws(Problem) -> Tensor {
    try extreme(CT_MIN, dims, keepdim, "amin")
  }

  /// Where the greatest elements of a dimension are, the first of equals; all of it unless named.
  public func argmax(_ dim: Int? = nil, keepdim: Bool = false) throws(Problem) -> Tensor {
    try extreme(CT_ARGMAX, dim.map { [$0] }, keepdim, "argmax")
  }

  /// Where the least elements of a dimension are, the first of equals; all of it unless named.
  public func argmin(_ dim: Int? = nil, keepdim: Bool = false) throws(Problem) -> Tensor {
    try extreme(CT_ARGMIN, dim.map { [$0] }, keepdim, "argmin")
  }

  func extreme(
    _ kind: ct_reduction, _ dims: [Int]?, _ keepdim: Bool, _ call: String
  ) throws(Problem) -> Tensor {
    try refuseEmpty(dims, call)
    let result = try reduced(kind, dims, keepdim: keepdim, whole: !dtype.isFloat, call: call)
    let isPosition = kind == CT_ARGMAX || kind == CT_ARGMIN
    return isPosition ? result : try result.cast(to: dtype)
  }

  func refuseEmpty(_ dims: [Int]?, _ call: String) throws(Problem) {
    let covered = try reducedCount(dims, call)
    let checked = try Shape.dimensions(dims, rank: rank, for: call)
    guard covered > 0 || reducedShape(checked, keepdim: false).contains(0) else {
      throw Problem("\(call): there is nothing to choose from (\(summary))")
    }
  }

  /// Splits into the blocks that a reduction covers: one row of numbers per result.
  func blocks(_ dims: [Int]?, _ call: String) throws(Problem) -> (rows: [[Double]], dims: [Int]) {
    let (view, dims) = try reducing(dims, call)
    let size = dims.reduce(1) { $0 * shape[$1] }
    let count = reducedShape(dims, keepdim: false).reduce(1, *)
    let values = view.doubles
    return ((0..<count).map { Array(values[($0 * size)..<(($0 + 1) * size)]) }, dims)
  }
}
