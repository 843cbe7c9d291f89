import Base

/// A JSON schema as it was given: finds parts by pointer, follows references, and writes a conjunction
/// of parts as alternatives that hold no further alternatives.
struct SchemaDocument {
  /// The parts that a value must meet all, by their pointers; none allows any value.
  typealias Node = [String]

  let root: JSONValue
  private var anchors: [String: String] = [:]

  /// Combinations of anyOf groups beyond this number are refused.
  private static let variantLimit = 1000
  private static let depthLimit = 200

  init(_ root: JSONValue) throws(Problem) {
    self.root = root
    try collectAnchors(root, "#", 0)
  }

  // MARK: Parts

  /// The part at a pointer as in `#/properties/name`.
  func part(_ pointer: String) throws(Problem) -> JSONValue {
    var value = root
    for token in pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
      let key = Self.unescape(token)
      switch value {
      case .object(let object):
        guard let next = object[key] else { throw missing(pointer) }
        value = next
      case .array(let elements):
        guard let index = Int(key), elements.indices.contains(index) else {
          throw missing(pointer)
        }
        value = elements[index]
      default: throw missing(pointer)
      }
    }
    return value
  }

  /// The pointer of something inside a part.
  static func join(_ pointer: String, _ keys: String...) -> String {
    keys.reduce(pointer) { $0 + "/" + escape($1) }
  }

  // MARK: Alternatives

  /// The alternatives of a conjunction: each lists the parts whose own keywords must all be met.
  func variants(of node: Node) throws(Problem) -> [Node] {
    var result: [Node] = [[]]
    for pointer in node { result = try cross(result, try variants(of: pointer, path: [])) }
    return result
  }

  private func variants(of pointer: String, path: [String]) throws(Problem) -> [Node] {
    guard !path.contains(pointer) else {
      throw Problem(
        "JSON schema: \(pointer) refers to itself without any step into a value",
        fix: "put the reference under properties or items")
    }
    let part = try part(pointer)
    if case .boolean(let allows) = part { return allows ? [[]] : [] }
    guard let object = part.object else {
      throw Problem("JSON schema: \(pointer) should be an object or a boolean, is \(part.kindName)")
    }
    let path = path + [pointer]
    guard path.count <= Self.depthLimit else {
      throw Problem("JSON schema: \(pointer): references go too deep", kind: .limit)
    }
    var result: [Node] = [[pointer]]
    if let reference = object["$ref"] {
      result = try cross(result, try variants(of: target(reference, pointer), path: path))
    }
    for index in try branches("allOf", object, pointer) {
      let branch = Self.join(pointer, "allOf", String(index))
      result = try cross(result, try variants(of: branch, path: path))
    }
    for keyword in ["anyOf", "oneOf"] where object[keyword] != nil {
      var ways: [Node] = []
      for index in try branches(keyword, object, pointer) {
        ways += try variants(of: Self.join(pointer, keyword, String(index)), path: path)
      }
      result = try cross(result, ways)
    }
    return result
  }

  private func branches(_ keyword: String, _ object: JSONObject, _ pointer: String)
    throws(Problem) -> Range<Int>
  {
    guard let value = object[keyword] else { return 0..<0 }
    guard let list = value.array, !list.isEmpty else {
      throw Problem(
        "JSON schema: \"\(keyword)\" at \(pointer) should be an array of schemas, is "
          + (value.array == nil ? value.kindName : "empty"))
    }
    return list.indices
  }

  private func cross(_ a: [Node], _ b: [Node]) throws(Problem) -> [Node] {
    guard a.count * b.count <= Self.variantLimit else {
      throw Problem(
        "JSON schema: alternatives combine in more than \(Self.variantLimit) ways",
        fix: "use fewer anyOf groups beside one another", kind: .limit)
    }
    return a.flatMap { left in b.map { right in left + right.filter { !left.contains($0) } } }
  }

  // MARK: References

  private func target(_ reference: JSONValue, _ pointer: String) throws(Problem) -> String {
    guard let text = reference.string else {
      throw Problem(
        "JSON schema: \"$ref\" at \(pointer) should be a string, is \(reference.kindName)")
    }
    guard text.hasPrefix("#") else {
      throw Problem(
        "JSON schema: \"$ref\" at \(pointer) leads out of the document: \"\(text)\"",
        fix: "put what it names under $defs and refer to \"#/$defs/…\"")
    }
    let plain = Self.percentDecoded(text)
    if plain == "#" || plain.hasPrefix("#/") {
      _ = try part(plain)
      return plain
    }
    if let anchored = anchors[String(plain.dropFirst())] { return anchored }
    throw Problem.unknown("anchor", String(plain.dropFirst()), among: anchors.keys.sorted())
  }

  private mutating func collectAnchors(_ value: JSONValue, _ pointer: String, _ depth: Int)
    throws(Problem)
  {
    guard depth < Self.depthLimit else {
      throw Problem("JSON schema: it nests deeper than \(Self.depthLimit)", kind: .limit)
    }
    switch value {
    case .object(let object):
      if let anchor = object["$anchor"]?.string { anchors[anchor] = pointer }
      for (key, child) in object { try collectAnchors(child, Self.join(pointer, key), depth + 1) }
    case .array(let elements):
      for (index, child) in elements.enumerated() {
        try collectAnchors(child, Self.join(pointer, String(index)), depth + 1)
      }
    default: break
    }
  }

  private func missing(_ pointer: String) -> Problem {
    Problem("JSON schema: there is nothing at \(pointer)", kind: .missing)
  }

  // MARK: Spelling of pointers

  private static func escape(_ key: String) -> String {
    var result = ""
    for letter in key.unicodeScalars {
      switch letter {
      case "~": result += "~0"
      case "/": result += "~1"
      default: result.unicodeScalars.append(letter)
      }
    }
    return result
  }

  private static func unescape(_ token: Substring) -> String {
    var result = String.UnicodeScalarView()
    var isEscaped = false
    for letter in token.unicodeScalars {
      if isEscaped {
        result.append(letter == "1" ? "/" : "~")
        if letter != "0" && letter != "1" { result.append(letter) }
        isEscaped = false
      } else if letter == "~" {
        isEscaped = true
      } else {
        result.append(letter)
      }
    }
    return String(result)
  }

  private static func percentDecoded(_ text: String) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), rest.count >= 2,
        let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
