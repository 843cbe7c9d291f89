import Base
import Testing

@testable import Inference

@Suite struct SamplerOptionsTests {
  private static func options(_ change: (inout SamplingOptions) -> Void) -> SamplingOptions {
    var options = SamplingOptions(temperature: 1)
    change(&options)
    return options
  }

  /// What penalties and bias make of logits, read off a distribution of one draw.
  private static func candidates(
    _ logits: [Float], _ options: SamplingOptions, history: [TokenID] = []
  ) -> [TokenID: Double] {
    var logits = logits
    let list = logits.withUnsafeMutableBufferPointer {
      Sampler(options).candidates($0, history: history)
    }
    return Dictionary(uniqueKeysWithValues: list.map { ($0.token, $0.probability) })
  }

  /// Probabilities 1/2, 1/4, 1/8, 1/16, 1/16: surprises of 1 to 4 bits, 1.875 of them expected.
  ///
  /// Nearest to that are 2 bits (token 3), 1 bit (1), 3 bits (0), and then the rest.
  @Test(
    "typical sampling keeps what surprises as expected",
    arguments: [
      (0.2, [3]), (0.3, [1, 3]), (0.75, [1, 3]), (0.8, [1, 3, 0]), (1.0, [1, 3, 0, 2, 4]),
    ])
  func typical(share: Double, kept: [TokenID]) {
    let result = SamplerTests.distribution(
      SamplerTests.logits, Self.options { $0.typicalP = share })
    #expect(result.map(\.token) == kept)
    #expect(abs(result.map(\.probability).reduce(0, +) - 1) < 1e-12)
  }

  @Test func `frequency counts each time and presence once`() {
    let logits: [Float] = [1, 1, 1]
    let history: [TokenID] = [0, 0, 0, 1]
    let frequent = Self.candidates(
      logits, Self.options { $0.frequencyPenalty = 0.5 }, history: history)
    #expect(abs(frequent[2, default: 0] / frequent[0, default: 1] - exponential(1.5)) < 1e-5)
    #expect(abs(frequent[2, default: 0] / frequent[1, default: 1] - exponential(0.5)) < 1e-5)
    let present = Self.candidates(
      logits, Self.options { $0.presencePenalty = 0.5 }, history: history)
    #expect(abs(present[2, default: 0] / present[0, default: 1] - exponential(0.5)) < 1e-5)
    #expect(present[0] == present[1])
    // Below zero they draw what stands before.
    let drawn = Self.candidates(logits, Self.options { $0.presencePenalty = -1 }, history: history)
    #expect(drawn[0, default: 0] > drawn[2, default: 1])
    let short = Self.options {
      $0.frequencyPenalty = 1
      $0.penaltyWindow = 1
    }
    #expect(
      Self.candidates(logits, short, history: history)[0]
        == Self.candidates(logits, short, history: history)[2])
  }

  @Test func `a bias moves single tokens, to never and to always`() {
    let logits: [Float] = [1, 2, 3]
    let some = Self.candidates(logits, Self.options { $0.logitBias = [0: 2, 9: 5, -3: 1] })
    #expect(abs(some[0, default: 0] - some[2, default: 1]) < 1e-6)
    let never = Self.candidates(logits, Self.options { $0.logitBias = [2: -.infinity] })
    #expect(never[2] == nil && never.count == 2)
    let always = Self.candidates(logits, Self.options { $0.logitBias = [0: 1000] })
    #expect(always[0] == 1)
    var greedy = Sampler(
      Self.options {
        $0.temperature = 0
        $0.logitBias = [1: 4]
      })
    #expect(SamplerTests.draw(logits, &greedy).token == 1)
  }

  /// Over a distribution flat enough to reach any target, the mean surprise must come to it.
  @Test("mirostat holds the surprise of the text", arguments: [1.5, 3.0, 5.0])
  func mirostat(target: Double) {
    var random = SeededRandom(seed: 1)
    var sampler = Sampler(Self.options { $0.mirostat = .init(target: target, rate: 0.1) })
    var bits: [Double] = []
    for _ in 0..<3000 {
      // Zipf's law, as the words of a text follow it; the ranks in another order each time.
      let shift = random.nextInteger(below: 200)
      let logits = (0..<200).map { Float(-logarithm(Double(($0 + shift) % 200 + 1))) }
      bits.append(-logarithm(SamplerTests.draw(logits, &sampler).probability) / logarithm(2))
    }
    let mean = bits.dropFirst(500).reduce(0, +) / 2500
    #expect(abs(mean - target) < 0.1)
  }

  @Test func `mirostat follows drafts like draws`() {
    let options = Self.options {
      $0.mirostat = .init(target: 2, rate: 0.3)
      $0.seed = 4
    }
    // A draft of certain origin is taken over or replaced; over many the surprises agree.
    var sampler = Sampler(options)
    var bits = 0.0
    let logits = (0..<100).map { Float(-logarithm(Double($0 + 1))) }
    for index in 0..<3000 {
      var row = logits
      let choice = row.withUnsafeMutableBufferPointer {
        sampler.verify(Draft(TokenID(index % 5)), $0, history: [])
      }
      bits -= logarithm(choice.probability) / logarithm(2)
    }
    #expect(abs(bits / 3000 - 2) < 0.1)
  }

  @Test func `alternatives are the most probable tokens of the model itself`() throws {
    let engine = try SessionTests.engine()
    var options = GenerationOptions(
      maxTokens: 5, sampling: Self.options { $0.logitBias = [7: 100] }, ignoresEnd: true)
    options.alternatives = 4
    let prompt = SessionTests.prompt(5)
    let result = try engine.makeSession().generate(prompt, options: options)
    #expect(result.tokens == [7, 7, 7, 7, 7] && result.alternatives.count == 5)
    let session = engine.makeSession()
    let logits = try session.logits(after: prompt)
    let total = logSumExp(logits)
    let best = logits.indices.sorted { logits[$0] > logits[$1] }.prefix(4)
    #expect(result.alternatives[0].map(\.token) == best.map { TokenID($0) })
    for (ours, token) in zip(result.alternatives[0], best) {
      #expect(abs(ours.probability - exponential(Double(logits[token]) - total)) < 1e-6)
    }
  }

  @Test(
    "new options out of range are refused by name",
    arguments: [
      (options { $0.typicalP = 0 }, "typical_p"),
      (options { $0.frequencyPenalty = .nan }, "frequency_penalty"),
      (options { $0.presencePenalty = .infinity }, "presence_penalty"),
      (options { $0.logitBias = [3: .nan] }, "logit_bias of token 3"),
      (options { $0.mirostat = .init(target: 0) }, "mirostat's target"),
      (options { $0.mirostat = .init(target: 2, rate: 2) }, "mirostat's rate"),
    ])
  func ranges(options: SamplingOptions, name: String) {
    let problem = #expect(throws: Problem.self) { try options.check() }
    #expect(problem?.description.hasPrefix(name) == true)
  }
}
