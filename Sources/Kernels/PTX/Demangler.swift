/// Reads the names that C++ compilers give to functions (the Itanium ABI), as far as kernels need.
///
/// A name it does not understand stays as it is.
public struct Demangler {
  /// A function's name and what it takes.
  public struct Signature: Sendable {
    /// The name with its template arguments, as in "mmT<8>".
    public let name: String
    /// The parameters' types; nil where they could not be read.
    let parameters: [MangledType]?
  }

  /// The readable form of a symbol, without parameters: "mmT<8>" for "_Z3mmTILi8EEvPKfS1_Pfi".
  public static func name(of symbol: String) -> String { signature(of: symbol).name }

  /// The readable form of a symbol and its parameters' types.
  public static func signature(of symbol: String) -> Signature {
    var demangler = Demangler(symbol)
    return demangler.read() ?? Signature(name: symbol, parameters: nil)
  }

  private let bytes: [UInt8]
  private var index = 0
  private var substitutions: [MangledType] = []
  private var templateArguments: [MangledType] = []
  private var depth = 0
  /// Types may name one another, so a short symbol can stand for a very long text.
  private var budget = 20_000

  private init(_ symbol: String) { bytes = Array(symbol.utf8) }

  private var peek: UInt8 { index < bytes.count ? bytes[index] : 0 }

  private mutating func accept(_ text: StaticString) -> Bool {
    let wanted = text.withUTF8Buffer { Array($0) }
    guard bytes[index...].starts(with: wanted) else { return false }
    index += wanted.count
    return true
  }

  private mutating func read() -> Signature? {
    guard accept("_Z"), let name = encodingName() else { return nil }
    guard index < bytes.count else { return Signature(name: name.text, parameters: nil) }
    // Instances of templates name their result first.
    if name.isTemplate, type() == nil { return nil }
    var parameters: [MangledType] = []
    while index < bytes.count, peek != UInt8(ascii: "."), peek != UInt8(ascii: "E") {
      guard let next = type() else { return Signature(name: name.text, parameters: nil) }
      parameters.append(next)
    }
    if parameters.count == 1, parameters[0] == .builtin("void", nil) { parameters = [] }
    return Signature(name: name.text, parameters: parameters)
  }

  // MARK: Names

  private struct Name {
    var text: String
    var isTemplate = false
  }

  private mutating func encodingName() -> Name? {
    if peek == UInt8(ascii: "Z") { return localName() }
    if accept("N") { return nestedName() }
    guard var name = unscopedName() else { return nil }
    if peek == UInt8(ascii: "I") {
      substitutions.append(.named(name.text))
      guard let arguments = takeTemplateArguments() else { return nil }
      name.text += Self.spelling(arguments)
      name.isTemplate = true
      templateArguments = arguments
    }
    return name
  }

  /// `Z function E entity`: the entity's own name.
  private mutating func localName() -> Name? {
    index += 1
    guard enter() else { return nil }
    defer { depth -= 1 }
    guard let function = encodingName() else { return nil }
    if function.isTemplate, type() == nil { return nil }
    while peek != UInt8(ascii: "E") {
      guard index < bytes.count, type() != nil else { return nil }
    }
    index += 1
    guard let entity = unscopedName() else { return nil }
    if accept("_") { while isDigit(peek) { index += 1 } }
    return Name(text: entity.text)
  }

  private mutating func nestedName() -> Name? {
    while accept("K") || accept("V") || accept("R") || accept("O") {}
    var text = ""
    var isTemplate = false
    while !accept("E") {
      guard index < bytes.count, spend() else { return nil }
      if peek == UInt8(ascii: "I") {
        guard let arguments = takeTemplateArguments() else { return nil }
        text += Self.spelling(arguments)
        isTemplate = true
        templateArguments = arguments
      } else if peek == UInt8(ascii: "S"), index + 1 < bytes.count,
        bytes[index + 1] != UInt8(ascii: "t")
      {
        guard let known = substitution() else { return nil }
        text = known.text
        isTemplate = false
        continue
      } else {
        guard let part = unscopedName() else { return nil }
        text += text.isEmpty ? part.text : "::\(part.text)"
        isTemplate = false
      }
      if peek != UInt8(ascii: "E") { substitutions.append(.named(text)) }
    }
    return Name(text: text, isTemplate: isTemplate)
  }

