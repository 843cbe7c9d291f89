import Base
import Devices
import Testing

@Suite struct MIGLayoutTests {
  @Test(
    "all geometries are counted",
    arguments: [
      ("A100-40GB", 297, 19, 37, 14), ("H100-80GB-SXM", 297, 19, 37, 14), ("A30-24GB", 25, 5, 9, 4),
    ])
  func counts(_ device: String, layouts: Int, maximal: Int, sets: Int, maximalSets: Int) throws {
    let scheme = try MIGScheme.catalog[device]
    #expect(scheme.layouts().count == layouts)
    #expect(scheme.layouts(isMaximal: true).count == maximal)
    #expect(scheme.geometries().count == sets)
    #expect(scheme.geometries(isMaximal: true).count == maximalSets)
  }

  @Test("every layout can be created, place by place", arguments: MIGScheme.catalog.names)
  func creatable(_ device: String) throws {
    let scheme = try MIGScheme.catalog[device]
    let layouts = scheme.layouts(of: scheme.profiles)
    #expect(Set(layouts).count == layouts.count)
    for layout in layouts {
      var partition = MIGPartition(scheme)
      for part in layout.parts.reversed() { try partition.create(part.profile, at: part.start) }
      #expect(partition.instances.count == layout.parts.count)
    }
  }

  @Test func `packing never places what does not fit and loses nothing`() throws {
    var random = SeededRandom(seed: 5)
    for device in MIGScheme.catalog.elements {
      for _ in 0..<12 {
        let requests = (0..<random.nextInteger(below: 12)).map { _ in
          MIGRequest.profile(
            device.profiles[random.nextInteger(below: device.profiles.count)].name)
        }
        let gpus = 1 + random.nextInteger(below: 4)
        let packing = try device.pack(requests, gpus: gpus)
        #expect(packing.cuts.count <= gpus)
        let placed = packing.cuts.flatMap(\.layout.names)
        #expect(placed.count + packing.unplaced.count == requests.count)
        for cut in packing.cuts {
          var partition = MIGPartition(device)
          for part in cut.layout.parts { try partition.create(part.profile, at: part.start) }
        }
      }
    }
  }

  @Test(
    "packing takes the fewest GPUs",
    arguments: [
      (["3g.20gb", "3g.20gb", "1g.5gb"], 2), (["4g.20gb", "3g.20gb"], 1),
      ([String](repeating: "1g.5gb", count: 32), 5),
      (["2g.10gb", "2g.10gb", "2g.10gb", "1g.5gb", "3g.20gb", "4g.20gb"], 2),
    ])
  func fewest(_ names: [String], gpus: Int) throws {
    let packing = try MIGScheme.catalog["A100-40GB"].pack(
      names.map { .profile($0) }, gpus: 8)
    #expect(packing.cuts.count == gpus)
    #expect(packing.unplaced.isEmpty)
  }

  @Test func `a need takes the smallest profile that serves it`() throws {
    let scheme = try MIGScheme.catalog["H100-80GB-SXM"]
    #expect(try scheme.profile(for: .needs(memoryGiB: 12, multiprocessors: 1)).name == "1g.20gb")
    #expect(try scheme.profile(for: .needs(memoryGiB: 12, multiprocessors: 30)).name == "2g.20gb")
    #expect(throws: Problem.self) {
      try scheme.profile(for: .needs(memoryGiB: 200, multiprocessors: 1))
    }
  }
}
