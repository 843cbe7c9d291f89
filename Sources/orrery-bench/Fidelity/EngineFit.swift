import Base
import Clusters
import Devices
import Glibc

/// Fits the constants of engines to the configurations that are not kept out: five for each kind of GPU, and two
/// for each engine.
///
/// The search goes along one constant after the other, in steps that shrink, from neutral values; what is
/// made small is the mean absolute logarithm of ours over the measured, with far rows cut off and a
/// little weight on staying neutral.
enum EngineFit {
  /// Rows of one engine on one kind of GPU.
  private final class Group {
    let device: String
    let losses: [@Sendable (EngineConstants) -> Double]
    var constants: EngineConstants

    init(
      device: String, losses: [@Sendable (EngineConstants) -> Double], constants: EngineConstants
    ) {
      self.device = device
      self.losses = losses
      self.constants = constants
    }
  }

  /// The most rows that a group is fitted to, spread evenly over those there are.
  private static let mostRows = 24
  private static let perDevice: [any WritableKeyPath<EngineConstants, Double> & Sendable] = [
    \.hostSeconds, \.kernelFactor, \.decodeFactor, \.expertFactor, \.collectiveFactor,
  ]

  /// The generated table of constants.
  static func table(root: String) throws -> String {
    var text = "// generated table by scripts/fit-engines\n\nextension FittedEngine {\n"
    let offline = try offlineGroups(root: root)
    let silicon = try siliconGroups(root: root)
    for kind in EngineKind.catalog.elements {
      let name = kind.info.name
      guard let groups = offline[name] ?? silicon[name] else { continue }
      fit(groups, withShared: silicon[name] != nil)
      text += literal(name, groups)
    }
    return text + "}\n"
  }

  // MARK: Rows

  private static func offlineGroups(root: String) throws -> [String: [Group]] {
    let rows = try OfflineFidelity.rows(root: root).filter {
      !FidelityTable.isHeldOut($0.configuration)
    }
    return try groups(rows, kind: \.kind, device: \.gpu) { row, constants in
      guard case .success(let ours) = OfflineFidelity.predict(row, constants) else { return 0 }
      return bounded(ours / row.tokensPerSecond, 0.6)
    }
  }

  private static func siliconGroups(root: String) throws -> [String: [Group]] {
    var seen: Set<[Double]> = []
    let rows = try SiliconRows.read("\(root)/serving/silicon_e2e.csv").filter { row in
      // One measurement stands in several rows.
      row.apart == nil && row.users <= 128 && !FidelityTable.isHeldOut(row.configuration)
        && seen.insert([row.ttft, row.tpot]).inserted
    }
    return try groups(rows, kind: \.kind, device: \.system) { row, constants in
      guard case .success(let ours) = SiliconFidelity.predict(row, constants) else { return 0 }
      return bounded(ours.tpot * 1e3 / row.tpot, 0.6)
        + 0.35 * bounded(ours.ttft * 1e3 / row.ttft, 0.9)
    }
  }

