import Base
import Clusters
import Devices
import Models

/// Models and GPUs by the names that published tables use.
enum FidelityModels {
  /// A model of a table: the catalogue's, or one that only these tables speak of.
  static func model(_ name: String) throws(Problem) -> ModelSpec {
    let last = name.split(separator: "/").last.map(String.init) ?? name
    switch last {
    case "Llama-4-Scout": return llama4("llama-4-scout", experts: 16, dense: 0)
    // Every second layer has experts.
    case "Llama-4-Maverick": return llama4("llama-4-maverick", experts: 128, dense: 24)
    case "MiniMax-M2.5":
      return ModelSpec(
        info: Info("minimax-m2.5", "MiniMax M2.5", source: "config.json of MiniMaxAI"),
        architecture: "minimax-m2", layers: 62, width: 3072, feedForwardWidth: 1536, heads: 48,
        keyValueHeads: 8, headWidth: 128, vocabularySize: 200_064, contextLength: 196_608,
        mixture: Mixture(count: 256, used: 8, width: 1536))
    case "llama2-70b": return try ModelSpec.named("llama-2-70b")
    case "bloom-176b":
      return ModelSpec(
        info: Info("bloom-176b", "BLOOM", source: "config.json of bigscience/bloom"),
        architecture: "bloom", layers: 70, width: 14_336, feedForwardWidth: 57_344, heads: 112,
        keyValueHeads: 112, headWidth: 128, vocabularySize: 250_880, contextLength: 2048,
        isGated: false)
    // Versions from 0.2 on see everything.
    case "Mistral-7B": return try plain(ModelSpec.named("mistral-7b"))
    default: return try ModelSpec.named(last)
    }
  }

  private static func llama4(_ name: String, experts: Int, dense: Int) -> ModelSpec {
    ModelSpec(
      info: Info(name, "Llama 4", source: "config.json of meta-llama"), architecture: "llama4",
      layers: 48, width: 5120, feedForwardWidth: 16_384, heads: 40, keyValueHeads: 8,
      headWidth: 128, vocabularySize: 202_048, contextLength: 1 << 20,
      mixture: Mixture(
        count: experts, used: 1, width: 8192, sharedWidth: 8192, denseLayers: dense),
      window: SlidingWindow(size: 8192, globalEvery: 4))
  }

  private static func plain(_ model: ModelSpec) -> ModelSpec {
    ModelSpec(
      info: model.info, architecture: model.architecture, layers: model.layers,
      width: model.width, feedForwardWidth: model.feedForwardWidth, heads: model.heads,
      keyValueHeads: model.keyValueHeads, headWidth: model.headWidth,
      vocabularySize: model.vocabularySize, contextLength: model.contextLength)
  }

  /// A GPU of a table.
  static func device(_ name: String) throws(Problem) -> Device {
    let known = [
      "H200-SXM-141GB": "H200-SXM5-141GB", "H100-SXM-80GB": "H100-SXM5-80GB",
      "RTX6000-Pro-Blackwell-96GB": "RTX-PRO-6000", "GB200-192GB": "GB200", "L40S-48GB": "L40S",
      "B200-180GB": "B200-SXM-180GB", "h100_sxm": "H100-SXM5-80GB", "h200_sxm": "H200-SXM5-141GB",
      "b200_sxm": "B200-SXM-180GB", "gb200": "GB200",
    ]
    switch name {
    case "b300_sxm": return try blackwellUltra("B300", base: "B200-SXM-180GB")
    case "gb300": return try blackwellUltra("GB300", base: "GB200")
    default: break
    }
    if name.hasPrefix("GH200") { return try graceHopper }
    return try Device.named(known[name] ?? name)
  }

  /// An engine's constants by its name in the catalogue, unless others are given.
  static func engine(
    _ kind: String, _ device: Device, or changed: EngineConstants?
  ) throws(Problem) -> EngineConstants {
    if let changed { return changed }
    guard let found = EngineKind.catalog.find(kind) else {
      throw .unknown("engine", kind, among: EngineKind.catalog.elements.map(\.info.name))
    }
    return found.constants(device)
  }

  /// What joins the GPUs of a table: those that the catalogue lacks are wired like their relatives.
  static func wires(_ system: String, _ device: Device) throws(Problem) -> Interconnect {
    switch system {
    case "b300_sxm": Interconnect(of: try Device.named("B200-SXM-180GB"))
    case "gb300": Interconnect(of: try Device.named("GB200"))
    default: Interconnect(of: device)
    }
  }

  /// An H100 with 96 GB of HBM3 at 4 TB/s beside a Grace processor (NVIDIA GH200 datasheet).
  private static var graceHopper: Device {
    get throws(Problem) {
      try relative(
        of: Device.named("H100-SXM5-80GB"), "GH200", "NVIDIA GH200 datasheet", gibibytes: 96,
        bytesPerSecond: 4.0e12, peaks: [:])
    }
  }

  /// A Blackwell with 288 GB and half as much again of 4-bit arithmetic (NVIDIA HGX B300 and
  /// GB300 NVL72 datasheets).
  private static func blackwellUltra(_ name: String, base: String) throws(Problem) -> Device {
    try relative(
      of: Device.named(base), name, "NVIDIA \(name) datasheet", gibibytes: 268,
      bytesPerSecond: 8.0e12, peaks: [.fp4Tensor: base == "GB200" ? 15e15 : 13.5e15])
  }

  /// A device that differs from one of the catalogue in its memory and some rates.
  private static func relative(
    of base: Device, _ name: String, _ sheet: String, gibibytes: Int, bytesPerSecond: Double,
    peaks: [Arithmetic: Double]
  ) -> Device {
    let memory = MemoryHierarchy(
      kind: base.memory.kind, size: Fact(Bytes(gibibytes << 30), .read, sheet),
      bytesPerSecond: Fact(bytesPerSecond, .read, sheet),
      streamedShare: base.memory.streamedShare, mixedShare: base.memory.mixedShare,
      l2Size: base.memory.l2Size, l2BytesPerSecond: base.memory.l2BytesPerSecond)
    let rates = base.peaks.dense.merging(peaks.mapValues { Fact($0, .read, sheet) }) { $1 }
    return Device(
      info: Info(name, "a relative of \(base.name)", source: sheet), vendor: base.vendor,
      chip: base.chip, generation: base.generation, year: base.year, process: base.process,
      multiprocessors: base.multiprocessors, limits: base.limits, clocks: base.clocks,
      memory: memory, latencies: base.latencies,
      peaks: Peaks(dense: rates, sparse: base.peaks.sparse), ports: base.ports, slot: base.slot,
      watts: base.watts)
  }
}
