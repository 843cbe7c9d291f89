public import Base
internal import CTensors

extension Tensor {
  /// The positions that put a dimension in order, stably; NaN is greatest.
  public func argsort(_ dim: Int = -1, descending: Bool = false) throws(Problem) -> Tensor {
    let (view, dim) = try rows(dim, "argsort")
    let order = try Tensor.empty(view.shape, .i64)
    var from = view.kernelView
    let stopped = withExtendedLifetime((storage, order)) {
      ct_argsort(
        &from, descending ? 1 : 0, order.pointer.assumingMemoryBound(to: Int64.self))
    }
    try Tensor.check(stopped, "argsort")
    if rank == 0 { return try order.reshaped([]) }
    return try order.movedDimensions([-1], to: [dim]).contiguous()
  }

  /// The elements of a dimension in order, stably, and where they were.
  public func sorted(
    _ dim: Int = -1, descending: Bool = false
  ) throws(Problem) -> (values: Tensor, positions: Tensor) {
    let order = try argsort(dim, descending: descending)
    if rank == 0 { return (try copied(), order) }
    return (try gather(dim, order), order)
  }

  /// The k greatest (or least) elements of a dimension in order, and where they are.
  public func topk(
    _ k: Int, _ dim: Int = -1, largest: Bool = true
  ) throws(Problem) -> (values: Tensor, positions: Tensor) {
    let dim = try Shape.dimension(dim, rank: rank, for: "topk")
    let size = rank == 0 ? 1 : shape[dim]
    guard k >= 0, k <= size else { throw Problem("topk: k is \(k), the dimension has \(size)") }
    let order = try argsort(dim, descending: largest)
    if rank == 0 { return (try copied(), order) }
    let kept = try order.narrowed(dim, start: 0, length: k).contiguous()
    return (try gather(dim, kept), kept)
  }

  /// The distinct elements in order, where each element went, and how many there are of each.
  public func unique() throws(Problem) -> (values: Tensor, inverse: Tensor, counts: Tensor) {
    let flat = try reshaped([count])
    let (sorted, order) = try flat.sorted(0)
    let numbers = sorted.doubles
    let whole = dtype.isFloat ? [] : sorted.integers
    var starts: [Int] = []
    for i in 0..<count {
      let isNew =
        i == 0 || (dtype.isFloat ? numbers[i] != numbers[i - 1] : whole[i] != whole[i - 1])
      if isNew { starts.append(i) }
    }
    var inverse = [Int](repeating: 0, count: count)
    var counts: [Int] = []
    let places = order.integers
    for (group, start) in starts.enumerated() {
      let end = group + 1 < starts.count ? starts[group + 1] : count
      counts.append(end - start)
      for i in start..<end { inverse[places[i]] = group }
    }
    return (
      try sorted.gather(0, try Tensor(starts)), try Tensor(inverse, shape: shape),
      try Tensor(counts)
    )
  }

  /// Where values would go into a row in ascending order: before equals, or after with `right`.
  ///
  /// Rows of a tensor of more dimensions are searched by the rows of values.
  public func searchSorted(_ values: Tensor, right: Bool) throws(Problem) -> Tensor {
    let size = shape.last ?? 1
    let rows = rank <= 1 ? 1 : count / Swift.max(size, 1)
    guard rank <= 1 || (values.rank == rank && values.shape.dropLast() == shape.dropLast()) else {
      throw Problem(
        "searchsorted: rows of \(Shape.text(shape)) and of \(Shape.text(values.shape)) do not match"
      )
    }
    let (edges, wanted) = (doubles, values.doubles)
    let perRow = rows == 0 ? 0 : wanted.count / rows
    let found = wanted.indices.map { i in
      let row = rank <= 1 ? 0 : i / perRow * size
      var (low, high) = (0, size)
      while low < high {
        let middle = (low + high) / 2
        let (edge, value) = (edges[row + middle], wanted[i])
        let goesRight = right ? !isAfter(edge, value) : isAfter(value, edge)
        if goesRight { low = middle + 1 } else { high = middle }
      }
      return low
    }
    return try Tensor(found, shape: values.shape)
  }

  /// The order with NaN greatest.
  private func isAfter(_ a: Double, _ b: Double) -> Bool { a.isNaN ? !b.isNaN : a > b }

  /// Counts the elements in equal bins from `low` to `high`, the last of which has both ends.
  public func histogram(
    bins: Int, low: Double, high: Double, weights: Tensor? = nil
  ) throws(Problem) -> (counts: Tensor, edges: Tensor) {
    guard bins > 0 else { throw Problem("histogram: \(bins) bins, at least 1 is needed") }
    var (low, high) = (low, high)
    if low == high { (low, high) = (low - 0.5, high + 0.5) }
    guard low < high, low.isFinite, high.isFinite else {
      throw Problem("histogram: the range \(low) to \(high) is not one")
    }
    let edges = (0...bins).map { low + (high - low) * Double($0) / Double(bins) }
    var counts = [Double](repeating: 0, count: bins)
    let weight = weights?.doubles
    for (i, x) in doubles.enumerated() where x >= low && x <= high {
      var bin = min(bins - 1, Int((x - low) / (high - low) * Double(bins)))
      // The division may round across an edge; the edges decide.
      if x < edges[bin] { bin -= 1 } else if bin < bins - 1, x >= edges[bin + 1] { bin += 1 }
      counts[bin] += weight.map { $0[i] } ?? 1
    }
    return (
      try Tensor(counts, dtype: weights == nil ? .i64 : .f32), try Tensor(edges)
    )
  }

  /// The value at a fraction of the sorted elements of dimensions, all of them unless named.
  func quantile(
    _ q: Double, _ dims: [Int]?, keepdim: Bool, interpolation: String, call: String
  ) throws(Problem) -> Tensor {
    guard q >= 0, q <= 1 else { throw Problem("\(call): q is a fraction from 0 to 1, got \(q)") }
    try refuseEmpty(dims, call)
    let skipsNaN = call.hasPrefix("nan")
    let (rows, reduced) = try blocks(dims, call)
    var values: [Double] = []
    for row in rows {
      if !skipsNaN, row.contains(where: \.isNaN) {
        values.append(.nan)
        continue
      }
      let sorted = row.filter { !$0.isNaN }.sorted()
      guard let last = sorted.indices.last else {
        values.append(.nan)
        continue
      }
      values.append(try interpolated(sorted, q * Double(last), interpolation, call))
    }
    return try Tensor(values, shape: reducedShape(reduced, keepdim: keepdim), dtype: dtype.floating)
  }

  private func interpolated(
    _ sorted: [Double], _ position: Double, _ rule: String, _ call: String
  ) throws(Problem) -> Double {
    let lower = Int(position)
    let upper = min(lower + 1, sorted.count - 1)
    let weight = position - Double(lower)
    switch rule {
    case "linear":
      return weight == 0 ? sorted[lower] : sorted[lower] + (sorted[upper] - sorted[lower]) * weight
    case "lower": return sorted[lower]
    case "higher": return weight == 0 ? sorted[lower] : sorted[upper]
    case "midpoint": return weight == 0 ? sorted[lower] : (sorted[lower] + sorted[upper]) / 2
    case "nearest": return sorted[Int(position.rounded(.toNearestOrEven))]
    default:
      throw .unknown(
        "interpolation", rule, among: ["linear", "lower", "higher", "midpoint", "nearest"])
    }
  }
}
