/// The arithmetic types of CUDA-C, in the order of their conversion rank.
enum Arithmetic: UInt8, Hashable, Sendable, CaseIterable {
  case bool
  case char, signedChar, unsignedChar
  case short, unsignedShort
  case int, unsignedInt
  case long, unsignedLong
  case longLong, unsignedLongLong
  case half, bfloat, float, double

  /// How the machine reads such a value.
  var valueType: ValueType {
    switch self {
    case .bool: .predicate
    case .char, .signedChar: .s8
    case .unsignedChar: .u8
    case .short: .s16
    case .unsignedShort: .u16
    case .int: .s32
    case .unsignedInt: .u32
    case .long, .longLong: .s64
    case .unsignedLong, .unsignedLongLong: .u64
    case .half: .f16
    case .bfloat: .bf16
    case .float: .f32
    case .double: .f64
    }
  }

  /// How it lies in memory.
  var memoryType: ValueType { self == .bool ? .u8 : valueType }

  var bytes: Int { memoryType.bytes }
  var isFloating: Bool { valueType.isFloating }
  var isInteger: Bool { !isFloating }
  var isUnsigned: Bool { isInteger && !valueType.isSigned }

  /// What integer promotion makes of it.
  var promoted: Arithmetic {
    switch self {
    case .bool, .char, .signedChar, .unsignedChar, .short, .unsignedShort: .int
    default: self
    }
  }

  /// How C spells it.
  var spelling: String {
    switch self {
    case .bool: "bool"
    case .char: "char"
    case .signedChar: "signed char"
    case .unsignedChar: "unsigned char"
    case .short: "short"
    case .unsignedShort: "unsigned short"
    case .int: "int"
    case .unsignedInt: "unsigned int"
    case .long: "long"
    case .unsignedLong: "unsigned long"
    case .longLong: "long long"
    case .unsignedLongLong: "unsigned long long"
    case .half: "__half"
    case .bfloat: "__nv_bfloat16"
    case .float: "float"
    case .double: "double"
    }
  }

  /// The unsigned type of the same width.
  var unsigned: Arithmetic {
    switch self {
    case .char, .signedChar: .unsignedChar
    case .short: .unsignedShort
    case .int: .unsignedInt
    case .long: .unsignedLong
    case .longLong: .unsignedLongLong
    default: self
    }
  }

  /// The type in which two operands are combined.
  static func common(_ left: Arithmetic, _ right: Arithmetic) -> Arithmetic {
    if left.isFloating || right.isFloating {
      if left.isFloating != right.isFloating { return left.isFloating ? left : right }
      // A half meets a bfloat only through float; otherwise the wider wins.
      if Set([left, right]) == [.half, .bfloat] { return .float }
      return left.rawValue >= right.rawValue ? left : right
    }
    let (a, b) = (left.promoted, right.promoted)
    if a == b { return a }
    let (low, high) = a.rawValue < b.rawValue ? (a, b) : (b, a)
    if high.isUnsigned || !low.isUnsigned { return high }
    return high.bytes > low.bytes ? high : high.unsigned
  }
}

/// A type with the qualifiers that stand on it.
struct QualifiedType: Hashable {
  var type: CType
  var isConst = false
  var isVolatile = false

  init(_ type: CType, isConst: Bool = false, isVolatile: Bool = false) {
    self.type = type
    self.isConst = isConst
    self.isVolatile = isVolatile
  }

  var spelling: String {
    if case .pointer = type { return type.spelling + (isConst ? " const" : "") }
    return (isConst ? "const " : "") + (isVolatile ? "volatile " : "") + type.spelling
  }

  /// The same with further qualifiers.
  func qualified(isConst: Bool, isVolatile: Bool) -> QualifiedType {
    QualifiedType(
      type, isConst: self.isConst || isConst, isVolatile: self.isVolatile || isVolatile)
  }
}

/// A type of CUDA-C after all names are resolved.
indirect enum CType: Hashable {
  case void
  case arithmetic(Arithmetic)
  case enumeration(Enumeration)
  case pointer(QualifiedType)
  case reference(QualifiedType, isRvalue: Bool)
  /// The count is nil where the source leaves it open, as in `extern __shared__ float s[]`.
  case array(QualifiedType, count: Int?)
  case record(Record)
  case function(FunctionType)
  /// The type of `nullptr`.
  case null
  /// A name that only a call can resolve: an overload set or a template without arguments.
  case unresolved

  static var bool: CType { .arithmetic(.bool) }
  static var int: CType { .arithmetic(.int) }
  static var unsignedInt: CType { .arithmetic(.unsignedInt) }
  static var float: CType { .arithmetic(.float) }
  static var double: CType { .arithmetic(.double) }
  static var size: CType { .arithmetic(.unsignedLong) }

  /// The number type behind a number or an enumeration.
  var arithmetic: Arithmetic? {
    switch self {
    case .arithmetic(let number): number
    case .enumeration(let enumeration): enumeration.underlying
    default: nil
    }
  }

  var record: Record? { if case .record(let record) = self { record } else { nil } }
  var pointee: QualifiedType? { if case .pointer(let target) = self { target } else { nil } }
  var isReference: Bool { if case .reference = self { true } else { false } }
  var isPointer: Bool { if case .pointer = self { true } else { false } }
  var isArray: Bool { if case .array = self { true } else { false } }
  var isInteger: Bool { arithmetic?.isInteger ?? false }
  var isFloating: Bool { arithmetic?.isFloating ?? false }

  /// The element of an array, or the target of a pointer.
  var element: QualifiedType? {
    switch self {
    case .array(let element, _), .pointer(let element): element
    default: nil
    }
  }

  /// What a reference refers to; other types stay.
  var referred: CType {
    if case .reference(let target, _) = self { target.type } else { self }
  }

  /// How C spells the type.
  var spelling: String {
    switch self {
    case .void: return "void"
    case .arithmetic(let number): return number.spelling
    case .enumeration(let enumeration): return enumeration.name
    case .pointer(let target):
      if case .array(let element, let count) = target.type {
        return "\(element.spelling) (*)[\(count.map(String.init) ?? "")]"
      }
      let text = target.spelling
      return text + (text.hasSuffix("*") ? "*" : " *")
    case .reference(let target, let isRvalue): return target.spelling + (isRvalue ? " &&" : " &")
    case .array:
      var (type, sizes) = (self, "")
      while case .array(let element, let count) = type {
        sizes += "[\(count.map(String.init) ?? "")]"
        type = element.type
      }
      return type.spelling + " " + sizes
    case .record(let record): return record.name
    case .function(let function):
      let parameters = function.parameters.map(\.spelling).joined(separator: ", ")
      return "\(function.result.spelling)(\(parameters))"
    case .null: return "std::nullptr_t"
    case .unresolved: return "<overloaded function>"
    }
  }
}

/// The shape of a function as a pointer to it sees it.
struct FunctionType: Hashable {
  var result: CType
  var parameters: [CType]
}

/// An `enum`: whole numbers with names.
final class Enumeration: Hashable {
  let name: String
  let underlying: Arithmetic
  let isScoped: Bool
  var constants: [String: Int] = [:]

  init(name: String, underlying: Arithmetic, isScoped: Bool) {
    self.name = name
    self.underlying = underlying
    self.isScoped = isScoped
  }

  static func == (left: Enumeration, right: Enumeration) -> Bool { left === right }
  func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
