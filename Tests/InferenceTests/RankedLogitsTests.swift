import Base
import Testing

@testable import Inference

@Suite struct RankedLogitsTests {
  /// Rows as models make them: a few tokens far above many thousand others.
  static func row(_ count: Int, spread: Double, seed: UInt64) -> [Float] {
    var random = SeededRandom(seed: seed)
    return (0..<count).map { _ in Float(random.nextNormal() * spread) }
  }

  /// Every draw from all tokens, as a list of all of them in order gives it.
  private static func drawnPlainly(
    _ logits: [Float], _ options: SamplingOptions, _ random: inout SeededRandom
  ) -> TokenID? {
    let most = Double(logits.max() ?? 0)
    let tokens = logits.indices.sorted { (logits[$0], $1) > (logits[$1], $0) }
    let weights = tokens.map { exponential((Double(logits[$0]) - most) / options.temperature) }
    var rest = random.nextUniform() * weights.reduce(0, +)
    for (token, weight) in zip(tokens, weights) {
      rest -= weight
      if rest < 0 { return TokenID(token) }
    }
    return nil
  }

  @Test(
    "what comes in bands is what a sort gives",
    arguments: [(1, 1.0), (63, 4), (64, 0), (5000, 3), (50_000, 8)])
  func bands(count: Int, spread: Double) {
    var logits = Self.row(count, spread: spread, seed: 3)
    let wanted = logits.indices.sorted { (logits[$0], $1) > (logits[$1], $0) }
    for temperature in [0.01, 1, 30] {
      let found = logits.withUnsafeMutableBufferPointer { row in
        var ranked = RankedLogits(row, temperature: temperature)
        return ranked?.next(.max).map { Int($0.token) }
      }
      #expect(found == wanted)
    }
  }

  @Test func `values that are no numbers do not come, infinities do`() {
    var logits: [Float] = [.nan, -.infinity, 1, .nan, .infinity, -.infinity, 0]
    let found = logits.withUnsafeMutableBufferPointer { row in
      var ranked = RankedLogits(row)
      return ranked?.next(.max).map(\.token)
    }
    #expect(found == [4, 2, 6, 1, 5])
  }

  @Test("the total weight is the sum of the weights", arguments: [0.05, 0.8, 1, 40])
  func total(temperature: Double) throws {
    for count in [1, 15, 16, 17, 4095, 4097, 20_000] {
      var logits = Self.row(count, spread: 5, seed: UInt64(count))
      try logits.withUnsafeMutableBufferPointer { row in
        let made = RankedLogits(row, share: 0x1p-60, temperature: temperature)
        var ranked = try #require(made)
        let total = ranked.totalWeight()
        let sum = ranked.next(.max).reduce(0) { $0 + ranked.weight($1.logit) }
        #expect(abs(total / sum - 1) < 1e-6)
      }
    }
  }

  @Test(
    "draws from all are those from a list in order, seed for seed",
    arguments: [(0.3, 4.0), (0.8, 4), (1, 1), (3, 2), (100, 4)])
  func draws(temperature: Double, spread: Double) {
    let options = SamplingOptions(temperature: temperature, seed: 11)
    var sampler = Sampler(options)
    var random = SeededRandom(seed: 11)
    for draw in 0..<40 {
      let logits = Self.row(3000, spread: spread, seed: UInt64(draw))
      let choice = SamplerTests.draw(logits, &sampler)
      #expect(choice.token == Self.drawnPlainly(logits, options, &random))
    }
  }

  @Test(
    "a nucleus is the least set of the best that reaches the share", arguments: [0.1, 0.9, 0.999])
  func nucleus(share: Double) {
    for seed in 0..<10 as Range<UInt64> {
      let logits = Self.row(2000, spread: 3, seed: seed)
      let all = SamplerTests.distribution(logits, SamplingOptions(temperature: 0.9))
      let some = SamplerTests.distribution(logits, SamplingOptions(temperature: 0.9, topP: share))
      #expect(some.map(\.token) == all.prefix(some.count).map(\.token))
      let reached = all.prefix(some.count).map(\.probability)
      #expect(reached.reduce(0, +) >= share - 1e-6)
      #expect(reached.dropLast().reduce(0, +) < share + 1e-6)
      #expect(abs(some.map(\.probability).reduce(0, +) - 1) < 1e-12)
    }
  }

  @Test(
    "temperatures at the ends of what a number holds draw the best, or any",
    arguments: [.leastNonzeroMagnitude, 1e-300, 1e300])
  func extremes(temperature: Double) {
    var sampler = Sampler(SamplingOptions(temperature: temperature, seed: 1))
    let choice = SamplerTests.draw([1, 5, 2], &sampler)
    #expect(choice.probability.isFinite)
    if temperature < 1 { #expect(choice.token == 1 && choice.probability == 1) }
  }
}
