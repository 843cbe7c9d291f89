import Base

@testable import Inference

/// A small validator of JSON Schema for what random schemas hold; it knows nothing of grammars.
struct PlainValidator {
  let root: JSONValue

  /// What is wrong with a value; nothing when it is valid.
  func fault(_ value: JSONValue, _ schema: JSONValue, at path: String = "") -> String? {
    guard let object = schema.object else {
      return schema == .boolean(false) ? "\(path): nothing is allowed" : nil
    }
    if let reference = object["$ref"]?.string {
      if let fault = fault(value, resolve(reference), at: path) { return fault }
    }
    for part in object["allOf"]?.array ?? [] {
      if let fault = fault(value, part, at: path) { return fault }
    }
    for keyword in ["anyOf", "oneOf"] {
      if let parts = object[keyword]?.array, !parts.contains(where: { fault(value, $0) == nil }) {
        return "\(path): \(value.formatted()) meets no part of \(keyword)"
      }
    }
    if let values = object["enum"]?.array, !values.contains(value) {
      return "\(path): \(value.formatted()) is not in the enum"
    }
    if let constant = object["const"], constant != value {
      return "\(path): \(value.formatted()) is not \(constant.formatted())"
    }
    if let types = object["type"] {
      let names = (types.array ?? [types]).compactMap(\.string)
      if !names.contains(where: { has(value, type: $0) }) {
        return "\(path): \(value.formatted()) is not \(names)"
      }
    }
    switch value {
    case .integer, .number: return numberFault(value.double ?? .nan, object, path)
    case .string(let text): return textFault(text, object, path)
    case .array(let items): return itemsFault(items, object, path)
    case .object(let members): return membersFault(members, object, path)
    default: return nil
    }
  }

  private func resolve(_ reference: String) -> JSONValue {
    reference.split(separator: "/").dropFirst().reduce(root) { $0[String($1)] ?? .boolean(false) }
  }

  private func has(_ value: JSONValue, type: String) -> Bool {
    switch value {
    case .null: type == "null"
    case .boolean: type == "boolean"
    case .integer: type == "integer" || type == "number"
    case .number(let number):
      type == "number" || type == "integer" && number == number.rounded()
    // The strict parser makes none.
    case .literal: false
    case .string: type == "string"
    case .array: type == "array"
    case .object: type == "object"
    }
  }

  private func numberFault(_ number: Double, _ schema: JSONObject, _ path: String) -> String? {
    let tests: [(String, (Double, Double) -> Bool)] = [
      ("minimum", { $0 >= $1 }), ("maximum", { $0 <= $1 }), ("exclusiveMinimum", { $0 > $1 }),
      ("exclusiveMaximum", { $0 < $1 }),
    ]
    for (keyword, holds) in tests {
      if let bound = schema[keyword]?.double, !holds(number, bound) {
        return "\(path): \(number) breaks \(keyword) \(bound)"
      }
    }
    return nil
  }

  private func textFault(_ text: String, _ schema: JSONObject, _ path: String) -> String? {
    let count = text.unicodeScalars.count
    if let low = schema["minLength"]?.integer, count < low { return "\(path): shorter than \(low)" }
    if let high = schema["maxLength"]?.integer, count > high {
      return "\(path): \"\(text)\" is longer than \(high)"
    }
    if let pattern = schema["pattern"]?.string {
      guard
        let found = try? Regex(pattern).asciiOnlyDigits().matchingSemantics(.unicodeScalar)
          .firstMatch(in: pattern.contains("\\s") ? plainSpaces(text) : text)
      else { return "\(path): \"\(text)\" does not match \(pattern)" }
      _ = found
    }
    if let format = schema["format"]?.string {
      guard let pattern = Self.formats[format], let regex = try? Regex(pattern),
        (try? regex.wholeMatch(in: text)) != nil
      else { return "\(path): \"\(text)\" is no \(format)" }
    }
    return nil
  }

