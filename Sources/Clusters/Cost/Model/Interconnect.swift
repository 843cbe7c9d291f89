import Base
public import Devices

/// What joins the GPUs of a deployment: a switch or slots inside a node, and a network between nodes.
public struct Interconnect: Sendable {
  /// The wiring inside a node; nothing where only a ring is known.
  public let topology: Topology?
  /// The ring that stands in for wiring nobody measured.
  public let ring: RingLink
  /// GPUs of a node.
  public let nodeDevices: Int
  /// The network between nodes, for each GPU: 400 Gb/s at 90 %, 10 µs, unless said otherwise.
  public var network = RingLink(hopSeconds: 10e-6, bytesPerSecond: 45e9)

  /// RTX PRO 6000 in PCIe 5 slots that read one another's memory: 6.6 µs a hop and 36 GB/s, as
  /// casys-kaist/LLMServingSim measured with peer access (hardware.yaml, all_reduce of 20 MiB in 587 µs).
  public static let pcie5Peer = RingLink(hopSeconds: 6.6e-6, bytesPerSecond: 36e9)

  /// The usual wiring of a kind of GPU: a node with switches of the catalogue, else a ring over ports or slots.
  ///
  /// In slots a ring is taken, since what two processors' slots give differs by six from box to box: the
  /// one in the catalogue is far below what NVIDIA's L40S results need.
  public init(of device: Device) {
    let name = device.sliceOrigin?.parent ?? device.name
    topology =
      device.ports == nil
      ? nil : Topology.catalog.elements.first { $0.device.name == name }
    nodeDevices = topology?.count ?? 8
    if let ports = device.ports {
      // Rings reach about three quarters of what ports carry.
      ring = RingLink(hopSeconds: 2e-6, bytesPerSecond: 0.75 * ports.bytesPerSecond)
    } else if let slot = device.slot {
      let share = slot.bytesPerSecond / HostSlot(generation: 5).bytesPerSecond
      ring = RingLink(
        hopSeconds: Self.pcie5Peer.hopSeconds,
        bytesPerSecond: max(1e9, Self.pcie5Peer.bytesPerSecond * share))
    } else {
      ring = RingLink(hopSeconds: 2e-6, bytesPerSecond: 100e9)
    }
  }

  /// The seconds of a collective: `bytes` is the whole buffer, as in `Topology.time`.
  public func seconds(_ collective: Collective, bytes: Double, devices: Int) -> Double {
    guard devices > 1, bytes > 0 else { return 0 }
    let inside = min(devices, nodeDevices)
    var seconds = inside > 1 ? insideSeconds(collective, bytes, inside) : 0
    if devices > inside {
      // What a GPU keeps after the first half crosses the network.
      let nodes = (devices + inside - 1) / inside
      let part = bytes / Double(inside)
      seconds +=
        collective == .allReduce
        ? network.allReduceSeconds(bytes: part, devices: nodes)
        : network.gatherSeconds(localBytes: part / Double(nodes), devices: nodes)
    }
    return seconds
  }

  private func insideSeconds(_ collective: Collective, _ bytes: Double, _ devices: Int) -> Double {
    if let topology, let time = try? topology.time(collective, bytes: bytes, devices: devices) {
      return time.seconds
    }
    return collective == .allReduce
      ? ring.allReduceSeconds(bytes: bytes, devices: devices)
      : ring.gatherSeconds(localBytes: bytes / Double(devices), devices: devices)
  }

  /// The seconds in which one GPU sends bytes to another, inside a node or across.
  public func sendSeconds(bytes: Double, acrossNodes: Bool = false) -> Double {
    if acrossNodes { return network.hopSeconds + bytes / network.bytesPerSecond }
    let rate = topology?.links.first?.bytesPerSecond ?? ring.bytesPerSecond
    return ring.hopSeconds + bytes / (0.8 * rate)
  }
}
