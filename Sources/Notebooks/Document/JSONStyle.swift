internal import Base

/// How a notebook's JSON text is laid out, so that a save changes no more than was changed.
struct JSONStyle: Hashable, Sendable {
  /// What one level is indented with; nil for a single line.
  var indent: String? = " "
  /// True when keys stand in alphabetical order everywhere.
  var sortsKeys = true
  /// True when text outside ASCII is written as \uXXXX.
  var isASCII = false
  /// True when the text ends with a line end.
  var endsWithNewline = true

  /// The layout that Jupyter writes.
  static let jupyter = JSONStyle()

  init() {}

  /// Finds the layout of a text.
  init(of bytes: [UInt8], _ document: JSONValue) {
    endsWithNewline = bytes.last == 0x0A
    sortsKeys = document.hasSortedKeys
    isASCII =
      !bytes.contains { $0 >= 0x80 }
      && zip(bytes, bytes.dropFirst()).contains { $0 == (UInt8(ascii: "\\"), UInt8(ascii: "u")) }
      && document.hasTextOutsideASCII
    guard let brace = bytes.firstIndex(of: 0x7B) else { return }
    let rest = bytes[(brace + 1)...]
    guard rest.first == 0x0A else {
      indent = nil
      return
    }
    let blank = rest.dropFirst().prefix { $0 == 0x20 || $0 == 0x09 }
    indent = String(decoding: blank, as: UTF8.self)
  }

  /// Writes a document.
  func format(_ document: JSONValue) -> String {
    var text: String
    if let indent {
      text = document.formatted(.indented(1), sortKeys: sortsKeys)
      if indent != " " { text = JSONStyle.indented(text, by: indent) }
    } else {
      text = document.formatted(.compact, sortKeys: sortsKeys)
    }
    if isASCII { text = JSONStyle.escaped(text) }
    return endsWithNewline ? text + "\n" : text
  }

  // Line ends inside strings are escaped, so every line of the text starts with its depth.
  private static func indented(_ text: String, by indent: String) -> String {
    let rows = Array(text.utf8).split(separator: 0x0A, omittingEmptySubsequences: false).map {
      row in
      let depth = row.prefix { $0 == 0x20 }.count
      return String(repeating: indent, count: depth)
        + String(decoding: row.dropFirst(depth), as: UTF8.self)
    }
    return rows.joined(separator: "\n")
  }

  private static func escaped(_ text: String) -> String {
    var result = ""
    for unit in text.utf16 {
      if unit < 0x80 {
        result.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
      } else {
        let digits = String(unit, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      }
    }
    return result
  }
}

extension JSONValue {
  /// True when the keys of every object in it stand in alphabetical order.
  var hasSortedKeys: Bool {
    switch self {
    case .array(let elements): elements.allSatisfy(\.hasSortedKeys)
    case .object(let object):
      zip(object.keys, object.keys.dropFirst()).allSatisfy { $0 < $1 }
        && object.allSatisfy { $0.value.hasSortedKeys }
    default: true
    }
  }

  /// True when a string in it has a character outside ASCII.
  var hasTextOutsideASCII: Bool {
    switch self {
    case .string(let text): text.utf8.contains { $0 >= 0x80 }
    case .array(let elements): elements.contains(where: \.hasTextOutsideASCII)
    case .object(let object):
      object.contains { $0.key.utf8.contains { $0 >= 0x80 } || $0.value.hasTextOutsideASCII }
    default: false
    }
  }
}
