/// One number beside a tensor: it never widens the tensor within its category.
public enum Scalar: Hashable, Sendable {
  case float(Double)
  case integer(Int)
  case boolean(Bool)

  /// The value as a float.
  public var double: Double {
    switch self {
    case .float(let value): value
    case .integer(let value): Double(value)
    case .boolean(let value): value ? 1 : 0
    }
  }

  /// The value as a whole number; fractions are cut, what does not fit clamps.
  public var integer: Int {
    switch self {
    case .float(let value):
      value.isNaN ? 0 : Int(exactly: value.rounded(.towardZero)) ?? (value < 0 ? .min : .max)
    case .integer(let value): value
    case .boolean(let value): value ? 1 : 0
    }
  }

  /// The dtype of a tensor made from the number alone.
  public var dtype: DType {
    switch self {
    case .float: .standardFloat
    case .integer: .i64
    case .boolean: .bool
    }
  }

  /// The dtype that an operation of a tensor with the number has.
  public func promoted(with dtype: DType) -> DType {
    self.dtype.category > dtype.category ? self.dtype : dtype
  }
}

extension Scalar: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral
{
  /// Creates a float.
  public init(floatLiteral value: Double) { self = .float(value) }
  /// Creates a whole number.
  public init(integerLiteral value: Int) { self = .integer(value) }
  /// Creates a truth value.
  public init(booleanLiteral value: Bool) { self = .boolean(value) }
}
