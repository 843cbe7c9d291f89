// A table of literals: one entry per model.

import Base

extension ModelSpec {
  /// Models of Mistral AI.
  static let mistralModels: [ModelSpec] = [
    ModelSpec(
      info: Info(
        "mistral-7b", "7 billion parameters, each layer sees 4,096 positions",
        source: "config.json of mistralai/Mistral-7B-v0.1"), architecture: "llama", layers: 32,
      width: 4096, feedForwardWidth: 14_336, heads: 32, keyValueHeads: 8, vocabularySize: 32_000,
      contextLength: 32_768, window: SlidingWindow(size: 4096),
      published: PublishedFigures(billions: 7.24, source: "Mistral 7B model card")),
    ModelSpec(
      info: Info(
        "mistral-nemo-12b", "12 billion parameters in 40 layers",
        source: "config.json of mistralai/Mistral-Nemo-Base-2407"), architecture: "llama",
      layers: 40, width: 5120, feedForwardWidth: 14_336, heads: 32, keyValueHeads: 8,
      headWidth: 128, vocabularySize: 131_072, contextLength: 131_072, ropeBase: 1e6,
      published: PublishedFigures(billions: 12.2, source: "Mistral Nemo model card")),
    ModelSpec(
      info: Info(
        "mistral-small-24b", "24 billion parameters in 40 layers",
        source: "config.json of mistralai/Mistral-Small-24B-Base-2501"), architecture: "llama",
      layers: 40, width: 5120, feedForwardWidth: 32_768, heads: 32, keyValueHeads: 8,
      headWidth: 128, vocabularySize: 131_072, contextLength: 32_768, ropeBase: 1e8,
      published: PublishedFigures(billions: 23.6, source: "Mistral Small 3 model card")),
    ModelSpec(
      info: Info(
        "mistral-large-123b", "123 billion parameters in 88 layers",
        source: "config.json of mistralai/Mistral-Large-Instruct-2407"), architecture: "llama",
      layers: 88, width: 12_288, feedForwardWidth: 28_672, heads: 96, keyValueHeads: 8,
      headWidth: 128, vocabularySize: 32_768, contextLength: 131_072, ropeBase: 1e6,
      published: PublishedFigures(billions: 123, source: "Mistral Large 2 announcement")),
    ModelSpec(
      info: Info(
        "mixtral-8x7b", "47 billion parameters in 8 experts a layer, 13 billion of them used",
        source: "config.json of mistralai/Mixtral-8x7B-v0.1"), architecture: "llama", layers: 32,
      width: 4096, feedForwardWidth: 14_336, heads: 32, keyValueHeads: 8, vocabularySize: 32_000,
      contextLength: 32_768, ropeBase: 1e6, mixture: Mixture(count: 8, used: 2, width: 14336),
      published: PublishedFigures(
        billions: 46.7, active: 12.9, source: "Jiang et al. 2024, Mixtral of Experts")),
    ModelSpec(
      info: Info(
        "mixtral-8x22b", "141 billion parameters in 8 experts a layer, 39 billion of them used",
        source: "config.json of mistralai/Mixtral-8x22B-v0.1"), architecture: "llama", layers: 56,
      width: 6144, feedForwardWidth: 16_384, heads: 48, keyValueHeads: 8, vocabularySize: 32_000,
      contextLength: 65_536, ropeBase: 1e6, mixture: Mixture(count: 8, used: 2, width: 16384),
      published: PublishedFigures(billions: 141, active: 39, source: "Mixtral 8x22B announcement")),
  ]
}
