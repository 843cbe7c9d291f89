import Base
import TestSupport
import Tensors
import Testing

@testable import Inference

/// What each sequence of a few sampled tokens comes with, worked out by trying all.
private struct ExactDistribution {
  let engine: Engine
  let prompt: [TokenID]
  let options: SamplingOptions
  var probabilities: [[TokenID]: Double] = [:]

  init(_ engine: Engine, _ prompt: [TokenID], _ options: SamplingOptions, length: Int) throws {
    self.engine = engine
    self.prompt = prompt
    self.options = options
    try extend([], 1, length, engine.makeSession())
  }

  private mutating func extend(
    _ tokens: [TokenID], _ probability: Double, _ length: Int, _ session: Session
  ) throws {
    if tokens.count == length {
      probabilities[tokens] = probability
      return
    }
    let all = prompt + tokens
    var logits = try session.logits(after: Array(all[session.reuse(all)...]))
    let candidates = logits.withUnsafeMutableBufferPointer {
      Sampler(options).candidates($0, history: all)
    }
    for candidate in candidates {
      try extend(
        tokens + [candidate.token], probability * candidate.probability, length, session)
    }
  }

  /// How likely counts deviate as much as these by chance; rare ones count together.
  func chance(of counts: [[TokenID]: Int]) -> Double {
    let total = Double(counts.values.reduce(0, +))
    var (sum, cells) = (0.0, 0)
    var (rareWanted, rareSeen) = (0.0, 0.0)
    for (tokens, probability) in probabilities {
      let (wanted, seen) = (probability * total, Double(counts[tokens] ?? 0))
      if wanted < 8 {
        rareWanted += wanted
        rareSeen += seen
      } else {
        sum += (seen - wanted) * (seen - wanted) / wanted
        cells += 1
      }
    }
    if rareWanted > 0 {
      sum += (rareSeen - rareWanted) * (rareSeen - rareWanted) / max(rareWanted, 1)
      cells += 1
    }
    return chiSquaredChance(sum, degrees: cells - 1)
  }
}

@Suite struct DrafterTests {
  /// Which drafter a case is about.
  enum Kind: CaseIterable, Sendable { case promptLookup, nGram, draftModel }

  static let options = [
    SamplingOptions(temperature: 1, topK: 4), SamplingOptions(temperature: 0.3, topP: 0.5),
    SamplingOptions(temperature: 0.5, topK: 6, topP: 0.9, repetitionPenalty: 1.1),
  ]

  static func drafter(
    _ kind: Kind, _ engine: Engine, _ text: [TokenID], _ options: SamplingOptions
  ) throws -> any Drafter {
    switch kind {
    case .promptLookup: return PromptLookup(drafts: 3)
    case .nGram:
      let drafter = NGramDrafter(order: 1, drafts: 3)
      drafter.learn(text)
      return drafter
    case .draftModel:
      let other = try Engine(
        path: engine.file.path, arithmetic: .fast, requantise: try BlockFormat.catalog["q4_0"])
      return DraftModel(other.makeSession(), sampling: options, drafts: 3)
    }
  }

  /// Runs a body with an engine whose file is there as long.
  ///
  /// A model whose output matrix is its embedding repeats itself; another one is less sure.
  static func withEngine<T>(
    _ arithmetic: Arithmetic, repeats: Bool = true, _ body: (Engine) throws -> T
  ) throws -> T {
    var shape = SmallModel.Shape()
    (shape.width, shape.feedForward, shape.heads, shape.groups) = (32, 32, 2, 1)
    shape.sharesOutput = repeats
    let writer = SmallModel.llama(shape, format: try BlockFormat.catalog["q8_0"])
    return try SmallModel.withFile(writer.bytes) {
      try body(try Engine(path: $0, arithmetic: arithmetic))
    }
  }

  /// A prompt that ends in what the model itself says often, so that looking up finds something.
  static func repetitive(_ engine: Engine, _ sampling: SamplingOptions) throws -> [TokenID] {
    var options = GenerationOptions(maxTokens: 40, sampling: sampling, ignoresEnd: true)
    options.sampling.seed = 77
    return try engine.makeSession().generate(prompt, options: options).tokens + prompt
  }

  static let prompt: [TokenID] = [20, 30, 40]

