import Base
import Models
import Serving
import TestSupport

@testable import Clusters
@testable import Inference

/// One trace of real tokens that a simulated replica and the engine both serve.
struct SharedRun {
  struct Subject {
    let prompt: [TokenID]
    let outputTokens: Int
    let arrival: Double
    let priority: Int
  }

  static let blockSize = 4

  let subjects: [Subject]
  let blocks: Int
  let budget: StepBudget
  let makeScheduler: @Sendable () -> any Scheduler
  /// Guesses that hold always, for the engine; empty where nothing is guessed.
  var answers: [[TokenID]] = []

  init(
    seed: UInt64, blocks: Int, budget: StepBudget,
    _ makeScheduler: @escaping @Sendable () -> any Scheduler
  ) {
    var random = SeededRandom(seed: seed, named: "conformance")
    func pick(_ count: Int) -> Int { random.nextInteger(below: count) }
    var tokens = SeededRandom(seed: 5, named: "conformance tokens")
    let families = (0..<3).map { _ in
      (0..<40).map { _ in TokenID(tokens.nextInteger(below: SmallModel.vocabularyCount)) }
    }
    var arrival = 0.0
    subjects = (0..<24).map { index in
      // Bursts, and pauses in which everything ends.
      arrival += Double([0, 0, 1, 3, pick(8) == 0 ? 60 : 2][pick(5)]) + Double(pick(4)) / 4
      let own = (0..<1 + pick(4)).map { _ in TokenID(pick(SmallModel.vocabularyCount)) }
      return Subject(
        prompt: Array(families[pick(3)].prefix(1 + pick(22))) + own,
        // No two at once: the simulation ranks by time, the engine by number.
        outputTokens: 1 + pick(14), arrival: arrival + Double(index) * 1e-6, priority: pick(2))
    }
    (self.blocks, self.budget, self.makeScheduler) = (blocks, budget, makeScheduler)
  }

  // MARK: Simulated

  /// The trace with names for all whole blocks; those that an answer reaches into are shared with nobody.
  private func trace() throws -> Trace {
    var trace = Trace(name: "shared")
    trace.prefixes = PrefixIDs(tokensPerID: Self.blockSize)
    for (index, subject) in subjects.enumerated() {
      try trace.append(
        at: subject.arrival, promptTokens: subject.prompt.count,
        outputTokens: subject.outputTokens)
      var (name, names): (UInt64, [UInt64]) = (1, [])
      let total = (subject.prompt.count + subject.outputTokens) / Self.blockSize
      for block in 0..<total {
        let range = block * Self.blockSize..<(block + 1) * Self.blockSize
        if range.upperBound <= subject.prompt.count {
          for token in subject.prompt[range] {
            name = PrefixIDs.chain(name, UInt64(UInt32(bitPattern: token)))
          }
        } else {
          name = PrefixIDs.chain(name, UInt64(index) << 40 | 7)
        }
        names.append(name)
      }
      trace.setLastPrefix(names, tokens: total * Self.blockSize)
    }
    try trace.setClasses(subjects.map(\.priority))
    return trace
  }

  /// The plans of a simulated replica whose steps take a second each, and what it counted.
  func simulated() throws -> (plans: [String], counts: ServingCounts) {
    let log = PlanLog(makeScheduler())
    var options = ClusterOptions()
    (options.blockCount, options.blockSize, options.isCaching) = (blocks, Self.blockSize, true)
    (options.budget, options.scheduler) = (budget, log)
    options.draftAcceptance = 1
    options.cost = LinearCostModel(
      baseSeconds: 1, tokenSeconds: 0, contextSeconds: 0, pairSeconds: 0, swapSeconds: 0)
    options.classes = [SLAClass("urgent", priority: 0), SLAClass("later", priority: 1)]
    let cluster = try Cluster(options, trace: try trace())
    cluster.replicas[0].state.keepsPrompts = true
    cluster.run()
    return (log.lines, cluster.replicas[0].state.counts)
  }

  // MARK: Real

  /// Guesses what it knows to come.
  private struct Oracle: Drafter {
    let name = "oracle"
    let text: [TokenID]
    func draft(after tokens: [TokenID], atMost count: Int) -> [Draft] {
      text.dropFirst(tokens.count).prefix(count).map { Draft($0) }
    }
  }

  func options(_ index: Int) -> GenerationOptions {
    let sampling =
      answers.isEmpty ? SamplingOptions(temperature: 2, seed: UInt64(index)) : SamplingOptions()
    var options = GenerationOptions(
      maxTokens: subjects[index].outputTokens, sampling: sampling, ignoresEnd: true)
    if !answers.isEmpty { options.drafter = Oracle(text: subjects[index].prompt + answers[index]) }
    return options
  }

  /// The plans of the engine, what it counted, and the requests with what they got.
  func real(
    _ engine: Engine
  ) throws -> (plans: [String], counts: ServingCounts, requests: [BatchRequest]) {
    let log = PlanLog(makeScheduler())
    let pool = try engine.makePool(blockSize: Self.blockSize, limit: blocks)
    let batcher = Batcher(
      StepExecutor(engine, pool),
      limits: .init(
        running: budget.sequences, stepTokens: budget.tokens, draftTokens: budget.draftTokens),
      scheduler: log)
    var (time, next) = (0.0, 0)
    while next < subjects.count || !batcher.isIdle {
      while next < subjects.count, subjects[next].arrival <= time {
        let subject = subjects[next]
        try batcher.add(
          subject.prompt, options: options(next), priority: Int32(subject.priority))
        next += 1
      }
      if batcher.isIdle {
        time = subjects[next].arrival
      } else {
        _ = try batcher.step()
        time += 1
      }
    }
    return (log.lines, batcher.state.counts, batcher.requests.values.sorted { $0.id < $1.id })
  }
}
