import Base
import Testing

@testable import Inference

@Suite struct SamplerTests {
  static func distribution(_ logits: [Float], _ options: SamplingOptions) -> [Sampler.Candidate] {
    var logits = logits
    return logits.withUnsafeMutableBufferPointer { Sampler.distribution($0, options) }
  }

  static func draw(_ logits: [Float], _ sampler: inout Sampler, history: [TokenID] = [])
    -> Sampler.Choice
  {
    var logits = logits
    return logits.withUnsafeMutableBufferPointer { sampler.sample($0, history: history) }
  }

  /// Logits of the probabilities 1/2, 1/4, 1/8, 1/16, 1/16 in mixed order.
  static let logits: [Float] = [0.125, 0.5, 0.0625, 0.25, 0.0625].map { Float(logarithm($0)) }

  @Test(
    "filters keep the tokens they promise",
    arguments: [
      (SamplingOptions(temperature: 1), [1, 3, 0, 2, 4]),
      (SamplingOptions(temperature: 1, topK: 2), [1, 3]),
      (SamplingOptions(temperature: 1, topP: 0.7), [1, 3]),
      (SamplingOptions(temperature: 1, topP: 0.76), [1, 3, 0]),
      (SamplingOptions(temperature: 1, minP: 0.2), [1, 3, 0]),
      (SamplingOptions(temperature: 1, topK: 100, topP: 1, minP: 0), [1, 3, 0, 2, 4]),
      (SamplingOptions(temperature: 1, topK: 4, minP: 0.3), [1, 3]),
    ])
  func filters(options: SamplingOptions, kept: [TokenID]) {
    let result = Self.distribution(Self.logits, options)
    #expect(result.map(\.token) == kept)
    #expect(abs(result.map(\.probability).reduce(0, +) - 1) < 1e-12)
  }

  @Test func `a temperature takes the root of the odds`() {
    let result = Self.distribution(Self.logits, SamplingOptions(temperature: 2))
    #expect(abs(result[0].probability / result[1].probability - 2.0.squareRoot()) < 1e-5)
    let cold = Self.distribution(Self.logits, SamplingOptions(temperature: 0.5))
    #expect(abs(cold[0].probability / cold[1].probability - 4) < 1e-5)
  }

  /// Chi-squared with 4 degrees of freedom exceeds 18.5 once in a thousand seeds; the seed is fixed.
  @Test func `draws follow the distribution`() {
    let options = SamplingOptions(temperature: 0.8, seed: 7)
    let expected = Self.distribution(Self.logits, options)
    var sampler = Sampler(options)
    var counts = [Double](repeating: 0, count: 5)
    let draws = 20_000
    for _ in 0..<draws { counts[Int(Self.draw(Self.logits, &sampler).token)] += 1 }
    let chi = expected.reduce(0.0) { sum, candidate in
      let wanted = candidate.probability * Double(draws)
      let off = counts[Int(candidate.token)] - wanted
      return sum + off * off / wanted
    }
    #expect(chi < 18.5)
  }

  @Test func `one seed gives one sequence, another seed another`() {
    func sequence(_ seed: UInt64) -> [TokenID] {
      var sampler = Sampler(SamplingOptions(temperature: 1, seed: seed))
      return (0..<50).map { _ in Self.draw(Self.logits, &sampler).token }
    }
    #expect(sequence(3) == sequence(3))
    #expect(sequence(3) != sequence(4))
  }

  @Test("logits that are no numbers give a choice that says so", arguments: [0, 1.0])
  func noNumbers(temperature: Double) {
    var sampler = Sampler(SamplingOptions(temperature: temperature))
    let choice = Self.draw([.nan, .nan, .nan], &sampler)
    #expect(choice.token >= 0 && choice.token < 3 && !choice.probability.isFinite)
  }

  @Test func `temperature 0 takes the best and tells the model's probability`() {
    var sampler = Sampler(SamplingOptions())
    let choice = Self.draw(Self.logits, &sampler)
    #expect(choice.token == 1)
    #expect(abs(choice.probability - 0.5) < 1e-6)
  }

  @Test func `the penalty weakens what stands before, whatever the sign`() {
    let options = SamplingOptions(repetitionPenalty: 2, penaltyWindow: 2)
    var sampler = Sampler(options)
    #expect(Self.draw([3, 2, -1], &sampler, history: [0]).token == 1)
    #expect(Self.draw([-1, -1.5, -9], &sampler, history: [0]).token == 1)
    // Only the last two count.
    #expect(Self.draw([3, 2, -1], &sampler, history: [0, 2, 2]).token == 0)
  }

  @Test func `the best tokens are those of a full sort`() {
    var random = SeededRandom(seed: 2)
    for count in [1, 3, 40, 500, 1000] {
      var logits = (0..<1000).map { _ in Float((random.nextNormal() * 10).rounded() / 4) }
      let sorted = logits.enumerated()
        .sorted { ($0.element, $1.offset) > ($1.element, $0.offset) }.prefix(count)
      let top = logits.withUnsafeMutableBufferPointer { Sampler.top(count, of: $0) }
      #expect(top.map { Int($0.token) } == sorted.map(\.offset))
      #expect(top.map(\.probability).reduce(0, +) <= 1 + 1e-5)
    }
  }

  @Test(
    "options out of range are refused by name",
    arguments: [
      (SamplingOptions(temperature: -1), "temperature"), (SamplingOptions(topK: -1), "top_k"),
      (SamplingOptions(topP: 0), "top_p"), (SamplingOptions(minP: 2), "min_p"),
      (SamplingOptions(repetitionPenalty: 0), "repetition_penalty"),
      (SamplingOptions(temperature: .nan), "temperature"),
    ])
  func ranges(options: SamplingOptions, name: String) {
    let problem = #expect(throws: Problem.self) { try options.check() }
    #expect(problem?.description.hasPrefix(name) == true)
  }
}