  /// The seeds are fixed; of right distributions one in ten thousand would fail.
  @Test(
    "speculation draws from the plain distribution", arguments: Kind.allCases,
    [0, 1, 2])
  func distribution(kind: Kind, number: Int) throws {
    try Self.withEngine(.fast, repeats: false) { engine in
      var sampling = Self.options[number]
      let prompt = try Self.repetitive(engine, sampling)
      let exact = try ExactDistribution(engine, prompt, sampling, length: 3)
      let total = exact.probabilities.values.reduce(0, +)
      #expect(abs(total - 1) < 1e-6 && exact.probabilities.count > 8)
      let drafter = try Self.drafter(kind, engine, prompt, sampling)
      let session = engine.makeSession()
      var counts: [[TokenID]: Int] = [:]
      var (drafted, accepted) = (0, 0)
      for seed in 0..<UInt64(trials(10_000, fast: 300)) {
        sampling.seed = seed
        // One more than is looked at: the last may not be drafted for.
        var options = GenerationOptions(maxTokens: 4, sampling: sampling, ignoresEnd: true)
        options.drafter = drafter
        let result = try session.generate(prompt, options: options)
        counts[Array(result.tokens.prefix(3)), default: 0] += 1
        drafted += result.draftedTokens
        accepted += result.acceptedTokens
      }
      let chance = exact.chance(of: counts)
      #expect(chance > 1e-4)
      if isSlowRun {
        print("\(kind), options \(number): p = \(chance), \(accepted) of \(drafted) drafts taken")
      }
      #expect(counts.keys.allSatisfy { exact.probabilities[$0] != nil })
      // Some drafts were taken over and some were not, or nothing was tried.
      #expect(accepted > 0 && accepted < drafted, "\(accepted) of \(drafted)")
    }
  }

  @Test("greedy text is the same with every drafter", arguments: Kind.allCases)
  func greedy(kind: Kind) throws {
    try Self.withEngine(.fast) { engine in
      var options = GenerationOptions(maxTokens: 80, ignoresEnd: true)
      let plain = try engine.makeSession().generate(Self.prompt, options: options)
      options.drafter = try Self.drafter(
        kind, engine, Self.prompt + plain.tokens, SamplingOptions())
      var shown = ""
      var drafts = 0
      let drafted = try engine.makeSession().generate(
        Self.prompt, options: options,
        onToken: {
          shown += $0.text
          drafts += $0.isDraft ? 1 : 0
        })
      #expect(drafted.tokens == plain.tokens && drafted.text == plain.text)
      #expect(drafted.probabilities == plain.probabilities)
      #expect(shown == plain.text && drafts == drafted.acceptedTokens)
      #expect(drafted.finishReason == .length)
      // Each step gives one token and what was taken over.
      #expect(drafted.steps + drafted.acceptedTokens == 80 && plain.steps == 80)
      #expect(drafted.acceptedTokens > 0 && drafted.acceptedTokens <= drafted.draftedTokens)
    }
  }

  @Test("drafts that are certain leave the text as it is, seed for seed", arguments: 0..<4)
  func certain(seed: UInt64) throws {
    try Self.withEngine(.fast, repeats: false) { engine in
      var options = GenerationOptions(
        maxTokens: 60, sampling: SamplingOptions(temperature: 0.7, topK: 20), ignoresEnd: true)
      options.sampling.seed = seed
      let prompt = try Self.repetitive(engine, options.sampling)
      let plain = try engine.makeSession().generate(prompt, options: options)
      options.drafter = try Self.drafter(.nGram, engine, plain.tokens, options.sampling)
      let drafted = try engine.makeSession().generate(prompt, options: options)
      #expect(drafted.tokens == plain.tokens && drafted.probabilities == plain.probabilities)
      #expect(drafted.acceptedTokens > 0 && drafted.acceptedTokens < drafted.draftedTokens)
    }
  }

