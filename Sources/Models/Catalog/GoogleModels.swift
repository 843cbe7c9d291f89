// A table of literals: one entry per model.

import Base

extension ModelSpec {
  /// PaLM and Chinchilla.
  static let googleModels: [ModelSpec] = [
    ModelSpec(
      info: Info(
        "palm-8b", "8.63 billion parameters, one key head for all queries",
        source: "Chowdhery et al. 2022, table 1"), architecture: "palm", layers: 32, width: 4096,
      feedForwardWidth: 16_384, heads: 16, keyValueHeads: 1, headWidth: 256,
      vocabularySize: 256_000, contextLength: 2048, sharesOutput: true,
      otherParameters: 32 * 4096 + 4096,
      published: PublishedFigures(
        billions: 8.63, trainingTokens: 780e9,
        source: "Chowdhery et al. 2022, table 1 and section 6")),
    ModelSpec(
      info: Info(
        "palm-62b", "62.5 billion parameters, one key head for all queries",
        source: "Chowdhery et al. 2022, table 1"), architecture: "palm", layers: 64, width: 8192,
      feedForwardWidth: 32_768, heads: 32, keyValueHeads: 1, headWidth: 256,
      vocabularySize: 256_000, contextLength: 2048, sharesOutput: true,
      otherParameters: 64 * 8192 + 8192,
      published: PublishedFigures(
        billions: 62.5, trainingTokens: 780e9,
        source: "Chowdhery et al. 2022, table 1 and section 6")),
    ModelSpec(
      info: Info(
        "palm-540b", "540.35 billion parameters, one key head for all queries",
        source: "Chowdhery et al. 2022, table 1"), architecture: "palm", layers: 118, width: 18_432,
      feedForwardWidth: 73_728, heads: 48, keyValueHeads: 1, headWidth: 256,
      vocabularySize: 256_000, contextLength: 2048, sharesOutput: true,
      otherParameters: 118 * 18432 + 18432,
      published: PublishedFigures(
        billions: 540.35, trainingTokens: 780e9, trainingFLOPs: 2.53e24,
        source: "Chowdhery et al. 2022, table 1 and section 6")),
    ModelSpec(
      info: Info(
        "chinchilla-70b", "70 billion parameters trained on 20 tokens each",
        source: "Hoffmann et al. 2022, table 4; relative positions as in Transformer-XL"),
      architecture: "chinchilla", layers: 80, width: 8192, feedForwardWidth: 32_768, heads: 64,
      keyValueHeads: 64, headWidth: 128, vocabularySize: 32_000, contextLength: 2048,
      sharesOutput: true, isGated: false, otherParameters: 80 * (2 * 8192 + 8192 * 8192) + 8192,
      published: PublishedFigures(
        billions: 70, trainingTokens: 1.4e12, trainingFLOPs: 5.76e23, source: "Hoffmann et al. 2022"
      )),
  ]
}
