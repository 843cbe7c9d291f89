import Base
import References
import TestSupport
import Testing

@Suite struct CollectiveReferenceTests {
  @Test(.enabled(if: ReferenceFolder.path != nil, "the folder of vectors is not there"))
  func `measured collectives are within a quarter, case by case`() throws {
    var lines: [String] = []
    let run = ReferenceRun(root: try #require(ReferenceFolder.path)) { lines.append($0) }
    _ = try run.run(["serving"])
    let line = try #require(lines.first { $0.hasPrefix("serving/ops/aic_comm.csv ") })
    #expect(line.hasSuffix("29/29"), "\(lines.joined(separator: "\n"))")
    let other = try #require(lines.first { $0.hasPrefix("serving/ops/vidur_network.csv ") })
    #expect(other.hasSuffix("6/6"), "\(lines.joined(separator: "\n"))")
  }
}