  private mutating func unscopedName() -> Name? {
    if accept("St") {
      guard let inner = unscopedName() else { return nil }
      return Name(text: "std::\(inner.text)")
    }
    if isDigit(peek) { return sourceName().map { Name(text: $0) } }
    if accept("Ul") {
      while !accept("E") { guard index < bytes.count, type() != nil else { return nil } }
      let number = accept("_") ? "" : digits()
      if !number.isEmpty { index += peek == UInt8(ascii: "_") ? 1 : 0 }
      return Name(text: "{lambda#\((Int(number) ?? -1) + 2)}")
    }
    if accept("C1") || accept("C2") || accept("D1") || accept("D2") { return Name(text: "this") }
    if accept("cl") { return Name(text: "operator()") }
    if accept("ix") { return Name(text: "operator[]") }
    if accept("L") { return unscopedName() }
    return nil
  }

  private func isDigit(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }

  private mutating func digits() -> String {
    let start = index
    while isDigit(peek) { index += 1 }
    return String(decoding: bytes[start..<index], as: UTF8.self)
  }

  private mutating func sourceName() -> String? {
    guard let length = Int(digits()), length > 0, length <= bytes.count - index else { return nil }
    defer { index += length }
    let text = String(decoding: bytes[index..<index + length], as: UTF8.self)
    return text.hasPrefix("_GLOBAL__N_") || text.hasPrefix("_INTERNAL_") ? "(anonymous)" : text
  }

  // MARK: Template arguments

  private mutating func takeTemplateArguments() -> [MangledType]? {
    index += 1
    guard enter() else { return nil }
    defer { depth -= 1 }
    var result: [MangledType] = []
    while !accept("E") {
      guard index < bytes.count else { return nil }
      if accept("J") {
        while !accept("E") {
          guard let next = templateArgument() else { return nil }
          result.append(next)
        }
      } else {
        guard let next = templateArgument() else { return nil }
        result.append(next)
      }
    }
    return result
  }

  private mutating func templateArgument() -> MangledType? {
    guard accept("L") else { return type() }
    guard let kind = type() else { return nil }
    let isNegative = accept("n")
    let number = digits()
    guard accept("E") else { return nil }
    if kind == .builtin("bool", .u8) { return .named(number == "0" ? "false" : "true") }
    let suffix: String
    switch kind {
    case .builtin("unsigned int", _): suffix = "u"
    case .builtin("long", _): suffix = "l"
    case .builtin("unsigned long", _): suffix = "ul"
    default: suffix = ""
    }
    return .named((isNegative ? "-" : "") + number + suffix)
  }

  private static func spelling(_ arguments: [MangledType]) -> String {
    "<" + arguments.map(\.text).joined(separator: ", ") + ">"
  }

  // MARK: Types

  private mutating func enter() -> Bool {
    depth += 1
    return depth < 100 && spend()
  }

  private mutating func spend() -> Bool {
    budget -= 1
    return budget > 0
  }

  private mutating func type() -> MangledType? {
    guard enter() else { return nil }
    defer { depth -= 1 }
    let letter = peek
    if let builtin = Self.builtins[letter] {
      index += 1
      return builtin
    }
    let made: MangledType?
    switch letter {
    case UInt8(ascii: "P"), UInt8(ascii: "R"), UInt8(ascii: "O"):
      index += 1
      made = type().map { .pointer($0, letter == UInt8(ascii: "P") ? "*" : "&") }
    case UInt8(ascii: "K"):
      index += 1
      made = type().map { .constant($0) }
    case UInt8(ascii: "V"), UInt8(ascii: "r"):
      index += 1
      made = type()
    case UInt8(ascii: "A"):
      index += 1
      let count = digits()
      guard accept("_") else { return nil }
      made = type().map { .named("\($0.text)[\(count)]") }
    case UInt8(ascii: "S") where index + 1 < bytes.count && bytes[index + 1] != UInt8(ascii: "t"):
      guard let known = substitution() else { return nil }
      guard peek == UInt8(ascii: "I") else { return known }
      made = withArguments(known.text)
    case UInt8(ascii: "T"): made = templateParameter()
    case UInt8(ascii: "N"):
      index += 1
      made = nestedName().map { .named($0.text) }
    case UInt8(ascii: "D"):
      // A pack's parameters stand as one.
      guard accept("Dp") else { return nil }
      return type()
    default:
      guard let name = unscopedName() else { return nil }
      if peek == UInt8(ascii: "I") {
        substitutions.append(.named(name.text))
        made = withArguments(name.text)
      } else {
        made = .named(name.text)
      }
    }
    guard let made, made.text.utf8.count < 4000 else { return nil }
    substitutions.append(made)
    return made
  }

