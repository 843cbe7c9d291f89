import Notebooks

/// Colours an error's report: the message, the excerpt with its caret, the traceback.
struct ErrorColours {
  /// The colours.
  let palette: Palette

  /// The report's lines, the message first.
  func painted(_ error: EvaluationError) -> [String] {
    let lines = error.report.isEmpty ? [error.message] : error.report
    return lines.enumerated().map { number, line in
      style(of: line, isFirst: number == 0).map { palette.paint(line, $0) } ?? line
    }
  }

  /// The line that failed stands as it was written; what is around it steps back.
  private func style(of line: String, isFirst: Bool) -> Style? {
    if isFirst { return .error }
    if line.hasPrefix(">") { return nil }
    return line.drop { $0 == " " }.hasPrefix("^") ? .error : .muted
  }
}
