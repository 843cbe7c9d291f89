import Base
import Devices
import Testing

@Suite struct TopologyTests {
  @Test(
    "links and bisection follow from the ports",
    arguments: [
      ("dgx-a100", 300e9, 1.2e12), ("dgx-h100", 450e9, 1.8e12), ("dgx-b200", 900e9, 3.6e12),
      ("nvl72", 900e9, 32.4e12),
    ])
  func switched(_ name: String, _ link: Double, _ bisection: Double) throws {
    let topology = try Topology.catalog[name]
    let matrix = topology.linkMatrix
    #expect(matrix.count == topology.count)
    for (row, rates) in matrix.enumerated() {
      for (column, rate) in rates.enumerated() where row != column { #expect(rate == link) }
    }
    #expect(topology.bisectionBytesPerSecond == bisection)
    #expect(topology.kind(from: 0, to: 1).hasPrefix("NVLink"))
  }

  @Test func `between the sockets of a box the link of the sockets is shared`() throws {
    let box = try Topology.catalog["pcie-box"]
    #expect(box.kind(from: 0, to: 1) == "PCIe")
    #expect(box.path(from: 0, to: 7).count == 3)
    #expect(box.bisectionBytesPerSecond == 48e9)
    for (row, rates) in box.linkMatrix.enumerated() {
      for (column, rate) in rates.enumerated() { #expect(rate == box.linkMatrix[column][row]) }
    }
  }

  @Test("times grow with bytes, and never beat the wire", arguments: Topology.catalog.elements)
  func laws(_ topology: Topology) throws {
    let wire = topology.links[0].bytesPerSecond
    for collective in Collective.allCases {
      for algorithm in CollectiveAlgorithm.allCases where algorithm != .inSwitch {
        for devices in [2, 4, 8] {
          var last = 0.0
          for power in 8..<32 {
            let time = try topology.time(
              collective, bytes: Double(1 << power), devices: devices, algorithm: algorithm)
            #expect(time.seconds >= last)
            #expect(time.busBytesPerSecond < wire)
            last = time.seconds
          }
        }
      }
    }
  }

  @Test func `an all-reduce costs what its two halves cost, apart from the calls`() throws {
    let node = try Topology.catalog["dgx-h100"]
    let bytes = 1e9
    let whole = try node.time(.allReduce, bytes: bytes, algorithm: .ring).seconds
    let scatter = try node.time(.reduceScatter, bytes: bytes, algorithm: .ring).seconds
    let gather = try node.time(.allGather, bytes: bytes, algorithm: .ring).seconds
    // One call and one copy of the own part instead of two.
    #expect(whole < scatter + gather)
    #expect(whole > 0.85 * (scatter + gather))
  }

  @Test func `one shot wins for short messages and a ring for long ones`() throws {
    let node = try Topology.catalog["dgx-h100"]
    #expect(try node.time(.allReduce, bytes: 16_384).algorithm == .oneShot)
    #expect(try node.time(.allReduce, bytes: 1e9, devices: 2).algorithm == .ring)
  }

  @Test func `a switch that adds up beats a ring for long sums, where there is one`() throws {
    #expect(try Topology.catalog["dgx-h100"].time(.allReduce, bytes: 1e9).algorithm == .inSwitch)
    #expect(throws: Problem.self) {
      try Topology.catalog["dgx-a100"].time(.allReduce, bytes: 1e9, algorithm: .inSwitch)
    }
    #expect(throws: Problem.self) {
      try Topology.catalog["dgx-h100"].time(.allToAll, bytes: 1e9, algorithm: .inSwitch)
    }
  }

  @Test func `a collective over more devices than there are is refused`() throws {
    #expect(throws: Problem.self) {
      try Topology.catalog["dgx-h100"].time(.allReduce, bytes: 1, devices: 9)
    }
    #expect(throws: Problem.self) {
      try Topology.catalog["dgx-h100"].time(.allReduce, bytes: 1, devices: 1)
    }
  }
}
