import Base
import Devices
import Kernels
import Sharing

extension CudaReport {
  /// The launch as a tenant's kernel: its grid and occupancy, the time of a wave as that of a block, its
  /// traffic with device memory spread over the blocks.
  func demand(on shared: Device) throws(Problem) -> KernelDemand {
    guard let estimate else {
      throw Problem("the launch has no time", fix: "launch it with time = true")
    }
    guard device.name == shared.name else {
      throw Problem(
        "the launch ran on \(device.name), the tenants share \(shared.name)",
        fix: "launch it with on = \"\(shared.name)\"")
    }
    let held = max(1, occupancy.activeBlocks)
    let slots = device.multiprocessors.value * held
    let waves = (grid.count + slots - 1) / slots
    let running = max(1e-9, estimate.seconds - estimate.launchSeconds)
    return KernelDemand(
      blocks: grid.count, blockSeconds: running / Double(waves), blocksPerMultiprocessor: held,
      bytesPerBlock: result.counters.traffic.dramBytes / Double(grid.count))
  }
}
