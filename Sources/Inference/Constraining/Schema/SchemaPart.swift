import Base

/// The type of a JSON value as schemas name it.
enum JSONType: String, CaseIterable, Sendable {
  case null, boolean, integer, number, string, array, object
}

/// The keywords of one schema object, checked and read; what they leave open is nil.
struct SchemaPart {
  typealias Node = SchemaDocument.Node

  let pointer: String
  var types = Set(JSONType.allCases)
  /// The values of `enum` or `const`.
  var values: [JSONValue]?
  var minLength = 0
  var maxLength: Int?
  /// What the text of a string must be: patterns and formats.
  var texts: [GrammarExpression] = []
  var low: DecimalBound?
  var high: DecimalBound?
  var minItems = 0
  var maxItems: Int?
  var prefix: [Node] = []
  /// What items behind the prefix must meet; nil where the schema does not say.
  var items: Node?
  var properties: [(name: String, node: Node)] = []
  var patterns: [(language: ByteAutomaton, node: Node)] = []
  /// What the values of other properties must meet; nil where the schema does not say.
  var additional: Node?
  var required: [String] = []
  var minProperties = 0
  var maxProperties: Int?

  /// Keywords that say nothing about which values are valid.
  private static let annotations: Set<String> = [
    "$schema", "$id", "$comment", "$anchor", "$defs", "definitions", "title", "description",
    "default", "examples", "example", "deprecated", "readOnly", "writeOnly",
  ]
  /// Keywords that `SchemaDocument.variants` has followed.
  private static let followed: Set<String> = ["$ref", "allOf", "anyOf", "oneOf"]

  /// Reads the object at a pointer.
  ///
  /// - Throws: A problem that names the keyword and the pointer of what is not supported or not of
  ///   its form.
  init(_ document: SchemaDocument, _ pointer: String) throws(Problem) {
    self.pointer = pointer
    guard let object = try document.part(pointer).object else {
      preconditionFailure("\(pointer) is no object")
    }
    for (keyword, value) in object {
      if Self.annotations.contains(keyword) || Self.followed.contains(keyword) { continue }
      if keyword.hasPrefix("x-") { continue }
      try read(Keyword(name: keyword, value: value, pointer: pointer))
    }
    // The older form: items lists the first ones and additionalItems says what follows.
    if object["items"]?.array != nil, let rest = object["additionalItems"] {
      items = [try child(Keyword(name: "additionalItems", value: rest, pointer: pointer))]
    }
  }

  /// A keyword, its value and where it stands.
  struct Keyword {
    let name: String
    let value: JSONValue
    let pointer: String

    func wrong(_ expected: String) -> Problem {
      Problem("JSON schema: \"\(name)\" at \(pointer) should be \(expected), is \(shown)")
    }

    func unsupported(_ fix: String) -> Problem {
      Problem("JSON schema: \"\(name)\" at \(pointer) is not supported", fix: fix)
    }

    private var shown: String {
      let text = value.formatted()
      return text.utf8.count <= 40 ? text : value.kindName
    }
  }

  private mutating func read(_ keyword: Keyword) throws(Problem) {
    switch keyword.name {
    case "type": try readTypes(keyword)
    case "enum":
      guard let list = keyword.value.array, !list.isEmpty else {
        throw keyword.wrong("an array of values")
      }
      values = values.map { old in old.filter { list.contains($0) } } ?? list
    case "const":
      values = values.map { old in old.filter { $0 == keyword.value } } ?? [keyword.value]
    case "minLength", "maxLength", "pattern", "format": try readString(keyword)
    case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum": try readBound(keyword)
    case "items", "prefixItems", "additionalItems", "minItems", "maxItems", "uniqueItems":
      try readArray(keyword)
    default: try readObject(keyword)
    }
  }

  private mutating func readTypes(_ keyword: Keyword) throws(Problem) {
    var names: [String] = []
    for value in keyword.value.array ?? [keyword.value] {
      guard let name = value.string else { throw keyword.wrong("a type's name or a list of them") }
      names.append(name)
    }
    types = []
    for name in names {
      guard let type = JSONType(rawValue: name) else {
        throw Problem.unknown(
          "type", name, among: JSONType.allCases.map(\.rawValue), list: "at \(keyword.pointer)")
      }
      types.insert(type)
    }
    if types.contains(.number) { types.insert(.integer) }
  }

