import Base
internal import CTensors

// Builders for elementwise operations: a kernel where one is worth it, else a Swift function, and
// the same function as the plain-loop reference.

/// What an operation of one argument does with integers.
enum IntegerRule {
  /// Fractions come out: the input is taken as f32.
  case toFloat
  /// Nothing changes, as for `floor`.
  case same
  /// A kernel or function for integers exists.
  case exact(@Sendable (Int) -> Int)
}

extension OpSpec {
  /// Declares a function of one number.
  static func unary(
    _ name: String, _ summary: String, kernel: ct_unary? = nil, integers: IntegerRule = .toFloat,
    tolerance: Double = 2e-6, example: String? = nil, values: [Double]? = nil,
    _ function: @escaping @Sendable (Double) -> Double
  ) -> OpSpec {
    OpSpec(
      name, summary, .unary, example: example ?? "tensor{ 0.25, 0.5, 1 }:\(name)()",
      tolerance: tolerance, samples: { () throws(Problem) in try Samples.unary(values) },
      reference: { call throws(Problem) in
        [try plain(name, try call.tensor(0), integers, function)]
      },
      run: { call throws(Problem) in
        [try computed(name, try call.tensor(0), kernel, integers, function, out: call.out)]
      })
  }

  private static func plain(
    _ name: String, _ x: Tensor, _ rule: IntegerRule, _ function: (Double) -> Double
  ) throws(Problem) -> Tensor {
    if !x.dtype.isFloat {
      switch rule {
      case .same: return try x.copied()
      case .exact(let whole):
        return try Tensor(
          x.integers.map(whole), shape: x.shape, dtype: x.dtype == .bool ? .i64 : x.dtype)
      case .toFloat: break
      }
    }
    return try Tensor(x.doubles.map(function), shape: x.shape, dtype: x.dtype.floating)
  }

  private static func computed(
    _ name: String, _ x: Tensor, _ kernel: ct_unary?, _ rule: IntegerRule,
    _ function: (Double) -> Double, out: Tensor?
  ) throws(Problem) -> Tensor {
    var dtype = x.dtype.floating
    if !x.dtype.isFloat {
      switch rule {
      case .same: return try finished(try x.copied(), out)
      case .exact: dtype = x.dtype == .bool ? .i64 : x.dtype
      case .toFloat: break
      }
    }
    let computing = dtype.computing
    if let kernel, let loop = ct_unary_kernel(Int32(kernel.rawValue), computing.rawValue) {
      return try ElementwiseKernel(
        call: name, function: loop, computing: [computing], writes: computing
      ).run([x], dtype: dtype, out: out)
    }
    if !dtype.isFloat, case .exact(let whole) = rule {
      return try finished(try Tensor(x.integers.map(whole), shape: x.shape, dtype: dtype), out)
    }
    return try finished(try x.mapped(name, dtype, function), out)
  }

  /// Hands a result over, through the tensor to write where one is given.
  static func finished(_ result: Tensor, _ out: Tensor?) throws(Problem) -> Tensor {
    guard let out else { return result }
    guard out.shape == result.shape else {
      throw Problem(
        "the result is \(Shape.text(result.shape)), the tensor to write is \(Shape.text(out.shape))"
      )
    }
    try out.assign(result)
    return out
  }

  /// Declares a test of one number, which gives booleans.
  static func predicate(
    _ name: String, _ summary: String, _ function: @escaping @Sendable (Double) -> Bool
  ) -> OpSpec {
    let body: Body = { call throws(Problem) in
      let x = try call.tensor(0)
      let truth = try x.mapped(name, .bool) { function($0) ? 1 : 0 }
      return [try finished(truth, call.out)]
    }
    return OpSpec(
      name, summary, .unary, example: "tensor{ 1, 0/0, math.huge }:\(name)()",
      samples: { () throws(Problem) in try Samples.unary(nil) },
      reference: { call throws(Problem) in
        let x = try call.tensor(0)
        return [try Tensor(x.doubles.map(function), shape: x.shape)]
      }, run: body)
  }
}

/// How the dtype of a two-argument operation follows from its inputs.
enum BinaryRule {
  /// The promoted dtype; booleans count as whole numbers.
  case arithmetic
  /// The promoted dtype, booleans included.
  case selection
  /// A float in any case.
  case fraction
  /// Booleans out; compared in the promoted dtype.
  case comparison
  /// Whole numbers and booleans only.
  case bits
  /// Whole numbers only; a zero divisor is refused for them.
  case division
}

