// A table of literals: one entry per model.

import Base

extension ModelSpec {
  /// Qwen of Alibaba.
  static let qwenModels: [ModelSpec] = [
    ModelSpec(
      info: Info(
        "qwen2-0.5b", "0.494 billion parameters in 24 layers",
        source: "config.json of Qwen/Qwen2-0.5B"), architecture: "qwen2", layers: 24, width: 896,
      feedForwardWidth: 4864, heads: 14, keyValueHeads: 2, vocabularySize: 151_936,
      contextLength: 131_072, ropeBase: 1e6, normEpsilon: 1e-6, sharesOutput: true,
      otherParameters: 24 * (2 * 896 + 1152) + 896,
      published: PublishedFigures(
        billions: 0.494, trainingTokens: 12e12, source: "Qwen2-0.5B model card")),
    ModelSpec(
      info: Info(
        "qwen2-1.5b", "1.54 billion parameters in 28 layers",
        source: "config.json of Qwen/Qwen2-1.5B"), architecture: "qwen2", layers: 28, width: 1536,
      feedForwardWidth: 8960, heads: 12, keyValueHeads: 2, vocabularySize: 151_936,
      contextLength: 131_072, ropeBase: 1e6, normEpsilon: 1e-6, sharesOutput: true,
      otherParameters: 28 * (2 * 1536 + 2048) + 1536,
      published: PublishedFigures(
        billions: 1.54, trainingTokens: 7e12, source: "Qwen2-1.5B model card")),
    ModelSpec(
      info: Info(
        "qwen2-7b", "7.62 billion parameters in 28 layers", source: "config.json of Qwen/Qwen2-7B"),
      architecture: "qwen2", layers: 28, width: 3584, feedForwardWidth: 18_944, heads: 28,
      keyValueHeads: 4, vocabularySize: 152_064, contextLength: 131_072, ropeBase: 1e6,
      normEpsilon: 1e-6, otherParameters: 28 * (2 * 3584 + 4608) + 3584,
      published: PublishedFigures(
        billions: 7.62, trainingTokens: 7e12, source: "Qwen2-7B model card")),
    ModelSpec(
      info: Info(
        "qwen2-72b", "72.7 billion parameters in 80 layers", source: "config.json of Qwen/Qwen2-72B"
      ), architecture: "qwen2", layers: 80, width: 8192, feedForwardWidth: 29_568, heads: 64,
      keyValueHeads: 8, vocabularySize: 152_064, contextLength: 131_072, ropeBase: 1e6,
      normEpsilon: 1e-6, otherParameters: 80 * (2 * 8192 + 10240) + 8192,
      published: PublishedFigures(
        billions: 72.7, trainingTokens: 7e12, source: "Qwen2-72B model card")),
    ModelSpec(
      info: Info(
        "qwen2.5-0.5b", "0.494 billion parameters in 24 layers",
        source: "config.json of Qwen/Qwen2.5-0.5B"), architecture: "qwen2", layers: 24, width: 896,
      feedForwardWidth: 4864, heads: 14, keyValueHeads: 2, vocabularySize: 151_936,
      contextLength: 32_768, ropeBase: 1e6, normEpsilon: 1e-6, sharesOutput: true,
      otherParameters: 24 * (2 * 896 + 1152) + 896,
      published: PublishedFigures(
        billions: 0.494, trainingTokens: 18e12, source: "Qwen2.5-0.5B model card")),
    ModelSpec(
      info: Info(
        "qwen2.5-1.5b", "1.54 billion parameters in 28 layers",
        source: "config.json of Qwen/Qwen2.5-1.5B"), architecture: "qwen2", layers: 28, width: 1536,
      feedForwardWidth: 8960, heads: 12, keyValueHeads: 2, vocabularySize: 151_936,
      contextLength: 131_072, ropeBase: 1e6, normEpsilon: 1e-6, sharesOutput: true,
      otherParameters: 28 * (2 * 1536 + 2048) + 1536,
      published: PublishedFigures(
        billions: 1.54, trainingTokens: 18e12, source: "Qwen2.5-1.5B model card")),
    ModelSpec(
      info: Info(
        "qwen2.5-3b", "3.09 billion parameters in 36 layers",
        source: "config.json of Qwen/Qwen2.5-3B"), architecture: "qwen2", layers: 36, width: 2048,
      feedForwardWidth: 11_008, heads: 16, keyValueHeads: 2, vocabularySize: 151_936,
      contextLength: 32_768, ropeBase: 1e6, normEpsilon: 1e-6, sharesOutput: true,
      otherParameters: 36 * (2 * 2048 + 2560) + 2048,
      published: PublishedFigures(
        billions: 3.09, trainingTokens: 18e12, source: "Qwen2.5-3B model card")),
    ModelSpec(
      info: Info(
        "qwen2.5-7b", "7.61 billion parameters in 28 layers",
        source: "config.json of Qwen/Qwen2.5-7B"), architecture: "qwen2", layers: 28, width: 3584,
      feedForwardWidth: 18944, heads: 28, keyValueHeads: 4, vocabularySize: 152_064,
      contextLength: 131_072, ropeBase: 1e6, normEpsilon: 1e-6,
      otherParameters: 28 * (2 * 3584 + 4608) + 3584,
      published: PublishedFigures(
        billions: 7.61, trainingTokens: 18e12, source: "Qwen2.5-7B model card")),
    ModelSpec(
      info: Info(
        "qwen2.5-14b", "14.7 billion parameters in 48 layers",
        source: "config.json of Qwen/Qwen2.5-14B"), architecture: "qwen2", layers: 48, width: 5120,
      feedForwardWidth: 13_824, heads: 40, keyValueHeads: 8, vocabularySize: 152_064,
      contextLength: 131_072, ropeBase: 1e6, normEpsilon: 1e-6,
      otherParameters: 48 * (2 * 5120 + 7168) + 5120,
      published: PublishedFigures(
        billions: 14.7, trainingTokens: 18e12, source: "Qwen2.5-14B model card")),
    ModelSpec(
      info: Info(
        "qwen2.5-32b", "32.5 billion parameters in 64 layers",
        source: "config.json of Qwen/Qwen2.5-32B"), architecture: "qwen2", layers: 64, width: 5120,
      feedForwardWidth: 27_648, heads: 40, keyValueHeads: 8, vocabularySize: 152_064,
      contextLength: 131_072, ropeBase: 1e6, normEpsilon: 1e-6,
      otherParameters: 64 * (2 * 5120 + 7168) + 5120,
      published: PublishedFigures(
        billions: 32.5, trainingTokens: 18e12, source: "Qwen2.5-32B model card")),
    ModelSpec(
      info: Info(
        "qwen2.5-72b", "72.7 billion parameters in 80 layers",
        source: "config.json of Qwen/Qwen2.5-72B"), architecture: "qwen2", layers: 80, width: 8192,
      feedForwardWidth: 29568, heads: 64, keyValueHeads: 8, vocabularySize: 152_064,
      contextLength: 131_072, ropeBase: 1e6, normEpsilon: 1e-6,
      otherParameters: 80 * (2 * 8192 + 10240) + 8192,
      published: PublishedFigures(
        billions: 72.7, trainingTokens: 18e12, source: "Qwen2.5-72B model card")),
    ModelSpec(
      info: Info(
        "qwen2-57b-a14b", "57 billion parameters in 64 experts a layer, 14 billion of them used",
        source: "config.json of Qwen/Qwen2-57B-A14B"), architecture: "qwen2moe", layers: 28,
      width: 3584, feedForwardWidth: 18_944, heads: 28, keyValueHeads: 4, vocabularySize: 151_936,
      contextLength: 131_072, ropeBase: 1e6, normEpsilon: 1e-6,
      mixture: Mixture(count: 64, used: 8, width: 2560, sharedWidth: 20480),
      otherParameters: 28 * (2 * 3584 + 4608 + 3584) + 3584,
      published: PublishedFigures(
        billions: 57.4, active: 14, trainingTokens: 4.5e12,
        source: "Qwen2 technical report; model card")),
    ModelSpec(
      info: Info(
        "qwen3-0.6b", "0.596 billion parameters in 28 layers",
        source: "config.json of Qwen/Qwen3-0.6B"), architecture: "qwen3", layers: 28, width: 1024,
      feedForwardWidth: 3072, heads: 16, keyValueHeads: 8, headWidth: 128, vocabularySize: 151_936,
      contextLength: 40_960, ropeBase: 1e6, normEpsilon: 1e-6, sharesOutput: true,
      otherParameters: 28 * (2 * 1024 + 2 * 128) + 1024,
      published: PublishedFigures(
        billions: 0.596, trainingTokens: 36e12, source: "Qwen3-0.6B model card")),
    ModelSpec(
      info: Info(
        "qwen3-1.7b", "1.72 billion parameters in 28 layers",
        source: "config.json of Qwen/Qwen3-1.7B"), architecture: "qwen3", layers: 28, width: 2048,
      feedForwardWidth: 6144, heads: 16, keyValueHeads: 8, headWidth: 128, vocabularySize: 151_936,
      contextLength: 40_960, ropeBase: 1e6, normEpsilon: 1e-6, sharesOutput: true,
      otherParameters: 28 * (2 * 2048 + 2 * 128) + 2048,
      published: PublishedFigures(
        billions: 1.72, trainingTokens: 36e12, source: "Qwen3-1.7B model card")),
    ModelSpec(
      info: Info(
        "qwen3-4b", "4.02 billion parameters in 36 layers", source: "config.json of Qwen/Qwen3-4B"),
      architecture: "qwen3", layers: 36, width: 2560, feedForwardWidth: 9728, heads: 32,
      keyValueHeads: 8, headWidth: 128, vocabularySize: 151_936, contextLength: 40_960,
      ropeBase: 1e6, normEpsilon: 1e-6, sharesOutput: true,
      otherParameters: 36 * (2 * 2560 + 2 * 128) + 2560,
      published: PublishedFigures(
        billions: 4.02, trainingTokens: 36e12, source: "Qwen3-4B model card")),
    ModelSpec(
      info: Info(
        "qwen3-8b", "8.19 billion parameters in 36 layers", source: "config.json of Qwen/Qwen3-8B"),
      architecture: "qwen3", layers: 36, width: 4096, feedForwardWidth: 12_288, heads: 32,
      keyValueHeads: 8, headWidth: 128, vocabularySize: 151_936, contextLength: 40_960,
      ropeBase: 1e6, normEpsilon: 1e-6, otherParameters: 36 * (2 * 4096 + 2 * 128) + 4096,
      published: PublishedFigures(
        billions: 8.19, trainingTokens: 36e12, source: "Qwen3-8B model card")),
    ModelSpec(
      info: Info(
        "qwen3-14b", "14.8 billion parameters in 40 layers", source: "config.json of Qwen/Qwen3-14B"
      ), architecture: "qwen3", layers: 40, width: 5120, feedForwardWidth: 17_408, heads: 40,
      keyValueHeads: 8, headWidth: 128, vocabularySize: 151_936, contextLength: 40_960,
      ropeBase: 1e6, normEpsilon: 1e-6, otherParameters: 40 * (2 * 5120 + 2 * 128) + 5120,
      published: PublishedFigures(
        billions: 14.8, trainingTokens: 36e12, source: "Qwen3-14B model card")),
    ModelSpec(
      info: Info(
        "qwen3-32b", "32.8 billion parameters in 64 layers", source: "config.json of Qwen/Qwen3-32B"
      ), architecture: "qwen3", layers: 64, width: 5120, feedForwardWidth: 25_600, heads: 64,
      keyValueHeads: 8, headWidth: 128, vocabularySize: 151_936, contextLength: 40_960,
      ropeBase: 1e6, normEpsilon: 1e-6, otherParameters: 64 * (2 * 5120 + 2 * 128) + 5120,
      published: PublishedFigures(
        billions: 32.8, trainingTokens: 36e12, source: "Qwen3-32B model card")),
    ModelSpec(
      info: Info(
        "qwen3-30b-a3b", "30 billion parameters in 128 experts a layer, 3 billion of them used",
        source: "config.json of Qwen/Qwen3-30B-A3B"), architecture: "qwen3moe", layers: 48,
      width: 2048, feedForwardWidth: 6144, heads: 32, keyValueHeads: 4, headWidth: 128,
      vocabularySize: 151_936, contextLength: 40_960, ropeBase: 1e6, normEpsilon: 1e-6,
      mixture: Mixture(count: 128, used: 8, width: 768),
      otherParameters: 48 * (2 * 2048 + 2 * 128) + 2048,
      published: PublishedFigures(
        billions: 30.5, active: 3.3, trainingTokens: 36e12, source: "Qwen3-30B-A3B model card")),
    ModelSpec(
      info: Info(
        "qwen3-235b-a22b", "235 billion parameters in 128 experts a layer, 22 billion of them used",
        source: "config.json of Qwen/Qwen3-235B-A22B"), architecture: "qwen3moe", layers: 94,
      width: 4096, feedForwardWidth: 12_288, heads: 64, keyValueHeads: 4, headWidth: 128,
      vocabularySize: 151_936, contextLength: 40_960, ropeBase: 1e6, normEpsilon: 1e-6,
      mixture: Mixture(count: 128, used: 8, width: 1536),
      otherParameters: 94 * (2 * 4096 + 2 * 128) + 4096,
      published: PublishedFigures(
        billions: 235, active: 22, trainingTokens: 36e12, source: "Qwen3-235B-A22B model card")),
  ]
}
