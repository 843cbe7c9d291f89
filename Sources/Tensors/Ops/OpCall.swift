import Base

/// The values of one call of an operation: tensors in order, the rest by name.
public struct OpCall: Sendable {
  /// What stands for one tensor argument.
  public enum Value: Sendable {
    case tensor(Tensor)
    case number(Scalar)
    case tensors([Tensor])
  }

  /// What stands for one further argument.
  public enum Option: Sendable {
    case number(Scalar)
    case numbers([Scalar])
    case text(String)
    case tensor(Tensor)
    case index([IndexItem])
  }

  /// The tensor arguments in the order of their declaration.
  public var inputs: [Value]
  /// The further arguments; those left out have their defaults.
  public var options: [String: Option]
  /// The tensor that gets the result of an elementwise operation, where one is given.
  public var out: Tensor?

  /// Creates a call.
  public init(_ inputs: [Value], _ options: [String: Option] = [:], out: Tensor? = nil) {
    self.inputs = inputs
    self.options = options
    self.out = out
  }

  /// Creates a call of tensors alone.
  public init(_ tensors: Tensor..., options: [String: Option] = [:]) {
    self.init(tensors.map { .tensor($0) }, options)
  }

  // The accessors below read what an operation declared.

  func tensor(_ position: Int) throws(Problem) -> Tensor {
    switch inputs[position] {
    case .tensor(let tensor): return tensor
    case .number(let number): return try Tensor(number)
    case .tensors: throw Problem("argument \(position + 1) is one tensor, not a list")
    }
  }

  func operand(_ position: Int) throws(Problem) -> Operand {
    switch inputs[position] {
    case .tensor(let tensor): return .tensor(tensor)
    case .number(let number): return .number(number)
    case .tensors: throw Problem("argument \(position + 1) is one tensor, not a list")
    }
  }

  func tensors(_ position: Int) -> [Tensor] {
    switch inputs[position] {
    case .tensor(let tensor): [tensor]
    case .tensors(let tensors): tensors
    case .number: []
    }
  }

  func scalar(_ name: String) throws(Problem) -> Scalar? {
    switch options[name] {
    case nil: return nil
    case .number(let number): return number
    case .tensor(let tensor): return try tensor.item()
    case .text(let text):
      // "inf" stands for what JSON cannot say.
      guard let value = Double(text) else {
        throw Problem("\(name): a number was expected, got \"\(text)\"")
      }
      return .float(value)
    default: throw Problem("\(name): a number was expected")
    }
  }

  func number(_ name: String, _ fallback: Double) throws(Problem) -> Double {
    try scalar(name)?.double ?? fallback
  }

  func integer(_ name: String) throws(Problem) -> Int? {
    guard let scalar = try scalar(name) else { return nil }
    return try OpCall.whole(scalar, name)
  }

  /// A dimension, a size or a count: no tensor has more than 2^48 of anything, and within that no
  /// sum of a few of them overflows.
  private static func whole(_ scalar: Scalar, _ name: String) throws(Problem) -> Int {
    if case .float(let value) = scalar, value != value.rounded() || !value.isFinite {
      throw Problem("\(name): a whole number was expected, got \(value)")
    }
    let limit = 1 << 48
    guard scalar.integer >= -limit, scalar.integer <= limit else {
      throw Problem("\(name): \(scalar.integer) is out of range")
    }
    return scalar.integer
  }

  private static func whole(_ scalars: [Scalar], _ name: String) throws(Problem) -> [Int] {
    var numbers: [Int] = []
    for scalar in scalars { numbers.append(try whole(scalar, name)) }
    return numbers
  }

  func required(_ name: String) throws(Problem) -> Int {
    guard let value = try integer(name) else { throw Problem("\(name): is missing") }
    return value
  }

  func flag(_ name: String, _ fallback: Bool = false) throws(Problem) -> Bool {
    guard let scalar = try scalar(name) else { return fallback }
    return scalar.integer != 0
  }

  func text(_ name: String) -> String? {
    if case .text(let text) = options[name] { text } else { nil }
  }

  func integers(_ name: String) throws(Problem) -> [Int]? {
    switch options[name] {
    case nil: return nil
    case .number(let number): return [try OpCall.whole(number, name)]
    case .numbers(let numbers): return try OpCall.whole(numbers, name)
    case .tensor(let tensor): return try OpCall.whole(tensor.integers.map { .integer($0) }, name)
    case .text(let text):
      throw Problem("\(name): a list of whole numbers was expected, got \"\(text)\"")
    default: throw Problem("\(name): a list of whole numbers was expected")
    }
  }

  func sizes(_ name: String) throws(Problem) -> [Int] {
    guard let sizes = try integers(name) else { throw Problem("\(name): is missing") }
    return sizes
  }

  func dtype(_ fallback: DType) throws(Problem) -> DType {
    guard let name = text("dtype") else { return fallback }
    guard let dtype = DType.named(name) else {
      throw .unknown("dtype", name, among: DType.allCases.map(\.name))
    }
    return dtype
  }
}

extension OpCall.Option: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral
{
  /// Creates a whole number.
  public init(integerLiteral value: Int) { self = .number(.integer(value)) }
  /// Creates a number.
  public init(floatLiteral value: Double) { self = .number(.float(value)) }
  /// Creates a truth value.
  public init(booleanLiteral value: Bool) { self = .number(.boolean(value)) }
  /// Creates a text.
  public init(stringLiteral value: String) { self = .text(value) }
  /// Creates a list of whole numbers.
  public init(arrayLiteral elements: Int...) { self = .numbers(elements.map { .integer($0) }) }
}
