import Notebooks

/// Colours an error's report: the message, the excerpt with its caret, the traceback.
struct ErrorColours {
  /// The colours.
  let palette: Palette

  /// The report's lines, the message first.
  func painted(_ error: EvaluationError) -> [String] {
    let lines = error.report.isEmpty ? [error.message] : error.report
    return lines.enumerated().map { number, line in
      palette.paint(line, style(of: line, isFirst: number == 0))
    }
  }

  private func style(of line: String, isFirst: Bool) -> Style {
    if isFirst { return .error }
    let body = line.drop { $0 == " " || $0 == "|" || $0 == "│" }
    if body.hasPrefix("^") { return .error }
    if body.hasPrefix("hint:") || body.hasPrefix("did you mean") { return .note }
    return .muted
  }
}
