public import Devices

/// What joins GPUs without switches, by two numbers: the latency of a hop and a rate (an alpha-beta model of
/// ring collectives).
public struct RingLink: Hashable, Sendable {
  /// Seconds from a GPU to the next, however little is sent.
  public var hopSeconds: Double
  /// What a hop carries, in bytes per second.
  public var bytesPerSecond: Double

  /// States a link.
  public init(hopSeconds: Double, bytesPerSecond: Double) {
    precondition(hopSeconds >= 0 && bytesPerSecond > 0)
    self.hopSeconds = hopSeconds
    self.bytesPerSecond = bytesPerSecond
  }

  /// Two RTX PRO 6000 in PCIe 5 slots, whose NCCL goes through the host: 16.1 µs a hop and
  /// 16.37 GiB/s, as casys-kaist/LLMServingSim measured its machine (docs, "Hardware facts").
  public static let pcie5Host = RingLink(
    hopSeconds: 16.1e-6, bytesPerSecond: 16.37 * 1_073_741_824)

  /// A slot of another generation or width: the same hop, and the same share of the slot's rate.
  public static func host(_ slot: HostSlot) -> RingLink {
    let measured = HostSlot(generation: 5).bytesPerSecond
    return RingLink(
      hopSeconds: pcie5Host.hopSeconds,
      bytesPerSecond: pcie5Host.bytesPerSecond * slot.bytesPerSecond / measured)
  }

  /// Everyone gets the sum of all buffers of so many bytes: two rounds of the ring.
  public func allReduceSeconds(bytes: Double, devices: Int) -> Double {
    guard devices > 1 else { return 0 }
    let hops = 2 * Double(devices - 1)
    return hops * (hopSeconds + bytes / Double(devices) / bytesPerSecond)
  }

  /// Everyone gets the buffers of all, each of so many bytes, or the sum of a part of so many.
  public func gatherSeconds(localBytes: Double, devices: Int) -> Double {
    guard devices > 1 else { return 0 }
    return Double(devices - 1) * (hopSeconds + localBytes / bytesPerSecond)
  }
}
