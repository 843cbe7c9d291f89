import Base
import Serving
import TestSupport
import Testing

@testable import Inference

/// A request as a schedule knows it, with all that is needed to compute it again alone.
struct Lineage {
  var prompt: [TokenID]
  var options: GenerationOptions
  var adapter: Adapter?
  /// At how many tokens it was forked off, and with which seed, one after another.
  var forks: [(tokens: Int, seed: UInt64)] = []

  /// What comes of it alone in a pool without an end.
  func alone(_ engine: Engine) throws -> Generation {
    let batcher = Batcher(StepExecutor(engine, try engine.makePool(blockSize: 16)))
    var id = try batcher.add(prompt, options: options, adapter: adapter)
    for fork in forks {
      while try #require(batcher.requests[id]).tokens.count < fork.tokens { _ = try batcher.step() }
      let child = try batcher.fork(id, seed: fork.seed)
      try batcher.cancel(id)
      id = child
    }
    try batcher.run()
    return try #require(batcher.requests[id]).generation
  }
}

/// One random schedule of requests over a tiny pool.
struct Schedule {
  let engine: Engine
  let adapters: [Adapter?]
  let batcher: Batcher
  var random: SeededRandom
  var lineages: [BatchRequest.ID: Lineage] = [:]
  var cancelled: Set<BatchRequest.ID> = []
  var preemptions = 0
  var texts: [BatchRequest.ID: String] = [:]

  init(_ engine: Engine, _ adapters: [Adapter?], seed: UInt64) throws {
    self.engine = engine
    self.adapters = adapters
    random = SeededRandom(seed: seed)
    // One block more than the longest request has to have: some schedulers leave one free.
    let pool = try engine.makePool(
      blockSize: 4 + random.nextInteger(below: 3), limit: 13 + random.nextInteger(below: 6))
    var limits = Batcher.Limits(
      running: 2 + random.nextInteger(below: 6), stepTokens: 4 + random.nextInteger(below: 20))
    let scheduler = Self.schedulers[Int(seed) % Self.schedulers.count]
    // Some take prompts whole, and no more of them than fit into a step.
    if scheduler is VidurVLLMScheduler { limits.stepTokens = 400 }
    batcher = Batcher(
      StepExecutor(engine, pool), limits: limits, scheduler: scheduler,
      isCaching: random.nextInteger(below: 4) > 0)
  }

  static let schedulers: [any Scheduler] = [
    VLLMScheduler(), VLLMScheduler(preemption: .swap), SarathiScheduler(), VLLMScheduler(),
    VidurVLLMScheduler(), VLLMScheduler(longPrefillTokens: 3, isByPriority: true),
    StaticScheduler(),
    OrcaScheduler(sequenceTokens: 24),
  ]

  private mutating func pick(_ count: Int) -> Int { random.nextInteger(below: count) }

  private mutating func add() throws {
    // Few beginnings, so that requests share blocks.
    let prompt = Array(SessionTests.prompt(40)[(pick(2) * 10)...].prefix(2 + pick(27)))
    let hot = SamplingOptions(
      temperature: [0, 0.9, 3][pick(3)], topK: [0, 5][pick(2)], topP: [1, 0.8][pick(2)],
      repetitionPenalty: [1, 1.3][pick(2)], seed: UInt64(pick(1000)))
    let options = GenerationOptions(
      maxTokens: 1 + pick(20), sampling: hot, stops: [[], ["e"], ["qu", "th"]][pick(3)])
    let adapter = adapters[pick(adapters.count)]
    let id = try batcher.add(
      prompt, options: options, adapter: adapter, priority: Int32(pick(3)))
    lineages[id] = Lineage(prompt: prompt, options: options, adapter: adapter)
  }

  private mutating func disturb() throws {
    let open = batcher.requests.values.filter { $0.phase != .finished }.map(\.id).sorted()
    guard !open.isEmpty, lineages.count < 8 else { return }
    let id = open[pick(open.count)]
    switch pick(4) {
    case 0:
      guard let request = batcher.requests[id] else { return }
      let seed = UInt64(pick(1000))
      let child = try batcher.fork(id, seed: seed)
      var lineage = lineages[id]
      // One that has no token yet is as good as forked at its start.
      lineage?.forks.append((tokens: request.tokens.count, seed: seed))
      lineages[child] = lineage
      texts[child] = texts[id]
    case 1:
      try batcher.cancel(id)
      cancelled.insert(id)
    case 2: try batcher.preempt(id)
    default: try add()
    }
  }

  /// Runs it to the end; steps are sometimes stopped on the way.
  mutating func run() throws {
    for _ in 0..<2 + pick(3) { try add() }
    var steps = 0
    while !batcher.isIdle {
      if pick(3) == 0 { try disturb() }
      var questions = pick(4) == 0 ? pick(6) : .max
      do {
        let step = try batcher.step(shouldStop: {
          questions -= 1
          return questions < 0
        })
        preemptions += step.preempted.count
        for event in step.events { texts[event.request, default: ""] += event.token?.text ?? "" }
      } catch {
        guard error.kind == .interrupted else { throw error }
      }
      steps += 1
      guard steps < 4000 else {
        Issue.record("requests starve: \(batcher.requests.mapValues(\.phase))")
        return
      }
    }
  }

