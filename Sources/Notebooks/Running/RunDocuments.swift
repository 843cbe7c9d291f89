internal import Base

/// Runs and tests as other tools read them: JUnit XML and a JSON summary.
enum RunDocuments {
  /// Writes JUnit XML: a suite per notebook, a case per cell.
  static func junit(_ reports: [RunReport]) -> String {
    var lines = ["<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "<testsuites>"]
    for report in reports {
      let failures = report.cells.count { $0.status.isFailure }
      let skipped = report.cells.count { $0.status == .notRun }
      lines.append(
        "  <testsuite name=\(quoted(report.name)) tests=\"\(report.cells.count)\" "
          + "failures=\"\(failures)\" skipped=\"\(skipped)\" time=\"\(fixed(report.seconds, 3))\">")
      for cell in report.cells { lines += junit(cell, in: report) }
      lines.append("  </testsuite>")
    }
    lines.append("</testsuites>")
    return lines.joined(separator: "\n") + "\n"
  }

  private static func junit(_ cell: CellReport, in report: RunReport) -> [String] {
    let head =
      "    <testcase classname=\(quoted(report.name)) name=\(quoted(cell.label)) "
      + "time=\"\(fixed(cell.seconds, 3))\""
    if cell.status == .notRun { return ["\(head)><skipped/></testcase>"] }
    guard cell.status.isFailure else { return ["\(head)/>"] }
    let message = cell.message ?? cell.status.words
    let text = escaped(cell.traceback.joined(separator: "\n"))
    return [
      "\(head)>", "      <failure type=\(quoted(cell.status.rawValue)) message=\(quoted(message))>",
      "\(text)</failure>", "    </testcase>",
    ]
  }

  /// Writes a JSON object with every cell of every notebook.
  static func summary(_ reports: [RunReport]) -> String {
    JSONValue.object(["notebooks": .array(reports.map { .object($0.json) })])
      .formatted(.indented(2)) + "\n"
  }

  private static func quoted(_ text: String) -> String { "\"\(escaped(text))\"" }

  /// Escapes text for XML, leaving out characters that XML cannot carry.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\n", "\t": result.unicodeScalars.append(scalar)
      case "\0"..<" ", "\u{FFFE}", "\u{FFFF}": break
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
