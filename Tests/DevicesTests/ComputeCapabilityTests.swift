import Base
import Devices
import Testing

@Suite struct ComputeCapabilityTests {
  @Test(
    "every spelling is read",
    arguments: [("8.0", 8, 0), ("sm_86", 8, 6), ("compute_120", 12, 0), ("90", 9, 0)])
  func spellings(_ text: String, _ major: Int, _ minor: Int) throws {
    #expect(try ComputeCapability(parsing: text) == ComputeCapability(major, minor))
  }

  @Test("what is no capability is refused", arguments: ["", "8", "8.", "sm_", "x.y", "9999"])
  func refusals(_ text: String) {
    #expect(throws: Problem.self) { try ComputeCapability(parsing: text) }
  }
}