  func check(_ known: inout [String: Generation]) throws {
    for (id, lineage) in lineages {
      let request = try #require(batcher.requests[id])
      let key =
        "\(lineage.prompt) \(lineage.options.sampling) \(lineage.options.maxTokens)"
        + " \(lineage.options.stops) \(lineage.adapter?.id ?? 0) \(lineage.forks)"
      let alone = try known[key] ?? lineage.alone(engine)
      known[key] = alone
      #expect(request.failure == nil, "\(type(of: batcher.scheduler))")
      #expect(request.phase == .finished)
      let got = request.generation
      if cancelled.contains(id) {
        #expect(alone.tokens.starts(with: got.tokens))
        continue
      }
      #expect(got.tokens == alone.tokens && got.text == alone.text)
      #expect(got.finishReason == alone.finishReason)
      #expect(got.probabilities == alone.probabilities)
      #expect(texts[id] ?? "" == got.text)
    }
    #expect(batcher.executor.pool.heldBlocks == 0)
    #expect(batcher.runningCount == 0)
  }
}

@Suite struct BatcherTests {
  static func tiny(_ arithmetic: Arithmetic = .fast, context: Int = 512) throws -> Engine {
    var shape = SmallModel.Shape()
    (shape.width, shape.feedForward, shape.heads, shape.groups) = (32, 32, 2, 1)
    shape.context = context
    return try SessionTests.engine("q8_0", shape, arithmetic: arithmetic)
  }

  static func batcher(_ engine: Engine, blocks: Int, size: Int = 4) throws -> Batcher {
    Batcher(StepExecutor(engine, try engine.makePool(blockSize: size, limit: blocks)))
  }

  @Test func `any schedule over a tiny pool gives the text of the undisturbed run`() throws {
    let engine = try Self.tiny()
    var known: [String: Generation] = [:]
    var preemptions = 0
    for seed in 0..<UInt64(trials(500, fast: 24)) {
      var schedule = try Schedule(engine, [nil], seed: seed)
      try schedule.run()
      try schedule.check(&known)
      preemptions += schedule.preemptions
    }
    // Without a fight for blocks the test would say little.
    #expect(preemptions > 5)
  }

