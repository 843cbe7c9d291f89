import Base
import Testing

@testable import Terminal

@Suite struct TallTextTests {
  private func numbers(_ count: Int) -> String {
    (1...count).map(String.init).joined(separator: "\n")
  }

  @Test func `what fits three screens stays as it is`() {
    #expect(TallText.cut(numbers(72), columns: 80, rows: 24) == numbers(72))
    #expect(TallText.cut("", columns: 80, rows: 24).isEmpty)
    let line = String(repeating: "x", count: 100_000)
    #expect(TallText.cut(line, columns: 80, rows: 24) == line)
  }

  @Test func `a tall text keeps its head, its tail and a true count`() {
    let lines = TallText.cut(numbers(5000), columns: 80, rows: 24).split(separator: "\n")
    #expect(lines.count == 72 && lines.first == "1" && lines.last == "5000")
    #expect(lines[47] == "48" && lines[48] == "… 4,929 lines left out …" && lines[49] == "4978")
  }

  @Test func `wrapped lines count for the rows they take, and no line is lost`() {
    var random = SeededRandom(seed: 8)
    for _ in 0..<300 {
      let lines = (0...random.nextInteger(below: 200)).map { index in
        "\(index) " + String(repeating: "中", count: random.nextInteger(below: 200))
      }
      let kept = TallText.cut(lines.joined(separator: "\n"), columns: 60, rows: 30)
        .split(separator: "\n").map(String.init)
      guard let note = kept.firstIndex(where: { $0.hasPrefix("… ") }) else {
        #expect(kept == lines)
        continue
      }
      let hidden = Int(kept[note].filter(\.isNumber))
      #expect(kept.count - 1 + (hidden ?? 0) == lines.count)
      #expect(Array(kept[..<note]) == Array(lines[..<note]))
      #expect(Array(kept[(note + 1)...]) == Array(lines.suffix(kept.count - note - 1)))
    }
  }
}