  @Test func `what a constraint forces takes fewer steps and changes nothing`() throws {
    let constraint = try Constraint.json(schema: [
      "type": "object", "required": ["name", "year"], "additionalProperties": false,
      "properties": [
        "name": ["enum": ["the queen", "another town"]], "year": ["type": "integer"],
      ],
    ])
    try Self.withEngine(.fast, repeats: false) { engine in
      for seed in 0..<UInt64(6) {
        var options = GenerationOptions(
          maxTokens: 60, sampling: SamplingOptions(temperature: 1, seed: seed))
        options.constraint = constraint
        let ours = try engine.makeSession().generate(Self.prompt, options: options)
        // In a batch every token takes a step.
        let batcher = try BatcherTests.batcher(engine, blocks: 60)
        let id = try batcher.add(Self.prompt, options: options)
        try batcher.run()
        let plain = try #require(batcher.requests[id]).generation
        #expect(ours.tokens == plain.tokens && ours.probabilities == plain.probabilities)
        #expect(constraint.matches(ours.text) && ours.finishReason == .stop)
        // The last step gives no token of its own where the forced text ends the answer.
        let saved = ours.tokens.count - ours.steps
        #expect(ours.acceptedTokens - saved == 0 || ours.acceptedTokens - saved == 1)
        #expect(saved > 8, "\(ours.steps) steps for \(ours.tokens.count) tokens")
      }
    }
  }