  /// Swift's `\s` takes the spaces of other scripts, but not behind `\w+`; ECMA's takes them always.
  private func plainSpaces(_ text: String) -> String {
    let spaces = "\u{1680}\u{2028}\u{2029}\u{202F}\u{205F}\u{3000}".unicodeScalars
    let scalars = text.unicodeScalars.map { scalar in
      spaces.contains(scalar) || (0x2000...0x200A).contains(scalar.value) ? " " : scalar
    }
    return String(String.UnicodeScalarView(scalars))
  }

  /// Written anew, and more loosely than the grammars of the engine.
  static let formats = [
    "date": #"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"#,
    "time": #"([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)"#,
    "date-time": #"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)"#,
    "duration":
      #"P(?=[0-9T])(\d+Y)?(\d+M)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?|P\d+W"#,
    "uuid": #"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"#,
    "email": #"[^@\s]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+"#,
    "hostname": #"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?"#,
    "ipv4": #"((25[0-5]|2[0-4]\d|1?\d?\d)(\.(?!$)|$)){4}"#,
    "ipv6": #"(?=.*:)[0-9a-fA-F:]{2,39}"#,
    "uri": #"[A-Za-z][A-Za-z0-9+.-]*:[^\s]*"#,
    "json-pointer": #"(/([^/~]|~[01])*)*"#,
  ]

  private func itemsFault(_ items: [JSONValue], _ schema: JSONObject, _ path: String) -> String? {
    if let low = schema["minItems"]?.integer, items.count < low {
      return "\(path): below \(low) items"
    }
    if let high = schema["maxItems"]?.integer, items.count > high {
      return "\(path): \(items.count) items, above \(high)"
    }
    let prefix = schema["prefixItems"]?.array ?? []
    for (index, item) in items.enumerated() {
      let part = index < prefix.count ? prefix[index] : schema["items"] ?? .boolean(true)
      if let fault = fault(item, part, at: "\(path)/\(index)") { return fault }
    }
    return nil
  }

  private func membersFault(_ members: JSONObject, _ schema: JSONObject, _ path: String) -> String?
  {
    for name in schema["required"]?.array ?? [] {
      if let name = name.string, members[name] == nil { return "\(path): \(name) is missing" }
    }
    if let low = schema["minProperties"]?.integer, members.count < low {
      return "\(path): below \(low) properties"
    }
    if let high = schema["maxProperties"]?.integer, members.count > high {
      return "\(path): above \(high) properties"
    }
    for (name, value) in members {
      var parts: [JSONValue] = []
      if let part = schema["properties"]?[name] { parts.append(part) }
      for (pattern, part) in schema["patternProperties"]?.object ?? JSONObject() {
        if let regex = try? Regex(pattern), (try? regex.firstMatch(in: name)) != nil {
          parts.append(part)
        }
      }
      if parts.isEmpty, let rest = schema["additionalProperties"] { parts.append(rest) }
      for part in parts {
        if let fault = fault(value, part, at: "\(path)/\(name)") { return fault }
      }
    }
    return nil
  }
}

extension Regex {
  fileprivate func asciiOnlyDigits() -> Regex<Output> { asciiOnlyDigits(true) }
}

/// Schemas by chance, over everything that is supported.
struct RandomSchema {
  var random: SeededRandom

  init(seed: UInt64) { random = SeededRandom(seed: seed, named: "random schemas") }

  /// A whole schema; every fifth refers to itself.
  mutating func make() -> JSONValue {
    guard chance(5) else { return schema(depth: 3) }
    var object = JSONObject()
    let inner = schema(depth: 1)
    object["$defs"] = [
      "leaf": inner,
      "tree": [
        "type": "object",
        "properties": [
          "value": ["$ref": "#/$defs/leaf"],
          "children": ["type": "array", "items": ["$ref": "#/$defs/tree"], "maxItems": 3],
          "next": ["anyOf": [["$ref": "#/$defs/tree"], ["type": "null"]]],
        ],
        "required": chance(2) ? ["value"] : ["value", "next"],
        "additionalProperties": false,
      ],
    ]
    object["$ref"] = "#/$defs/tree"
    return .object(object)
  }

