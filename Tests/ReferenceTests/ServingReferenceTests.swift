import Base
import References
import TestSupport
import Testing

@Suite struct ServingReferenceTests {
  private static var isReady: Bool {
    ReferenceFolder.path.map { FileIO.isDirectory("\($0)/serving") } ?? false
  }

  @Test(.tags(.slow), .enabled(if: isReady, "the folder of references is not there"))
  func `Vidur's runs, the statistics of traces and the hits of caches agree`() throws {
    var lines: [String] = []
    let run = ReferenceRun(root: try #require(ReferenceFolder.path)) { lines.append($0) }
    #expect(try run.run(["serving"]) == 0, "\(lines.joined(separator: "\n"))")
  }
}