extension OpSpec {
  /// Declares a function of two numbers that broadcast.
  static func binary(
    _ name: String, _ summary: String, _ rule: BinaryRule, kernel: ct_binary? = nil,
    tolerance: Double = 1e-6, whole: (@Sendable (Int, Int) -> Int)? = nil,
    _ function: @escaping @Sendable (Double, Double) -> Double
  ) -> OpSpec {
    let operation = BinaryOperation(
      name: name, rule: rule, kernel: kernel, whole: whole, function: function)
    let left = rule.takesFloats ? "tensor{ 7, -7, 2 }" : "tensor({ 6, 3, 1 }, \"i64\")"
    return OpSpec(
      name, summary, .binary, example: "\(left):\(name)(2)",
      inputs: [Input("x", .tensorOrNumber), Input("y", .tensorOrNumber)], tolerance: tolerance,
      samples: { () throws(Problem) in try Samples.binary(integersOnly: !rule.takesFloats) },
      reference: { call throws(Problem) in
        [try operation.plain(try call.operand(0), try call.operand(1))]
      },
      run: { call throws(Problem) in
        [try operation.run(try call.operand(0), try call.operand(1), out: call.out)]
      })
  }
}

extension BinaryRule {
  var takesFloats: Bool { if case .bits = self { false } else { true } }
}

/// An operation of two arguments: its dtypes, its fast path and its plain loop.
struct BinaryOperation: Sendable {
  let name: String
  let rule: BinaryRule
  let kernel: ct_binary?
  let whole: (@Sendable (Int, Int) -> Int)?
  let function: @Sendable (Double, Double) -> Double

  /// The dtype in which it computes and the one it gives.
  private func dtypes(_ a: Operand, _ b: Operand) throws(Problem) -> (work: DType, result: DType) {
    let common = a.promoted(with: b)
    switch rule {
    case .arithmetic, .division:
      return common == .bool ? (.i64, .i64) : (common, common)
    case .selection: return (common, common)
    case .fraction: return (common.floating, common.floating)
    case .comparison: return (common, .bool)
    case .bits:
      guard !common.isFloat else {
        throw Problem("\(name): needs whole numbers or booleans, got \(common.name)")
      }
      return (common, common)
    }
  }

  func run(_ a: Operand, _ b: Operand, out: Tensor? = nil) throws(Problem) -> Tensor {
    let (work, result) = try dtypes(a, b)
    let x = try a.tensor(computing: work)
    let y = try b.tensor(computing: work)
    if case .division = rule, !work.isFloat { try refuseZero(y) }
    let computing = work.computing
    if let kernel, let loop = ct_binary_kernel(Int32(kernel.rawValue), computing.rawValue) {
      return try ElementwiseKernel(
        call: name, function: loop, computing: [computing, computing],
        writes: result == .bool ? .bool : computing
      ).run([x, y], dtype: result, out: out)
    }
    return try OpSpec.finished(try plain(a, b), out)
  }

  func plain(_ a: Operand, _ b: Operand) throws(Problem) -> Tensor {
    let (work, result) = try dtypes(a, b)
    let shape = try Shape.broadcast(a.shape, b.shape, for: name)
    let x = try a.tensor(computing: work).expanded(shape)
    let y = try b.tensor(computing: work).expanded(shape)
    if case .division = rule, !work.isFloat { try refuseZero(y) }
    if !work.isFloat, let whole {
      let values = zip(x.integers, y.integers).map { whole($0, $1) }
      return try Tensor(values, shape: shape, dtype: result)
    }
    // A narrow operand was rounded to the dtype in which the fast path computes; so is this one.
    let (u, v) =
      work == .f64 || !work.isFloat
      ? (x.doubles, y.doubles) : (x.floats.map(Double.init), y.floats.map(Double.init))
    var values = [Double](repeating: 0, count: u.count)
    try Tensor.inChunks(of: u.count, name) { range in
      for i in range { values[i] = function(u[i], v[i]) }
    }
    return try Tensor(values, shape: shape, dtype: result)
  }

  private func refuseZero(_ divisor: Tensor) throws(Problem) {
    if divisor.integers.contains(0) {
      throw Problem("\(name): division of whole numbers by zero", fix: "cast to f32 for infinities")
    }
  }
}
