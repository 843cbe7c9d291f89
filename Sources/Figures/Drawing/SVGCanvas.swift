import Glibc

/// A point: in pixels with y downwards, or in values of the axes.
struct Point: Hashable {
  var x, y: Double
}

/// A rectangle in pixels.
struct Rect: Hashable {
  var x, y, width, height: Double

  var right: Double { x + width }
  var bottom: Double { y + height }
  var middleX: Double { x + width / 2 }
  var middleY: Double { y + height / 2 }
}

/// Where a text stands from its point.
enum Anchor: String { case start, middle, end }

/// How a text is set.
struct TextStyle {
  var size = 11.0
  var isBold = false
  /// Classes of the style sheet, as in "m" for secondary text.
  var classes = ""
  var anchor = Anchor.start
  /// Degrees clockwise about the point.
  var rotation = 0.0

  static let tick = TextStyle(classes: "m")
  static let label = TextStyle(size: 11.5, classes: "m")
  static let title = TextStyle(size: 15, isBold: true)
  static let subtitle = TextStyle(size: 12, classes: "m")

  func anchored(_ anchor: Anchor) -> TextStyle {
    var style = self
    style.anchor = anchor
    return style
  }
}

/// Collects SVG elements and how far their texts reach.
struct SVGCanvas {
  /// Stands for the figure's own name in ids until its content is known; no text can hold it.
  static let idMark = "\u{1}"

  let theme: Theme
  private(set) var body = ""
  private(set) var notes: [String] = []
  private var clips = 0
  /// The corners of everything written as text, by estimate.
  private(set) var textBounds: (left: Double, top: Double, right: Double, bottom: Double)?

  init(theme: Theme) { self.theme = theme }

  /// Adds a sentence to the description, once.
  mutating func note(_ sentence: String) {
    if !notes.contains(sentence) { notes.append(sentence) }
  }

  mutating func raw(_ element: String) { body += element + "\n" }

  mutating func rect(_ r: Rect, _ attributes: String, radius: Double = 0) {
    let rounding = radius > 0 ? " rx=\"\(n(radius))\"" : ""
    raw(
      "<rect x=\"\(n(r.x))\" y=\"\(n(r.y))\" width=\"\(n(max(0, r.width)))\" "
        + "height=\"\(n(max(0, r.height)))\"\(rounding) \(attributes)/>")
  }

  mutating func line(_ a: Point, _ b: Point, _ attributes: String) {
    raw(
      "<line x1=\"\(n(a.x))\" y1=\"\(n(a.y))\" x2=\"\(n(b.x))\" y2=\"\(n(b.y))\" \(attributes)/>")
  }

  mutating func circle(_ center: Point, radius: Double, _ attributes: String) {
    raw("<circle cx=\"\(n(center.x))\" cy=\"\(n(center.y))\" r=\"\(n(radius))\" \(attributes)/>")
  }

  mutating func path(_ data: String, _ attributes: String) {
    raw("<path d=\"\(data)\" \(attributes)/>")
  }

  /// Draws what the closure draws, cut off at a rectangle.
  mutating func clipped(to r: Rect, _ draw: (inout SVGCanvas) -> Void) {
    let name = "\(Self.idMark)-\(clips)"
    clips += 1
    raw(
      "<clipPath id=\"\(name)\"><rect x=\"\(n(r.x))\" y=\"\(n(r.y))\" width=\"\(n(r.width))\" "
        + "height=\"\(n(r.height))\"/></clipPath>")
    raw("<g clip-path=\"url(#\(name))\">")
    draw(&self)
    raw("</g>")
  }

  /// Writes a text; its point is the baseline at the anchor.
  mutating func text(_ text: String, at p: Point, _ style: TextStyle, extra: String = "") {
    guard !text.isEmpty else { return }
    let text = XMLText.printable(text)
    extend(text, at: p, style)
    var attributes = "x=\"\(n(p.x))\" y=\"\(n(p.y))\" font-size=\"\(n(style.size))\""
    if style.isBold { attributes += " font-weight=\"600\"" }
    if !style.classes.isEmpty { attributes += " class=\"\(style.classes)\"" }
    if style.anchor != .start { attributes += " text-anchor=\"\(style.anchor.rawValue)\"" }
    if style.rotation != 0 {
      attributes += " transform=\"rotate(\(n(style.rotation)) \(n(p.x)) \(n(p.y)))\""
    }
    raw("<text \(attributes)\(extra)>\(XMLText.escaped(text))</text>")
  }

  private mutating func extend(_ text: String, at p: Point, _ style: TextStyle) {
    let width = TextMeasure.width(text, size: style.size, isBold: style.isBold)
    let start =
      switch style.anchor {
      case .start: 0.0
      case .middle: -width / 2
      case .end: -width
      }
    let angle = style.rotation * .pi / 180
    for (dx, dy) in [
      (start, -style.size), (start + width, -style.size), (start, style.size * 0.3),
      (start + width, style.size * 0.3),
    ] {
      let x = p.x + dx * cos(angle) - dy * sin(angle)
      let y = p.y + dx * sin(angle) + dy * cos(angle)
      let old = textBounds ?? (x, y, x, y)
      textBounds = (min(old.left, x), min(old.top, y), max(old.right, x), max(old.bottom, y))
    }
  }
}

/// The short name of the coordinate format, for the many places that need it.
func n(_ value: Double) -> String { NumberFormat.coordinate(value) }

/// Text made safe inside XML.
enum XMLText {
  /// The text on one line, without what XML forbids: "�" stands for that.
  static func printable(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value >= 0xFFFE }) else {
      return text
    }
    var safe = ""
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 9, 10, 13: safe += " "
      case ..<0x20, 0xFFFE, 0xFFFF: safe += "\u{FFFD}"
      default: safe.unicodeScalars.append(scalar)
      }
    }
    return safe
  }

  /// The printable text with markup characters as entities.
  static func escaped(_ text: String) -> String {
    var safe = ""
    safe.reserveCapacity(text.utf8.count + 8)
    for scalar in printable(text).unicodeScalars {
      switch scalar {
      case "&": safe += "&amp;"
      case "<": safe += "&lt;"
      case ">": safe += "&gt;"
      case "\"": safe += "&quot;"
      default: safe.unicodeScalars.append(scalar)
      }
    }
    return safe
  }
}
