import Base
import Figures
import Testing

@Suite struct PNGTests {
  @Test func `a PNG has twice the pixels of the figure`() throws {
    let bytes = try Gallery.bars.png()
    #expect(Array(bytes.prefix(4)) == [0x89, 0x50, 0x4E, 0x47])
    #expect(bytes[16..<20].reduce(0) { $0 << 8 | Int($1) } == 1280)
    #expect(bytes[20..<24].reduce(0) { $0 << 8 | Int($1) } == 760)
  }

  @Test func `what is no SVG gives an error, not a picture`() {
    #expect(throws: Problem.self) { try Raster.png(fromSVG: "<svg") }
    #expect(throws: Problem.self) { try Raster.png(fromSVG: "") }
    #expect(throws: Problem.self) { try Gallery.bars.png(scale: 90) }
    #expect(throws: Problem.self) { try Gallery.bars.png(scale: -.infinity) }
  }
}
