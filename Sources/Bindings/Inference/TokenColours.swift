import Base
import Figures
import Inference

/// Shows a text with each piece on a ground that is the warmer the less it was expected.
struct TokenColours {
  private let scored: ScoredText

  init(_ scored: ScoredText) { self.scored = scored }

  /// From how many bits on a ground is taken, and the probability that this is.
  private static let warm: [(bits: Double, ground: Int, name: String)] = [
    (1, 223, "50 %"), (3.32, 216, "10 %"), (6.64, 209, "1 %"), (9.97, 202, "0.1 %"),
  ]

  // MARK: Terminals

  /// The text with grounds of the palette of 256 where there are colours; without, the text alone
  /// and a line of numbers.
  func text(_ color: TerminalColor) -> String {
    let whole = scored.pieces.map(\.text).joined()
    let end = whole.hasSuffix("\n") ? "" : "\n"
    guard color != .none else { return whole + end + summary }
    let shown = scored.pieces.map { piece in
      guard let level = Self.warm.last(where: { $0.bits <= (piece.surprise ?? 0) }) else {
        return piece.text
      }
      // A ground must end with its line, or terminals fill the rest of it.
      return piece.text.split(separator: "\n", omittingEmptySubsequences: false)
        .map { $0.isEmpty ? "" : Self.painted(String($0), level.ground) }.joined(separator: "\n")
    }
    let key = Self.warm.map { Self.painted(" below \($0.name) ", $0.ground) }.joined(separator: " ")
    return shown.joined() + end + key + "\n" + summary
  }

  private static func painted(_ text: String, _ ground: Int) -> String {
    "\u{1B}[38;5;16;48;5;\(ground)m\(text)\u{1B}[0m"
  }

  private var summary: String {
    let known = scored.pieces.filter { $0.probability != nil }
    guard let least = known.max(by: { ($0.surprise ?? 0) < ($1.surprise ?? 0) }) else {
      return "(no token has a probability: a text needs two)"
    }
    let mean = (scored.meanBits * 100).rounded() / 100
    return "(\(known.count) tokens, \(mean) bits of surprise on average; least expected: "
      + "\"\(least.text.replacing("\n", with: "⏎"))\" with \(percent(least.probability ?? 0)))"
  }

  // MARK: Notebooks

  /// The text as HTML for light and dark pages; a piece's numbers show under the pointer.
  var html: String {
    let spans = scored.pieces.map { piece in
      guard let probability = piece.probability, let bits = piece.surprise else {
        return "<span title=\"the first token\">\(Self.escaped(piece.text))</span>"
      }
      let title =
        "\(percent(probability)), \((bits * 100).rounded() / 100) bits, token "
        + piece.tokens.map { String($0) }.joined(separator: " ")
      return "<span style=\"\(Self.style(piece.shade))\" title=\"\(title)\">"
        + "\(Self.escaped(piece.text))</span>"
    }
    let key = Self.warm.map { level in
      "<span style=\"\(Self.style(level.bits / 10));padding:0 6px\">\(level.name)</span>"
    }
    return """
      <div class="orrery-tokens" style="line-height:1.8;max-width:46em">
      <div style="white-space:pre-wrap">\(spans.joined())</div>
      <div style="font-size:85%;opacity:.8;margin-top:.5em">probability \(key.joined(separator: " ")) \
      · \((scored.meanBits * 100).rounded() / 100) bits of surprise on average</div>
      </div>

      """
  }

  /// A text made safe that keeps its lines.
  private static func escaped(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { Figure.escaped(String($0)) }.joined(separator: "\n")
  }

  /// Half-transparent orange is legible under the page's own ink, dark or light.
  private static func style(_ shade: Double) -> String {
    let opacity = (shade * 65).rounded() / 100
    return "background:rgba(230,110,0,\(opacity));border-radius:3px"
  }
}

/// A share as a percentage, with as many digits as tell it from 0 and from all.
func percent(_ share: Double) -> String {
  let value = share * 100
  if value >= 99.95 { return "100 %" }
  if value >= 9.95 { return "\(Int(value.rounded())) %" }
  if value >= 0.095 { return "\((value * 10).rounded() / 10) %" }
  return value < 0.0005 ? "<0.001 %" : "\((value * 1000).rounded() / 1000) %"
}
