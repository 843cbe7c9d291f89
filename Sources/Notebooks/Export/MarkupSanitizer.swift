/// HTML and SVG that a cell showed, made fit for a page of ours.
///
/// The policy is a list of what may stay: elements for text, tables, pictures and drawings, their
/// looks, and links to http, https, mailto and places in the page. Scripts, style sheets (but those
/// in drawings), forms, frames, event handlers and anything loaded from elsewhere are dropped. Tags
/// are balanced, and ids get a prefix so that two outputs never share one.
struct MarkupSanitizer {
  private let bytes: [UInt8]
  private let prefix: String
  private var position = 0
  private var html = ""
  private var open: [String] = []

  /// Cleans markup; `prefix` goes before every id.
  static func clean(_ markup: String, prefix: String) -> String {
    var sanitizer = MarkupSanitizer(bytes: Array(markup.utf8), prefix: prefix)
    sanitizer.run()
    return sanitizer.html
  }

  private init(bytes: [UInt8], prefix: String) {
    self.bytes = bytes
    self.prefix = prefix
  }

  private mutating func run() {
    while position < bytes.count {
      let end = bytes[position...].firstIndex(of: 0x3C) ?? bytes.count
      html += String(decoding: bytes[position..<end], as: UTF8.self)
        .replacing(">", with: "&gt;")
      position = end
      if position < bytes.count { takeTag() }
    }
    while let name = open.popLast() { html += "</\(name)>" }
  }

  private var isInDrawing: Bool { open.contains("svg") }

  private func starts(with text: StaticString) -> Bool {
    text.withUTF8Buffer { bytes[position...].starts(with: $0) }
  }

  // MARK: Tags

  private mutating func takeTag() {
    if starts(with: "<!--") { return skip(past: "-->") }
    if starts(with: "<![CDATA[") { return skip(past: "]]>") }
    if starts(with: "<!") || starts(with: "<?") { return skip(past: ">") }
    let isClosing = starts(with: "</")
    let nameStart = position + (isClosing ? 2 : 1)
    guard nameStart < bytes.count, 0x61...0x7A ~= bytes[nameStart] | 0x20 else {
      html += "&lt;"
      position += 1
      return
    }
    var nameEnd = nameStart
    while nameEnd < bytes.count, isNameByte(bytes[nameEnd]) { nameEnd += 1 }
    let written = String(decoding: bytes[nameStart..<nameEnd], as: UTF8.self)
    position = nameEnd
    let (attributes, isSelfClosing) = takeAttributes()
    if isClosing {
      close(written)
    } else {
      openTag(written, attributes, isSelfClosing)
    }
  }

  private func isNameByte(_ byte: UInt8) -> Bool {
    0x61...0x7A ~= byte | 0x20 || 0x30...0x39 ~= byte || byte == 0x2D || byte == 0x3A
  }

  private mutating func skip(past end: StaticString) {
    while position < bytes.count, !starts(with: end) { position += 1 }
    position = min(bytes.count, position + end.utf8CodeUnitCount)
  }

  private mutating func close(_ written: String) {
    let lower = written.lowercased()
    guard let index = open.lastIndex(where: { $0.lowercased() == lower }) else { return }
    while open.count > index, let name = open.popLast() { html += "</\(name)>" }
  }

  private mutating func openTag(
    _ written: String, _ attributes: [(name: String, value: String)], _ isSelfClosing: Bool
  ) {
    let lower = written.lowercased()
    if lower == "style", isInDrawing { return takeStyle(isSelfClosing) }
    let inDrawing = isInDrawing || lower == "svg"
    let name = inDrawing ? MarkupRules.drawingElements[lower] : MarkupRules.elements[lower]
    guard let name else {
      if MarkupRules.dropped.contains(lower), !isSelfClosing { skipElement(lower) }
      return
    }
    html += "<\(name)"
    for (key, value) in attributes {
      if let value = MarkupRules.value(of: key, in: name, value, prefix: prefix) {
        html += " \(key)=\"\(value)\""
      }
    }
    if inDrawing, isSelfClosing || name == "image" {
      html += "/>"
    } else {
      html += ">"
      if !MarkupRules.void.contains(name) { open.append(name) }
    }
  }

  /// Drops an element with all that is in it.
  private mutating func skipElement(_ name: String) {
    let end = Array("</\(name)".utf8)
    while position < bytes.count {
      let candidate = bytes[position...].prefix(end.count).map {
        0x41...0x5A ~= $0 ? $0 | 0x20 : $0
      }
      if candidate == end { break }
      position += 1
    }
    skip(past: ">")
  }

  /// Keeps the style sheet of a drawing where nothing in it could be markup or load something.
  private mutating func takeStyle(_ isSelfClosing: Bool) {
    if isSelfClosing { return }
    let start = position
    while position < bytes.count, !starts(with: "</") { position += 1 }
    var css = String(decoding: bytes[start..<position], as: UTF8.self)
    skip(past: ">")
    css = css.replacing("<![CDATA[", with: "").replacing("]]>", with: "")
    guard !css.contains("<"), MarkupRules.isHarmless(css: css) else { return }
    html += "<style>\(MarkupRules.prefixed(css, prefix))</style>"
  }

  // MARK: Attributes

  private mutating func takeAttributes() -> ([(name: String, value: String)], Bool) {
    var attributes: [(name: String, value: String)] = []
    var isSelfClosing = false
    while position < bytes.count, bytes[position] != 0x3E {
      let byte = bytes[position]
      if byte <= 0x20 {
        position += 1
      } else if byte == UInt8(ascii: "/") {
        isSelfClosing = true
        position += 1
      } else {
        isSelfClosing = false
        attributes.append(takeAttribute())
      }
    }
    position = min(bytes.count, position + 1)
    return (attributes, isSelfClosing)
  }

  private mutating func takeAttribute() -> (name: String, value: String) {
    let start = position
    repeat { position += 1 } while position < bytes.count && !isAttributeEnd(bytes[position])
    let name = String(decoding: bytes[start..<position], as: UTF8.self)
    var probe = position
    while probe < bytes.count, bytes[probe] <= 0x20 { probe += 1 }
    guard probe < bytes.count, bytes[probe] == UInt8(ascii: "=") else { return (name, "") }
    probe += 1
    while probe < bytes.count, bytes[probe] <= 0x20 { probe += 1 }
    position = probe
    guard position < bytes.count else { return (name, "") }
    let quote = bytes[position]
    if quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
      let end = bytes[(position + 1)...].firstIndex(of: quote) ?? bytes.count
      let value = String(decoding: bytes[(position + 1)..<end], as: UTF8.self)
      position = min(bytes.count, end + 1)
      return (name, value)
    }
    let valueStart = position
    while position < bytes.count, bytes[position] > 0x20, bytes[position] != 0x3E { position += 1 }
    return (name, String(decoding: bytes[valueStart..<position], as: UTF8.self))
  }

  private func isAttributeEnd(_ byte: UInt8) -> Bool {
    byte <= 0x20 || byte == UInt8(ascii: "=") || byte == UInt8(ascii: ">")
      || byte == UInt8(ascii: "/")
  }
}
