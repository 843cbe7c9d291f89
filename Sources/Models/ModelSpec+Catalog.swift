public import Base

extension ModelSpec {
  /// Models whose numbers are published, by the name Lua uses.
  public static let catalog = Catalog<ModelSpec>(
    "model",
    [
      ModelSpec(
        info: Info(
          "smollm2-135m-instruct", "the small model that comes with Orrery",
          source: "config.json of HuggingFaceTB/SmolLM2-135M-Instruct"),
        architecture: "llama", layers: 30, width: 576, feedForwardWidth: 1536, heads: 9,
        keyValueHeads: 3, vocabularySize: 49152, contextLength: 8192, ropeBase: 100_000,
        sharesOutput: true),
      ModelSpec(
        info: Info(
          "llama-3.1-8b", "8 billion parameters in 32 layers",
          source: "config.json of meta-llama/Llama-3.1-8B"),
        architecture: "llama", layers: 32, width: 4096, feedForwardWidth: 14336, heads: 32,
        keyValueHeads: 8, vocabularySize: 128_256, contextLength: 131_072, ropeBase: 500_000),
      ModelSpec(
        info: Info(
          "llama-3.1-70b", "70 billion parameters in 80 layers",
          source: "config.json of meta-llama/Llama-3.1-70B"),
        architecture: "llama", layers: 80, width: 8192, feedForwardWidth: 28672, heads: 64,
        keyValueHeads: 8, vocabularySize: 128_256, contextLength: 131_072, ropeBase: 500_000),
    ])
}
