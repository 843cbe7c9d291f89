import Base

/// How wide text comes out, in pixels, without a font at hand.
///
/// Advance widths of Helvetica and Arial per 1000 em for ASCII, one em for wide letters; a little
/// is added because the reader's sans-serif may run wider.
enum TextMeasure {
  private static let ascii: [UInt16] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278,
    556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556,
    1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556,
    333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556,
    556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
  ]

  /// The width of a text at a font size.
  static func width(_ text: String, size: Double, isBold: Bool = false) -> Double {
    var thousandths = 0
    for character in text {
      if let code = character.asciiValue {
        thousandths += code >= 32 && code < 127 ? Int(ascii[Int(code) - 32]) : 0
      } else {
        switch character.displayWidth {
        case 0: break
        case 1: thousandths += 600
        default: thousandths += 1000
        }
      }
    }
    return Double(thousandths) / 1000 * size * (isBold ? 1.1 : 1.04)
  }

  /// Cuts a text to a width; the last letter kept becomes "…".
  static func truncated(_ text: String, to limit: Double, size: Double) -> String {
    guard width(text, size: size) > limit else { return text }
    var kept = ""
    let room = limit - width("…", size: size)
    for character in text {
      if width(kept + String(character), size: size) > room { break }
      kept.append(character)
    }
    while kept.last == " " { kept.removeLast() }
    return kept.isEmpty ? "" : kept + "…"
  }

  /// Breaks a text into lines at spaces, or between letters where a word is too long.
  static func wrapped(_ text: String, to limit: Double, size: Double, isBold: Bool = false)
    -> [String]
  {
    var lines: [String] = []
    for paragraph in text.split(separator: "\n", omittingEmptySubsequences: true) {
      var line = ""
      for word in breakable(String(paragraph)) {
        let longer = line + word
        if line.isEmpty || width(longer, size: size, isBold: isBold) <= limit {
          line = longer
        } else {
          lines.append(line)
          line = word == " " ? "" : word
        }
      }
      if !line.isEmpty { lines.append(line) }
    }
    return lines.map { $0.last == " " ? String($0.dropLast()) : $0 }
  }

  /// Words with their spaces, and each wide letter by itself: CJK breaks anywhere.
  private static func breakable(_ text: String) -> [String] {
    var pieces: [String] = []
    var word = ""
    for character in text {
      if character == " " || character.displayWidth == 2 || word.count >= 40 {
        if !word.isEmpty { pieces.append(word) }
        word = ""
        pieces.append(String(character))
      } else {
        word.append(character)
      }
    }
    return word.isEmpty ? pieces : pieces + [word]
  }
}
