import Base
import Inference
import Serving
import Tensors
import TestSupport
import Testing

/// One decision core, two executors: what the engine does step by step is what the simulation says.
@Suite struct ConformanceTests {
  struct Case: CustomTestStringConvertible {
    let name: String
    var blocks = 18
    var budget = StepBudget(tokens: 16, sequences: 5, admitted: 5)
    let make: @Sendable () -> any Scheduler
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(name: "vllm-v1") { VLLMScheduler() },
    Case(name: "vllm-v1 in a pool of 12", blocks: 12) { VLLMScheduler() },
    Case(name: "vllm-v1 with room", blocks: 400) { VLLMScheduler() },
    Case(name: "vllm-v1 with short chunks") { VLLMScheduler(longPrefillTokens: 5) },
    Case(name: "vllm-v1 by priority") { VLLMScheduler(isByPriority: true) },
    Case(name: "vllm-v1 with swapping") { VLLMScheduler(preemption: .swap) },
    Case(name: "sarathi") { SarathiScheduler(watermark: 0.05) },
    Case(name: "sarathi in a pool of 13", blocks: 13) { SarathiScheduler() },
    Case(name: "orca", blocks: 30) { OrcaScheduler(sequenceTokens: 24) },
    Case(
      name: "vidur-vllm", budget: StepBudget(tokens: 400, sequences: 5, admitted: 5)
    ) { VidurVLLMScheduler() },
    Case(name: "static", budget: StepBudget(tokens: 60, sequences: 5, admitted: 5)) {
      StaticScheduler()
    },
  ]

  static func engine() throws -> Engine {
    var shape = SmallModel.Shape()
    (shape.width, shape.feedForward, shape.heads, shape.groups) = (32, 32, 2, 1)
    let writer = SmallModel.llama(shape, format: try BlockFormat.catalog["q8_0"])
    return try SmallModel.withFile(writer.bytes) { try Engine(path: $0) }
  }

  @Test("the engine makes the plans of the simulation, step by step", arguments: cases)
  func plans(_ example: Case) throws {
    let engine = try Self.engine()
    var (hits, preemptions) = (0, 0)
    for seed in 0..<UInt64(trials(40, fast: 2)) {
      let run = SharedRun(
        seed: seed, blocks: example.blocks, budget: example.budget, example.make)
      let (simulated, real) = (try run.simulated(), try run.real(engine))
      try compare(simulated.plans, real.plans, "seed \(seed)")
      #expect(simulated.counts == real.counts, "seed \(seed)")
      for (subject, request) in zip(run.subjects, real.requests) {
        #expect(request.failure == nil && request.phase == .finished)
        #expect(request.generation.tokens.count == subject.outputTokens)
      }
      hits += real.counts.prefixTokens.hit
      preemptions += real.counts.preemptions
    }
    // Without these the cases would say little.
    if example.name.hasPrefix("vllm") { #expect(hits > 0) }
    if example.blocks < 20, example.name != "static" { #expect(preemptions > 0) }
  }

  @Test func `guesses that hold are verified as the simulation says`() throws {
    let engine = try Self.engine()
    for seed in 0..<UInt64(trials(20, fast: 2)) {
      var run = SharedRun(
        seed: seed, blocks: 60,
        budget: StepBudget(tokens: 200, sequences: 8, admitted: 8, draftTokens: 3)
      ) { VLLMScheduler() }
      run.answers = run.subjects.map { _ in [] }
      run.answers = try run.real(engine).requests.map(\.generation.tokens)
      let (simulated, real) = (try run.simulated(), try run.real(engine))
      try compare(simulated.plans, real.plans, "seed \(seed)")
      #expect(real.requests.map(\.generation.tokens) == run.answers)
      #expect(real.requests.contains { $0.generation.acceptedTokens > 0 })
      #expect(real.requests.allSatisfy { $0.generation.turnedDownDrafts == 0 })
    }
  }

  private func compare(_ simulated: [String], _ real: [String], _ comment: Comment) throws {
    for (step, lines) in zip(simulated, real).enumerated() where lines.0 != lines.1 {
      Issue.record("\(comment), step \(step): simulated \(lines.0)\nreal \(lines.1)")
      return
    }
    #expect(simulated.count == real.count, comment)
  }
}