  private mutating func withArguments(_ name: String) -> MangledType? {
    // Arguments of a parameter's type are not the function's own.
    let outer = templateArguments
    defer { templateArguments = outer }
    return takeTemplateArguments().map { .named(name + Self.spelling($0)) }
  }

  private mutating func templateParameter() -> MangledType? {
    index += 1
    let number = digits()
    guard accept("_") else { return nil }
    let place = number.isEmpty ? 0 : (Int(number) ?? 1000) + 1
    return templateArguments.indices.contains(place) ? templateArguments[place] : nil
  }

  /// `S_`, `S0_`, `S1_` …, in base 36.
  private mutating func substitution() -> MangledType? {
    index += 1
    let start = index
    while index < bytes.count, peek != UInt8(ascii: "_"), index - start < 4 { index += 1 }
    let code = String(decoding: bytes[start..<index], as: UTF8.self)
    guard accept("_") else { return nil }
    let place = code.isEmpty ? 0 : (Int(code, radix: 36) ?? 1 << 20) + 1
    return substitutions.indices.contains(place) ? substitutions[place] : nil
  }

  private static let builtins: [UInt8: MangledType] = [
    UInt8(ascii: "v"): .builtin("void", nil), UInt8(ascii: "b"): .builtin("bool", .u8),
    UInt8(ascii: "c"): .builtin("char", .s8), UInt8(ascii: "a"): .builtin("signed char", .s8),
    UInt8(ascii: "h"): .builtin("unsigned char", .u8), UInt8(ascii: "s"): .builtin("short", .s16),
    UInt8(ascii: "t"): .builtin("unsigned short", .u16), UInt8(ascii: "i"): .builtin("int", .s32),
    UInt8(ascii: "j"): .builtin("unsigned int", .u32), UInt8(ascii: "l"): .builtin("long", .s64),
    UInt8(ascii: "m"): .builtin("unsigned long", .u64),
    UInt8(ascii: "x"): .builtin("long long", .s64),
    UInt8(ascii: "y"): .builtin("unsigned long long", .u64),
    UInt8(ascii: "f"): .builtin("float", .f32), UInt8(ascii: "d"): .builtin("double", .f64),
  ]
}

/// A type in a mangled name.
indirect enum MangledType: Hashable, Sendable {
  case builtin(String, ValueType?)
  /// A class, an enumeration, or a number among template arguments.
  case named(String)
  case constant(MangledType)
  /// A pointer, or a reference by its sign.
  case pointer(MangledType, String)

  /// How C spells it.
  var text: String {
    switch self {
    case .builtin(let name, _), .named(let name): return name
    case .constant(.pointer(let to, let sign)): return "\(Self.pointer(to, sign).text)const"
    case .constant(let inner): return "const \(inner.text)"
    case .pointer(let to, let sign):
      return to.text.hasSuffix("*") ? to.text + sign : "\(to.text) \(sign)"
    }
  }

  /// The number it is; nil for structures and pointers.
  var value: ValueType? {
    switch self {
    case .builtin(_, let value): value
    case .named("__half"): .f16
    case .named("__nv_bfloat16"): .bf16
    case .named("__half2"): .f16x2
    case .named("__nv_bfloat162"): .bf16x2
    case .constant(let inner): inner.value
    default: nil
    }
  }

  /// Bytes of one element, for pointers to it; 1 where it is not known.
  var bytes: Int {
    if let value { return value.bytes }
    switch self {
    case .constant(let inner): return inner.bytes
    case .pointer: return 8
    case .named(let name): return Self.vectorBytes(name) ?? 1
    default: return 1
    }
  }

  /// `float4` and its kind.
  private static func vectorBytes(_ name: String) -> Int? {
    let kinds = [
      "float": 4, "int": 4, "uint": 4, "double": 8, "longlong": 8, "ulonglong": 8, "long": 8,
      "ulong": 8, "char": 1, "uchar": 1, "short": 2, "ushort": 2,
    ]
    guard let lanes = name.last?.wholeNumberValue, let kind = kinds[String(name.dropLast())]
    else { return nil }
    return lanes * kind
  }
}
