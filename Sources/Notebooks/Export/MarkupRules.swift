/// What may stay in markup that a cell showed.
enum MarkupRules {
  private static func named(_ names: String) -> [String: String] {
    var result: [String: String] = [:]
    for name in names.split(separator: " ") { result[name.lowercased()] = String(name) }
    return result
  }

  /// Elements of text, by their name in small letters.
  static let elements = named(
    """
    a abbr address article aside b bdi bdo blockquote br caption center cite code col colgroup dd \
    del details dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins \
    kbd li main mark meter nav ol p pre progress q rp rt ruby s samp section small span strike strong \
    sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr
    """)

  /// Elements of drawings.
  static let drawingElements = named(
    """
    svg a circle clipPath defs desc ellipse feBlend feColorMatrix feComposite feDropShadow feFlood \
    feGaussianBlur feMerge feMergeNode feOffset filter g image line linearGradient marker mask path \
    pattern polygon polyline radialGradient rect stop switch symbol text textPath title tspan use view
    """)

  /// Elements without an end.
  static let void: Set<String> = ["br", "col", "hr", "img", "wbr"]

  /// Elements that are dropped with all that is in them.
  static let dropped: Set<String> = [
    "applet", "audio", "base", "canvas", "embed", "foreignobject", "form", "frame", "frameset",
    "head", "iframe", "link", "math", "meta", "noembed", "noframes", "noscript", "object",
    "plaintext",
    "script", "select", "style", "template", "textarea", "title", "video", "xmp",
  ]

  private static let plain: Set<String> = Set(
    """
    abbr align alt border cellpadding cellspacing class colspan dir headers height hidden high \
    lang low max min open optimum reversed role rowspan scope span start title valign value width \
    accent-height alignment-baseline baseline-shift clip-rule color cx cy d dominant-baseline dx dy \
    fill-opacity fill-rule flood-color flood-opacity font-family font-size font-style font-variant \
    font-weight fr fx fy gradienttransform gradientunits in in2 k1 k2 k3 k4 lengthadjust \
    letter-spacing markerheight markerunits markerwidth mode offset opacity operator orient \
    paint-order pathlength patternunits patterntransform points preserveaspectratio \
    primitiveunits r refx refy result rotate rx ry shape-rendering spreadmethod startoffset \
    stddeviation stop-color stop-opacity stroke-dasharray stroke-dashoffset stroke-linecap \
    stroke-linejoin stroke-miterlimit stroke-opacity stroke-width text-anchor text-decoration \
    text-rendering textlength transform transform-origin type values vector-effect version viewbox \
    visibility word-spacing writing-mode x x1 x2 xmlns y y1 y2 clippathunits maskunits \
    patterncontentunits maskcontentunits filterunits
    """.split(separator: " ").map(String.init))

  private static let referring: Set<String> = [
    "fill", "stroke", "clip-path", "mask", "filter", "marker-start", "marker-mid", "marker-end",
  ]

  /// The value that an attribute keeps, ready to stand in double quotes; nil drops it.
  static func value(of key: String, in element: String, _ value: String, prefix: String) -> String?
  {
    let name = key.lowercased()
    let value = value.replacing("\"", with: "&quot;").replacing("<", with: "&lt;")
    switch name {
    case "id": return prefix + value
    case "style": return isHarmless(css: value) ? prefixed(value, prefix) : nil
    case "aria-labelledby", "aria-describedby":
      return value.split(separator: " ").map { prefix + $0 }.joined(separator: " ")
    case "href", "xlink:href": return address(value, in: element, prefix: prefix)
    case "src": return isPicture(value) ? value : nil
    default: break
    }
    if referring.contains(name) { return isHarmless(css: value) ? prefixed(value, prefix) : nil }
    if plain.contains(name) || name.hasPrefix("aria-") || name.hasPrefix("data-") { return value }
    return nil
  }

  private static func address(_ value: String, in element: String, prefix: String) -> String? {
    if value.hasPrefix("#") { return "#" + prefix + value.dropFirst() }
    if element == "image" || element == "img" { return isPicture(value) ? value : nil }
    let lower = value.lowercased()
    let isLink = ["http://", "https://", "mailto:"].contains { lower.hasPrefix($0) }
    return element == "a" && isLink ? value : nil
  }

  private static func isPicture(_ value: String) -> Bool {
    let lower = value.prefix(32).lowercased()
    return ["png", "jpeg", "gif", "webp"].contains { lower.hasPrefix("data:image/\($0);") }
  }

  /// True for styles that load nothing and run nothing.
  static func isHarmless(css: String) -> Bool {
    let lower = css.lowercased()
    if lower.contains("\\") || lower.contains("&#") { return false }
    for word in ["expression", "@import", "javascript:", "behavior", "-moz-binding", "@font-face"] {
      if lower.contains(word) { return false }
    }
    if lower.contains("position") && (lower.contains("fixed") || lower.contains("absolute")) {
      return false
    }
    return !lower.replacing("url(#", with: "").replacing("url('#", with: "")
      .replacing("url(&quot;#", with: "").contains("url(")
  }

  /// Puts the prefix before the ids that styles refer to.
  static func prefixed(_ css: String, _ prefix: String) -> String {
    guard css.contains("url(") else { return css }
    return css.replacing("url(#", with: "url(#\(prefix)")
      .replacing("url('#", with: "url('#\(prefix)")
      .replacing("url(&quot;#", with: "url(&quot;#\(prefix)")
  }
}
