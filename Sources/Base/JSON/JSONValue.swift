/// A JSON document in memory; objects keep the order of their keys.
public enum JSONValue: Hashable, Sendable {
  case null
  case boolean(Bool)
  case integer(Int)
  case number(Double)
  /// A number that is kept as its text: `NaN`, `-Infinity`, an integer beyond 64 bits, `1.50`.
  case literal(String)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)
}

/// Keys and values in order; a key stands once.
public struct JSONObject: Hashable, Sendable, ExpressibleByDictionaryLiteral, Sequence {
  /// The keys in order.
  public private(set) var keys: [String] = []
  private var values: [String: JSONValue] = [:]

  /// Creates an empty object.
  public init() {}

  /// Creates an object from literal pairs.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    for (key, value) in elements { self[key] = value }
  }

  /// The number of keys.
  public var count: Int { keys.count }

  /// True when there is no key.
  public var isEmpty: Bool { keys.isEmpty }

  /// The value of a key; setting appends a new key, nil removes it.
  public subscript(key: String) -> JSONValue? {
    get { values[key] }
    set {
      if let newValue {
        if values.updateValue(newValue, forKey: key) == nil { keys.append(key) }
      } else if values.removeValue(forKey: key) != nil {
        keys.removeAll { $0 == key }
      }
    }
  }

  /// Sets a key; a new one goes where the keys' alphabetical order wants it.
  public mutating func insertSorted(_ key: String, _ value: JSONValue) {
    if values.updateValue(value, forKey: key) == nil {
      keys.insert(key, at: keys.firstIndex { $0 > key } ?? keys.endIndex)
    }
  }

  /// Walks the pairs in order.
  public func makeIterator() -> AnyIterator<(key: String, value: JSONValue)> {
    var position = 0
    return AnyIterator {
      guard position < keys.count else { return nil }
      defer { position += 1 }
      let key = keys[position]
      return values[key].map { (key, $0) }
    }
  }
}

extension JSONValue {
  /// The text, when it is one.
  public var string: String? { if case .string(let value) = self { value } else { nil } }
  /// The truth value, when it is one.
  public var boolean: Bool? { if case .boolean(let value) = self { value } else { nil } }
  /// The whole number, when it is one.
  public var integer: Int? { if case .integer(let value) = self { value } else { nil } }
  /// The elements, when it is an array.
  public var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
  /// The pairs, when it is an object.
  public var object: JSONObject? { if case .object(let value) = self { value } else { nil } }
  /// The number, whole or not, when it is one.
  public var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    case .literal(let text): JSONValue.double(of: text)
    default: nil
    }
  }
  private static func double(of text: String) -> Double? {
    switch text {
    case "NaN": .nan
    case "Infinity": .infinity
    case "-Infinity": -.infinity
    default: Double(text)
    }
  }

  /// The value of a key, when it is an object that has it.
  public subscript(key: String) -> JSONValue? { object?[key] }

  /// What kind of value it is, in words for messages.
  public var kindName: String {
    switch self {
    case .null: "null"
    case .boolean: "a boolean"
    case .integer, .number, .literal: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
  /// Creates a string.
  public init(stringLiteral value: String) { self = .string(value) }
  /// Creates a whole number.
  public init(integerLiteral value: Int) { self = .integer(value) }
  /// Creates a number.
  public init(floatLiteral value: Double) { self = .number(value) }
  /// Creates a truth value.
  public init(booleanLiteral value: Bool) { self = .boolean(value) }
  /// Creates an array.
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  /// Creates null.
  public init(nilLiteral: ()) { self = .null }
  /// Creates an object.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    var object = JSONObject()
    for (key, value) in elements { object[key] = value }
    self = .object(object)
  }
}