  private mutating func readString(_ keyword: Keyword) throws(Problem) {
    switch keyword.name {
    case "minLength": minLength = try count(keyword)
    case "maxLength": maxLength = try count(keyword)
    case "pattern":
      guard let text = keyword.value.string else { throw keyword.wrong("a regular expression") }
      texts.append(try pattern(text, keyword).anywhere)
    default:
      guard let name = keyword.value.string else { throw keyword.wrong("the name of a format") }
      guard let format = TextFormat.all[name] else {
        throw Problem(
          "JSON schema: format \"\(name)\" at \(keyword.pointer) is not supported",
          fix: "there are \(TextFormat.all.keys.sorted().joined(separator: ", "))")
      }
      texts.append(format)
    }
  }

  private mutating func readBound(_ keyword: Keyword) throws(Problem) {
    guard let decimal = DecimalNumber(keyword.value) else { throw keyword.wrong("a number") }
    let bound = DecimalBound(
      decimal, isExclusive: keyword.name.hasPrefix("exclusive"))
    if keyword.name.hasSuffix("inimum") {
      low = bound.tighter(than: low, isLow: true)
    } else {
      high = bound.tighter(than: high, isLow: false)
    }
  }

  private mutating func readArray(_ keyword: Keyword) throws(Problem) {
    switch keyword.name {
    case "minItems": minItems = try count(keyword)
    case "maxItems": maxItems = try count(keyword)
    case "uniqueItems":
      guard keyword.value == .boolean(false) else {
        throw keyword.unsupported(
          "a grammar cannot compare items; leave it out and check afterwards")
      }
    case "prefixItems": prefix = try list(keyword)
    case "items" where keyword.value.array != nil: prefix = try list(keyword)
    case "items": items = [try child(keyword)]
    default: break
    }
  }

  private mutating func readObject(_ keyword: Keyword) throws(Problem) {
    switch keyword.name {
    case "properties":
      for (name, node) in try children(keyword) { properties.append((name, node)) }
    case "patternProperties":
      for (text, node) in try children(keyword) {
        patterns.append((try pattern(text, keyword).anywhere.automaton(), node))
      }
    case "additionalProperties": additional = [try child(keyword)]
    case "required":
      // An empty list that came through a Lua table is an empty object.
      guard let names = keyword.value.array ?? (keyword.value == [:] ? [] : nil) else {
        throw keyword.wrong("a list of names")
      }
      for value in names {
        guard let name = value.string else { throw keyword.wrong("a list of names") }
        if !required.contains(name) { required.append(name) }
      }
    case "minProperties": minProperties = try count(keyword)
    case "maxProperties": maxProperties = try count(keyword)
    case "multipleOf": throw keyword.unsupported("use minimum and maximum, or enum")
    case "not", "if", "then", "else", "contains", "dependentRequired", "dependentSchemas",
      "unevaluatedProperties", "unevaluatedItems", "propertyNames":
      throw keyword.unsupported("describe what is allowed with anyOf and properties")
    default:
      throw keyword.unsupported("leave it out, or put x- before its name if it is only a note")
    }
  }

  // MARK: Values of keywords

  private func count(_ keyword: Keyword) throws(Problem) -> Int {
    var value = keyword.value.integer
    if case .number(let number) = keyword.value { value = Int(exactly: number) }
    guard let value, value >= 0 else { throw keyword.wrong("a whole number from 0") }
    guard value <= 100_000 else {
      throw Problem(
        "JSON schema: \"\(keyword.name)\" at \(keyword.pointer) is above 100000, is \(value)",
        fix: "bound it more tightly or leave it out", kind: .limit)
    }
    return value
  }

  private func pattern(_ text: String, _ keyword: Keyword) throws(Problem) -> Pattern {
    do throws(Problem) { return try Pattern(text) } catch {
      throw Problem(
        "JSON schema: \"\(keyword.name)\" at \(keyword.pointer): \(error.message)", fix: error.fix)
    }
  }

  private func child(_ keyword: Keyword) throws(Problem) -> String {
    guard keyword.value.object != nil || keyword.value.boolean != nil else {
      throw keyword.wrong("a schema")
    }
    return SchemaDocument.join(keyword.pointer, keyword.name)
  }

  private func list(_ keyword: Keyword) throws(Problem) -> [Node] {
    guard let list = keyword.value.array else { throw keyword.wrong("a list of schemas") }
    return list.indices.map { [SchemaDocument.join(keyword.pointer, keyword.name, String($0))] }
  }

  private func children(_ keyword: Keyword) throws(Problem) -> [(String, Node)] {
    guard let object = keyword.value.object else {
      throw keyword.wrong("an object of schemas")
    }
    return object.keys.map { ($0, [SchemaDocument.join(keyword.pointer, keyword.name, $0)]) }
  }
}