  private mutating func chance(_ of: Int) -> Bool { random.nextInteger(below: of) == 0 }
  private mutating func pick<T>(_ list: [T]) -> T { list[random.nextInteger(below: list.count)] }

  private mutating func schema(depth: Int) -> JSONValue {
    switch random.nextInteger(below: depth == 0 ? 5 : 12) {
    case 0, 1: return .object(string())
    case 2: return .object(number())
    case 3: return pick([["type": "boolean"], ["type": "null"], ["type": ["null", "integer"]]])
    case 4: return value()
    case 5, 6: return .object(array(depth))
    case 7, 8, 9: return .object(object(depth))
    case 10:
      let keyword = pick(["anyOf", "oneOf"])
      let parts = (0..<2 + random.nextInteger(below: 2)).map { _ in schema(depth: depth - 1) }
      return .object([keyword: .array(parts)])
    default: return allOf(depth)
    }
  }

  private mutating func value() -> JSONValue {
    pick([
      ["enum": ["red", "green", "grün", "\"quoted\"\n"]], ["const": 42],
      ["enum": [1, 2.5, nil, true, "x", [1, "a"], ["k": [nil]]]], ["const": "a\\b"],
      ["enum": [1, 2, 3, "x"], "type": "integer", "minimum": 2],
      [:], true,
    ])
  }

  private mutating func string() -> JSONObject {
    var schema: JSONObject = ["type": "string"]
    switch random.nextInteger(below: 6) {
    case 0: schema["maxLength"] = .integer(random.nextInteger(below: 40))
    case 1:
      let low = random.nextInteger(below: 5)
      schema["minLength"] = .integer(low)
      schema["maxLength"] = .integer(low + random.nextInteger(below: 30))
    case 2: schema["format"] = .string(pick(TextFormat.all.keys.sorted()))
    case 3:
      schema["pattern"] = .string(
        pick([
          "^[a-z]{2,5}$", "^(foo|bar)-[0-9]+$", "[A-Z]\\d", "^\\w+\\s\\w+$", "^\"?[äöü水]*$",
          "^a.c$", "x$", "^-?(0|[1-9]\\d{0,3})$", "^[^\\\\\"]{1,3}\\\\$",
        ]))
      if chance(3) { schema["maxLength"] = 12 }
    default: break
    }
    return schema
  }

  private mutating func number() -> JSONObject {
    var schema: JSONObject = ["type": .string(pick(["integer", "number"]))]
    let low = random.nextInteger(below: 2000) - 1000
    let high = low + random.nextInteger(below: 1000)
    switch random.nextInteger(below: 5) {
    case 0: schema[pick(["minimum", "exclusiveMinimum"])] = .integer(low)
    case 1: schema[pick(["maximum", "exclusiveMaximum"])] = .integer(high)
    case 2:
      schema["minimum"] = .integer(low)
      schema["maximum"] = .integer(high)
    case 3:
      schema["exclusiveMinimum"] = .number(Double(low) / 8)
      schema["exclusiveMaximum"] = .number(Double(high + 9) / 8)
    default: break
    }
    return schema
  }

  private mutating func array(_ depth: Int) -> JSONObject {
    var schema: JSONObject = ["type": "array"]
    if chance(3) {
      schema["prefixItems"] = .array(
        (0..<1 + random.nextInteger(below: 3)).map { _ in self.schema(depth: depth - 1) })
      if chance(3) { schema["items"] = false }
    }
    if schema["items"] == nil, !chance(3) { schema["items"] = self.schema(depth: depth - 1) }
    if chance(3) { schema["minItems"] = .integer(random.nextInteger(below: 3)) }
    if chance(2) { schema["maxItems"] = .integer(2 + random.nextInteger(below: 5)) }
    if schema["items"] == false {
      schema["minItems"] = nil
    }
    return schema
  }

