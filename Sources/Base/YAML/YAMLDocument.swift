internal import CYAML

/// Reads YAML into the values that JSON has: what files of parameters are written in.
///
/// The text is taken apart by libyaml. Plain words mean what YAML 1.2's core schema says; those that
/// YAML 1.1 reads otherwise (`yes`, `010`) are refused rather than guessed, and so are several
/// documents in a file, keys that are no text, merge keys and tags of other schemas.
public enum YAMLDocument {
  /// The most values, counting what aliases repeat.
  public static let valueLimit = 100_000
  /// The deepest nesting.
  public static let depthLimit = 100

  /// Reads a document; the error names the line.
  public static func parse(_ bytes: [UInt8], file: String = "YAML") throws(Problem) -> JSONValue {
    var reader = YAMLReader(file: file)
    return try reader.read(bytes)
  }
}

private struct YAMLReader {
  let file: String
  // The parser points into itself, so it has a place of its own.
  private let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
  private var line = 0
  private var anchors: [String: (value: JSONValue, size: Int)] = [:]
  private var count = 0

  init(file: String) { self.file = file }

  mutating func read(_ bytes: [UInt8]) throws(Problem) -> JSONValue {
    defer { parser.deallocate() }
    guard yaml_parser_initialize(parser) == 1 else { throw fault("no memory") }
    defer { yaml_parser_delete(parser) }
    let result = bytes.withUnsafeBufferPointer { input in
      // The parser keeps the address of the bytes; it is not used beyond this closure.
      yaml_parser_set_input_string(parser, input.baseAddress, input.count)
      return Result { () throws(Problem) in try document() }
    }
    return try result.get()
  }

  // MARK: Structure

  private mutating func document() throws(Problem) -> JSONValue {
    var value = JSONValue.null
    var isRead = false
    while true {
      let event = try next()
      switch event.kind {
      case YAML_STREAM_END_EVENT: return value
      case YAML_DOCUMENT_START_EVENT:
        if isRead { throw fault("a second document begins; one is taken") }
      case YAML_STREAM_START_EVENT, YAML_DOCUMENT_END_EVENT, YAML_NO_EVENT: continue
      default:
        value = try self.value(event, depth: 0)
        isRead = true
      }
    }
  }

  private mutating func value(_ event: Event, depth: Int) throws(Problem) -> JSONValue {
    guard depth < YAMLDocument.depthLimit else {
      throw fault("nested more than \(YAMLDocument.depthLimit) deep")
    }
    let before = count
    try spend(1)
    let value: JSONValue
    switch event.kind {
    case YAML_ALIAS_EVENT:
      guard let known = anchors[event.anchor ?? ""] else {
        throw fault("*\(event.anchor ?? "") stands for nothing that ends before it")
      }
      try spend(known.size)
      return known.value
    case YAML_SCALAR_EVENT: value = try scalar(event)
    case YAML_SEQUENCE_START_EVENT:
      try check(event, tag: "seq")
      value = try sequence(depth: depth)
    default:
      try check(event, tag: "map")
      value = try mapping(depth: depth)
    }
    if let anchor = event.anchor { anchors[anchor] = (value, count - before) }
    return value
  }

  private mutating func sequence(depth: Int) throws(Problem) -> JSONValue {
    var elements: [JSONValue] = []
    while true {
      let event = try next()
      if event.kind == YAML_SEQUENCE_END_EVENT { return .array(elements) }
      elements.append(try value(event, depth: depth + 1))
    }
  }

  private mutating func mapping(depth: Int) throws(Problem) -> JSONValue {
    var object = JSONObject()
    while true {
      let event = try next()
      if event.kind == YAML_MAPPING_END_EVENT { return .object(object) }
      guard event.kind == YAML_SCALAR_EVENT, case .string(let key) = try scalar(event) else {
        throw fault("a key must be text", fix: "put it into quotes")
      }
      if event.isPlain, key == "<<" {
        throw fault("merge keys are not read", fix: "write the fields out")
      }
      guard object[key] == nil else { throw fault("the key \"\(key)\" stands twice") }
      object[key] = try value(try next(), depth: depth + 1)
    }
  }

  private mutating func spend(_ amount: Int) throws(Problem) {
    count += amount
    guard count <= YAMLDocument.valueLimit else {
      throw fault("more than \(YAMLDocument.valueLimit) values", kind: .limit)
    }
  }

