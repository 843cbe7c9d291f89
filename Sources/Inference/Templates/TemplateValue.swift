/// A value inside a template.
indirect enum TemplateValue {
  /// A name that nothing was given for.
  case undefined
  case none
  case boolean(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  case list([TemplateValue])
  /// Pairs in order.
  case map([(key: String, value: TemplateValue)])
  /// What `namespace()` makes: a map that is changed in place.
  case namespace(TemplateNamespace)

  /// Whether `if` takes it for true: not empty, not zero.
  var isTrue: Bool {
    switch self {
    case .undefined, .none: false
    case .boolean(let value): value
    case .integer(let value): value != 0
    case .number(let value): value != 0
    case .string(let value): !value.isEmpty
    case .list(let values): !values.isEmpty
    case .map(let pairs): !pairs.isEmpty
    case .namespace: true
    }
  }

  /// How it is printed.
  var text: String {
    switch self {
    case .undefined: ""
    case .none: "None"
    case .boolean(let value): value ? "True" : "False"
    case .integer(let value): String(value)
    case .number(let value): String(value)
    case .string(let value): value
    case .list, .map, .namespace: json(indent: nil)
    }
  }

  /// What kind of value it is, in words for messages.
  var kindName: String {
    switch self {
    case .undefined: "undefined"
    case .none: "none"
    case .boolean: "a boolean"
    case .integer, .number: "a number"
    case .string: "a string"
    case .list: "a list"
    case .map, .namespace: "a mapping"
    }
  }

  /// The number it stands for in arithmetic.
  var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    case .boolean(let value): value ? 1 : 0
    default: nil
    }
  }

  /// The value of a key, or undefined.
  subscript(key: String) -> TemplateValue {
    switch self {
    case .map(let pairs): pairs.first { $0.key == key }?.value ?? .undefined
    case .namespace(let space): space.values[key] ?? .undefined
    default: .undefined
    }
  }

  /// True when two values are the same for `==`.
  func equals(_ other: TemplateValue) -> Bool {
    switch (self, other) {
    case (.undefined, .undefined), (.none, .none): true
    case (.string(let a), .string(let b)): a == b
    case (.list(let a), .list(let b)): a.count == b.count && zip(a, b).allSatisfy { $0.equals($1) }
    case (.map(let a), .map(let b)):
      a.count == b.count && a.allSatisfy { $0.value.equals(other[$0.key]) }
    default:
      if let a = double, let b = other.double { a == b } else { false }
    }
  }

  /// JSON as Python's `json.dumps` writes it with `ensure_ascii` off.
  func json(indent: Int?, depth: Int = 0) -> String {
    let inner = indent.map { "\n" + String(repeating: " ", count: $0 * (depth + 1)) } ?? ""
    let outer = indent.map { "\n" + String(repeating: " ", count: $0 * depth) } ?? ""
    let comma = indent == nil ? ", " : "," + inner
    switch self {
    case .undefined, .none: return "null"
    case .boolean(let value): return value ? "true" : "false"
    case .integer, .number: return text
    case .string(let value): return quoted(value)
    case .list(let values):
      if values.isEmpty { return "[]" }
      let parts = values.map { $0.json(indent: indent, depth: depth + 1) }
      return "[" + inner + parts.joined(separator: comma) + outer + "]"
    case .map(let pairs):
      if pairs.isEmpty { return "{}" }
      let parts = pairs.map { quoted($0) + ": " + $1.json(indent: indent, depth: depth + 1) }
      return "{" + inner + parts.joined(separator: comma) + outer + "}"
    case .namespace: return "{}"
    }
  }
}

/// The changing values of a `namespace()`.
final class TemplateNamespace {
  var values: [String: TemplateValue]

  init(_ values: [String: TemplateValue]) { self.values = values }
}

/// A string between quotes with JSON's escapes.
private func quoted(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case "\n": result += "\\n"
    case "\r": result += "\\r"
    case "\t": result += "\\t"
    case "\u{8}": result += "\\b"
    case "\u{C}": result += "\\f"
    case ..<" ":
      let digits = String(scalar.value, radix: 16)
      result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}
