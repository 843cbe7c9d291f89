// A table of literals: one entry per model.

import Base

extension ModelSpec {
  /// Small models that run on one core.
  static let smallModels: [ModelSpec] = [
    ModelSpec(
      info: Info(
        "smollm2-135m-instruct", "the small model that comes with Orrery",
        source: "config.json of HuggingFaceTB/SmolLM2-135M-Instruct"), architecture: "llama",
      layers: 30, width: 576, feedForwardWidth: 1536, heads: 9, keyValueHeads: 3,
      vocabularySize: 49_152, contextLength: 8192, ropeBase: 100_000, sharesOutput: true,
      published: PublishedFigures(
        billions: 0.1345, trainingTokens: 2e12, source: "SmolLM2 model card")),
    ModelSpec(
      info: Info(
        "smollm2-360m", "360 million parameters in 32 layers",
        source: "config.json of HuggingFaceTB/SmolLM2-360M"), architecture: "llama", layers: 32,
      width: 960, feedForwardWidth: 2560, heads: 15, keyValueHeads: 5, vocabularySize: 49_152,
      contextLength: 8192, ropeBase: 100_000, sharesOutput: true,
      published: PublishedFigures(
        billions: 0.362, trainingTokens: 4e12, source: "SmolLM2 model card")),
    ModelSpec(
      info: Info(
        "smollm2-1.7b", "1.7 billion parameters in 24 layers",
        source: "config.json of HuggingFaceTB/SmolLM2-1.7B"), architecture: "llama", layers: 24,
      width: 2048, feedForwardWidth: 8192, heads: 32, keyValueHeads: 32, vocabularySize: 49_152,
      contextLength: 8192, ropeBase: 130_000, sharesOutput: true,
      published: PublishedFigures(
        billions: 1.71, trainingTokens: 11e12, source: "SmolLM2 model card")),
  ]
}
