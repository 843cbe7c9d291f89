import Base
import Devices
import Figures
import Kernels
import LuaBridge

/// What a launch did, as Lua holds it.
public final class CudaReport: CustomStringConvertible {
  let kernel: CudaKernelObject
  let device: Device
  let grid: Extent
  let block: Extent
  let result: LaunchResult
  let occupancy: Occupancy
  /// How long it takes on the device; nil where nobody asked.
  let estimate: TimeEstimate?

  init(
    kernel: CudaKernelObject, device: Device, grid: Extent, block: Extent, result: LaunchResult,
    occupancy: Occupancy, estimate: TimeEstimate?
  ) {
    self.kernel = kernel
    self.device = device
    self.grid = grid
    self.block = block
    self.result = result
    self.occupancy = occupancy
    self.estimate = estimate
  }

  var total: CounterSet { result.counters.total }

  /// One screen: the launch, its time and why, accesses, instructions.
  public var description: String {
    let head =
      "cuda.Report of \(kernel.program.name) on \(device.name): grid \(text(grid)), "
      + "block \(text(block))"
    return ([head] + timeLines + [occupancyLine] + CudaCounterText.lines(result.counters))
      .joined(separator: "\n")
  }

  private var timeLines: [String] {
    guard let estimate else { return [] }
    let rate = Double(total.operations.total) / estimate.seconds
    let bytes = result.counters.traffic.dramBytes / estimate.seconds
    return [
      "time \(Quantity.text(estimate.seconds, "s")) (estimate), bound by \(estimate.bound), "
        + "\(Quantity.text(rate, "FLOP/s")), device memory \(Quantity.text(bytes, "B/s"))",
      "to be quicker: \(estimate.advice)",
    ]
  }

  private var occupancyLine: String {
    let percent = Quantity.digits(100 * occupancy.fraction)
    let limits = occupancy.limiting.map(\.rawValue).joined(separator: ", ")
    return "occupancy \(percent) %: \(occupancy.activeBlocks) blocks on a multiprocessor, "
      + "limited by \(limits)"
  }

  private func text(_ extent: Extent) -> String {
    extent.z > 1
      ? "\(extent.x)x\(extent.y)x\(extent.z)"
      : extent.y > 1 ? "\(extent.x)x\(extent.y)" : "\(extent.x)"
  }
}