  @Test func `what can never fit fails clearly and hinders nobody`() throws {
    let batcher = try Self.batcher(try Self.tiny(), blocks: 3)
    let prompt = #expect(throws: Problem.self) { try batcher.add(SessionTests.prompt(13)) }
    #expect(
      prompt?.description.contains("13 tokens do not fit into the pool's 3 KV blocks") == true)
    let hot = SamplingOptions(temperature: 2, seed: 1)
    let long = try batcher.add(
      SessionTests.prompt(9),
      options: GenerationOptions(maxTokens: 50, sampling: hot, ignoresEnd: true))
    let short = try batcher.add(
      SessionTests.prompt(3),
      options: GenerationOptions(maxTokens: 4, sampling: hot, ignoresEnd: true))
    try batcher.run()
    let failure = batcher.requests[long]?.failure
    #expect(failure == "its 13 tokens do not fit into 3 KV blocks of 4 positions")
    #expect(batcher.requests[long]?.generation.tokens.count == 4)
    #expect(batcher.requests[long]?.generation.finishReason == .interrupted)
    #expect(batcher.requests[short]?.failure == nil)
    #expect(batcher.requests[short]?.generation.tokens.count == 4)
    #expect(batcher.executor.pool.heldBlocks == 0)
  }

  @Test func `blocks that others hold are spoken of`() throws {
    let batcher = try Self.batcher(try Self.tiny(), blocks: 3)
    let session = Session(batcher.executor)
    _ = try session.logits(after: SessionTests.prompt(5))
    let id = try batcher.add(SessionTests.prompt(7).reversed())
    try batcher.run()
    let failure = batcher.requests[id]?.failure
    #expect(
      failure == "its 7 tokens do not fit into 1 KV blocks of 4 positions"
        + "; 2 more are held outside of the batch")
  }

  @Test func `requests that begin alike read the beginning once`() throws {
    let batcher = try Self.batcher(try Self.tiny(), blocks: 40, size: 8)
    let prompt = SessionTests.prompt(50)
    var first = GenerationOptions(maxTokens: 3)
    first.ignoresEnd = true
    let a = try batcher.add(prompt, options: first)
    var read = 0
    try batcher.run(onStep: { read += $0.prefillTokens })
    #expect(read == 50)
    let b = try batcher.add(prompt, options: first)
    read = 0
    try batcher.run(onStep: { read += $0.prefillTokens })
    #expect(read == 2 && batcher.requests[b]?.generation.reusedTokens == 48)
    #expect(batcher.requests[a]?.generation.text == batcher.requests[b]?.generation.text)
  }

  @Test func `prompts are read in pieces while others get their tokens`() throws {
    let engine = try Self.tiny()
    let batcher = Batcher(
      StepExecutor(engine, try engine.makePool(blockSize: 16)), limits: .init(stepTokens: 8))
    let options = GenerationOptions(maxTokens: 20, ignoresEnd: true)
    try batcher.add(SessionTests.prompt(3), options: options)
    _ = try batcher.step()
    let long = try batcher.add(SessionTests.prompt(30), options: options)
    for read in [7, 7, 7, 7] {
      let step = try batcher.step()
      #expect(step.decoding == 1 && step.prefillTokens == read && step.events.count == 1)
    }
    let last = try batcher.step()
    #expect(last.prefillTokens == 2 && last.events.count == 2)
    #expect(batcher.requests[long]?.phase == .decode)
  }

  @Test func `guesses take fewer steps and leave the texts as they are`() throws {
    let engine = try Self.tiny()
    let words = SessionTests.prompt(6)
    let prompts = (0..<4).map { Array(repeating: words.dropLast($0), count: 4).flatMap(\.self) }
    var results: [[Generation]] = []
    for drafts in [0, 3] {
      let batcher = Batcher(
        StepExecutor(engine, try engine.makePool(blockSize: 4, limit: 60)),
        limits: .init(running: 4, stepTokens: 64, draftTokens: drafts))
      for (index, prompt) in prompts.enumerated() {
        var options = GenerationOptions(maxTokens: 40, ignoresEnd: true)
        // One of them is not guessed for.
        if drafts > 0, index != 1 { options.drafter = PromptLookup() }
        try batcher.add(prompt, options: options)
      }
      try batcher.run()
      #expect(batcher.executor.pool.heldBlocks == 0)
      results.append(batcher.requests.values.sorted { $0.id < $1.id }.map(\.generation))
    }
    for (plain, drafted) in zip(results[0], results[1]) { #expect(plain.tokens == drafted.tokens) }
    #expect(results[1].map(\.acceptedTokens).max() ?? 0 > 5)
    #expect(results[1][1].draftedTokens == 0 && results[1][1].steps == results[0][1].steps)
    let steps = results.map { $0.reduce(0) { $0 + $1.steps } }
    #expect(steps[1] < steps[0])
  }

  @Test func `a scheduler that will not run a request fails it and says so`() throws {
    let engine = try Self.tiny()
    let batcher = Batcher(
      StepExecutor(engine, try engine.makePool(blockSize: 4, limit: 60)),
      limits: .init(running: 4, stepTokens: 16), scheduler: VidurVLLMScheduler())
    let long = try batcher.add(SessionTests.prompt(20))
    let short = try batcher.add(
      SessionTests.prompt(3), options: GenerationOptions(maxTokens: 2, ignoresEnd: true))
    try batcher.run()
    #expect(
      batcher.requests[long]?.failure
        == "the scheduler plans nothing for its 20 tokens with 16 a step")
    #expect(batcher.requests[short]?.generation.tokens.count == 2)
  }

  @Test func `the scheduler can be changed between two steps`() throws {
    let engine = try Self.tiny()
    let batcher = try Self.batcher(engine, blocks: 16)
    let options = GenerationOptions(
      maxTokens: 12, sampling: SamplingOptions(temperature: 2, seed: 3), ignoresEnd: true)
    for count in 3..<9 { try batcher.add(SessionTests.prompt(count), options: options) }
    let others: [any Scheduler] = [SarathiScheduler(), VLLMScheduler(preemption: .swap)]
    var steps = 0
    while !batcher.isIdle {
      _ = try batcher.step()
      steps += 1
      if steps % 5 == 0 { batcher.scheduler = others[steps / 5 % 2] }
    }
    for (id, request) in batcher.requests {
      let alone = try Lineage(prompt: SessionTests.prompt(2 + id), options: options).alone(engine)
      #expect(request.failure == nil && request.generation.text == alone.text)
    }
  }

  @Test func `requests are refused and told apart by what they are`() throws {
    let batcher = try Self.batcher(try Self.tiny(), blocks: 200)
    #expect(throws: Problem.self) { try batcher.add([]) }
    #expect(throws: Problem.self) { try batcher.add([-1]) }
    #expect(throws: Problem.self) { try batcher.add(SessionTests.prompt(513)) }
    var drafted = GenerationOptions()
    drafted.drafter = PromptLookup()
    #expect(throws: Problem.self) { try batcher.add([1], options: drafted) }
    #expect(throws: Problem.self) { try batcher.cancel(3) }
    let id = try batcher.add([1, 2], options: GenerationOptions(maxTokens: 1))
    #expect(throws: Problem.self) { try batcher.remove(id) }
    try batcher.run()
    #expect(throws: Problem.self) { try batcher.fork(id, seed: 1) }
    try batcher.remove(id)
    #expect(batcher.requests.isEmpty)
  }
}
