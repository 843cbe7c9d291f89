internal import Base

/// What a text form says about a cell in one line: `[markdown] id="intro" tags=["slow"]`.
///
/// Values are JSON. Metadata whose names do not fit that form stand as one JSON object.
struct CellHeader: Equatable {
  var kind = Cell.Kind.code
  var id: String?
  var metadata: JSONObject = [:]
  var attachments: JSONValue?

  init() {}

  /// Describes a cell; an id that its text gives anyway is left out.
  init(_ cell: Cell) {
    kind = cell.kind
    metadata = cell.metadata
    attachments = cell.fields["attachments"]
    if let id = cell.id, id != Cell.derivedID(cell.kind, cell.source, taken: []) { self.id = id }
  }

  /// True when there is nothing to say but the kind.
  var isPlain: Bool { id == nil && metadata.isEmpty && attachments == nil }

  /// Makes the cell with a source.
  func cell(_ source: String) -> Cell {
    var cell = Cell(kind, source, id: id, metadata: metadata)
    if let attachments { cell.fields.insertSorted("attachments", attachments) }
    return cell
  }

  // MARK: Text

  /// The line; empty for a code cell of which there is nothing to say.
  var text: String {
    var parts: [String] = []
    if kind != .code { parts.append("[\(kind.rawValue)]") }
    if let id { parts.append("id=\(JSONValue.string(id).formatted())") }
    if let attachments { parts.append("attachments=\(attachments.formatted())") }
    if metadata.keys.allSatisfy(CellHeader.isSimple) {
      parts += metadata.map { "\($0.key)=\($0.value.formatted())" }
    } else {
      parts.append(JSONValue.object(metadata).formatted())
    }
    return parts.joined(separator: " ")
  }

  private static func isSimple(_ key: String) -> Bool {
    // "--" would end the HTML comment that carries it in Markdown.
    key != "id" && key != "attachments" && !key.isEmpty && key.utf8.allSatisfy(isKeyByte)
      && !key.contains("--")
  }

  private static func isKeyByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"),
      UInt8(ascii: "."):
      true
    default: false
    }
  }

  /// Reads the line; words that are no pair become the title.
  init(parsing text: String) {
    var rest = Array(NotebookText.trimmed(text).utf8)[...]
    var title: [String] = []
    while let first = rest.first {
      if first == UInt8(ascii: " ") {
        rest.removeFirst()
      } else if let kind = CellHeader.takeKind(&rest) {
        self.kind = kind
      } else if first == UInt8(ascii: "{") {
        let value = CellHeader.takeValue(&rest)
        for (key, value) in value.object ?? [:] { metadata[key] = value }
      } else if let key = CellHeader.takeKey(&rest) {
        set(key, CellHeader.takeValue(&rest))
      } else {
        let word = rest.prefix { $0 != UInt8(ascii: " ") }
        title.append(String(decoding: word, as: UTF8.self))
        rest = rest.dropFirst(word.count)
      }
    }
    if !title.isEmpty, metadata["title"] == nil {
      metadata["title"] = .string(title.joined(separator: " "))
    }
  }

  private mutating func set(_ key: String, _ value: JSONValue) {
    switch key {
    case "id" where value.string != nil: id = value.string
    case "attachments": attachments = value
    default: metadata[key] = value
    }
  }

  private static func takeKind(_ rest: inout ArraySlice<UInt8>) -> Cell.Kind? {
    guard rest.first == UInt8(ascii: "["), let end = rest.firstIndex(of: UInt8(ascii: "]")) else {
      return nil
    }
    let name = String(decoding: rest[(rest.startIndex + 1)..<end], as: UTF8.self)
    guard let kind = name == "md" ? .markdown : Cell.Kind(rawValue: name) else { return nil }
    rest = rest[(end + 1)...]
    return kind
  }

  private static func takeKey(_ rest: inout ArraySlice<UInt8>) -> String? {
    let key = rest.prefix(while: isKeyByte)
    guard !key.isEmpty, rest.dropFirst(key.count).first == UInt8(ascii: "=") else { return nil }
    rest = rest.dropFirst(key.count + 1)
    return String(decoding: key, as: UTF8.self)
  }

  /// Takes a JSON value off the front; text that is none is taken as a string up to a space.
  private static func takeValue(_ rest: inout ArraySlice<UInt8>) -> JSONValue {
    var depth = 0
    var inString = false
    var isEscaped = false
    var end = rest.startIndex
    scan: while end < rest.endIndex {
      let byte = rest[end]
      if inString {
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
          inString = false
        }
      } else {
        switch byte {
        case UInt8(ascii: "\""): inString = true
        case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
        case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
        case UInt8(ascii: " ") where depth <= 0: break scan
        default: break
        }
      }
      end += 1
    }
    let text = String(decoding: rest[..<end], as: UTF8.self)
    rest = rest[end...]
    return (try? JSONValue(parsing: text)) ?? .string(text)
  }
}
