import Base
import Figures
import Glibc
import Testing

/// Draws the gallery into a folder for people to look at: `ORRERY_GALLERY=/tmp/gallery`.
@Suite struct GalleryTests {
  static var folder: String? { getenv("ORRERY_GALLERY").map { String(cString: $0) } }

  @Test(.enabled(if: folder != nil), arguments: Gallery.all.indices)
  func `a figure of the gallery is drawn to files`(index: Int) throws {
    let folder = try #require(Self.folder)
    let (name, figure) = Gallery.all[index]
    try FileIO.makeDirectory(folder)
    for color in [TerminalColor.none, .trueColor] {
      let text = figure.text(width: 80, color: color) + "\n"
      try FileIO.write(Array(text.utf8), to: "\(folder)/\(name)-\(color.rawValue).txt")
    }
    for theme in [Theme.light, .dark] {
      let path = "\(folder)/\(name)-\(theme.rawValue)"
      try FileIO.write(Array(figure.svg(theme: theme).utf8), to: path + ".svg")
      try FileIO.write(try figure.png(theme: theme, scale: 1.5), to: path + ".png")
    }
  }
}
