public import Base
internal import CTensors

extension Tensor {
  /// Creates a tensor from numbers in row-major order; the shape defaults to one dimension.
  public init(_ values: [Double], shape: [Int]? = nil, dtype: DType = .standardFloat)
    throws(Problem)
  {
    try self.init(dense: values, .f64, shape, dtype)
  }

  /// Creates a tensor from whole numbers.
  public init(_ values: [Int], shape: [Int]? = nil, dtype: DType = .i64) throws(Problem) {
    try self.init(dense: values, .i64, shape, dtype)
  }

  /// Creates a tensor from single-precision numbers.
  public init(_ values: [Float], shape: [Int]? = nil) throws(Problem) {
    try self.init(dense: values, .f32, shape, .f32)
  }

  /// Creates a tensor of truth values.
  public init(_ values: [Bool], shape: [Int]? = nil) throws(Problem) {
    try self.init(dense: values.map { UInt8($0 ? 1 : 0) }, .bool, shape, .bool)
  }

  /// Creates a 0-d tensor.
  public init(_ value: Scalar, dtype: DType? = nil) throws(Problem) {
    switch value {
    case .float(let number): try self.init([number], shape: [], dtype: dtype ?? .standardFloat)
    case .integer(let number): try self.init([number], shape: [], dtype: dtype ?? .i64)
    case .boolean(let flag): try self.init([flag ? 1 : 0], shape: [], dtype: dtype ?? .bool)
    }
  }

  private init<T>(dense values: [T], _ from: DType, _ shape: [Int]?, _ dtype: DType) throws(Problem)
  {
    let shape = shape ?? [values.count]
    let expected = try Shape.count(shape)
    guard expected == values.count else {
      throw Problem(
        "tensor: shape \(Shape.text(shape)) has \(expected) elements, \(values.count) were given")
    }
    let result = try Tensor.empty(shape, dtype)
    values.withUnsafeBytes { raw in
      guard let start = raw.baseAddress, !values.isEmpty else { return }
      // Both blocks hold `expected` elements of the dtypes named.
      ct_convert(result.pointer, dtype.rawValue, start, from.rawValue, Int64(expected))
    }
    self = result
  }

  /// The elements in row-major order, as double-precision numbers.
  public var doubles: [Double] { loaded(as: .f64, Double(0)) }

  /// The elements in row-major order, as whole numbers.
  public var integers: [Int] { loaded(as: .i64, 0) }

  /// The elements in row-major order, as single-precision numbers.
  public var floats: [Float] { loaded(as: .f32, Float(0)) }

  /// The elements in row-major order, true where they are not zero.
  public var booleans: [Bool] { loaded(as: .bool, UInt8(0)).map { $0 != 0 } }

  /// The elements in row-major order as they are stored.
  public var rawBytes: [UInt8] {
    let dense = count * dtype.size
    return [UInt8](unsafeUninitializedCapacity: dense) { buffer, used in
      var view = kernelView
      if dense > 0, let start = buffer.baseAddress {
        // The buffer has room for every element in the tensor's own dtype.
        withExtendedLifetime(storage) { ct_load(&view, 0, Int64(count), start, dtype.rawValue) }
      }
      used = dense
    }
  }

  private func loaded<T>(as dtype: DType, _ zero: T) -> [T] {
    let count = self.count
    guard count > 0 else { return [] }
    var view = kernelView
    return [T](unsafeUninitializedCapacity: count) { buffer, used in
      if let start = buffer.baseAddress {
        // The buffer has room for `count` elements of the dtype, which T mirrors.
        withExtendedLifetime(storage) { ct_load(&view, 0, Int64(count), start, dtype.rawValue) }
      }
      used = count
    }
  }

  /// The only element, as a number of its kind; a tensor of another count is refused.
  public func item() throws(Problem) -> Scalar {
    guard count == 1 else {
      throw Problem(
        "item: the tensor has \(count) elements (\(summary))", fix: "index it down to one")
    }
    switch dtype.category {
    case .float: return .float(doubles[0])
    case .integer: return .integer(integers[0])
    case .boolean: return .boolean(booleans[0])
    }
  }
}
