extension Figure {
  /// The figure as one SVG document with its own ground, style sheet, title and description.
  ///
  /// `.automatic` follows the reader's preference for dark or light. Ids are made from the content,
  /// so many figures share one page. Equal figures give equal text.
  public func svg(theme: Theme = .automatic) -> String {
    var canvas = SVGCanvas(theme: theme)
    let size = FigureDrawing.draw(self, at: Point(x: 0, y: 0), in: &canvas)
    return SVGDocument(figure: self, canvas: canvas, size: size).text
  }
}

/// Draws any figure.
enum FigureDrawing {
  /// Draws a figure with its top left corner at a point and tells its size.
  static func draw(_ figure: Figure, at origin: Point, in canvas: inout SVGCanvas) -> Size {
    switch figure {
    case .chart(let chart): ChartDrawing(chart).draw(at: origin, in: &canvas)
    case .heatmap(let heatmap): HeatmapDrawing(heatmap).draw(at: origin, in: &canvas)
    case .timeline(let timeline): TimelineDrawing(timeline).draw(at: origin, in: &canvas)
    case .table(let table): TableDrawing(table).draw(at: origin, in: &canvas)
    case .grid(let grid): GridDrawing(grid).draw(at: origin, in: &canvas)
    case .arrangement(let parts): ArrangementDrawing(parts).draw(at: origin, in: &canvas)
    }
  }
}

/// The frame around drawn elements.
struct SVGDocument {
  let figure: Figure
  let canvas: SVGCanvas
  let size: Size

  var text: String {
    let box = viewBox
    let title = figure.title.isEmpty ? figure.kindName : figure.title
    let description = ([figure.summary] + canvas.notes).map { $0 + "." }.joined(separator: " ")
    let body = canvas.body.replacing(SVGCanvas.idMark, with: "f" + Self.fingerprint(canvas.body))
    return """
      <svg xmlns="http://www.w3.org/2000/svg" class="\(canvas.theme.rootClass)" \
      viewBox="\(n(box.x)) \(n(box.y)) \(n(box.width)) \(n(box.height))" \
      width="\(n(box.width))" height="\(n(box.height))" role="img" \
      aria-label="\(XMLText.escaped(title))">
      <title>\(XMLText.escaped(title))</title>
      <desc>\(XMLText.escaped(description))</desc>
      <style>
      \(canvas.theme.styleSheet)
      </style>
      <rect class="bg" x="\(n(box.x))" y="\(n(box.y))" width="\(n(box.width))" \
      height="\(n(box.height))"/>
      \(body)</svg>

      """
  }

  /// The picture, grown where a text reaches beyond it.
  private var viewBox: Rect {
    let bounds = canvas.textBounds ?? (0, 0, 0, 0)
    let left = min(0, (bounds.left - 4).rounded(.down))
    let top = min(0, (bounds.top - 4).rounded(.down))
    let right = max(size.width, (bounds.right + 4).rounded(.up))
    let bottom = max(size.height, (bounds.bottom + 4).rounded(.up))
    return Rect(x: left, y: top, width: right - left, height: bottom - top)
  }

  /// A short name of the content (FNV-1a), equal on every run.
  private static func fingerprint(_ text: String) -> String {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return String(hash >> 24, radix: 36)
  }
}

extension String {
  /// The text with each occurrence of a word replaced.
  func replacing(_ word: String, with other: String) -> String {
    let (source, pattern) = (Array(utf8), Array(word.utf8))
    var result: [UInt8] = []
    result.reserveCapacity(source.count)
    var index = 0
    while index < source.count {
      if source[index] == pattern[0], source[index...].starts(with: pattern) {
        result.append(contentsOf: other.utf8)
        index += pattern.count
      } else {
        result.append(source[index])
        index += 1
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}
