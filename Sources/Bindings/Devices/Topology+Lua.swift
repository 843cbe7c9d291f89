import Base
public import Devices
import Figures
public import LuaBridge

extension Topology {
  /// Two lines with what matters.
  fileprivate var text: String {
    let rate = Quantity.text(links.first?.bytesPerSecond ?? 0, "B/s")
    return "gpu.Topology \(info.name): \(info.summary)\n"
      + "\(links.first?.kind ?? "") \(rate) each way for each device, bisection "
      + Quantity.text(bisectionBytesPerSecond, "B/s")
  }

  /// What each pair of devices can say to each other.
  fileprivate var matrixFigure: Figure {
    // A rack's matrix says in 16 rows what it says in 72.
    let shown = min(count, 16)
    let labels = (1...shown).map(String.init)
    var map = Heatmap(
      info.name, subtitle: "\(info.summary); rates between pairs of devices, alone",
      rows: linkMatrix.prefix(shown).enumerated().map { row, rates in
        rates.prefix(shown).enumerated().map { $0 == row ? .nan : $1 / 1e9 }
      }, rowLabels: labels, columnLabels: labels, x: Axis("to device"), y: Axis("from device"),
      color: Axis("each way", unit: "GB/s"))
    map.showsValues = shown <= 8
    return .heatmap(map)
  }

  /// The time of a collective over message sizes, a line for each algorithm.
  fileprivate func figure(_ collective: Collective, devices: Int) throws(Problem) -> Figure {
    var marks: [Mark] = []
    let hasSwitch = collective == .allReduce && devices > 2 && timing.inSwitch != nil
    for algorithm in CollectiveAlgorithm.allCases where hasSwitch || algorithm != .inSwitch {
      var series = Series(x: [], y: [])
      for power in stride(from: 10.0, through: 30, by: 0.5) {
        let bytes = (Double(1) * exponential(power)).rounded()
        series.x.append(bytes)
        series.y.append(
          try time(collective, bytes: bytes, devices: devices, algorithm: algorithm).seconds * 1e6)
      }
      marks.append(Mark(.line(series), name: algorithm.rawValue))
    }
    return .chart(
      Chart(
        "\(collective.rawValue) over \(devices) devices of \(info.name)",
        x: Axis("buffer", unit: "B", kind: .log), y: Axis("time", unit: "µs", kind: .log),
        marks: marks, size: Size(width: 680, height: 400)))
  }
}

/// Two to a power, halves included.
private func exponential(_ power: Double) -> Double {
  let whole = Double(1 << Int(power))
  return power == power.rounded(.down) ? whole : whole * 2.0.squareRoot()
}

extension Topology: LuaExported {
  /// The name in messages and stubs.
  public static let luaName = "gpu.Topology"

  /// What Lua sees of a topology.
  public static let exported = Exported<Topology>(
    "Devices and what joins them.", example: "gpu.topology \"dgx-h100\""
  ) {
    property("name", "Its name.") { $0.info.name }
    property("summary", "What it is.") { $0.info.summary }
    property("source", "Where its numbers come from.") { $0.info.source }
    property("device", "The kind of device.") { DeviceObject($0.device) }
    property("count", "How many devices there are.") { $0.count }
    property("link_kind", "The kind of a device's link.") { $0.links.first?.kind }
    property(
      "link_bytes_per_second", "What a device moves in one direction.", unit: .bytesPerSecond
    ) { $0.links.first?.bytesPerSecond }
    property(
      "bisection_bytes_per_second", "What one half of the devices can send to the other.",
      unit: .bytesPerSecond
    ) { $0.bisectionBytesPerSecond }
    property(
      "link_matrix", "What each device can send to each other one, alone; within: its memory.",
      unit: .bytesPerSecond
    ) { $0.linkMatrix }
    collectives
    method("figure", "The rates between all pairs.") { $0.matrixFigure }
      .example("gpu.topology(\"dgx-h100\"):figure()")
    method(
      "plot", "The time of a collective over buffer sizes, by algorithm.",
      .choice("operation", "what is done", among: Collective.allCases.map(\.rawValue)),
      .optional(.integer("devices", "how many take part; by itself all", range: 2...))
    ) { topology, operation, devices in
      try topology.figure(
        Collective(rawValue: operation) ?? .allReduce, devices: devices ?? topology.count)
    }
    .example("gpu.topology(\"dgx-h100\"):plot(\"all_reduce\")")
    method("__mime", "What a notebook shows of it.", .state) { topology, state in
      ["text/plain": topology.text, "image/svg+xml": topology.matrixFigure.svg()]
    }
    metamethod(.string, "What it is in two lines.") { $0.text }
  }

  private static var collectives: [ExportedMember] {
    let sentences: [(Collective, String)] = [
      (.allReduce, "The time until every device has the sum of all buffers."),
      (.allGather, "The time until every device has every part of a buffer."),
      (.reduceScatter, "The time until every device has the sum of its part."),
      (.allToAll, "The time until every device has its part of every buffer."),
    ]
    return sentences.map { collective, summary in
      method(
        collective.rawValue, summary,
        .named(
          .number("bytes", "the whole buffer of one device", unit: .bytes, range: 0...1e15),
          .optional(.integer("devices", "how many take part; by itself all", range: 2...)),
          .optional(
            .choice(
              "algorithm", "by itself the fastest",
              among: CollectiveAlgorithm.allCases.map(\.rawValue))))
      ) { topology, options in
        let (bytes, devices, algorithm) = options.values
        return CollectiveValue(
          time: try topology.time(
            collective, bytes: bytes, devices: devices,
            algorithm: algorithm.flatMap(CollectiveAlgorithm.init)), collective: collective)
      }
      .example("gpu.topology(\"dgx-h100\"):\(collective.rawValue){ bytes = 2 ^ 20 }")
    }
  }
}

/// What a collective takes, as Lua holds it.
struct CollectiveValue: LuaExported, CustomStringConvertible {
  let time: CollectiveTime
  let collective: Collective

  var description: String {
    "\(collective.rawValue) by \(time.algorithm.rawValue): \(Quantity.text(time.seconds, "s")), "
      + "\(Quantity.text(time.busBytesPerSecond, "B/s")) on the bus"
  }

  static let luaName = "gpu.Collective"
  static let exported = Exported<CollectiveValue>(
    "What a collective takes.",
    example: "gpu.topology(\"dgx-h100\"):all_reduce{ bytes = 1e9 }.seconds"
  ) {
    property("operation", "What is done.") { $0.collective.rawValue }
    property("algorithm", "How.") { $0.time.algorithm.rawValue }
    property("seconds", "The time it takes.", unit: .seconds) { $0.time.seconds }
    property(
      "algorithm_bytes_per_second", "The buffer over the time.", unit: .bytesPerSecond
    ) { $0.time.algorithmBytesPerSecond }
    property(
      "bus_bytes_per_second", "What a link carries meanwhile.", unit: .bytesPerSecond
    ) { $0.time.busBytesPerSecond }
  }
}
