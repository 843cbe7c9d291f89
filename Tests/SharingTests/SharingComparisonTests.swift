import Base
import Devices
import Sharing
import Testing

@Suite struct SharingComparisonTests {
  private func compare(_ policies: [any SharingPolicy], _ counts: [Int]) throws -> SharingComparison
  {
    let device = try SharedGPUTests.device()
    let tenants = SharedGPUTests.busy(16, on: device)
    return try SharingComparison(device, policies: policies, counts: counts, seconds: 0.3) {
      tenants[$0]
    }
  }

  @Test func `busy tenants wait as many times longer as there are of them`() throws {
    let table = try compare([TimeSlicing()], [2, 4, 8])
    for row in table.rows {
      let ratio = try #require(row.latencyRatio)
      #expect(ratio > Double(row.tenants) && ratio < 1.25 * Double(row.tenants))
      #expect(row.workRatio < 1 && row.workRatio > 0.8)
      #expect(row.memoryHarm == row.tenants - 1 && row.contextHarm == 0)
    }
  }

  @Test func `MIG harms nobody and disturbs nobody while each has an instance`() throws {
    let table = try compare([MIGSharing(), Passthrough()], [2, 7])
    for row in table.rows {
      #expect(row.interference == 1)
      #expect(row.memoryHarm + row.contextHarm + row.deviceHarm == 0)
    }
    #expect(table.rows.map(\.gpus) == [1, 2, 1, 7])
  }

  @Test func `sixteen tenants share MIG's seven instances by turns`() throws {
    let row = try #require(try compare([MIGSharing()], [16]).rows.first)
    #expect((row.interference ?? 0) > 2)
  }

  @Test(
    "every policy of the catalogue is made from its options", arguments: SharingFamily.catalog.names
  )
  func catalogue(_ name: String) throws {
    let family = try SharingFamily.catalog[name]
    #expect(try family.make().description.hasPrefix(name))
    #expect(throws: Problem.self) { try family.make(["no_such_option": .integer(1)]) }
  }

  @Test(
    "options out of their range are refused",
    arguments: [
      ("mps", "thread_percentage", JSONValue.integer(0)), ("vgpu", "scheduler", .string("best")),
      ("time-slicing", "slice_seconds", .string("long")), ("vgpu", "places", .number(1.5)),
    ])
  func refusals(_ policy: String, _ option: String, _ value: JSONValue) {
    let options: JSONObject = [option: value]
    #expect(throws: Problem.self) { _ = try SharingFamily.catalog[policy].make(options) }
  }
}
