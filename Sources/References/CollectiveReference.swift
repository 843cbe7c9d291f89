import Base
import Devices

/// Measured collectives against the topologies' alpha-beta model; a case is one collective of one
/// library on one fabric, and passes when its median error is at most a quarter.
struct CollectiveReference: ReferenceFile {
  let folder = "serving"
  let name = "ops/aic_comm.csv"

  private static let tolerance = 0.25
  private static let topologies = [
    "a100_sxm": "dgx-a100", "h100_sxm": "dgx-h100", "h200_sxm": "dgx-h200",
    "b200_sxm": "dgx-b200", "gb200": "nvl72", "l40s": "pcie-box",
  ]

  func check(_ document: JSONValue) throws(Problem) -> ReferenceTally? {
    var errors: [String: [Double]] = [:]
    var order: [String] = []
    for row in document.array ?? [] {
      let device = try row.column("device", as: String.self)
      guard let place = Self.topologies[device] else { throw Problem("no topology of \(device)") }
      let library = try row.column("impl", as: String.self).hasPrefix("nccl") ? "nccl" : "vllm"
      let kind = try row.column("op", as: String.self)
      let count = try row.column("num_gpus", as: Int.self)
      let key = "\(device) \(library) \(kind)"
      if errors[key] == nil { order.append(key) }
      let predicted = try Self.seconds(
        try Topology.catalog[place], library, kind, count,
        bytes: 2 * row.column("elements", as: Double.self))
      let measured = try row.column("ms", as: Double.self) * 1e-3
      errors[key, default: []].append(abs(predicted / measured - 1))
    }
    return Self.tally(order, errors)
  }

  /// What the model says of a row: NCCL's rings, or vLLM's kernels with rings for long messages.
  private static func seconds(
    _ topology: Topology, _ library: String, _ kind: String, _ count: Int, bytes: Double
  ) throws(Problem) -> Double {
    let collective = Collective(rawValue: kind == "alltoall" ? "all_to_all" : kind)
    guard let collective else { throw Problem("no collective \(kind)") }
    var seconds = try topology.time(collective, bytes: bytes, devices: count, algorithm: .ring)
      .seconds
    if collective == .allReduce, count > 2, topology.timing.inSwitch != nil {
      let inSwitch = try topology.time(
        collective, bytes: bytes, devices: count, algorithm: .inSwitch)
      seconds = min(seconds, inSwitch.seconds)
    }
    guard library == "vllm" else { return seconds }
    let direct = try topology.time(collective, bytes: bytes, devices: count, algorithm: .oneShot)
    // Without NVLink the long messages did not go through the library either.
    return topology.device.ports == nil ? direct.seconds : min(seconds, direct.seconds)
  }

  private static func tally(_ order: [String], _ errors: [String: [Double]]) -> ReferenceTally {
    var tally = ReferenceTally()
    var byDevice: [String: [Double]] = [:]
    for key in order {
      let median = Quantiles(errors[key] ?? []).at(0.5) ?? .infinity
      tally.count(median <= tolerance, "\(key): median error \(percent(median))")
      let group = key.split(separator: " ").prefix(2).joined(separator: " ")
      byDevice[group, default: []] += errors[key] ?? []
    }
    for group in byDevice.keys.sorted() { tally.note(summary(group, byDevice[group] ?? [])) }
    tally.note(summary("all", byDevice.values.flatMap { $0 }))
    return tally
  }

  static func summary(_ name: String, _ errors: [Double]) -> String {
    let quantiles = Quantiles(errors)
    let (median, most) = (quantiles.at(0.5) ?? .nan, quantiles.at(0.9) ?? .nan)
    return "\(name.padded(toWidth: 16)) \(errors.count) rows: median error \(percent(median)), "
      + "90 % of them within \(percent(most))"
  }

  fileprivate static func percent(_ value: Double) -> String {
    "\((value * 1000).rounded() / 10) %"
  }
}

/// Collectives that Vidur measured, of which nothing went into the model's constants; a case is one node
/// and one number of devices, and passes when its median error is at most 30 %: the A100 of 2023 had an
/// older library.
struct HeldOutCollectiveReference: ReferenceFile {
  let folder = "serving"
  let name = "ops/vidur_network.csv"

  private static let tolerance = 0.3
  private static let topologies = ["a100_dgx": "dgx-a100", "h100_dgx": "dgx-h100"]

  func check(_ document: JSONValue) throws(Problem) -> ReferenceTally? {
    var errors: [String: [Double]] = [:]
    for row in document.array ?? [] {
      let node = try row.column("node", as: String.self)
      let count = try row.column("num_gpus", as: Int.self)
      let kind = try row.column("op", as: String.self)
      // One node: the network between nodes is another matter.
      guard let place = Self.topologies[node], kind == "all_reduce",
        try row.column("devices_per_node", as: Int.self) == count
      else { continue }
      let predicted = try Topology.catalog[place].time(
        .allReduce, bytes: try row.column("bytes", as: Double.self), devices: count,
        algorithm: .ring)
      let measured = try row.column("ms", as: Double.self) * 1e-3
      errors["\(node) x\(count)", default: []].append(abs(predicted.seconds / measured - 1))
    }
    var tally = ReferenceTally()
    for (key, list) in errors.sorted(by: { $0.key < $1.key }) {
      let summary = CollectiveReference.summary(key, list)
      tally.count((Quantiles(list).at(0.5) ?? .infinity) <= Self.tolerance, summary)
      tally.note(summary)
    }
    return tally
  }
}
