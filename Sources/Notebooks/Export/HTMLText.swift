/// Text on its way into HTML.
enum HTMLText {
  /// Escapes text for element content and for quoted attributes.
  static func escape(_ text: some StringProtocol) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count + 16)
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "&"): bytes += "&amp;".utf8
      case UInt8(ascii: "<"): bytes += "&lt;".utf8
      case UInt8(ascii: ">"): bytes += "&gt;".utf8
      case UInt8(ascii: "\""): bytes += "&quot;".utf8
      case 0..<0x09, 0x0B, 0x0C, 0x0E..<0x20: break
      default: bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Colours code; parts that nobody names stay plain.
  static func code(_ source: String, _ highlighter: Highlighter?) -> String {
    guard let highlighter else { return escape(source) }
    let bytes = Array(source.utf8)
    var html = ""
    var position = 0
    for span in highlighter(source) {
      guard span.range.lowerBound >= position, span.range.upperBound <= bytes.count else {
        continue
      }
      html += escape(String(decoding: bytes[position..<span.range.lowerBound], as: UTF8.self))
      let text = escape(String(decoding: bytes[span.range], as: UTF8.self))
      html += span.style == .name ? text : "<span class=\"\(letters(span.style))\">\(text)</span>"
      position = span.range.upperBound
    }
    return html + escape(String(decoding: bytes[position...], as: UTF8.self))
  }

  // Two letters a style, because a page may have thousands of them.
  private static func letters(_ style: HighlightSpan.Style) -> String {
    style == .comment ? "hcom" : "h" + style.rawValue.prefix(2)
  }

  /// Makes an anchor of a heading: letters and digits of any script, joined by dashes.
  static func slug(_ text: String, taken: inout Set<String>) -> String {
    var slug = ""
    for character in text.lowercased() {
      if character.isLetter || character.isNumber {
        slug.append(character)
      } else if !slug.isEmpty, !slug.hasSuffix("-") {
        slug.append("-")
      }
    }
    if slug.hasSuffix("-") { slug.removeLast() }
    if slug.isEmpty { slug = "section" }
    var unique = slug
    var number = 2
    while !taken.insert(unique).inserted {
      unique = "\(slug)-\(number)"
      number += 1
    }
    return unique
  }
}
