// A table of literals: one entry per model.

import Base

extension ModelSpec {
  /// Llama of Meta.
  static let llamaModels: [ModelSpec] = [
    ModelSpec(
      info: Info(
        "llama-2-7b", "7 billion parameters in 32 layers",
        source: "config.json of meta-llama/Llama-2-7b-hf"), architecture: "llama", layers: 32,
      width: 4096, feedForwardWidth: 11_008, heads: 32, keyValueHeads: 32, vocabularySize: 32_000,
      contextLength: 4096,
      published: PublishedFigures(
        billions: 6.74, keyValueBytes: 524_288, trainingTokens: 2e12,
        source: "Touvron et al. 2023, Llama 2")),
    ModelSpec(
      info: Info(
        "llama-2-13b", "13 billion parameters in 40 layers",
        source: "config.json of meta-llama/Llama-2-13b-hf"), architecture: "llama", layers: 40,
      width: 5120, feedForwardWidth: 13_824, heads: 40, keyValueHeads: 40, vocabularySize: 32_000,
      contextLength: 4096,
      published: PublishedFigures(
        billions: 13.02, trainingTokens: 2e12, source: "Touvron et al. 2023, Llama 2")),
    ModelSpec(
      info: Info(
        "llama-2-70b", "69 billion parameters in 80 layers",
        source: "config.json of meta-llama/Llama-2-70b-hf"), architecture: "llama", layers: 80,
      width: 8192, feedForwardWidth: 28_672, heads: 64, keyValueHeads: 8, vocabularySize: 32_000,
      contextLength: 4096,
      published: PublishedFigures(
        billions: 68.98, trainingTokens: 2e12, source: "Touvron et al. 2023, Llama 2")),
    ModelSpec(
      info: Info(
        "llama-3-8b", "8.03 billion parameters in 32 layers",
        source: "config.json of meta-llama/Meta-Llama-3-8B"), architecture: "llama", layers: 32,
      width: 4096, feedForwardWidth: 14_336, heads: 32, keyValueHeads: 8, vocabularySize: 128_256,
      contextLength: 8192, ropeBase: 500_000,
      published: PublishedFigures(
        billions: 8.03, keyValueBytes: 131_072, trainingTokens: 15e12,
        source: "Grattafiori et al. 2024, The Llama 3 Herd of Models; model cards")),
    ModelSpec(
      info: Info(
        "llama-3-70b", "70.6 billion parameters in 80 layers",
        source: "config.json of meta-llama/Meta-Llama-3-70B"), architecture: "llama", layers: 80,
      width: 8192, feedForwardWidth: 28_672, heads: 64, keyValueHeads: 8, vocabularySize: 128_256,
      contextLength: 8192, ropeBase: 500_000,
      published: PublishedFigures(
        billions: 70.6, trainingTokens: 15e12,
        source: "Grattafiori et al. 2024, The Llama 3 Herd of Models; model cards")),
    ModelSpec(
      info: Info(
        "llama-3.1-8b", "8.03 billion parameters in 32 layers",
        source: "config.json of meta-llama/Llama-3.1-8B"), architecture: "llama", layers: 32,
      width: 4096, feedForwardWidth: 14_336, heads: 32, keyValueHeads: 8, vocabularySize: 128_256,
      contextLength: 131_072, ropeBase: 500_000,
      published: PublishedFigures(
        billions: 8.03, keyValueBytes: 131_072, trainingTokens: 15.6e12,
        source: "Grattafiori et al. 2024, The Llama 3 Herd of Models; model cards")),
    ModelSpec(
      info: Info(
        "llama-3.1-70b", "70.6 billion parameters in 80 layers",
        source: "config.json of meta-llama/Llama-3.1-70B"), architecture: "llama", layers: 80,
      width: 8192, feedForwardWidth: 28_672, heads: 64, keyValueHeads: 8, vocabularySize: 128_256,
      contextLength: 131_072, ropeBase: 500_000,
      published: PublishedFigures(
        billions: 70.6, trainingTokens: 15.6e12,
        source: "Grattafiori et al. 2024, The Llama 3 Herd of Models; model cards")),
    ModelSpec(
      info: Info(
        "llama-3.1-405b", "405.9 billion parameters in 126 layers",
        source: "config.json of meta-llama/Llama-3.1-405B"), architecture: "llama", layers: 126,
      width: 16_384, feedForwardWidth: 53_248, heads: 128, keyValueHeads: 8,
      vocabularySize: 128_256, contextLength: 131_072, ropeBase: 500_000,
      published: PublishedFigures(
        billions: 405.9, keyValueBytes: 516_096, trainingTokens: 15.6e12, trainingFLOPs: 3.8e25,
        source: "Grattafiori et al. 2024, The Llama 3 Herd of Models; model cards")),
    ModelSpec(
      info: Info(
        "llama-3.2-1b", "1.24 billion parameters in 16 layers",
        source: "config.json of meta-llama/Llama-3.2-1B"), architecture: "llama", layers: 16,
      width: 2048, feedForwardWidth: 8192, heads: 32, keyValueHeads: 8, headWidth: 64,
      vocabularySize: 128_256, contextLength: 131_072, ropeBase: 500_000, sharesOutput: true,
      published: PublishedFigures(
        billions: 1.24, trainingTokens: 9e12,
        source: "Grattafiori et al. 2024, The Llama 3 Herd of Models; model cards")),
    ModelSpec(
      info: Info(
        "llama-3.2-3b", "3.21 billion parameters in 28 layers",
        source: "config.json of meta-llama/Llama-3.2-3B"), architecture: "llama", layers: 28,
      width: 3072, feedForwardWidth: 8192, heads: 24, keyValueHeads: 8, headWidth: 128,
      vocabularySize: 128_256, contextLength: 131_072, ropeBase: 500_000, sharesOutput: true,
      published: PublishedFigures(
        billions: 3.21, trainingTokens: 9e12,
        source: "Grattafiori et al. 2024, The Llama 3 Herd of Models; model cards")),
    ModelSpec(
      info: Info(
        "llama-3.3-70b", "70.6 billion parameters in 80 layers",
        source: "config.json of meta-llama/Llama-3.3-70B-Instruct"), architecture: "llama",
      layers: 80, width: 8192, feedForwardWidth: 28_672, heads: 64, keyValueHeads: 8,
      vocabularySize: 128_256, contextLength: 131_072, ropeBase: 500_000,
      published: PublishedFigures(
        billions: 70.6, trainingTokens: 15e12,
        source: "Grattafiori et al. 2024, The Llama 3 Herd of Models; model cards")),
    ModelSpec(
      info: Info(
        "llama-4-scout", "109 billion parameters in 16 experts a layer, 17 billion of them used",
        detail: "Three layers of four see chunks of 8192 positions. 0.87 billion see pictures.",
        source: "config.json of meta-llama/Llama-4-Scout-17B-16E"), architecture: "llama4",
      layers: 48, width: 5120, feedForwardWidth: 16_384, heads: 40, keyValueHeads: 8,
      headWidth: 128, vocabularySize: 202_048, contextLength: 262_144, ropeBase: 500_000,
      mixture: Mixture(count: 16, used: 1, width: 8192, sharedWidth: 8192),
      window: SlidingWindow(size: 8192, globalEvery: 4),
      otherParameters: 48 * 2 * 5120 + 5120 + 870_000_000,
      published: PublishedFigures(
        billions: 109, active: 17, trainingTokens: 40e12, source: "Llama 4 model card")),
    // Every second layer of it has experts, which to arithmetic is as good as the first half.
    ModelSpec(
      info: Info(
        "llama-4-maverick",
        "400 billion parameters in 128 experts of every second layer, 17 billion of them used",
        detail: "Three layers of four see chunks of 8192 positions. 0.87 billion see pictures.",
        source: "config.json of meta-llama/Llama-4-Maverick-17B-128E"), architecture: "llama4",
      layers: 48, width: 5120, feedForwardWidth: 16_384, heads: 40, keyValueHeads: 8,
      headWidth: 128, vocabularySize: 202_048, contextLength: 1 << 20, ropeBase: 500_000,
      mixture: Mixture(count: 128, used: 1, width: 8192, sharedWidth: 8192, denseLayers: 24),
      window: SlidingWindow(size: 8192, globalEvery: 4),
      otherParameters: 48 * 2 * 5120 + 5120 + 870_000_000,
      published: PublishedFigures(
        billions: 400, active: 17, trainingTokens: 22e12, source: "Llama 4 model card")),
  ]
}
