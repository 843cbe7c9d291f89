import Base
import Clusters
import Serving
import Testing

@testable import Service

@Suite struct EndpointProbesTests {
  /// A server in virtual time whose steps take what a cost model says, seen from outside.
  private final class SimulatedTarget: ProbeTarget {
    let cost: FittedCostModel
    let scheduler: any Scheduler
    let budget: StepBudget
    /// What the time of a step is multiplied with.
    let disturbance: () -> Double

    init(
      _ cost: FittedCostModel, scheduler: any Scheduler = VLLMScheduler(), stepTokens: Int = 256,
      sequences: Int = 64, disturbance: @escaping () -> Double = { 1 }
    ) {
      (self.cost, self.scheduler, self.disturbance) = (cost, scheduler, disturbance)
      budget = StepBudget(tokens: stepTokens, sequences: sequences)
    }

    func answers(to probe: ProbeRequests, shouldStop: () -> Bool) throws(Problem) -> [ProbeAnswer] {
      var trace = Trace(name: "probe")
      for _ in 0..<probe.count {
        try trace.append(at: 0, promptTokens: probe.prompt, outputTokens: probe.output)
      }
      let factor = disturbance()
      let alone = try run(trace, factor)
      let begun = alone.map { $0.times[min(2, $0.times.count - 1)] }
      guard let prompt = probe.latePrompt, let sent = begun.max() else { return alone }
      try trace.append(
        at: sent - cost.requestSeconds / 2, promptTokens: prompt, outputTokens: 1)
      return try run(trace, factor)
    }

    private func run(_ trace: Trace, _ factor: Double) throws(Problem) -> [ProbeAnswer] {
      var options = ClusterOptions()
      (options.cost, options.scheduler, options.budget) = (cost, scheduler, budget)
      // The disturbance is the server's, not the way's.
      options.requestSeconds = 0
      let cluster = try Cluster(options, trace: trace)
      _ = cluster.run()
      return (0..<trace.count).map { index in
        let record = cluster.records[index]
        let later = cluster.steps.values.filter { $0.decodes > 0 }.map(\.endedAt)
          .filter { $0 > record.firstTokenAt && $0 <= record.finishedAt }
        let times = ([record.firstTokenAt] + later).map { $0 * factor + cost.requestSeconds }
        return ProbeAnswer(
          promptTokens: Int(trace.promptTokens[index]),
          outputTokens: Int(trace.outputTokens[index]), sentAt: record.arrivedAt * factor,
          firstTokenAt: times[0], times: times)
      }
    }
  }

  private var truth: FittedCostModel {
    var model = FittedCostModel()
    model.baseSeconds = 3e-3
    model.tokens = TokenCurve(bends: [8], slopes: [1e-4, 6e-4])
    model.promptSeconds = 4e-4
    model.pairSeconds = 4e-7
    model.sequenceSeconds = 2e-4
    model.contextSeconds = 3e-6
    model.requestSeconds = 1e-3
    return model
  }

  private var options: ProbeOptions {
    var options = ProbeOptions()
    options.stepTokens = 256
    return options
  }

  private func calibrate(_ options: ProbeOptions, _ target: SimulatedTarget) throws
    -> EndpointCalibration
  {
    try ProbeSeries(options, target).calibrate(onProgress: { _ in }, shouldStop: { false })
  }

  /// How far a model is off in steps of all kinds, at the most.
  private func worst(_ model: FittedCostModel) -> Double {
    var shapes: [StepShape] = []
    for (decodes, prompt) in [(1, 0), (3, 0), (12, 0), (30, 0), (0, 100), (2, 40), (10, 200)] {
      var shape = StepShape()
      if prompt > 0 { shape.add(PrefillItem(slot: 0, tokens: Int32(prompt), context: 0)) }
      shape.tokens += decodes
      (shape.decodes, shape.decodeContext) = (decodes, decodes * 120)
      shapes.append(shape)
    }
    return shapes.map { abs(model.seconds(of: $0) / truth.seconds(of: $0) - 1) }.max() ?? .nan
  }

  @Test func `calibrating a simulated server gives its cost model back`() throws {
    var options = options
    options.repeats = 1
    let found = try calibrate(options, SimulatedTarget(truth))
    // Contexts are means over the steps that were watched.
    #expect(worst(found.fit.model) < 0.01, "\(found.fit.model)")
    #expect(abs(found.fit.model.requestSeconds - truth.requestSeconds) < 2e-4)
    #expect(found.fit.model.tokens.bends.first == 8 && found.fit.heldOutError < 0.01)
    #expect(found.warnings.isEmpty)
  }

  @Test func `a prompt in a step of its own is told from one beside others`() throws {
    var options = options
    (options.repeats, options.stepTokens) = (1, 2048)
    let target = SimulatedTarget(truth, scheduler: VidurVLLMScheduler(), stepTokens: 2048)
    let found = try calibrate(options, target)
    #expect(worst(found.fit.model) < 0.01, "\(found.fit)")
  }

  @Test("noise and outliers do not throw it off", arguments: [1, 2, 3])
  func noise(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let target = SimulatedTarget(truth) {
      let noise = 1 + 0.02 * random.nextNormal()
      return random.nextUniform() < 0.1 ? 4 * noise : noise
    }
    let found = try calibrate(options, target)
    #expect(worst(found.fit.model) < 0.12, "\(found.fit.model)")
    #expect(found.warnings.count == 1, "\(found.warnings)")
  }

  @Test func `one sequence at a time is noticed and said`() throws {
    let found = try calibrate(options, SimulatedTarget(truth, sequences: 1))
    #expect(found.warnings.contains { $0.contains("max_sequences = 1") }, "\(found.warnings)")
    #expect(!found.fit.observations.contains { $0.name.contains("beside") })
    var shape = StepShape()
    (shape.tokens, shape.decodes, shape.decodeContext) = (1, 1, 100)
    #expect(abs(found.fit.model.seconds(of: shape) / truth.seconds(of: shape) - 1) < 0.01)
  }
}
