/// Text with terminal colours as HTML: spans for colours, and lines as they stand after "\r".
struct TerminalText {
  private var html = ""
  private var style = Style()

  private struct Style: Equatable {
    var foreground: String?
    var background: String?
    var isBold = false
    var isFaint = false
    var isItalic = false
    var isUnderlined = false
    var isStruck = false
    var isInverse = false
  }

  /// Renders a text.
  static func html(_ text: String) -> String {
    let bytes = Array(overwritten(text).utf8)
    guard bytes.contains(0x1B) else { return HTMLText.escape(text: bytes[...]) }
    var renderer = TerminalText()
    var position = 0
    while position < bytes.count {
      let end = bytes[position...].firstIndex(of: 0x1B) ?? bytes.count
      renderer.add(bytes[position..<end])
      position = end == bytes.count ? end : renderer.takeEscape(bytes, end)
    }
    return renderer.html
  }

  /// Keeps what a terminal would show of lines that were written over with "\r".
  private static func overwritten(_ text: String) -> String {
    guard text.utf8.contains(0x0D) else { return text }
    let rows = Array(text.utf8).split(separator: 0x0A, omittingEmptySubsequences: false)
    return rows.map { row in
      let parts = row.split(separator: 0x0D)
      return String(decoding: parts.last ?? [], as: UTF8.self)
    }.joined(separator: "\n")
  }

  private mutating func add(_ bytes: ArraySlice<UInt8>) {
    guard !bytes.isEmpty else { return }
    let text = HTMLText.escape(text: bytes)
    html += style == Style() ? text : "<span\(attributes)>\(text)</span>"
  }

  private var attributes: String {
    var classes: [String] = []
    var css: [String] = []
    let (front, back) =
      style.isInverse ? (style.background, style.foreground) : (style.foreground, style.background)
    if let front {
      front.hasPrefix("#") ? css.append("color:\(front)") : classes.append("f\(front)")
    }
    if let back {
      back.hasPrefix("#") ? css.append("background:\(back)") : classes.append("b\(back)")
    }
    if style.isInverse, front == nil, back == nil { classes.append("inv") }
    if style.isBold { classes.append("bo") }
    if style.isFaint { classes.append("fa") }
    if style.isItalic { classes.append("it") }
    if style.isUnderlined { classes.append("un") }
    if style.isStruck { classes.append("st") }
    let first = classes.isEmpty ? "" : " class=\"\(classes.joined(separator: " "))\""
    return first + (css.isEmpty ? "" : " style=\"\(css.joined(separator: ";"))\"")
  }

  /// Reads an escape sequence; all but colours are dropped.
  private mutating func takeEscape(_ bytes: [UInt8], _ start: Int) -> Int {
    guard start + 1 < bytes.count, bytes[start + 1] == UInt8(ascii: "[") else {
      return min(start + 2, bytes.count)
    }
    var end = start + 2
    while end < bytes.count, !(0x40...0x7E ~= bytes[end]) { end += 1 }
    guard end < bytes.count else { return end }
    if bytes[end] == UInt8(ascii: "m") {
      let text = String(decoding: bytes[(start + 2)..<end], as: UTF8.self)
      apply(text.split(separator: ";", omittingEmptySubsequences: false).map { Int($0) ?? 0 }[...])
    }
    return end + 1
  }

  private mutating func apply(_ codes: ArraySlice<Int>) {
    var codes = codes
    while let code = codes.popFirst() {
      switch code {
      case 0: style = Style()
      case 1: style.isBold = true
      case 2: style.isFaint = true
      case 3: style.isItalic = true
      case 4: style.isUnderlined = true
      case 7: style.isInverse = true
      case 9: style.isStruck = true
      case 22: (style.isBold, style.isFaint) = (false, false)
      case 23: style.isItalic = false
      case 24: style.isUnderlined = false
      case 27: style.isInverse = false
      case 29: style.isStruck = false
      case 30...37: style.foreground = String(code - 30)
      case 38: style.foreground = TerminalText.colour(&codes) ?? style.foreground
      case 39: style.foreground = nil
      case 40...47: style.background = String(code - 40)
      case 48: style.background = TerminalText.colour(&codes) ?? style.background
      case 49: style.background = nil
      case 90...97: style.foreground = String(code - 82)
      case 100...107: style.background = String(code - 92)
      default: break
      }
    }
  }

  /// Reads "5;n" (a palette of 256) or "2;r;g;b".
  private static func colour(_ codes: inout ArraySlice<Int>) -> String? {
    switch codes.popFirst() {
    case 5:
      guard let index = codes.popFirst(), 0...255 ~= index else { return nil }
      if index < 16 { return String(index) }
      if index >= 232 { return hex([Int](repeating: 8 + 10 * (index - 232), count: 3)) }
      let levels = [0, 95, 135, 175, 215, 255]
      let cube = index - 16
      return hex([levels[cube / 36], levels[cube / 6 % 6], levels[cube % 6]])
    case 2:
      let parts = Array(codes.prefix(3))
      codes = codes.dropFirst(3)
      return parts.count == 3 && parts.allSatisfy { 0...255 ~= $0 } ? hex(parts) : nil
    default: return nil
    }
  }

  private static func hex(_ parts: [Int]) -> String {
    "#" + parts.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}

extension HTMLText {
  /// Escapes UTF-8 bytes.
  static func escape(text bytes: ArraySlice<UInt8>) -> String {
    escape(String(decoding: bytes, as: UTF8.self))
  }
}