  private mutating func object(_ depth: Int) -> JSONObject {
    var schema: JSONObject = ["type": "object"]
    var properties = JSONObject()
    let names = ["a", "name", "größe", "x y", "a/b", "\"q\"", "list", "ab"]
    let count = random.nextInteger(below: 5)
    for _ in 0..<count { properties[pick(names)] = self.schema(depth: depth - 1) }
    if count > 0 { schema["properties"] = .object(properties) }
    let required = properties.keys.filter { _ in chance(2) }
    if !required.isEmpty { schema["required"] = .array(required.map { .string($0) }) }
    if chance(4) { schema["patternProperties"] = ["^n_": self.schema(depth: depth - 1)] }
    switch random.nextInteger(below: 4) {
    case 0: schema["additionalProperties"] = false
    case 1: schema["additionalProperties"] = self.schema(depth: depth - 1)
    case 2 where chance(2): schema["additionalProperties"] = true
    default: break
    }
    if chance(5) {
      schema["maxProperties"] = .integer(required.count + random.nextInteger(below: 4))
    }
    if chance(6) { schema["minProperties"] = 1 }
    return schema
  }

  private mutating func allOf(_ depth: Int) -> JSONValue {
    switch random.nextInteger(below: 4) {
    case 0:
      return ["allOf": [["type": "integer", "minimum": 5], ["maximum": 77], ["type": "number"]]]
    case 1:
      return [
        "allOf": [
          ["type": "string", "pattern": "^[a-z]+"], ["pattern": "[0-9]$"], ["maxLength": 9],
        ]
      ]
    case 2:
      return [
        "type": "object", "required": ["kind"],
        "properties": ["kind": ["enum": ["u", "v"]]],
        "allOf": [
          ["properties": ["kind": ["type": "string"], "more": schema(depth: depth - 1)]],
          ["anyOf": [["required": ["more"]], ["properties": ["kind": ["const": "v"]]]]],
        ],
      ]
    default:
      return [
        "allOf": [
          ["type": "array", "items": ["type": ["integer", "string"]], "maxItems": 4],
          ["items": ["minimum": 3, "maxLength": 5], "minItems": 1],
        ]
      ]
    }
  }
}

/// A vocabulary of all bytes and of pieces as real ones have, with one end token.
enum PlainVocabulary {
  static let end: TokenID = 0

  static let texts: [[UInt8]] = {
    var texts: [[UInt8]] = [[]] + (UInt8.min...UInt8.max).map { [$0] }
    let words = [
      "the", " the", " a", "name", "value", "true", "false", "null", "tr", "ue", "red", "gre", "en",
      "foo", "bar", "-12", "123", "0.5", "2024", "children", "next", "größe", "水", "火", "é", "🚀",
      " and", "ing", "er", "https", "://", ".com", "@", "\\n", "\\u", "\\\"", "00", "000", "\\u00",
      "{\"", "\":", "\": ", "\",", "\", \"", "\"}", "\"]", "\"},", "]}", "}}", "[[", "[]", "{}",
      "[\"",
      "\": \"", "\":\"", "\":[", "\": {", ":\"", ", ", ",\"", "],", "},{", "  ", "    ", "\n",
      "\n  ",
      " \"", "\" ", "\"\"", "e+", "E5", "-0", ".0", "a.b", "水火", "\u{FFFD}", "\u{0301}", "ab",
      "list",
      "n_", "kind", "more", "x y", "T12", "Z\"", "{\"a\":", "{\"name\": \"", "[1", ",1", "\\\\",
    ]
    texts += words.map { Array($0.utf8) }
    // Pieces that end inside a letter.
    texts += [[0xE6, 0xB0], [0xF0, 0x9F, 0x9A], [0x22, 0xE6], [0xB4, 0x22], [0xC3]]
    return texts
  }()

  static let trie = TokenTrie(texts, ends: [end])
}
