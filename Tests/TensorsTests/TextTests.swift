import Base
import Testing

@testable import Tensors

@Suite struct TextTests {
  @Test(arguments: [
    (try? Tensor([1.0, 2, 3, 4], shape: [2, 2]), " 1  2\n 3  4\n[f32 2x2]"),
    (try? Tensor([0.5, -1.25]), "  0.50  -1.25\n[f32 2]"),
    (try? Tensor([1, .nan, -.infinity]), "    1   nan  -inf\n[f32 3]"),
    (try? Tensor([123_456.5, 1.5e6]), "1e+6 *\n 0.1235  1.5000\n[f32 2]"),
    (try? Tensor([1e-5, 2.5e-5]), "1e-5 *\n 1.0  2.5\n[f32 2]"),
    (try? Tensor([1e-9, 1e9]), " 1.0000e-09  1.0000e+09\n[f32 2]"),
    (try? Tensor([true, false]), "  true  false\n[bool 2]"),
    (try? Tensor(3.5), " 3.5\n[f32 scalar]"),
    (try? Tensor([Double](), shape: [0, 3]), "[f32 0x3]"),
    (try? Tensor([Int.max, -1]), " 9223372036854775807                   -1\n[i64 2]"),
    (
      try? Tensor(Array(0..<8), shape: [2, 2, 2]),
      "(1, :, :)\n 0  1\n 2  3\n\n(2, :, :)\n 4  5\n 6  7\n[i64 2x2x2]"
    ),
  ])
  func `columns align and the last line says what it is`(tensor: Tensor?, text: String) {
    #expect(tensor?.description == text)
  }

  @Test func `past a thousand elements the middle is left out`() throws {
    let lines = try Tensor(Array(0..<10_000), shape: [100, 100]).description.split(separator: "\n")
    #expect(lines.count == 8)
    #expect(lines[0].hasPrefix("    0     1     2     …    97"))
    #expect(lines[3] == " …")
    #expect(lines[7] == "[i64 100x100]")
  }

  @Test func `no line is wider than asked`() throws {
    for width in [20, 40, 80] {
      let text = try Samples.floats([7, 30]).text(width: width)
      #expect(text.split(separator: "\n").allSatisfy { $0.count <= width })
    }
  }

  @Test func `the HTML form is a table with as many cells as shown`() throws {
    let html = try Samples.floats([3, 4]).html
    #expect(html.split(separator: "<td").count == 13)
    #expect(html.contains("[f32 3x4]"))
  }
}
