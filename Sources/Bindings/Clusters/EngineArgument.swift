import Base
import Clusters
import Devices
import LuaBridge

/// Which engine runs a model, and how.
struct EngineArgument {
  /// What it is.
  let kind: EngineKind
  /// How reports call it, with what was set.
  let text: String
  private let options: [(name: String, value: LuaValue)]

  static let parameter = Parameter(
    name: "engine", kind: .any, defaultValue: "\"vllm\"", isOptional: true,
    summary: "what runs the model, with what it adds to its kernels and its scheduler: a name from "
      + "cluster.engines(), or { name, option = value }",
    words: { EngineKind.catalog.names })

  /// Reads a name, or a table that begins with one.
  init(_ value: LuaValue) throws {
    guard let native = try NativePolicy(value, "engine", EngineKind.catalog) else {
      throw Problem(
        "service: engine is \(LuaPolicy.shown(value))",
        fix: "give a name from cluster.engines(), or { \"vllm\", memory_share = 0.85 }")
    }
    (kind, options, text) = (native.kind, native.options, native.text)
  }

  /// The engine among the values of a service; vLLM's where none is named.
  static func of(_ values: [String: LuaValue]) throws -> EngineArgument {
    try EngineArgument(values["engine"] ?? "vllm")
  }

  /// Its constants on a kind of GPU.
  func constants(on device: Device) -> EngineConstants {
    var constants = kind.constants(device)
    constants.info = Info(text, kind.info.summary, source: kind.info.source)
    for (name, value) in options {
      constants.set(name, to: value.number ?? (value.isTrue ? 1 : 0))
    }
    return constants
  }
}
