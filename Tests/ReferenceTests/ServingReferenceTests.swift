import Base
import References
import TestSupport
import Testing

@Suite struct ServingReferenceTests {
  private static var isReady: Bool {
    ReferenceFolder.path.map { FileIO.isDirectory("\($0)/serving") } ?? false
  }

  private static var isPatient: Bool { trials(1, fast: 0) == 1 }

  private func run(_ isTaken: (String) -> Bool) throws -> (status: Int32, text: String) {
    var lines: [String] = []
    let files = ReferenceCatalog.files.filter { $0.folder == "serving" && isTaken($0.name) }
    let run = ReferenceRun(root: try #require(ReferenceFolder.path), files: files) {
      lines.append($0)
    }
    return (try run.run(["serving"]), lines.joined(separator: "\n"))
  }

  @Test(.enabled(if: isReady, "the folder of references is not there"))
  func `statistics of traces and hits of prefix caches agree`() throws {
    let result = try run { $0.hasPrefix("traces/") }
    #expect(result.status == 0, "\(result.text)")
  }

  @Test(.tags(.slow), .enabled(if: isReady && isPatient, "ORRERY_SLOW_TESTS is not set"))
  func `Vidur's runs come out the same, request by request`() throws {
    let result = try run { $0 == "vidur_runs" }
    #expect(result.status == 0, "\(result.text)")
  }
}
