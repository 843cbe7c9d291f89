import Base
import References
import TestSupport
import Testing

@Suite struct GPUReferenceTests {
  @Test(.enabled(if: ReferenceFolder.path != nil, "the folder of vectors is not there"))
  func `every vector of the GPU family agrees`() throws {
    var lines: [String] = []
    let run = ReferenceRun(root: try #require(ReferenceFolder.path)) { lines.append($0) }
    let status = try run.run(["gpu"])
    #expect(status == 0, "\(lines.joined(separator: "\n"))")
    #expect(lines.contains { $0.hasPrefix("gpu/mig.json ") })
    #expect(lines.contains { $0.hasPrefix("gpu/occupancy.csv ") })
  }
}
