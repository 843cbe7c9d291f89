public import Base

/// Devices and what joins them: a tree of links over devices, switches and hosts.
public struct Topology: Described, Sendable {
  /// A place that links join: a device, or a switch or host between devices.
  public struct Node: Sendable, Hashable {
    /// What it is called, as in "GPU 3" or "NVSwitch".
    public let name: String
    /// True for a device.
    public let isDevice: Bool
  }

  /// What joins two nodes.
  public struct Link: Sendable, Hashable {
    /// The node at one end, as a place in `nodes`.
    public let from: Int
    /// The node at the other end.
    public let to: Int
    /// The kind, as in "NVLink 4".
    public let kind: String
    /// What it moves in each direction at once, in bytes per second.
    public let bytesPerSecond: Double

    /// The node at the other end than a given one; nil when that is at neither.
    func other(than node: Int) -> Int? {
      node == from ? to : node == to ? from : nil
    }
  }

  /// Its name, summary and source.
  public let info: Info
  /// The kind of device, all of one kind.
  public let device: Device
  /// The number of devices.
  public let count: Int
  /// Devices first, then what stands between them.
  public let nodes: [Node]
  /// The links; together they are a tree.
  public let links: [Link]
  /// How collectives take time on it.
  public let timing: CollectiveTiming

  /// Devices that all hang on one switch, as under NVSwitch.
  init(
    switched device: Device, count: Int, switchName: String, info: Info, timing: CollectiveTiming
  ) {
    let rate = device.ports?.bytesPerSecond ?? device.slot?.bytesPerSecond ?? 0
    let kind = device.ports?.kind ?? "PCIe"
    self.info = info
    self.device = device
    self.count = count
    self.timing = timing
    nodes =
      (0..<count).map { Node(name: "GPU \($0)", isDevice: true) }
      + [Node(name: switchName, isDevice: false)]
    links = (0..<count).map { Link(from: $0, to: count, kind: kind, bytesPerSecond: rate) }
  }

  /// Devices in slots of two hosts' processors that are joined.
  init(
    slots device: Device, perSocket: Int, socketBytesPerSecond: Double, info: Info,
    timing: CollectiveTiming
  ) {
    let count = 2 * perSocket
    let rate = device.slot?.bytesPerSecond ?? 0
    self.info = info
    self.device = device
    self.count = count
    self.timing = timing
    nodes =
      (0..<count).map { Node(name: "GPU \($0)", isDevice: true) }
      + (0..<2).map { Node(name: "socket \($0)", isDevice: false) }
    links =
      (0..<count).map {
        Link(from: $0, to: count + $0 / perSocket, kind: "PCIe", bytesPerSecond: rate)
      } + [
        Link(from: count, to: count + 1, kind: "socket link", bytesPerSecond: socketBytesPerSecond)
      ]
  }
}

// MARK: Bandwidth

extension Topology {
  /// What one device can send to another while nothing else is sent, in bytes per second; the
  /// diagonal holds what device memory gives.
  public var linkMatrix: [[Double]] {
    (0..<count).map { from in
      var rates = widest(from: from)
      rates[from] = device.memory.bytesPerSecond.value
      return Array(rates.prefix(count))
    }
  }

  /// The kind of the slowest link between two devices.
  public func kind(from: Int, to: Int) -> String {
    path(from: from, to: to).min { $0.bytesPerSecond < $1.bytesPerSecond }?.kind ?? "memory"
  }

  /// What half of the devices can send to the other half, in bytes per second: the least over the
  /// links that part them, each half taken in the order of the devices.
  public var bisectionBytesPerSecond: Double {
    let half = count / 2
    // In a tree, a link is crossed by as much as its smaller side sends, or as it carries.
    let trunk = links.first { !nodes[$0.from].isDevice && !nodes[$0.to].isDevice }
    let fromDevices = links.filter { $0.from < half || $0.to < half }
      .reduce(0) { $0 + $1.bytesPerSecond }
    return min(fromDevices, trunk?.bytesPerSecond ?? .infinity)
  }

  /// The widest path from a node to every other.
  private func widest(from start: Int) -> [Double] {
    var rates = Array(repeating: 0.0, count: nodes.count)
    rates[start] = .infinity
    var open = [start]
    while let node = open.popLast() {
      for link in links {
        guard let next = link.other(than: node), rates[next] == 0 else { continue }
        rates[next] = min(rates[node], link.bytesPerSecond)
        open.append(next)
      }
    }
    return rates
  }

  /// The links between two nodes.
  public func path(from: Int, to: Int) -> [Link] {
    var ways: [Int: [Link]] = [from: []]
    var open = [from]
    while let node = open.popLast(), ways[to] == nil {
      for link in links {
        guard let next = link.other(than: node), ways[next] == nil else { continue }
        ways[next] = (ways[node] ?? []) + [link]
        open.append(next)
      }
    }
    return ways[to] ?? []
  }
}
