public import Base

// The arithmetic of tensors in Swift; numbers may stand on either side.

extension Tensor {
  /// Runs a declared operation by name and gives its first result.
  public static func apply(
    _ name: String, _ inputs: [OpCall.Value], _ options: [String: OpCall.Option] = [:]
  ) throws(Problem) -> Tensor {
    let results = try operations[name].run(OpCall(inputs, options))
    guard let first = results.first else { throw Problem("\(name): gave nothing") }
    return first
  }

  /// Runs a declared operation on this tensor and others, and gives its first result.
  public func apply(
    _ name: String, _ others: Tensor..., options: [String: OpCall.Option] = [:]
  ) throws(Problem) -> Tensor {
    try Tensor.apply(name, [.tensor(self)] + others.map { .tensor($0) }, options)
  }

  /// Adds elementwise.
  public static func + (a: Tensor, b: Tensor) throws(Problem) -> Tensor { try a.apply("add", b) }
  /// Subtracts elementwise.
  public static func - (a: Tensor, b: Tensor) throws(Problem) -> Tensor { try a.apply("sub", b) }
  /// Multiplies elementwise.
  public static func * (a: Tensor, b: Tensor) throws(Problem) -> Tensor { try a.apply("mul", b) }
  /// Divides elementwise.
  public static func / (a: Tensor, b: Tensor) throws(Problem) -> Tensor { try a.apply("div", b) }
  /// Adds a number to each element.
  public static func + (a: Tensor, b: Scalar) throws(Problem) -> Tensor { try a.apply("add", b) }
  /// Subtracts a number from each element.
  public static func - (a: Tensor, b: Scalar) throws(Problem) -> Tensor { try a.apply("sub", b) }
  /// Multiplies each element by a number.
  public static func * (a: Tensor, b: Scalar) throws(Problem) -> Tensor { try a.apply("mul", b) }
  /// Divides each element by a number.
  public static func / (a: Tensor, b: Scalar) throws(Problem) -> Tensor { try a.apply("div", b) }

  private func apply(_ name: String, _ number: Scalar) throws(Problem) -> Tensor {
    try Tensor.apply(name, [.tensor(self), .number(number)])
  }
}
