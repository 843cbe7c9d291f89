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
      ModelSpec(
        info: Info(
          "gpt2", "124 million parameters in 12 layers, with learned positions",
          source: "config.json of openai-community/gpt2"),
        architecture: "gpt2", layers: 12, width: 768, feedForwardWidth: 3072, heads: 12,
        keyValueHeads: 12, vocabularySize: 50257, contextLength: 1024, sharesOutput: true,
        isGated: false, otherParameters: 12 * (9 * 768 + 4 * 768) + 2 * 768 + 1024 * 768),
      ModelSpec(
        info: Info(
          "gemma-3-270m", "268 million parameters, most of them in the vocabulary",
          source: "config.json of google/gemma-3-270m"),
        architecture: "gemma3", layers: 18, width: 640, feedForwardWidth: 2048, heads: 4,
        keyValueHeads: 1, headWidth: 256, vocabularySize: 262_144, contextLength: 32_768,
        ropeBase: 1e6, normEpsilon: 1e-6, sharesOutput: true,
        window: SlidingWindow(size: 512, globalEvery: 6),
        otherParameters: 18 * (4 * 640 + 2 * 256) + 640),
      ModelSpec(
        info: Info(
          "qwen3-0.6b", "596 million parameters in 28 layers",
          source: "config.json of Qwen/Qwen3-0.6B"),
        architecture: "qwen3", layers: 28, width: 1024, feedForwardWidth: 3072, heads: 16,
        keyValueHeads: 8, headWidth: 128, vocabularySize: 151_936, contextLength: 40_960,
        ropeBase: 1e6, normEpsilon: 1e-6, sharesOutput: true,
        otherParameters: 28 * (2 * 1024 + 2 * 128) + 1024),
      ModelSpec(
        info: Info(
          "qwen3-30b-a3b", "30 billion parameters in 128 experts a layer, 3 billion of them used",
          source: "config.json of Qwen/Qwen3-30B-A3B"),
        architecture: "qwen3moe", layers: 48, width: 2048, feedForwardWidth: 6144, heads: 32,
        keyValueHeads: 4, headWidth: 128, vocabularySize: 151_936, contextLength: 40_960,
        ropeBase: 1e6, normEpsilon: 1e-6, mixture: Mixture(count: 128, used: 8, width: 768),
        otherParameters: 48 * (2 * 2048 + 2 * 128) + 2048),
      ModelSpec(
        info: Info(
          "mixtral-8x7b", "46 billion parameters in 8 experts a layer, 13 billion of them used",
          source: "config.json of mistralai/Mixtral-8x7B-v0.1"),
        architecture: "llama", layers: 32, width: 4096, feedForwardWidth: 14336, heads: 32,
        keyValueHeads: 8, vocabularySize: 32_000, contextLength: 32_768, ropeBase: 1e6,
        mixture: Mixture(count: 8, used: 2, width: 14336)),
      ModelSpec(
        info: Info(
          "deepseek-v3", "671 billion parameters in 256 experts a layer, 37 billion of them used",
          source: "config.json of deepseek-ai/DeepSeek-V3"),
        architecture: "deepseek2", layers: 61, width: 7168, feedForwardWidth: 18432, heads: 128,
        keyValueHeads: 128, headWidth: 192, vocabularySize: 129_280, contextLength: 163_840,
        normEpsilon: 1e-6,
        mixture: Mixture(count: 256, used: 8, width: 2048, sharedWidth: 2048, denseLayers: 3),
        latent: LatentAttention(
          rank: 512, queryRank: 1536, plainWidth: 128, turnedWidth: 64, valueWidth: 128),
        otherParameters: 61 * (2 * 7168 + 1536 + 512) + 7168 + 58 * 256),
    ])
}
