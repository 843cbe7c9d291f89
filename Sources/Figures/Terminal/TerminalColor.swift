/// Which colours a terminal can show.
public enum TerminalColor: String, Sendable, CaseIterable {
  /// No escape codes at all: patterns and dashes tell things apart.
  case none
  /// The palette of 256.
  case palette256
  /// 24 bits.
  case trueColor

  /// The escape code that sets the colours, from a clean state.
  func code(_ ink: Color?, ground: Color?, isBold: Bool) -> String {
    guard self != .none else { return "" }
    var parts: [String] = isBold ? ["1"] : []
    if let ink { parts.append(part(38, ink)) }
    if let ground { parts.append(part(48, ground)) }
    return parts.isEmpty ? "" : "\u{1B}[\(parts.joined(separator: ";"))m"
  }

  private func part(_ kind: Int, _ color: Color) -> String {
    self == .trueColor
      ? "\(kind);2;\(color.red);\(color.green);\(color.blue)" : "\(kind);5;\(color.palette256)"
  }
}
