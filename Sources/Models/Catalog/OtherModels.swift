// A table of literals: one entry per model.

import Base

extension ModelSpec {
  /// Models of makers with one or two in the catalogue.
  static let otherModels: [ModelSpec] = [
    ModelSpec(
      info: Info(
        "phi-2", "2.78 billion parameters in 32 layers", source: "config.json of microsoft/phi-2"),
      architecture: "phi2", layers: 32, width: 2560, feedForwardWidth: 10_240, heads: 32,
      keyValueHeads: 32, vocabularySize: 51_200, contextLength: 2048, isGated: false,
      otherParameters: 32 * (2 * 2560 + 4 * 2560 + 10_240 + 2560) + 2 * 2560 + 51_200,
      published: PublishedFigures(
        billions: 2.78, trainingTokens: 1.4e12, source: "Phi-2 model card, safetensors")),
    ModelSpec(
      info: Info(
        "phi-4", "14.7 billion parameters in 40 layers", source: "config.json of microsoft/phi-4"),
      architecture: "phi3", layers: 40, width: 5120, feedForwardWidth: 17_920, heads: 40,
      keyValueHeads: 10, vocabularySize: 100_352, contextLength: 16_384, ropeBase: 250_000,
      published: PublishedFigures(
        billions: 14.7, trainingTokens: 9.8e12, source: "Phi-4 model card, safetensors")),
    ModelSpec(
      info: Info(
        "codellama-34b", "33.7 billion parameters in 48 layers",
        source: "config.json of codellama/CodeLlama-34b-hf"), architecture: "llama", layers: 48,
      width: 8192, feedForwardWidth: 22_016, heads: 64, keyValueHeads: 8, vocabularySize: 32_000,
      contextLength: 16_384, ropeBase: 1e6,
      published: PublishedFigures(
        billions: 33.7, trainingTokens: 2.5e12, source: "CodeLlama-34b-hf, safetensors")),
    ModelSpec(
      info: Info(
        "yi-34b", "34.4 billion parameters in 60 layers", source: "config.json of 01-ai/Yi-34B"),
      architecture: "llama", layers: 60, width: 7168, feedForwardWidth: 20_480, heads: 56,
      keyValueHeads: 8, vocabularySize: 64_000, contextLength: 4096, ropeBase: 5e6,
      published: PublishedFigures(
        billions: 34.4, trainingTokens: 3.1e12, source: "Yi-34B, safetensors")),
    ModelSpec(
      info: Info(
        "internlm-20b", "20.1 billion parameters in 60 layers",
        source: "config.json of internlm/internlm-20b"), architecture: "internlm2", layers: 60,
      width: 5120, feedForwardWidth: 13_824, heads: 40, keyValueHeads: 40,
      vocabularySize: 103_168, contextLength: 4096,
      published: PublishedFigures(
        billions: 20.1, trainingTokens: 2.3e12, source: "InternLM-20B model card")),
    ModelSpec(
      info: Info(
        "bloom-176b", "176 billion parameters in 70 layers, with biases for distances",
        source: "config.json of bigscience/bloom"), architecture: "bloom", layers: 70,
      width: 14_336, feedForwardWidth: 57_344, heads: 112, keyValueHeads: 112,
      vocabularySize: 250_880, contextLength: 2048, sharesOutput: true, isGated: false,
      otherParameters: 70 * 13 * 14_336 + 4 * 14_336,
      published: PublishedFigures(
        billions: 176.25, trainingTokens: 366e9, source: "Le Scao et al. 2022, BLOOM, table 3")),
    ModelSpec(
      info: Info(
        "minimax-m2.5", "229 billion parameters in 256 experts a layer, 8 of them used",
        source: "config.json of MiniMaxAI/MiniMax-M2.5"), architecture: "minimax-m2", layers: 62,
      width: 3072, feedForwardWidth: 1536, heads: 48, keyValueHeads: 8, headWidth: 128,
      vocabularySize: 200_064, contextLength: 196_608, ropeBase: 5e6,
      mixture: Mixture(count: 256, used: 8, width: 1536),
      published: PublishedFigures(
        billions: 229, active: 10, source: "MiniMax-M2.5 model card, safetensors")),
    ModelSpec(
      info: Info(
        "glm-4.5-air", "106 billion parameters in 128 experts a layer, 8 of them used",
        source: "config.json of zai-org/GLM-4.5-Air"), architecture: "glm4_moe", layers: 46,
      width: 4096, feedForwardWidth: 10_944, heads: 96, keyValueHeads: 8, headWidth: 128,
      vocabularySize: 151_552, contextLength: 131_072, ropeBase: 1e6,
      mixture: Mixture(count: 128, used: 8, width: 1408, sharedWidth: 1408, denseLayers: 1),
      published: PublishedFigures(
        billions: 106, active: 12, trainingTokens: 22e12, source: "GLM-4.5 technical report")),
    ModelSpec(
      info: Info(
        "glm-4.5", "355 billion parameters in 160 experts a layer, 8 of them used",
        source: "config.json of zai-org/GLM-4.5"), architecture: "glm4_moe", layers: 92,
      width: 5120, feedForwardWidth: 12_288, heads: 96, keyValueHeads: 8, headWidth: 128,
      vocabularySize: 151_552, contextLength: 131_072, ropeBase: 1e6,
      mixture: Mixture(count: 160, used: 8, width: 1536, sharedWidth: 1536, denseLayers: 3),
      published: PublishedFigures(
        billions: 355, active: 32, trainingTokens: 23e12, source: "GLM-4.5 technical report")),
    ModelSpec(
      info: Info(
        "glm-5", "744 billion parameters in 256 experts a layer, 8 of them used",
        detail: """
          Attention looks at the 2048 positions that an indexer picks, which counts here as a \
          window of as many; the indexer's own work is left out, its parameters are not.
          """,
        source: "config.json of zai-org/GLM-5"), architecture: "glm-dsa", layers: 78,
      width: 6144, feedForwardWidth: 12_288, heads: 64, keyValueHeads: 64, headWidth: 256,
      vocabularySize: 154_880, contextLength: 202_752, ropeBase: 1e6,
      mixture: Mixture(count: 256, used: 8, width: 2048, sharedWidth: 2048, denseLayers: 3),
      latent: LatentAttention(
        rank: 512, queryRank: 2048, plainWidth: 192, turnedWidth: 64, valueWidth: 256),
      window: SlidingWindow(size: 2048),
      otherParameters: 78 * (2 * 6144 + 2048 + 512 + 2048 * 4096 + 6144 * 160) + 6144,
      published: PublishedFigures(
        billions: 744, active: 40, trainingTokens: 28.5e12, source: "GLM-5 technical report")),
  ]
}
