import Base
import Devices
import Testing

@Suite struct MIGPartitionTests {
  private func partition(_ name: String = "A100-40GB") throws -> MIGPartition {
    MIGPartition(try MIGScheme.catalog[name])
  }

  @Test(
    "instances are placed and numbered as the driver does it",
    arguments: [
      ("A100-40GB", ["3g.20gb", "3g.20gb"], [2, 1]),
      ("A100-40GB", ["3g.20gb", "1g.5gb", "2g.10gb", "1g.5gb"], [2, 7, 4, 8]),
      ("A100-40GB", ["19", "14", "5"], [13, 5, 1]),
      ("H100-80GB-SXM", [String](repeating: "1g.10gb", count: 7), [13, 11, 12, 7, 8, 9, 10]),
      ("A30-24GB", ["1g.6gb", "1g.6gb", "2g.12gb"], [3, 4, 2]),
    ])
  func numbering(_ device: String, _ profiles: [String], _ ids: [Int]) throws {
    var partition = try partition(device)
    #expect(try profiles.map { try partition.create($0).id } == ids)
  }

  @Test func `a refusal is told in nvidia-smi's words`() throws {
    var partition = try partition()
    for profile in ["1g.5gb", "1g.5gb", "2g.10gb"] { try partition.create(profile) }
    let fault = #expect(throws: MIGFault.self) { try partition.create("3g.20gb") }
    #expect(fault?.code.rawValue == 23)
    #expect(
      fault?.text == """
        Unable to create a GPU instance on GPU  0 using profile 9: Insufficient Resources
        Failed to create GPU instances: Insufficient Resources
        """)
    try partition.createCompute(in: 3)
    let inUse = #expect(throws: MIGFault.self) { try partition.destroy(3) }
    #expect(inUse?.code == .inUse)
    #expect(throws: MIGFault(.notFound, "No GPU instances found: Not Found")) {
      var empty = try self.partition()
      try empty.destroy(3)
    }
  }

  @Test func `without MIG mode nothing can be made`() throws {
    var partition = MIGPartition(try MIGScheme.catalog["A30-24GB"], isEnabled: false)
    let fault = #expect(throws: MIGFault.self) { try partition.create("1g.6gb") }
    #expect(fault?.text == "No MIG-enabled devices found.")
    partition.enable()
    try partition.create("1g.6gb")
    #expect(throws: MIGFault.self) { try partition.disable() }
    partition.reset()
    try partition.disable()
    #expect(!partition.isEnabled)
  }

  @Test func `compute instances take the lowest free number and slice`() throws {
    var partition = try partition()
    let id = try partition.create("3g.20gb").id
    for number in 0..<3 {
      let compute = try partition.createCompute(in: id, "1c.3g.20gb")
      #expect((compute.id, compute.start) == (number, number))
    }
    try partition.destroyCompute(1, in: id)
    #expect(throws: MIGFault.self) { try partition.createCompute(in: id, "2c.3g.20gb") }
    let again = try partition.createCompute(in: id, "0")
    #expect((again.id, again.start) == (1, 1))
  }

  @Test("any sequence of calls keeps the laws", arguments: MIGScheme.catalog.names)
  func laws(_ device: String) throws {
    var random = SeededRandom(seed: 11, named: device)
    var partition = try partition(device)
    for _ in 0..<500 {
      let before = partition
      let profile = partition.scheme.profiles[
        random.nextInteger(below: partition.scheme.profiles.count)]
      let start = random.nextInteger(below: 10)
      let ids = partition.instances.map(\.id)
      let id = ids.isEmpty ? 3 : ids[random.nextInteger(below: ids.count)]
      do throws(MIGFault) {
        switch random.nextInteger(below: 6) {
        case 0, 1: try partition.create(profile, at: start < 8 ? start : nil)
        case 2: try partition.destroy(id)
        case 3: try partition.createCompute(in: id)
        case 4: try partition.createCompute(in: id, "\(start % 5)")
        default: try partition.destroyCompute(start % 2, in: id)
        }
      } catch {
        #expect(partition == before, "a refused call changed the partition")
      }
      #expect(partition.checkInvariants())
      for profile in partition.scheme.profiles {
        var copy = partition
        let fits = (try? copy.create(profile)) != nil
        #expect(fits == (partition.remaining(profile) > 0))
      }
    }
  }

  @Test func `why names what is in the way and an order that works`() throws {
    var partition = try partition()
    for profile in ["1g.5gb", "1g.5gb", "2g.10gb"] { try partition.create(profile) }
    let why = try partition.why("3g.20gb")
    #expect(why.places.map { $0.blockers.map(\.id) } == [[3], [11, 13]])
    #expect(why.smallestRemoval.map(\.id) == [3])
    let order = try #require(why.workingOrder)
    var fresh = try self.partition()
    for profile in order { try fresh.create(profile) }
    #expect(order.map(\.name).sorted() == ["1g.5gb", "1g.5gb", "2g.10gb", "3g.20gb"])
  }

  @Test func `tables look as nvidia-smi prints them`() throws {
    var partition = try partition("A30-24GB")
    try partition.create("1g.6gb")
    try partition.create("2g.12gb")
    let lines = partition.instanceTable.split(separator: "\n")
    #expect(lines[5] == "|   0  MIG 1g.6gb          14        3          0:1     |")
    #expect(lines[7] == "|   0  MIG 2g.12gb          5        2          2:2     |")
    let profiles = partition.profileTable.split(separator: "\n")
    #expect(
      profiles[5]
        == "|   0  MIG 1g.6gb        14     1/4        5.81       No     14     0     0   |")
    #expect(
      profiles[6]
        == "|                                                             1     0     0   |")
  }
}
