import Base
import Foundation
import FoundationXML
import Testing

@testable import Figures

/// What holds for every figure, whatever its numbers and names.
@Suite struct DrawingLawsTests {
  @Test func `every SVG is well-formed, free of NaN, and holds its texts`() throws {
    for seed in UInt64(0)..<300 {
      var figures = RandomFigures(seed: seed)
      let figure = figures.figure()
      for theme in Theme.allCases {
        let check = SVGCheck(figure.svg(theme: theme))
        #expect(check.fault == nil, "seed \(seed): \(check.fault ?? "")")
      }
    }
  }

  @Test func `equal figures give equal text and different ones different ids`() {
    var first = RandomFigures(seed: 5)
    var again = RandomFigures(seed: 5)
    #expect(first.figure().svg() == again.figure().svg())
    let ids = [Gallery.line, Gallery.lines].map { SVGCheck($0.svg()).ids }
    #expect(!ids[0].isEmpty && ids[0].isDisjoint(with: ids[1]))
  }

  @Test func `every drawing in a terminal keeps to its width`() {
    for seed in UInt64(0)..<300 {
      var figures = RandomFigures(seed: seed)
      let figure = figures.figure()
      for width in [24, 40, 61, 80, 100] {
        let text = figure.text(width: width)
        let widest = text.split(separator: "\n").map { String($0).displayWidth }.max() ?? 0
        #expect(widest <= width, "seed \(seed), width \(width): \(widest) columns")
        #expect(!text.contains("\u{1B}"), "seed \(seed): an escape code without colours")
        #expect(!text.unicodeScalars.contains { $0.value < 32 && $0 != "\n" }, "seed \(seed)")
      }
    }
  }

  @Test func `colours change no letter of a drawing that has no patterns`() {
    for figure in [Gallery.line, Gallery.table, Gallery.histogram, Gallery.calendar] {
      let plain = figure.text(width: 80)
      let coloured = Self.stripped(figure.text(width: 80, color: .trueColor))
      #expect(plain == coloured)
    }
  }

  @Test func `many points make a small picture that says what was done`() {
    let svg = Gallery.walk.svg()
    #expect(svg.utf8.count < 200_000)
    #expect(svg.contains("100000 points of a line are drawn as the extremes of each pixel column"))
    let density = Gallery.density.svg()
    #expect(density.utf8.count < 400_000)
    #expect(density.contains("40000 points are drawn as their density"))
  }

  @Test func `a large matrix is embedded as one picture`() {
    let rows = (0..<130).map { i in (0..<600).map { Double($0 ^ i) } }
    let svg = Figure.heatmap(Heatmap(rows: rows)).svg()
    #expect(svg.utf8.count < 110_000)
    #expect(svg.contains("130×600 cells are drawn as means over 130×512"))
  }

  @Test func `HTML carries hostile names as text only`() {
    let table = Figure.table(
      TableFigure("<b>", columns: [.init("<script>")], rows: [[.text("</td><script>")]]))
    #expect(!table.html.contains("<script>"))
    #expect(table.html.contains("&lt;script&gt;"))
  }

  private static func stripped(_ text: String) -> String {
    text.replacingOccurrences(of: "\u{1B}\\[[0-9;]*m", with: "", options: .regularExpression)
      .split(separator: "\n", omittingEmptySubsequences: false)
      .map { line in String(line.reversed().drop { $0 == " " }.reversed()) }
      .joined(separator: "\n")
  }
}

/// Reads an SVG and looks for what a viewer would stumble over.
private final class SVGCheck: NSObject, XMLParserDelegate {
  private(set) var fault: String?
  private(set) var ids: Set<String> = []
  private var box: [Double] = []
  private var pending: [String: String]?
  private var text = ""

  init(_ svg: String) {
    super.init()
    for word in ["nan", "NaN", "inf\"", "\u{1}"] where svg.contains(word) {
      fault = "holds \(word)"
    }
    let parser = XMLParser(data: Data(svg.utf8))
    parser.delegate = self
    if !parser.parse() { fault = "not well-formed at line \(parser.lineNumber)" }
  }

  func parser(
    _ parser: XMLParser, didStartElement element: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String]
  ) {
    if element == "svg" {
      box = (attributes["viewBox"] ?? "").split(separator: " ").compactMap { Double($0) }
    }
    if element == "script" { fault = "holds a script" }
    if let id = attributes["id"], !ids.insert(id).inserted { fault = "two elements are \(id)" }
    if element == "text" { (pending, text) = (attributes, "") }
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }

  func parser(
    _ parser: XMLParser, didEndElement element: String, namespaceURI: String?,
    qualifiedName: String?
  ) {
    guard element == "text", let attributes = pending else { return }
    pending = nil
    func number(_ name: String) -> Double { attributes[name].flatMap(Double.init) ?? .nan }
    let width =
      attributes["transform"] == nil ? TextMeasure.width(text, size: number("font-size")) : 0
    let start =
      number("x") - width * ["middle": 0.5, "end": 1][attributes["text-anchor"], default: 0]
    let isInside =
      start >= box[0] && start + width <= box[0] + box[2] && number("y") >= box[1]
      && number("y") <= box[1] + box[3]
    if !isInside { fault = "the text \"\(text)\" stands outside" }
  }
}
