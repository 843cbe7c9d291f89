import Base

/// Small inputs that the laws over all operations use: ordinary values, several dtypes and shapes.
enum Samples {
  /// Numbers that look random and repeat.
  static func values(_ count: Int, seed: UInt64 = 1) -> [Double] {
    var random = SeededRandom(seed: seed)
    return (0..<count).map { _ in Double(Float(random.nextUniform() * 4 - 2)) }
  }

  static func floats(_ shape: [Int], seed: UInt64 = 1, dtype: DType = .f32) throws(Problem)
    -> Tensor
  {
    try Tensor(values(shape.reduce(1, *), seed: seed), shape: shape, dtype: dtype)
  }

  static func integers(_ shape: [Int], seed: UInt64 = 1, below: Int = 7, dtype: DType = .i64)
    throws(Problem) -> Tensor
  {
    var random = SeededRandom(seed: seed)
    let values = (0..<shape.reduce(1, *)).map { _ in random.nextInteger(below: below) + 1 }
    return try Tensor(values, shape: shape, dtype: dtype)
  }

  static func mask(_ shape: [Int], seed: UInt64 = 1) throws(Problem) -> Tensor {
    try Tensor(values(shape.reduce(1, *), seed: seed).map { $0 > 0 }, shape: shape)
  }

  static let shapes: [[Int]] = [[3, 4], [2, 3, 5], [0, 3], [1], [], [1030]]

  static func unary(_ special: [Double]?) throws(Problem) -> [OpCall] {
    var calls: [OpCall] = []
    for shape in shapes { calls.append(OpCall(try floats(shape))) }
    for dtype in [DType.f64, .f16, .bf16] {
      calls.append(OpCall(try floats([3, 4], dtype: dtype)))
    }
    for dtype in [DType.i64, .i32, .i8, .u8] {
      calls.append(OpCall(try integers([3, 4], dtype: dtype)))
    }
    calls.append(OpCall(try mask([3, 4])))
    let edges =
      special ?? [0, -0.0, 1, -1, 0.5, -20, 20, 90, -110, .infinity, -.infinity, .nan, 1e-30]
    calls.append(OpCall(try Tensor(edges)))
    calls.append(OpCall(try Tensor(edges, dtype: .f64)))
    return calls
  }

  static func binary(integersOnly: Bool) throws(Problem) -> [OpCall] {
    var calls: [OpCall] = []
    let pairs: [([Int], [Int])] = [
      ([3, 4], [3, 4]), ([3, 4], [4]), ([3, 1], [1, 4]), ([], [2, 2]), ([2, 0], [1, 1]), ([1], [1]),
    ]
    for (a, b) in pairs {
      calls.append(OpCall(try integers(a), try integers(b, seed: 2)))
      if !integersOnly { calls.append(OpCall(try floats(a), try floats(b, seed: 2))) }
    }
    for dtype in [DType.i32, .i8, .u8] {
      calls.append(
        OpCall(try integers([3, 4], dtype: dtype), try integers([4], seed: 2, dtype: dtype)))
    }
    calls.append(OpCall([.tensor(try integers([3, 4])), .number(2)]))
    if integersOnly { return calls }
    for dtype in [DType.f64, .f16, .bf16] {
      calls.append(
        OpCall(try floats([3, 4], dtype: dtype), try floats([4], seed: 2, dtype: dtype)))
    }
    calls.append(OpCall(try floats([3, 4]), try integers([3, 4])))
    calls.append(OpCall([.number(2), .tensor(try floats([3, 4]))]))
    let edges: [Double] = [0, -0.0, 1, -1.5, .infinity, -.infinity, .nan]
    calls.append(OpCall(try Tensor(edges, shape: [7, 1]), try Tensor(edges, shape: [1, 7])))
    return calls
  }
}
