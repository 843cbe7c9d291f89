public import Base

/// Arithmetic on the sizes of dimensions.
public enum Shape {
  /// The most dimensions a tensor may have.
  public static let maximumRank = 32

  /// Multiplies the sizes; a negative one, too many of them, or a product past 2^62 is refused.
  public static func count(_ shape: [Int], of call: String = "tensor") throws(Problem) -> Int {
    guard shape.count <= maximumRank else {
      throw Problem("\(call): \(shape.count) dimensions, at most \(maximumRank) are possible")
    }
    var count = 1
    var overflows = false
    for size in shape {
      guard size >= 0 else {
        throw Problem("\(call): size \(size) in shape \(text(shape)) is negative")
      }
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      overflows = overflows || overflow || product > 1 << 62
      count = overflow ? 1 : product
    }
    guard !overflows || shape.contains(0) else {
      throw Problem("\(call): shape \(text(shape)) has too many elements", kind: .limit)
    }
    return shape.contains(0) ? 0 : count
  }

  /// The strides, in elements, of a dense tensor in row-major order.
  public static func denseStrides(_ shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for d in shape.indices.reversed().dropFirst() {
      strides[d] = strides[d + 1] * max(shape[d + 1], 1)
    }
    return strides
  }

  /// The shape to which two shapes stretch: sizes align from the right, and 1 stretches.
  public static func broadcast(_ a: [Int], _ b: [Int], for call: String) throws(Problem) -> [Int] {
    let rank = max(a.count, b.count)
    var result = [Int](repeating: 1, count: rank)
    for d in 0..<rank {
      let x = d < rank - a.count ? 1 : a[d - (rank - a.count)]
      let y = d < rank - b.count ? 1 : b[d - (rank - b.count)]
      guard x == y || x == 1 || y == 1 else {
        throw Problem(
          "\(call): shapes \(text(a)) and \(text(b)) do not broadcast",
          fix: "aligned from the right, sizes must be equal or 1; here \(x) meets \(y)")
      }
      result[d] = x == 1 ? y : x
    }
    return result
  }

  /// Turns a dimension counted from the end into one counted from 0, and checks it.
  public static func dimension(_ dim: Int, rank: Int, for call: String) throws(Problem) -> Int {
    let range = max(rank, 1)
    guard dim >= -range, dim < range else {
      throw Problem.dimension(dim, rank: rank, for: call)
    }
    return dim < 0 ? dim + range : dim
  }

  /// Checks a list of dimensions and sorts it; none or an empty list means all of them.
  public static func dimensions(_ dims: [Int]?, rank: Int, for call: String) throws(Problem)
    -> [Int]
  {
    guard let dims, !dims.isEmpty else { return Array(0..<rank) }
    var result: [Int] = []
    for dim in dims {
      let checked = try dimension(dim, rank: rank, for: call)
      if rank == 0 { continue }
      guard !result.contains(checked) else { throw Problem("\(call): a dimension is named twice") }
      result.append(checked)
    }
    return result.sorted()
  }

  /// The sizes as people write them: "2x3", "scalar" for none.
  public static func text(_ shape: [Int]) -> String {
    shape.isEmpty ? "scalar" : shape.map(String.init).joined(separator: "x")
  }
}

extension Problem {
  /// A dimension that the tensor does not have; the text counts from 1, as Lua does.
  static func dimension(_ dim: Int, rank: Int, for call: String) -> Problem {
    Problem(
      "\(call): there is no dimension \(dim < 0 ? dim : dim + 1)",
      fix: rank == 0
        ? "the tensor is a scalar" : "the tensor has \(rank), write 1 to \(rank) or -1 to -\(rank)")
  }
}
