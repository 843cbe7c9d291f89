extension Figure {
  /// What kind of picture it is, in a few words.
  var kindName: String {
    switch self {
    case .chart: "Chart"
    case .heatmap: "Heat map"
    case .timeline: "Timeline"
    case .table: "Table"
    case .grid: "Grid"
    case .arrangement: "Figures"
    }
  }

  /// What the picture shows, for readers who do not see it; without a full stop.
  var summary: String {
    switch self {
    case .chart(let chart): chart.summary
    case .heatmap(let map):
      "Heat map of \(map.rows.count) rows and \(map.columnCount) columns"
        + (map.color.title.isEmpty ? "" : ", colour is \(map.color.title)")
    case .timeline(let timeline):
      "Timeline of \(timeline.spans.count) spans and \(timeline.instants.count) instants"
    case .table(let table):
      "Table of \(table.rows.count) rows with the columns "
        + table.columns.map(\.name).joined(separator: ", ")
    case .grid(let grid): "Grid of \(grid.rows.count) rows of cells"
    case .arrangement(let parts): parts.parts.map(\.summary).joined(separator: ". ")
    }
  }
}

extension Chart {
  fileprivate var summary: String {
    let kinds = marks.map(\.kindName)
    var counted: [(kind: String, count: Int)] = []
    for kind in kinds {
      if let index = counted.firstIndex(where: { $0.kind == kind }) {
        counted[index].count += 1
      } else {
        counted.append((kind, 1))
      }
    }
    var text = "Chart of " + counted.map { "\($0.count) \($0.kind)" }.joined(separator: ", ")
    if counted.isEmpty { text = "Empty chart" }
    if !y.title.isEmpty { text += ", \(y.title)" }
    if !x.title.isEmpty { text += " over \(x.title)" }
    let names = marks.map(\.name).filter { !$0.isEmpty }
    if !names.isEmpty { text += ": " + names.joined(separator: ", ") }
    return text
  }
}

extension Mark {
  fileprivate var kindName: String {
    switch shape {
    case .line: "line"
    case .step: "step line"
    case .scatter: "set of dots"
    case .bars: "set of bars"
    case .bins: "histogram"
    case .band: "area"
    case .horizontalRule, .verticalRule: "rule"
    case .labels: "set of labels"
    }
  }
}
