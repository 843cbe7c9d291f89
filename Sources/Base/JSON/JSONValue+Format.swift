extension JSONValue {
  /// How the text is laid out.
  public enum Layout: Sendable {
    /// No space at all.
    case compact
    /// One line per element, indented by this many spaces, as Python's `json.dumps(indent=n)`.
    case indented(Int)
  }

  /// Writes the document; text outside ASCII stays as it is, NaN and infinities become null, and
  /// literals stand as they are.
  ///
  /// With `.indented(1)` and sorted keys the bytes are those that Jupyter writes.
  public func formatted(_ layout: Layout = .compact, sortKeys: Bool = false) -> String {
    var writer = JSONWriter(layout: layout, sortKeys: sortKeys)
    writer.write(self, depth: 0)
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}

private struct JSONWriter {
  let layout: JSONValue.Layout
  let sortKeys: Bool
  var bytes: [UInt8] = []

  mutating func write(_ value: JSONValue, depth: Int) {
    switch value {
    case .null: put("null")
    case .boolean(let flag): put(flag ? "true" : "false")
    case .integer(let number): put(String(number))
    case .number(let number): put(number.isFinite ? number.description : "null")
    case .literal(let text): put(text)
    case .string(let text): quote(text)
    case .array(let elements):
      enclose("[", "]", count: elements.count, depth: depth) { writer, index in
        writer.write(elements[index], depth: depth + 1)
      }
    case .object(let object):
      let keys = sortKeys ? object.keys.sorted() : object.keys
      enclose("{", "}", count: keys.count, depth: depth) { writer, index in
        writer.quote(keys[index])
        if case .compact = writer.layout { writer.put(":") } else { writer.put(": ") }
        writer.write(object[keys[index]] ?? .null, depth: depth + 1)
      }
    }
  }

  private mutating func enclose(
    _ open: String, _ close: String, count: Int, depth: Int,
    _ element: (inout JSONWriter, Int) -> Void
  ) {
    put(open)
    for index in 0..<count {
      if index > 0 { put(",") }
      newline(depth + 1)
      element(&self, index)
    }
    if count > 0 { newline(depth) }
    put(close)
  }

  private mutating func newline(_ depth: Int) {
    guard case .indented(let width) = layout else { return }
    bytes.append(UInt8(ascii: "\n"))
    bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: width * depth))
  }

  private mutating func put(_ text: String) { bytes.append(contentsOf: text.utf8) }

  private mutating func quote(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): put("\\\"")
      case UInt8(ascii: "\\"): put("\\\\")
      case 0x0A: put("\\n")
      case 0x0D: put("\\r")
      case 0x09: put("\\t")
      case 0x08: put("\\b")
      case 0x0C: put("\\f")
      case 0..<0x20:
        let digits = String(byte, radix: 16)
        put("\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
