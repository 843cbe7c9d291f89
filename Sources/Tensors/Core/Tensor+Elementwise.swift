public import Base
internal import CTensors

/// What an elementwise operation takes: a tensor, or a number that stretches to any shape.
public enum Operand: Sendable {
  case tensor(Tensor)
  case number(Scalar)

  /// The sizes; none for a number.
  public var shape: [Int] { if case .tensor(let tensor) = self { tensor.shape } else { [] } }

  /// The tensor, or the number as a 0-d tensor of the dtype that it would have alone.
  public func asTensor() throws(Problem) -> Tensor {
    switch self {
    case .tensor(let tensor): tensor
    case .number(let number): try Tensor(number)
    }
  }

  /// The dtype that holds the results with another operand; a number widens nothing.
  func promoted(with other: Operand) -> DType {
    switch (self, other) {
    case (.tensor(let a), .tensor(let b)): DType.promoted(a.dtype, b.dtype)
    case (.tensor(let a), .number(let b)): b.promoted(with: a.dtype)
    case (.number(let a), .tensor(let b)): a.promoted(with: b.dtype)
    case (.number(let a), .number(let b)): DType.promoted(a.dtype, b.dtype)
    }
  }

  func tensor(computing dtype: DType) throws(Problem) -> Tensor {
    switch self {
    case .tensor(let tensor): tensor
    case .number(let number): try Tensor(number, dtype: dtype)
    }
  }
}

/// An elementwise kernel with what it reads and writes.
struct ElementwiseKernel {
  let call: String
  let function: ct_kernel
  /// The dtypes that the kernel reads.
  let computing: [DType]
  /// The dtype that the kernel writes; the result is converted from it.
  let writes: DType
  var parameters: [Double] = [0]

  /// Runs over inputs that broadcast, into `out` or a new tensor of `dtype`.
  func run(_ inputs: [Tensor], dtype: DType, out: Tensor? = nil) throws(Problem) -> Tensor {
    var shape: [Int] = []
    for input in inputs { shape = try Shape.broadcast(shape, input.shape, for: call) }
    let target = try output(out, shape, dtype)
    if target.count == 0 { return target }
    var views: [ct_view] = []
    for input in inputs {
      var input = input
      if let out, out.sharesStorage(with: input), !out.hasSameLayout(as: input) {
        // The chunks already written would be read again.
        input = try input.copied()
      }
      views.append(try input.expanded(shape).kernelView)
    }
    let dtypes = computing.map(\.rawValue)
    var to = target.kernelView
    let stopped = withExtendedLifetime((inputs, target)) {
      ct_map(function, &to, writes.rawValue, views, dtypes, Int32(inputs.count), parameters)
    }
    try Tensor.check(stopped, call)
    return target
  }

  private func output(_ out: Tensor?, _ shape: [Int], _ dtype: DType) throws(Problem) -> Tensor {
    guard let out else { return try Tensor.empty(shape, dtype) }
    guard out.shape == shape else {
      throw Problem(
        "\(call): the result is \(Shape.text(shape)), the tensor to write is \(Shape.text(out.shape))"
      )
    }
    guard dtype.category <= out.dtype.category else {
      throw Problem("\(call): a result of \(dtype.name) does not go into \(out.dtype.name)")
    }
    return out
  }
}

extension Tensor {
  /// Computes each element by a Swift function of a float; for operations without a kernel.
  func mapped(_ call: String, _ dtype: DType, _ body: (Double) -> Double) throws(Problem) -> Tensor
  {
    var values = doubles
    try Tensor.inChunks(of: values.count, call) { range in
      for i in range { values[i] = body(values[i]) }
    }
    return try Tensor(values, shape: shape, dtype: dtype)
  }

  /// Runs a loop in pieces, between which a request to stop is noticed.
  static func inChunks(of count: Int, _ call: String, _ body: (Range<Int>) -> Void) throws(Problem)
  {
    var start = 0
    while start < count {
      if Cancellation.isRequested { throw Problem("\(call): stopped", kind: .interrupted) }
      let end = min(count, start + 4096)
      body(start..<end)
      start = end
    }
  }
}
