import Base
import Devices
import TestSupport
import Testing

@Suite struct MIGPartedTests {
  static let text = """
    version: v1
    mig-configs:
      all-disabled:
        - devices: all
          mig-enabled: false
      all-1g.5gb:
        - devices: all
          mig-enabled: true
          mig-devices:
            "1g.5gb": 7
      mixed:
        - devices: [0, 1]
          mig-enabled: true
          mig-devices:
            "1g.5gb": 2
            "2g.10gb": 1
            "3g.20gb": 1
        - device-filter: ["0x20B010DE"]
          devices: [2]
          mig-enabled: true
          mig-devices: {"1c.3g.20gb": 4, "1g.5gb": 0}
      too-much:
        - devices: all
          mig-enabled: true
          mig-devices:
            "3g.20gb": 2
            "1g.5gb": 1
    """

  private func parse(_ text: String = text) throws -> MIGParted {
    try MIGParted(parsing: Array(text.utf8), file: "config.yaml")
  }

  @Test func `a file is read, and what is written is read as the same`() throws {
    let parted = try parse()
    #expect(
      parted.configurations.map(\.name) == ["all-disabled", "all-1g.5gb", "mixed", "too-much"])
    #expect(parted.configurations[2].rules[1].boards == ["0x20B010DE"])
    #expect(try parse(parted.text) == parted)
  }

  @Test func `the geometry check finds the set that slices alone let through`() throws {
    let problems = try parse().problems(on: MIGScheme.catalog["A100-40GB"])
    #expect(problems.count == 1)
    #expect(
      problems.first?.message.hasPrefix("too-much[0]: 3g.20gb, 3g.20gb, 1g.5gb cannot") == true)
    #expect(problems.first?.fix?.contains("9 of 8 memory slices") == true)
  }

  @Test func `a configuration cuts every GPU it names`() throws {
    let parted = try parse()
    let scheme = try MIGScheme.catalog["A100-40GB"]
    var gpus = (0..<4).map { MIGPartition(scheme, gpu: $0) }
    try parted.apply("mixed", to: &gpus)
    #expect(
      gpus[0].instances.map(\.profile.name).sorted() == ["1g.5gb", "1g.5gb", "2g.10gb", "3g.20gb"])
    #expect(gpus[0].instances.allSatisfy { $0.computeInstances.count == 1 })
    #expect(gpus[2].instances.map(\.computeInstances.count).sorted() == [1, 3])
    #expect(gpus[3].instances.isEmpty)
    let before = gpus
    #expect(throws: Problem.self) { try parted.apply("too-much", to: &gpus) }
    #expect(gpus == before)
    try parted.apply("all-disabled", to: &gpus)
    #expect(gpus.allSatisfy { !$0.isEnabled })
  }

  @Test("what is exported gives the same cut again", arguments: MIGScheme.catalog.names)
  func export(_ device: String) throws {
    let scheme = try MIGScheme.catalog[device]
    for layout in scheme.layouts(isMaximal: true) {
      var partition = MIGPartition(scheme)
      for part in layout.parts { try partition.create(part.profile, at: part.start) }
      let parted = try parse(MIGParted(exporting: [partition]).text)
      #expect(parted.problems(on: scheme, gpus: 1).isEmpty)
      var again = [MIGPartition(scheme)]
      try parted.apply("current", to: &again)
      #expect(
        again[0].instances.map(\.profile.name).sorted() == layout.parts.map(\.profile.name).sorted()
      )
    }
  }

  @Test(
    "a fault names its place",
    arguments: [
      ("mig-configs: 3", "mig-configs"),
      ("mig-configs: {a: [{devices: all}]}", "mig-configs.a[0].mig-enabled"),
      ("mig-configs: {a: [{devices: some, mig-enabled: true}]}", "devices"),
      (
        "mig-configs: {a: [{devices: all, mig-enabled: true, mig-devices: {x: -1}}]}",
        "mig-devices.x"
      ),
      ("version: v2\nmig-configs: {}", "version"), ("- a", "mapping"),
      (
        "mig-configs: {a: [{devices: all, mig-enabled: false, mig-devices: {x: 1}}]}", "mig-enabled"
      ),
    ])
  func faults(_ text: String, _ part: String) {
    let problem = #expect(throws: Problem.self) { try parse(text) }
    #expect(problem?.description.contains(part) == true, "\(String(describing: problem))")
  }

  @Test func `no bytes crash it`() throws {
    var random = SeededRandom(seed: 3)
    let scheme = try MIGScheme.catalog["A100-40GB"]
    for _ in 0..<trials(20_000, fast: 600) {
      let bytes = Mutations.mutated(Array(Self.text.utf8), header: 40, &random)
      guard let parted = try? MIGParted(parsing: bytes) else { continue }
      var gpus = [MIGPartition(scheme), MIGPartition(scheme, gpu: 1)]
      for configuration in parted.configurations {
        try? parted.apply(configuration.name, to: &gpus)
      }
      #expect(try parse(parted.text) == parted)
    }
  }
}
