import Figures
import Inference
import LuaBridge

/// Shows a profile as a table and as a roofline.
struct ProfileSheet {
  let title: String
  let profile: ProfileReport

  init(_ title: String, _ profile: ProfileReport) {
    self.title = title
    self.profile = profile
  }

  /// The profile for Lua.
  func report(_ state: LuaState) -> ModelReport {
    let roofline = Self.roofline([self])
    let table = table(state)
    table.write("roofline", roofline)
    return ModelReport(table, shown: shown, picture: roofline)
  }

  /// Several profiles in one: a table under another, and the dots of all under one roof.
  static func joined(_ sheets: [ProfileSheet], _ state: LuaState) -> ModelReport {
    let roofline = Self.roofline(sheets)
    let table = state.makeTable()
    var count = 0
    for sheet in sheets {
      let part = sheet.table(state)
      for element in part.elements {
        count += 1
        if case .table(let row) = element { row["phase"] = .text(sheet.title) }
        table[.integer(count)] = element
      }
      table.write(.text(sheet.title), sheet.report(state))
    }
    table.write("roofline", roofline)
    let figure = Figure.column(sheets.map { .table($0.shown) })
    return ModelReport(table, html: figure.html, picture: roofline) {
      figure.text(width: $0, color: $1)
    }
  }

  private func table(_ state: LuaState) -> LuaTable {
    let limits = profile.limits
    let table = state.makeTable(
      profile.rows.map { .table(fields($0, state)) },
      fields: [
        "steps": .integer(profile.steps), "tokens": .integer(profile.tokens),
        "seconds": .number(profile.total.seconds),
        "tokens_per_second": .number(Double(profile.tokens) / profile.total.seconds),
        "limit_bytes_per_second": .number(limits.bytesPerSecond),
        "limit_operations_per_second": .number(2 * limits.multiplyAddsPerSecond),
      ])
    table["total"] = .table(fields(profile.total, state))
    return table
  }

  private func fields(_ row: ProfileReport.Row, _ state: LuaState) -> LuaTable {
    let table = state.makeTable(fields: [
      "operator": .text(row.operation), "calls": .integer(row.calls),
      "seconds": .number(row.seconds), "share": .number(row.share), "bytes": .integer(row.bytes),
      "multiply_adds": .integer(row.multiplyAdds),
    ])
    func note(_ name: String, _ value: Double?) {
      if let value { table[.text(name)] = .number(value) }
    }
    note("bytes_per_second", row.bytesPerSecond)
    note("operations_per_second", row.operationsPerSecond)
    note("bandwidth_share", profile.bandwidthShare(row))
    note("arithmetic_share", profile.arithmeticShare(row))
    return table
  }

  /// The rows with their shares of what the machine can do.
  private var shown: TableFigure {
    let limits = profile.limits
    let rate = Double(profile.tokens) / profile.total.seconds
    return TableFigure(
      "Operators of \(title)",
      subtitle: "\(profile.tokens) tokens in \(profile.steps) steps, "
        + "\(Int(rate.rounded())) tokens/s; this machine reads "
        + "\(tenths(limits.bytesPerSecond / 1e9)) GB/s and does "
        + "\(Int((2 * limits.multiplyAddsPerSecond / 1e9).rounded())) GOP/s of 8 bits",
      columns: [
        .init("operator"), .init("calls"), .init("ms", decimals: 2), .init("time %", decimals: 1),
        .init("MB", decimals: 1), .init("MMAC", decimals: 1), .init("GB/s", decimals: 1),
        .init("limit %", decimals: 0), .init("GOP/s", decimals: 0), .init("limit %", decimals: 0),
      ], rows: (profile.rows + [profile.total]).map(cells))
  }

  private func cells(_ row: ProfileReport.Row) -> [TableFigure.Cell] {
    func cell(_ value: Double?, _ factor: Double = 1) -> TableFigure.Cell {
      value.map { .number($0 * factor) } ?? .empty
    }
    return [
      .text(row.operation), .number(Double(row.calls)), .number(row.seconds * 1000),
      .number(row.share * 100), cell(row.bytes > 0 ? Double(row.bytes) : nil, 1e-6),
      cell(row.multiplyAdds > 0 ? Double(row.multiplyAdds) : nil, 1e-6),
      cell(row.bytesPerSecond, 1e-9), cell(profile.bandwidthShare(row), 100),
      cell(row.operationsPerSecond, 1e-9), cell(profile.arithmeticShare(row), 100),
    ]
  }

  // MARK: Roofline

  /// An operator's intensity, and its throughput in GOP/s.
  private typealias Dot = (name: String, x: Double, y: Double)

  /// The names beside the dots; dots that nearly cover one another share one.
  private static func labels(_ sheets: [[Dot]]) -> [PlacedText] {
    var result: [PlacedText] = []
    for dots in sheets {
      var own: [PlacedText] = []
      for dot in dots.sorted(by: { $0.y > $1.y }) {
        let near = own.firstIndex { max($0.x / dot.x, dot.x / $0.x) < 1.3 && $0.y / dot.y < 1.5 }
        if let near {
          own[near].text += ", " + dot.name
        } else {
          own.append(PlacedText(x: dot.x, y: dot.y, dot.name))
        }
      }
      result += own
    }
    return result
  }

  /// One dot for each operator over what the machine can do at its intensity.
  private static func roofline(_ sheets: [ProfileSheet]) -> Figure {
    let dots: [[Dot]] = sheets.map { sheet in
      sheet.profile.rows.compactMap { row in
        row.intensity.flatMap { x in
          row.operationsPerSecond.map { (name: row.operation, x: x, y: $0 / 1e9) }
        }
      }
    }
    guard let limits = sheets.first?.profile.limits else { return .chart(Chart()) }
    let places = dots.joined().map(\.x) + [limits.ridge]
    let (low, high) = ((places.min() ?? 1) / 2, (places.max() ?? 1) * 4)
    let corners = [low, limits.ridge, high]
    var marks = [
      Mark(
        .line(
          Series(x: corners, y: corners.map { limits.roof(atIntensity: $0) / 1e9 })),
        name: "limit of this machine", paint: .muted)
    ]
    for (sheet, dots) in zip(sheets, dots) {
      marks.append(
        Mark(.scatter(Series(x: dots.map(\.x), y: dots.map(\.y))), name: sheet.title))
    }
    marks.append(Mark(.labels(labels(dots)), paint: .muted))
    return .chart(
      Chart(
        "Roofline",
        subtitle: "\(tenths(limits.bytesPerSecond / 1e9)) GB/s read, "
          + "\(Int((2 * limits.multiplyAddsPerSecond / 1e9).rounded())) GOP/s of 8-bit multiply-adds",
        x: Axis("arithmetic intensity", unit: "op/B", kind: .log),
        y: Axis("throughput", unit: "GOP/s", kind: .log), marks: marks,
        size: Size(width: 680, height: 420)))
  }
}

private func tenths(_ value: Double) -> Double { (value * 10).rounded() / 10 }
