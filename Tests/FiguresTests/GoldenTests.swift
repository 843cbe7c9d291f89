import Base
import Figures
import TestSupport
import Testing

/// Compares drawings with the files in `Golden`; `ORRERY_GOLDEN=write` rewrites them.
@Suite struct GoldenTests {
  private static let folder = FileIO.directory(of: #filePath) + "/Golden/"
  /// Those whose pictures are short enough to be read in a diff.
  private static let drawn = ["bars", "lines", "timeline", "mig", "attention", "empty"]

  @Test(arguments: Gallery.all.indices)
  func `a figure in the terminal is the golden text`(index: Int) throws {
    let (name, figure) = Gallery.all[index]
    try compare(figure.text(width: 80) + "\n", name + ".txt")
  }

  @Test(arguments: drawn)
  func `a figure as SVG is the golden text`(name: String) throws {
    let figure = try #require(Gallery.all.first { $0.name == name }?.figure)
    try compare(figure.svg(theme: .light), name + ".svg")
  }

  @Test func `a table as HTML is the golden text`() throws {
    try compare(Gallery.table.html, "table.html")
  }

  @Test func `colours are the golden codes`() throws {
    let text = Gallery.mig.text(width: 60, color: .trueColor)
    try compare(text.replacingEscapes + "\n", "mig-true-color.txt")
    let few = Gallery.mig.text(width: 60, color: .palette256)
    try compare(few.replacingEscapes + "\n", "mig-palette.txt")
  }

  private func compare(_ text: String, _ name: String) throws {
    try expectGolden(text, Self.folder + name)
  }
}

extension String {
  /// The text with escape characters made visible.
  fileprivate var replacingEscapes: String {
    String(map { $0 == "\u{1B}" ? "␛" : $0 })
  }
}
