// A table of literals: one entry per model.

import Base

extension ModelSpec {
  /// GPT of OpenAI.
  static let gptModels: [ModelSpec] = [
    ModelSpec(
      info: Info(
        "gpt2", "124 million parameters in 12 layers, with learned positions",
        source: "config.json of openai-community/gpt2"), architecture: "gpt2", layers: 12,
      width: 768, feedForwardWidth: 3072, heads: 12, keyValueHeads: 12, vocabularySize: 50_257,
      contextLength: 1024, sharesOutput: true, isGated: false,
      otherParameters: 12 * (9 * 768 + 4 * 768) + 2 * 768 + 1024 * 768,
      published: PublishedFigures(billions: 0.1244, source: "GPT-2 model card")),
    ModelSpec(
      info: Info(
        "gpt2-medium", "355 million parameters in 24 layers, with learned positions",
        source: "config.json of openai-community/gpt2-medium"), architecture: "gpt2", layers: 24,
      width: 1024, feedForwardWidth: 4096, heads: 16, keyValueHeads: 16, vocabularySize: 50_257,
      contextLength: 1024, sharesOutput: true, isGated: false,
      otherParameters: 24 * (9 * 1024 + 4 * 1024) + 2 * 1024 + 1024 * 1024,
      published: PublishedFigures(billions: 0.3548, source: "GPT-2 model card")),
    ModelSpec(
      info: Info(
        "gpt2-large", "774 million parameters in 36 layers, with learned positions",
        source: "config.json of openai-community/gpt2-large"), architecture: "gpt2", layers: 36,
      width: 1280, feedForwardWidth: 5120, heads: 20, keyValueHeads: 20, vocabularySize: 50_257,
      contextLength: 1024, sharesOutput: true, isGated: false,
      otherParameters: 36 * (9 * 1280 + 4 * 1280) + 2 * 1280 + 1024 * 1280,
      published: PublishedFigures(billions: 0.774, source: "GPT-2 model card")),
    ModelSpec(
      info: Info(
        "gpt2-xl", "1558 million parameters in 48 layers, with learned positions",
        source: "config.json of openai-community/gpt2-xl"), architecture: "gpt2", layers: 48,
      width: 1600, feedForwardWidth: 6400, heads: 25, keyValueHeads: 25, vocabularySize: 50_257,
      contextLength: 1024, sharesOutput: true, isGated: false,
      otherParameters: 48 * (9 * 1600 + 4 * 1600) + 2 * 1600 + 1024 * 1600,
      published: PublishedFigures(billions: 1.558, source: "GPT-2 model card")),
    ModelSpec(
      info: Info(
        "gpt3-6.7b", "6.7 billion parameters in 32 layers", source: "Brown et al. 2020, table 2.1"),
      architecture: "gpt2", layers: 32, width: 4096, feedForwardWidth: 16_384, heads: 32,
      keyValueHeads: 32, vocabularySize: 50_257, contextLength: 2048, sharesOutput: true,
      isGated: false, otherParameters: 32 * 13 * 4096 + 2 * 4096 + 2048 * 4096,
      published: PublishedFigures(
        billions: 6.7, trainingTokens: 300e9, trainingFLOPs: 1.2e22,
        source: "Brown et al. 2020, tables 2.1 and D.1")),
    ModelSpec(
      info: Info(
        "gpt3-175b", "175 billion parameters in 96 layers", source: "Brown et al. 2020, table 2.1"),
      architecture: "gpt2", layers: 96, width: 12_288, feedForwardWidth: 49_152, heads: 96,
      keyValueHeads: 96, vocabularySize: 50_257, contextLength: 2048, sharesOutput: true,
      isGated: false, otherParameters: 96 * 13 * 12288 + 2 * 12288 + 2048 * 12288,
      published: PublishedFigures(
        billions: 175, trainingTokens: 300e9, trainingFLOPs: 3.14e23,
        source: "Brown et al. 2020, tables 2.1 and D.1")),
    ModelSpec(
      info: Info(
        "gpt-oss-20b", "21 billion parameters in 32 experts a layer, 3.6 billion of them used",
        source: "config.json of openai/gpt-oss-20b"), architecture: "gpt-oss", layers: 24,
      width: 2880, feedForwardWidth: 2880, heads: 64, keyValueHeads: 8, headWidth: 64,
      vocabularySize: 201_088, contextLength: 131_072, ropeBase: 150_000,
      mixture: Mixture(count: 32, used: 4, width: 2880),
      window: SlidingWindow(size: 128, globalEvery: 2),
      otherParameters: 24 * (2 * 2880 + 64 + 5120 + 2880 + 32 + 32 * 3 * 2880) + 2880,
      published: PublishedFigures(
        billions: 20.91, active: 3.61, source: "gpt-oss model card, table 1")),
    ModelSpec(
      info: Info(
        "gpt-oss-120b", "117 billion parameters in 128 experts a layer, 5.1 billion of them used",
        source: "config.json of openai/gpt-oss-120b"), architecture: "gpt-oss", layers: 36,
      width: 2880, feedForwardWidth: 2880, heads: 64, keyValueHeads: 8, headWidth: 64,
      vocabularySize: 201_088, contextLength: 131_072, ropeBase: 150_000,
      mixture: Mixture(count: 128, used: 4, width: 2880),
      window: SlidingWindow(size: 128, globalEvery: 2),
      otherParameters: 36 * (2 * 2880 + 64 + 5120 + 2880 + 128 + 128 * 3 * 2880) + 2880,
      published: PublishedFigures(
        billions: 116.83, active: 5.13, source: "gpt-oss model card, table 1")),
  ]
}
