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
    case "llama2-70b": return try ModelSpec.named("llama-2-70b")
    // Versions from 0.2 on see everything.
    case "Mistral-7B": return try plain(ModelSpec.named("mistral-7b"))
    default: return try ModelSpec.named(last)
    }
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
      "b200_sxm": "B200-SXM-180GB", "gb200": "GB200", "b300_sxm": "B300", "gb300": "GB300",
    ]
    if name.hasPrefix("GH200") { return try Device.named("GH200") }
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
}