  private static func groups<Row: Sendable>(
    _ rows: [Row], kind: KeyPath<Row, String>, device: KeyPath<Row, String>,
    loss: @escaping @Sendable (Row, EngineConstants) -> Double
  ) throws -> [String: [Group]] {
    var groups: [String: [Group]] = [:]
    let byGroup = Dictionary(grouping: rows) { [$0[keyPath: kind], $0[keyPath: device]] }
    for (names, all) in byGroup.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
      let stride = max(1, (all.count + mostRows - 1) / mostRows)
      guard all.count >= 12, let device = try? FidelityModels.device(names[1]) else { continue }
      var start = try EngineKind.catalog[names[0]].constants(device)
      start.hostSeconds = 0.5e-3
      for path in perDevice.dropFirst() { start[keyPath: path] = 1 }
      (start.requestSeconds, start.launchSeconds) = (0, 4e-6)
      let some = all.indices.filter { $0 % stride == 0 }.map { all[$0] }
      groups[names[0], default: []].append(
        Group(
          device: device.name, losses: some.map { row in { loss(row, $0) } }, constants: start))
    }
    return groups
  }

  private static func bounded(_ ratio: Double, _ most: Double) -> Double {
    ratio > 0 && ratio.isFinite ? min(abs(log(ratio)), most) : most
  }

  // MARK: Search

  private static func fit(_ groups: [Group], withShared: Bool) {
    for scale in [1, 0.4] {
      if withShared { fitShared(groups, scale) }
      for group in groups { fitDevice(group, scale) }
    }
  }

  private static func fitDevice(_ group: Group, _ scale: Double) {
    var best = loss(group, group.constants)
    for (place, path) in perDevice.enumerated() {
      let step = (place == 0 ? 0.6 : 0.2) * scale
      search(step: step) { factor in
        var changed = group.constants
        changed[keyPath: path] *= factor
        let value = changed[keyPath: path]
        guard place == 0 ? (5e-5...6e-3) ~= value : (0.5...2) ~= value else { return false }
        let loss = loss(group, changed)
        guard loss < best - 1e-5 else { return false }
        (best, group.constants) = (loss, changed)
        return true
      }
    }
  }

  /// The constants that all GPUs share.
  private static func fitShared(_ groups: [Group], _ scale: Double) {
    func all(_ change: (inout EngineConstants) -> Void) -> [EngineConstants] {
      groups.map { group in
        var changed = group.constants
        change(&changed)
        return changed
      }
    }
    func total(_ constants: [EngineConstants]) -> Double {
      zip(groups, constants).reduce(0) { $0 + loss($1.0, $1.1) * Double($1.0.losses.count) }
    }
    for path in [\EngineConstants.requestSeconds, \EngineConstants.launchSeconds] {
      var best = total(groups.map(\.constants))
      for group in groups where group.constants[keyPath: path] == 0 {
        group.constants[keyPath: path] = 5e-3
      }
      search(step: 0.7 * scale) { factor in
        let changed = all { $0[keyPath: path] *= factor }
        let loss = total(changed)
        guard loss < best - 1e-4 else { return false }
        best = loss
        for (group, constants) in zip(groups, changed) { group.constants = constants }
        return true
      }
    }
  }

  /// Goes in one direction as long as that helps, else in the other.
  private static func search(step: Double, _ tries: (_ factor: Double) -> Bool) {
    for factor in [exp(step), exp(-step)] {
      var count = 0
      while count < 6, tries(factor) { count += 1 }
      if count > 0 { return }
    }
  }

  private static func loss(_ group: Group, _ constants: EngineConstants) -> Double {
    let parts = group.losses
    let losses = ParallelRuns.map(parts.count) { parts[$0](constants) }
    let far = perDevice.dropFirst().reduce(0) { $0 + abs(log(constants[keyPath: $1])) }
    return losses.reduce(0, +) / Double(losses.count) + 0.02 * far
  }

  // MARK: Text

  private static func literal(_ name: String, _ groups: [Group]) -> String {
    let variable =
      [
        "tensorrt-llm-0.17": "tensorRTLLM017", "tensorrt-llm-1.0": "tensorRTLLM10",
        "tensorrt-llm-1.2": "tensorRTLLM12",
      ][name] ?? name
    let first = groups[0].constants
    var text = "  static let \(variable) = FittedEngine(\n"
    text += "    request: \(short(first.requestSeconds * 1e3)), "
    text += "launch: \(short(first.launchSeconds * 1e6)),\n    rows: [\n"
    for group in groups {
      let values = perDevice.map { group.constants[keyPath: $0] }
      text += "      \"\(group.device)\":\n        \(row(values)),\n"
    }
    let means = perDevice.map { path in
      exp(
        groups.reduce(0) { $0 + log($1.constants[keyPath: path]) } / Double(groups.count))
    }
    return text + "    ],\n    otherwise: \(row(means)))\n"
  }

  private static func row(_ values: [Double]) -> String {
    let names = ["host", "kernel", "decode", "expert", "collective"]
    let scaled = [values[0] * 1e3] + values.dropFirst()
    return "Row(" + zip(names, scaled).map { "\($0): \(short($1))" }.joined(separator: ", ") + ")"
  }

  private static func short(_ value: Double) -> String { "\((value * 1000).rounded() / 1000)" }
}
