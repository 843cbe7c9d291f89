import Base
import References
import TestSupport
import Testing

@Suite struct TensorReferenceTests {
  @Test(.enabled(if: ReferenceFolder.path != nil, "the folder of vectors is not there"))
  func `every tensor vector that is offered agrees`() throws {
    var lines: [String] = []
    let run = ReferenceRun(root: try #require(ReferenceFolder.path)) { lines.append($0) }
    let status = try run.run(["tensor"])
    #expect(status == 0, "\(lines.joined(separator: "\n"))")
    for family in ["binary", "unary", "reduce", "sort", "index", "shape", "view", "cast", "file"] {
      let line = lines.first { $0.hasPrefix("tensor/\(family).json ") }
      #expect(line?.contains("not offered") == false, "\(line ?? "\(family) is missing")")
    }
  }

  @Test func `a folder without vectors gives status 2`() throws {
    #expect(try ReferenceRun(root: "/nonexistent") { _ in }.run(["tensor"]) == 2)
  }

  @Test func `an unknown name is refused with the nearest one`() {
    #expect(throws: Problem.self) {
      try ReferenceRun(root: "/nonexistent") { _ in }.run(["tensro"])
    }
  }
}