  /// A drafter that is right with a fixed probability: what is measured must be what was put in.
  ///
  /// And the steps must be those of the closed formula; over 2,000 tokens an acceptance of 0.6 is
  /// measured within 4 · √(0.24/1700) = 0.05.
  @Test func `acceptance is measured as the formulas mean it`() throws {
    struct Oracle: Drafter {
      let name = "oracle"
      let text: [TokenID]
      func draft(after tokens: [TokenID], atMost count: Int) throws(Problem) -> [Draft] {
        var random = SeededRandom(seed: UInt64(tokens.count))
        return text.dropFirst(tokens.count).prefix(min(count, 3)).map {
          Draft(random.nextUniform() < 0.6 ? $0 : ($0 + 1) % 200)
        }
      }
    }
    var shape = SmallModel.Shape()
    (shape.width, shape.feedForward, shape.heads, shape.groups) = (32, 32, 2, 1)
    (shape.layers, shape.context) = (1, 2048)
    let engine = try SessionTests.engine("q8_0", shape, arithmetic: .fast)
    var options = GenerationOptions(maxTokens: 2000, ignoresEnd: true)
    let plain = try engine.makeSession().generate(Self.prompt, options: options)
    options.drafter = Oracle(text: Self.prompt + plain.tokens)
    let drafted = try engine.makeSession().generate(Self.prompt, options: options)
    #expect(drafted.tokens == plain.tokens)
    #expect(abs(try #require(drafted.acceptance) - 0.6) < 0.05)
    let perStep = 2000 / Double(drafted.steps)
    let formula = SpeculationModel.tokensPerStep(
      acceptance: try #require(drafted.acceptance), drafts: 3)
    #expect(abs(perStep - formula) < 0.06)
    #expect(plain.acceptance == nil)
  }

  @Test func `a stop text among drafts ends the answer where it ends without`() throws {
    try Self.withEngine(.fast) { engine in
      let whole = try engine.makeSession().generate(
        Self.prompt, options: GenerationOptions(maxTokens: 40, ignoresEnd: true))
      let letters = Array(whole.text.unicodeScalars)
      let stop = String(String.UnicodeScalarView(letters[9..<11]))
      var options = GenerationOptions(maxTokens: 40, stops: [stop], ignoresEnd: true)
      let plain = try engine.makeSession().generate(Self.prompt, options: options)
      let drafter = NGramDrafter(order: 2, drafts: 6)
      drafter.learn(Self.prompt + whole.tokens)
      options.drafter = drafter
      let drafted = try engine.makeSession().generate(Self.prompt, options: options)
      #expect(plain.finishReason == .stop && drafted.finishReason == .stop)
      #expect(drafted.text == plain.text && drafted.tokens == plain.tokens)
    }
  }

  @Test func `a drafter that talks nonsense changes nothing`() throws {
    struct Nonsense: Drafter {
      let name = "nonsense"
      func draft(after tokens: [TokenID], atMost count: Int) throws(Problem) -> [Draft] {
        [Draft(7), Draft(8), Draft(999_999), Draft(1), Draft(-4)]
      }
    }
    try Self.withEngine(.exact) { engine in
      var options = GenerationOptions(maxTokens: 30, ignoresEnd: true)
      let plain = try engine.makeSession().generate(Self.prompt, options: options)
      options.drafter = Nonsense()
      let drafted = try engine.makeSession().generate(Self.prompt, options: options)
      #expect(drafted.tokens == plain.tokens && drafted.draftedTokens > 0)
    }
  }

  @Test func `looking up repeats what followed the longest known ending`() throws {
    let lookup = PromptLookup(longest: 3, shortest: 2, drafts: 2)
    func drafts(_ tokens: [TokenID]) throws -> [TokenID] {
      try lookup.draft(after: tokens, atMost: 5).map(\.token)
    }
    #expect(try drafts([1, 2, 3, 9, 8, 7, 2, 3, 4, 1, 2, 3]) == [9, 8])
    #expect(try drafts([5, 2, 3, 9, 6, 2, 3, 4, 1, 2, 3]) == [4, 1])
    #expect(try drafts([3, 9, 3]) == [])
    #expect(try drafts([]) == [] && drafts([1]) == [])
    #expect(try lookup.draft(after: [1, 2, 3, 1, 2], atMost: 1).map(\.token) == [3])
    // What followed may overlap the ending.
    #expect(try drafts([4, 4, 4]) == [4])
  }

  @Test func `an n-gram table follows the most frequent`() throws {
    let table = NGramDrafter(order: 2, drafts: 3)
    table.learn([1, 2, 3, 1, 2, 4, 1, 2, 4])
    #expect(try table.draft(after: [9, 1, 2], atMost: 9).map(\.token) == [4, 1, 2])
    #expect(try table.draft(after: [2, 2], atMost: 9).isEmpty)
    #expect(try table.draft(after: [2], atMost: 9).isEmpty)
    // 3 and 4 stand as often: the lower one.
    table.learn([1, 2, 3])
    #expect(try table.draft(after: [1, 2], atMost: 1).map(\.token) == [3])
  }

  /// The formulas assume that drafts are taken over independently: so does the simulation.
  ///
  /// A mean of
  /// 40,000 steps of at most 9 tokens is within 4 · 3/√40,000 = 0.06 of its expectation.
  @Test(
    "the closed formulas are those of a simulation", arguments: [0, 0.3, 0.7, 0.95, 1], [1, 3, 8])
  func formulas(acceptance: Double, drafts: Int) {
    var random = SeededRandom(seed: UInt64(drafts))
    var tokens = 0
    let steps = 40_000
    for _ in 0..<steps {
      tokens += 1 + (0..<drafts).prefix { _ in random.nextUniform() < acceptance }.count
    }
    let mean = Double(tokens) / Double(steps)
    let formula = SpeculationModel.tokensPerStep(acceptance: acceptance, drafts: drafts)
    #expect(abs(mean - formula) < 0.06)
    let speedUp = SpeculationModel.speedUp(
      acceptance: acceptance, drafts: drafts, draftCost: 0.1, verifyCost: 1.2)
    #expect(abs(speedUp - formula / (0.1 * Double(drafts) + 1.2)) < 1e-12)
  }
}

@Suite struct RequantisedEngineTests {
  @Test(
    "a requantised engine computes with the rounded weights", arguments: ["q8_0", "q4_0", "f16"])
  func rounded(format: String) throws {
    let source = SmallModel.llama(format: try BlockFormat.catalog["f32"])
    let target = try BlockFormat.catalog[format]
    try SmallModel.withFile(source.bytes) { path in
      let changed = try Engine(path: path, arithmetic: .exact, requantise: target)
      let plain = try Engine(path: path, arithmetic: .exact)
      let tokens = SessionTests.prompt(8)
      let ours = try SessionTests.allLogits(changed.makeSession(), tokens)
      // Layers' matrices as the writer rounds them, everything else as it is.
      let writer = SmallModel.llama(format: target, tables: try BlockFormat.catalog["f32"])
      let expected = try SmallModel.withFile(writer.bytes) { path in
        try SessionTests.allLogits(Engine(path: path, arithmetic: .exact).makeSession(), tokens)
      }
      #expect(ours == expected)
      #expect(try SessionTests.allLogits(plain.makeSession(), tokens) != ours)
    }
  }

  @Test func `formats that cannot be packed, or do not fit rows, are refused by name`() throws {
    var shape = SmallModel.Shape()
    shape.headWidth = 24
    (shape.heads, shape.groups) = (3, 1)
    let writer = SmallModel.llama(shape, format: try BlockFormat.catalog["f32"])
    try SmallModel.withFile(writer.bytes) { path in
      let odd = #expect(throws: Problem.self) {
        try Engine(path: path, requantise: try BlockFormat.catalog["q4_0"])
      }
      #expect(
        odd?.description.contains("\"blk.0.attn_output.weight\" has rows of 72 values") == true)
    }
  }
}
