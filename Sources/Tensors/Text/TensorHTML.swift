import Base

extension Tensor {
  /// The elements as an HTML table, shaded by value, with the same cuts as the text.
  ///
  /// A scalar and a tensor of three dimensions or more show as preformatted text.
  public var html: String {
    guard rank == 1 || rank == 2, count > 0 else {
      return "<pre>\(Tensor.escaped(description))</pre>"
    }
    let matrix = rank == 1 ? try? unsqueezed(0) : self
    guard let matrix else { return "<pre>\(Tensor.escaped(description))</pre>" }
    let (rows, columns) = (Tensor.places(matrix.shape[0], 12), Tensor.places(matrix.shape[1], 12))
    let values = matrix.doubles
    let width = matrix.shape[1]
    let shown = rows.compactMap { $0 }.flatMap { row in
      columns.compactMap { $0 }.map { values[row * width + $0] }
    }
    let format = NumberFormat(shown, dtype: dtype)
    let whole = dtype == .i64 ? matrix.integers : []
    let limit = shown.filter(\.isFinite).map(Swift.abs).max() ?? 0
    var text =
      "<table class=\"tensor\" style=\"font-family:monospace;text-align:right;border-collapse:collapse\">"
    if format.exponent != 0 { text += "<caption>1e\(format.exponent) &times;</caption>" }
    for row in rows {
      text += "<tr>"
      for column in columns {
        guard let row, let column else {
          text += "<td style=\"padding:1px 6px\">&hellip;</td>"
          continue
        }
        let position = row * width + column
        let cell = whole.isEmpty ? format.text(values[position]) : String(whole[position])
        text += "<td style=\"padding:1px 6px\(Tensor.shade(values[position], limit))\">\(cell)</td>"
      }
      text += "</tr>"
    }
    return text + "</table><div style=\"font-family:monospace\">[\(summary)]</div>"
  }

  private static func places(_ size: Int, _ most: Int) -> [Int?] {
    size <= most * 2
      ? (0..<size).map { $0 }
      : (0..<most / 2).map { $0 } + [nil] + ((size - most / 2)..<size).map { $0 }
  }

  /// Blue above zero, orange below: told apart by people who do not see red and green.
  private static func shade(_ value: Double, _ limit: Double) -> String {
    guard value.isFinite, limit > 0, value != 0 else { return "" }
    let strength = fixed(Swift.abs(value) / limit * 0.45, 2)
    return ";background:rgba(\(value > 0 ? "0,114,178" : "230,159,0"),\(strength))"
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }
}
