// A table of literals: one entry per model.

import Base

extension ModelSpec {
  /// Gemma of Google DeepMind.
  static let gemmaModels: [ModelSpec] = [
    ModelSpec(
      info: Info(
        "gemma-2b", "2.51 billion parameters in 18 layers", source: "config.json of google/gemma-2b"
      ), architecture: "gemma", layers: 18, width: 2048, feedForwardWidth: 16_384, heads: 8,
      keyValueHeads: 1, headWidth: 256, vocabularySize: 256_000, contextLength: 8192,
      normEpsilon: 1e-6, sharesOutput: true,
      published: PublishedFigures(
        billions: 2.51, trainingTokens: 3e12, source: "Gemma Team 2024, Gemma, table 2")),
    ModelSpec(
      info: Info(
        "gemma-7b", "8.54 billion parameters in 28 layers", source: "config.json of google/gemma-7b"
      ), architecture: "gemma", layers: 28, width: 3072, feedForwardWidth: 24_576, heads: 16,
      keyValueHeads: 16, headWidth: 256, vocabularySize: 256_000, contextLength: 8192,
      normEpsilon: 1e-6, sharesOutput: true,
      published: PublishedFigures(
        billions: 8.54, trainingTokens: 6e12, source: "Gemma Team 2024, Gemma, table 2")),
    ModelSpec(
      info: Info(
        "gemma-2-2b", "2.61 billion parameters, every second layer sees 4,096 positions",
        source: "config.json of google/gemma-2-2b"), architecture: "gemma2", layers: 26,
      width: 2304, feedForwardWidth: 9216, heads: 8, keyValueHeads: 4, headWidth: 256,
      vocabularySize: 256_000, contextLength: 8192, normEpsilon: 1e-6, sharesOutput: true,
      window: SlidingWindow(size: 4096, globalEvery: 2), otherParameters: 26 * 4 * 2304 + 2304,
      published: PublishedFigures(
        billions: 2.61, trainingTokens: 2e12, source: "Gemma Team 2024, Gemma 2")),
    ModelSpec(
      info: Info(
        "gemma-2-9b", "9.24 billion parameters, every second layer sees 4,096 positions",
        source: "config.json of google/gemma-2-9b"), architecture: "gemma2", layers: 42,
      width: 3584, feedForwardWidth: 14_336, heads: 16, keyValueHeads: 8, headWidth: 256,
      vocabularySize: 256_000, contextLength: 8192, normEpsilon: 1e-6, sharesOutput: true,
      window: SlidingWindow(size: 4096, globalEvery: 2), otherParameters: 42 * 4 * 3584 + 3584,
      published: PublishedFigures(
        billions: 9.24, trainingTokens: 8e12, source: "Gemma Team 2024, Gemma 2")),
    ModelSpec(
      info: Info(
        "gemma-2-27b", "27.2 billion parameters, every second layer sees 4,096 positions",
        source: "config.json of google/gemma-2-27b"), architecture: "gemma2", layers: 46,
      width: 4608, feedForwardWidth: 36_864, heads: 32, keyValueHeads: 16, headWidth: 128,
      vocabularySize: 256_000, contextLength: 8192, normEpsilon: 1e-6, sharesOutput: true,
      window: SlidingWindow(size: 4096, globalEvery: 2), otherParameters: 46 * 4 * 4608 + 4608,
      published: PublishedFigures(
        billions: 27.2, trainingTokens: 13e12, source: "Gemma Team 2024, Gemma 2")),
    ModelSpec(
      info: Info(
        "gemma-3-270m", "268 million parameters, most of them in the vocabulary",
        source: "config.json of google/gemma-3-270m"), architecture: "gemma3", layers: 18,
      width: 640, feedForwardWidth: 2048, heads: 4, keyValueHeads: 1, headWidth: 256,
      vocabularySize: 262_144, contextLength: 32_768, ropeBase: 1e6, normEpsilon: 1e-6,
      sharesOutput: true, window: SlidingWindow(size: 512, globalEvery: 6),
      otherParameters: 18 * (4 * 640 + 2 * 256) + 640,
      published: PublishedFigures(
        billions: 0.268, trainingTokens: 6e12, source: "Gemma Team 2025, Gemma 3, table 1")),
    ModelSpec(
      info: Info(
        "gemma-3-1b", "1 billion parameters without the image encoder, every sixth layer sees all",
        source: "config.json of google/gemma-3-1b-pt"), architecture: "gemma3", layers: 26,
      width: 1152, feedForwardWidth: 6912, heads: 4, keyValueHeads: 1, headWidth: 256,
      vocabularySize: 262_144, contextLength: 32_768, ropeBase: 1e6, normEpsilon: 1e-6,
      sharesOutput: true, window: SlidingWindow(size: 512, globalEvery: 6),
      otherParameters: 26 * (4 * 1152 + 2 * 256) + 1152,
      published: PublishedFigures(
        billions: 1.0, trainingTokens: 2e12, source: "Gemma Team 2025, Gemma 3, table 1")),
    ModelSpec(
      info: Info(
        "gemma-3-4b",
        "3.88 billion parameters without the image encoder, every sixth layer sees all",
        source: "config.json of google/gemma-3-4b-pt"), architecture: "gemma3", layers: 34,
      width: 2560, feedForwardWidth: 10_240, heads: 8, keyValueHeads: 4, headWidth: 256,
      vocabularySize: 262_208, contextLength: 131_072, ropeBase: 1e6, normEpsilon: 1e-6,
      sharesOutput: true, window: SlidingWindow(size: 1024, globalEvery: 6),
      otherParameters: 34 * (4 * 2560 + 2 * 256) + 2560,
      published: PublishedFigures(
        billions: 3.88, trainingTokens: 4e12, source: "Gemma Team 2025, Gemma 3, table 1")),
    ModelSpec(
      info: Info(
        "gemma-3-12b",
        "11.77 billion parameters without the image encoder, every sixth layer sees all",
        source: "config.json of google/gemma-3-12b-pt"), architecture: "gemma3", layers: 48,
      width: 3840, feedForwardWidth: 15_360, heads: 16, keyValueHeads: 8, headWidth: 256,
      vocabularySize: 262_208, contextLength: 131_072, ropeBase: 1e6, normEpsilon: 1e-6,
      sharesOutput: true, window: SlidingWindow(size: 1024, globalEvery: 6),
      otherParameters: 48 * (4 * 3840 + 2 * 256) + 3840,
      published: PublishedFigures(
        billions: 11.77, trainingTokens: 12e12, source: "Gemma Team 2025, Gemma 3, table 1")),
    ModelSpec(
      info: Info(
        "gemma-3-27b",
        "27 billion parameters without the image encoder, every sixth layer sees all",
        source: "config.json of google/gemma-3-27b-pt"), architecture: "gemma3", layers: 62,
      width: 5376, feedForwardWidth: 21_504, heads: 32, keyValueHeads: 16, headWidth: 128,
      vocabularySize: 262_208, contextLength: 131_072, ropeBase: 1e6, normEpsilon: 1e-6,
      sharesOutput: true, window: SlidingWindow(size: 1024, globalEvery: 6),
      otherParameters: 62 * (4 * 5376 + 2 * 128) + 5376,
      published: PublishedFigures(
        billions: 27.0, trainingTokens: 14e12, source: "Gemma Team 2025, Gemma 3, table 1")),
  ]
}
