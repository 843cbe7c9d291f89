/// Grid lines, ticks and labels around a plot.
struct AxisDrawing {
  let layout: ChartLayout
  /// True draws grid lines at the ticks of the bottom axis too.
  let hasVerticalGrid: Bool
  let hasHorizontalGrid: Bool

  func drawGrid(in canvas: inout SVGCanvas) {
    let plot = layout.plot
    if hasHorizontalGrid {
      for tick in layout.y.ticks {
        let y = layout.py(tick.value)
        canvas.line(
          Point(x: plot.x, y: y), Point(x: plot.right, y: y), "class=\"\(tick.gridClass)\"")
      }
    }
    if hasVerticalGrid {
      for tick in layout.x.ticks {
        let x = layout.px(tick.value)
        canvas.line(
          Point(x: x, y: plot.y), Point(x: x, y: plot.bottom), "class=\"\(tick.gridClass)\"")
      }
    }
  }

  func drawAxes(in canvas: inout SVGCanvas) {
    let plot = layout.plot
    drawZeroLine(in: &canvas)
    if layout.yRunsDown {
      let x = max(plot.x, min(plot.right, layout.px(0)))
      canvas.line(Point(x: x, y: plot.y), Point(x: x, y: plot.bottom), "class=\"a\"")
    } else {
      canvas.line(
        Point(x: plot.x, y: plot.bottom), Point(x: plot.right, y: plot.bottom), "class=\"a\"")
    }
    drawLeftLabels(in: &canvas)
    drawBottomLabels(in: &canvas)
    let top = Point(x: ChartLayout.padding, y: plot.y - 11)
    canvas.text(layout.y.title, at: Point(x: min(top.x + origin, plot.x), y: top.y), .label)
  }

  /// How far the frame of the figure is from the left of the picture.
  var origin = 0.0

  private func drawZeroLine(in canvas: inout SVGCanvas) {
    let scale = layout.y.scale
    guard scale.kind == .linear, scale.low < 0, scale.high > 0 else { return }
    let y = layout.py(0)
    canvas.line(
      Point(x: layout.plot.x, y: y), Point(x: layout.plot.right, y: y), "class=\"a\"")
  }

  private func drawLeftLabels(in canvas: inout SVGCanvas) {
    let room = layout.plot.x - ChartLayout.padding - origin - 8
    let step = layout.plot.height / Double(max(1, layout.y.ticks.count))
    // Names closer than a line of text are thinned; numbers are spaced by their tick count.
    let every = layout.yRunsDown ? max(1, Int((12 / max(step, 0.1)).rounded(.up))) : 1
    for (index, tick) in layout.y.ticks.enumerated() where tick.isMajor && index % every == 0 {
      let label =
        layout.yRunsDown ? TextMeasure.truncated(tick.label, to: room, size: 11) : tick.label
      canvas.text(
        label, at: Point(x: layout.plot.x - 7, y: layout.py(tick.value) + 3.8),
        TextStyle.tick.anchored(.end))
    }
  }

  private func drawBottomLabels(in canvas: inout SVGCanvas) {
    let plot = layout.plot
    var lowest = plot.bottom + 17
    for (index, tick) in layout.x.ticks.enumerated() {
      let x = layout.px(tick.value)
      if !layout.isNamed {
        canvas.line(
          Point(x: x, y: plot.bottom), Point(x: x, y: plot.bottom + (tick.isMajor ? 5 : 3)),
          "class=\"a\"")
      }
      switch layout.nameSetting {
      case .level:
        canvas.text(tick.label, at: Point(x: x, y: lowest), TextStyle.tick.anchored(.middle))
      case .thinned(let every) where index % every == 0:
        let label = TextMeasure.truncated(tick.label, to: 100, size: 11)
        canvas.text(label, at: Point(x: x, y: lowest), TextStyle.tick.anchored(.middle))
      case .thinned: break
      case .slanted:
        var style = TextStyle.tick.anchored(.end)
        style.rotation = -ChartLayout.slant
        let label = TextMeasure.truncated(tick.label, to: ChartLayout.longestName, size: 11)
        canvas.text(label, at: Point(x: x + 4, y: plot.bottom + 13), style)
      }
    }
    if layout.nameSetting == .slanted { lowest += layout.slantedDrop }
    canvas.text(
      layout.x.title, at: Point(x: plot.right, y: lowest + 18), TextStyle.label.anchored(.end))
  }
}

extension Tick {
  fileprivate var gridClass: String { isMajor ? "g" : "gm" }
}
