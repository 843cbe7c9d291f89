// A table of literals: one entry per model.

import Base

extension ModelSpec {
  /// DeepSeek, and Kimi on its architecture.
  static let deepSeekModels: [ModelSpec] = [
    ModelSpec(
      info: Info(
        "deepseek-llm-7b", "7 billion parameters in 30 layers",
        source: "config.json of deepseek-ai/deepseek-llm-7b-base"), architecture: "llama",
      layers: 30, width: 4096, feedForwardWidth: 11_008, heads: 32, keyValueHeads: 32,
      vocabularySize: 102_400, contextLength: 4096,
      published: PublishedFigures(
        billions: 6.91, trainingTokens: 2e12, source: "DeepSeek LLM model card")),
    ModelSpec(
      info: Info(
        "deepseek-llm-67b", "67 billion parameters in 95 layers: DeepSeek V1",
        source: "config.json of deepseek-ai/deepseek-llm-67b-base"), architecture: "llama",
      layers: 95, width: 8192, feedForwardWidth: 22_016, heads: 64, keyValueHeads: 8,
      vocabularySize: 102_400, contextLength: 4096,
      published: PublishedFigures(
        billions: 67.4, keyValueBytes: 389_120, trainingTokens: 2e12, source: "DeepSeek LLM, 2024")),
    ModelSpec(
      info: Info(
        "deepseek-moe-16b", "16 billion parameters in 64 experts a layer, 2.8 billion of them used",
        source: "config.json of deepseek-ai/deepseek-moe-16b-base"), architecture: "deepseek",
      layers: 28, width: 2048, feedForwardWidth: 10_944, heads: 16, keyValueHeads: 16,
      vocabularySize: 102_400, contextLength: 4096,
      mixture: Mixture(count: 64, used: 6, width: 1408, sharedWidth: 2816, denseLayers: 1),
      published: PublishedFigures(
        billions: 16.4, active: 2.8, trainingTokens: 2e12, source: "Dai et al. 2024, DeepSeekMoE")),
    ModelSpec(
      info: Info(
        "deepseek-v2-lite", "16 billion parameters in 64 experts a layer, 2.7 billion of them used",
        source: "config.json of deepseek-ai/DeepSeek-V2-Lite"), architecture: "deepseek2",
      layers: 27, width: 2048, feedForwardWidth: 10_944, heads: 16, keyValueHeads: 16,
      headWidth: 192, vocabularySize: 102_400, contextLength: 32_768, normEpsilon: 1e-6,
      mixture: Mixture(count: 64, used: 6, width: 1408, sharedWidth: 2816, denseLayers: 1),
      latent: LatentAttention(
        rank: 512, queryRank: nil, plainWidth: 128, turnedWidth: 64, valueWidth: 128),
      otherParameters: 27 * (2 * 2048 + 512) + 2048,
      published: PublishedFigures(
        billions: 15.7, active: 2.4, trainingTokens: 5.7e12, source: "DeepSeek-V2-Lite model card")),
    ModelSpec(
      info: Info(
        "deepseek-v2", "236 billion parameters in 160 experts a layer, 21 billion of them used",
        source: "config.json of deepseek-ai/DeepSeek-V2"), architecture: "deepseek2", layers: 60,
      width: 5120, feedForwardWidth: 12_288, heads: 128, keyValueHeads: 128, headWidth: 192,
      vocabularySize: 102_400, contextLength: 131_072, normEpsilon: 1e-6,
      mixture: Mixture(count: 160, used: 6, width: 1536, sharedWidth: 3072, denseLayers: 1),
      latent: LatentAttention(
        rank: 512, queryRank: 1536, plainWidth: 128, turnedWidth: 64, valueWidth: 128),
      otherParameters: 60 * (2 * 5120 + 1536 + 512) + 5120,
      published: PublishedFigures(
        billions: 236, active: 21, keyValueBytes: 69_120, trainingTokens: 8.1e12,
        source: "DeepSeek-V2, 2024")),
    ModelSpec(
      info: Info(
        "deepseek-v3", "671 billion parameters in 256 experts a layer, 37 billion of them used",
        source: "config.json of deepseek-ai/DeepSeek-V3"), architecture: "deepseek2", layers: 61,
      width: 7168, feedForwardWidth: 18_432, heads: 128, keyValueHeads: 128, headWidth: 192,
      vocabularySize: 129_280, contextLength: 163_840, normEpsilon: 1e-6,
      mixture: Mixture(count: 256, used: 8, width: 2048, sharedWidth: 2048, denseLayers: 3),
      latent: LatentAttention(
        rank: 512, queryRank: 1536, plainWidth: 128, turnedWidth: 64, valueWidth: 128),
      otherParameters: 61 * (2 * 7168 + 1536 + 512) + 7168 + 58 * 256,
      published: PublishedFigures(
        billions: 671, active: 37, keyValueBytes: 70_272, trainingTokens: 14.8e12,
        source: "DeepSeek-V3 technical report")),
    ModelSpec(
      info: Info(
        "deepseek-r1", "671 billion parameters in 256 experts a layer, 37 billion of them used",
        source: "config.json of deepseek-ai/DeepSeek-R1"), architecture: "deepseek2", layers: 61,
      width: 7168, feedForwardWidth: 18_432, heads: 128, keyValueHeads: 128, headWidth: 192,
      vocabularySize: 129_280, contextLength: 163_840, normEpsilon: 1e-6,
      mixture: Mixture(count: 256, used: 8, width: 2048, sharedWidth: 2048, denseLayers: 3),
      latent: LatentAttention(
        rank: 512, queryRank: 1536, plainWidth: 128, turnedWidth: 64, valueWidth: 128),
      otherParameters: 61 * (2 * 7168 + 1536 + 512) + 7168 + 58 * 256,
      published: PublishedFigures(
        billions: 671, active: 37, keyValueBytes: 70_272, trainingTokens: 14.8e12,
        source: "DeepSeek-V3 technical report")),
    ModelSpec(
      info: Info(
        "kimi-k2", "1 trillion parameters in 384 experts a layer, 32 billion of them used",
        source: "config.json of moonshotai/Kimi-K2-Instruct"), architecture: "deepseek2",
      layers: 61, width: 7168, feedForwardWidth: 18_432, heads: 64, keyValueHeads: 64,
      headWidth: 192, vocabularySize: 163_840, contextLength: 131_072, normEpsilon: 1e-6,
      mixture: Mixture(count: 384, used: 8, width: 2048, sharedWidth: 2048, denseLayers: 1),
      latent: LatentAttention(
        rank: 512, queryRank: 1536, plainWidth: 128, turnedWidth: 64, valueWidth: 128),
      otherParameters: 61 * (2 * 7168 + 1536 + 512) + 7168 + 60 * 384,
      published: PublishedFigures(
        billions: 1026, active: 32.6, trainingTokens: 15.5e12,
        source: "Kimi K2 technical report: 1.04 T stated, 1.026 T by its checkpoint")),
  ]
}
