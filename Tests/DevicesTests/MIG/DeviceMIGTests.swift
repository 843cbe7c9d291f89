import Base
import Devices
import Testing

@Suite struct DeviceMIGTests {
  @Test(
    "every device that a scheme names is in the catalogue",
    arguments: MIGScheme.catalog.elements.map(\.name))
  func names(_ scheme: String) throws {
    let scheme = try MIGScheme.catalog[scheme]
    for name in scheme.devices {
      let device = try Device.catalog[name]
      #expect(device.migScheme?.name == scheme.name)
      #expect(device.multiprocessors.value == scheme.multiprocessors)
    }
  }

  @Test func `slices of a layout never exceed the device`() throws {
    for scheme in MIGScheme.catalog.elements {
      let device = try Device.catalog[scheme.devices[0]]
      for layout in scheme.layouts(isMaximal: true) {
        var partition = MIGPartition(scheme)
        for part in layout.parts { try partition.create(part.profile, at: part.start) }
        let slices = partition.instances.map { device.slice($0, of: scheme) }
        #expect(slices.reduce(0) { $0 + $1.multiprocessors.value } <= device.multiprocessors.value)
        let bandwidth = slices.reduce(0) { $0 + $1.memory.bytesPerSecond.value }
        #expect(bandwidth <= device.memory.bytesPerSecond.value * 1.000001)
        #expect(slices.allSatisfy { $0.migScheme == nil })
      }
    }
  }

  @Test func `a compute instance has its own multiprocessors and its neighbours' memory`() throws {
    let device = try Device.catalog["A100-SXM4-40GB"]
    let scheme = try #require(device.migScheme)
    var partition = MIGPartition(scheme)
    let id = try partition.create("3g.20gb").id
    let compute = try partition.createCompute(in: id, "1c.3g.20gb")
    let instance = try #require(partition.instance(id))
    let slice = device.slice(instance, compute: compute, of: scheme)
    #expect(slice.multiprocessors.value == 14)
    #expect(slice.memory.bytesPerSecond.value == device.memory.bytesPerSecond.value / 2)
    #expect(device.slice(instance, of: scheme).multiprocessors.value == 42)
  }
}
