extension Figure {
  /// The figure drawn with characters, ready to print; the last line has no newline.
  ///
  /// Lines and dots are braille, bars are blocks, heat maps are coloured or shaded cells. Without
  /// colours there are no escape codes and patterns tell things apart. Widths below 24 count as 24.
  /// - Parameters:
  ///   - width: columns
  ///   - height: lines of a chart with its heading; nil takes what suits the width
  ///   - color: which colours the terminal shows
  /// - Returns: lines joined by "\n"
  public func text(
    width: Int = 80, height: Int? = nil, color: TerminalColor = .none
  ) -> String {
    TextDrawing.draw(
      self, width: min(1000, max(24, width)), height: height.map { min(500, max(6, $0)) },
      color: color
    ).text
  }
}

/// Draws any figure into terminal cells.
enum TextDrawing {
  static func draw(_ figure: Figure, width: Int, height: Int?, color: TerminalColor) -> TextCanvas {
    switch figure {
    case .chart(let chart):
      TextChart.draw(chart, width: width, height: height, color: color)
    case .heatmap(let map):
      TextHeatmap(map, width: width, height: height, color: color).draw()
    case .timeline(let timeline): TextTimeline(timeline, width: width, color: color).draw()
    case .table(let table): TextTable(table, width: width, color: color).draw()
    case .grid(let grid): TextGrid(grid, width: width, color: color).draw()
    case .arrangement(let arrangement):
      draw(arrangement, width: width, height: height, color: color)
    }
  }

  /// Parts stand side by side only where each keeps a legible width.
  private static func draw(
    _ arrangement: Arrangement, width: Int, height: Int?, color: TerminalColor
  ) -> TextCanvas {
    var canvas = TextCanvas(width: width, color: color)
    var y = TextHeading.put(
      title: arrangement.title, subtitle: arrangement.subtitle, in: &canvas)
    if y > 0 { y += 1 }
    let count = max(1, arrangement.parts.count)
    let share = (width - 2 * (count - 1)) / count
    let isRow = arrangement.direction == .row && share >= 36
    for (index, part) in arrangement.parts.enumerated() {
      let drawn = draw(part, width: isRow ? share : width, height: height, color: color)
      canvas.put(drawn, x: isRow ? index * (share + 2) : 0, y: y)
      if !isRow { y = canvas.height + 1 }
    }
    return canvas
  }
}
