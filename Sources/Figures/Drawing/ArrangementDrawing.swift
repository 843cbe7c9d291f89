/// Draws figures side by side or one above the other.
struct ArrangementDrawing {
  let arrangement: Arrangement

  private static let gap = 8.0

  init(_ arrangement: Arrangement) { self.arrangement = arrangement }

  func draw(at origin: Point, in canvas: inout SVGCanvas) -> Size {
    let pad = ChartLayout.padding
    var top = origin.y
    if !arrangement.title.isEmpty || !arrangement.subtitle.isEmpty {
      // The heading wraps at the width of the parts, which drawing them aside tells.
      var aside = SVGCanvas(theme: canvas.theme)
      let width = drawParts(at: origin, in: &aside).width
      top += pad
      top += Header.draw(
        title: arrangement.title, subtitle: arrangement.subtitle,
        at: Point(x: origin.x + pad, y: top), width: width - 2 * pad, in: &canvas)
    }
    let size = drawParts(at: Point(x: origin.x, y: top), in: &canvas)
    return Size(width: size.width, height: size.height + top - origin.y)
  }

  private func drawParts(at origin: Point, in canvas: inout SVGCanvas) -> Size {
    var place = origin
    var (width, height) = (0.0, 0.0)
    for part in arrangement.parts {
      let size = FigureDrawing.draw(part, at: place, in: &canvas)
      width = max(width, place.x + size.width - origin.x)
      height = max(height, place.y + size.height - origin.y)
      switch arrangement.direction {
      case .row: place.x += size.width + Self.gap
      case .column: place.y += size.height + Self.gap
      }
    }
    return Size(width: width, height: height)
  }
}