  // MARK: Scalars

  private func scalar(_ event: Event) throws(Problem) -> JSONValue {
    if event.tag == "!" || event.tag == "tag:yaml.org,2002:str" { return .string(event.text) }
    if let tag = event.tag { throw unknown(tag) }
    guard event.isPlain else { return .string(event.text) }
    switch event.text {
    case "", "~", "null", "Null", "NULL": return .null
    case "true", "True", "TRUE": return .boolean(true)
    case "false", "False", "FALSE": return .boolean(false)
    case ".nan", ".NaN", ".NAN": return .number(.nan)
    case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": return .number(.infinity)
    case "-.inf", "-.Inf", "-.INF": return .number(-.infinity)
    default: break
    }
    if ["yes", "no", "on", "off", "y", "n"].contains(event.text.lowercased()) {
      throw fault(
        "\(event.text) is a truth value in YAML 1.1 and text in 1.2",
        fix: "write true, false, or \"\(event.text)\"")
    }
    return try number(event.text) ?? .string(event.text)
  }

  private func number(_ text: String) throws(Problem) -> JSONValue? {
    let digits = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text[...]
    for (prefix, radix) in [("0x", 16), ("0o", 8)] where text.hasPrefix(prefix) {
      return Int(text.dropFirst(2), radix: radix).map(JSONValue.integer)
    }
    guard let first = digits.utf8.first, digits.utf8.contains(where: { 0x30...0x39 ~= $0 }),
      0x30...0x39 ~= first || first == UInt8(ascii: "."),
      text.utf8.allSatisfy({ 0x30...0x39 ~= $0 || "+-.eE".utf8.contains($0) })
    else { return nil }
    if digits.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) {
      if digits.utf8.count > 1, first == UInt8(ascii: "0") {
        throw fault(
          "\(text) is octal in YAML 1.1 and decimal in 1.2", fix: "write 0o\(digits.dropFirst())")
      }
      guard let whole = Int(text) else { throw fault("\(text) takes more than 64 bits") }
      return .integer(whole)
    }
    return Double(text).map(JSONValue.number)
  }

  private func check(_ event: Event, tag: String) throws(Problem) {
    guard let found = event.tag, found != "!", found != "tag:yaml.org,2002:\(tag)" else { return }
    throw unknown(found)
  }

  private func unknown(_ tag: String) -> Problem { fault("the tag \(tag) is not read") }

  // MARK: Events

  /// What the parser found, in Swift's own memory.
  private struct Event {
    var kind: yaml_event_type_t
    var text = ""
    var tag: String?
    var anchor: String?
    var isPlain = false
  }

  private mutating func next() throws(Problem) -> Event {
    var raw = yaml_event_t()
    guard yaml_parser_parse(parser, &raw) == 1 else {
      line = parser.pointee.problem_mark.line
      throw fault(parser.pointee.problem.map { String(cString: $0) } ?? "not YAML")
    }
    defer { yaml_event_delete(&raw) }
    line = raw.start_mark.line
    var event = Event(kind: raw.type)
    switch raw.type {
    case YAML_ALIAS_EVENT: event.anchor = text(raw.data.alias.anchor)
    case YAML_SCALAR_EVENT:
      let scalar = raw.data.scalar
      event.text = String(
        decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
      (event.tag, event.anchor) = (text(scalar.tag), text(scalar.anchor))
      event.isPlain = scalar.style == YAML_PLAIN_SCALAR_STYLE
    case YAML_SEQUENCE_START_EVENT:
      let start = raw.data.sequence_start
      (event.tag, event.anchor) = (text(start.tag), text(start.anchor))
    case YAML_MAPPING_START_EVENT:
      let start = raw.data.mapping_start
      (event.tag, event.anchor) = (text(start.tag), text(start.anchor))
    default: break
    }
    return event
  }

  private func text(_ bytes: UnsafeMutablePointer<UInt8>?) -> String? {
    bytes.map { String(decodingCString: $0, as: UTF8.self) }
  }

  private func fault(_ message: String, fix: String? = nil, kind: Problem.Kind = .invalid)
    -> Problem
  {
    Problem("\(file): line \(line + 1): \(message)", fix: fix, kind: kind)
  }
}
