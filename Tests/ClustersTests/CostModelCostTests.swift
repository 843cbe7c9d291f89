import Base
import Clusters
import Devices
import Models
import Serving
import Testing

/// Steps of many kinds, the same for the same seed.
private func steps(_ count: Int, seed: UInt64) -> [StepShape] {
  var random = SeededRandom(seed: seed)
  return (0..<count).map { _ in
    let plan = StepPlan()
    for _ in 0..<random.nextInteger(below: 200) {
      plan.decode(0, context: 1 + random.nextInteger(below: 8000))
    }
    for _ in 0..<random.nextInteger(below: 4) {
      let tokens = Int32(1 + random.nextInteger(below: 3000))
      let context = Int32(random.nextInteger(below: 5000))
      plan.prefill(PrefillItem(slot: 0, tokens: tokens, context: context))
    }
    return plan.shape
  }
}

@Suite struct CostModelCostTests {
  private static let cases: [(model: String, device: String, deployment: Deployment)] = [
    ("llama-3.1-8b", "H100-SXM5-80GB", Deployment()),
    ("llama-3.1-70b", "H200-SXM5-141GB", Deployment(tensorParallel: 4, weights: .fp8)),
    ("llama-3.1-405b", "B200-SXM-180GB", Deployment(tensorParallel: 4, weights: .fp4, cache: .fp8)),
    ("llama-3.1-70b", "L40S", Deployment(tensorParallel: 2, pipelineParallel: 2, weights: .int4)),
    ("mixtral-8x7b", "A100-SXM4-80GB", Deployment(tensorParallel: 2)),
    (
      "deepseek-v3", "H200-SXM5-141GB",
      Deployment(attentionRanks: 8, expertParallel: 8, weights: .fp8)
    ),
    ("gpt-oss-120b", "H100-SXM5-80GB", Deployment(weights: .fp4, denseWeights: .bf16)),
    ("qwen3-30b-a3b", "RTX-PRO-6000", Deployment(tensorParallel: 2, expertParallel: 2)),
  ]

  @Test("parts add up to the time", arguments: cases.indices)
  func parts(index: Int) throws {
    let item = Self.cases[index]
    let cost = try ModelCost(.named(item.model), on: .named(item.device), item.deployment)
    let stages = item.deployment.pipelineParallel
    for shape in steps(40, seed: UInt64(index)) {
      for stage in 0..<stages {
        let seconds = cost.seconds(of: shape, stage: stage, of: stages)
        let parts = cost.explain(shape, stage: stage, of: stages)
        #expect(abs(parts.seconds - seconds) <= 1e-9 * seconds, "\(item.model) \(shape)")
        #expect(parts.allSatisfy { $0.count >= 1 && $0.seconds >= 0 && !$0.bound.isEmpty })
      }
    }
  }

  @Test("more work never takes less", arguments: cases.indices)
  func monotone(index: Int) throws {
    let item = Self.cases[index]
    let cost = try ModelCost(.named(item.model), on: .named(item.device), item.deployment)
    var last = 0.0
    for tokens in stride(from: 1, through: 9000, by: 37) {
      var shape = StepShape()
      shape.add(PrefillItem(slot: 0, tokens: Int32(tokens), context: 0))
      let seconds = cost.seconds(of: shape, stage: 0, of: 1)
      // Attention is by tiles, which a longer prompt may fill better.
      #expect(seconds >= last * 0.97, "\(item.model): \(tokens) tokens")
      last = seconds
    }
    last = 0
    for context in stride(from: 16, through: 30_000, by: 500) {
      var shape = StepShape()
      (shape.tokens, shape.decodes, shape.decodeContext) = (32, 32, 32 * context)
      let seconds = cost.seconds(of: shape, stage: 0, of: 1)
      #expect(seconds >= last)
      last = seconds
    }
  }

  @Test func `twice the GPUs hold half of the weights each and take less time`() throws {
    let model = try ModelSpec.named("llama-3.1-70b")
    let device = try Device.named("H100-SXM5-80GB")
    let one = try ModelCost(model, on: device, Deployment(tensorParallel: 4))
    let two = try ModelCost(model, on: device, Deployment(tensorParallel: 8))
    #expect(abs(one.weightBytes / two.weightBytes - 2) < 1e-9)
    #expect(abs(one.weightBytes * 4 / Double(model.weightBytes.count) - 1) < 0.01)
    for shape in steps(30, seed: 7) {
      #expect(two.seconds(of: shape, stage: 0, of: 1) < one.seconds(of: shape, stage: 0, of: 1))
    }
    #expect(two.blockCount() > one.blockCount())
  }

  @Test func `narrower weights leave more blocks and a model that does not fit has none`() throws {
    let model = try ModelSpec.named("llama-3.1-70b")
    let device = try Device.named("H100-SXM5-80GB")
    let wide = try ModelCost(model, on: device)
    let narrow = try ModelCost(model, on: device, Deployment(weights: .int4))
    #expect(wide.blockCount() == 0)
    #expect(narrow.blockCount() > 0)
    let halved = try ModelCost(model, on: device, Deployment(weights: .int4, cache: .fp8))
    #expect(abs(halved.blockCount() - 2 * narrow.blockCount()) <= 2)
  }

  @Test func `guesses of a small model take its time`() throws {
    let device = try Device.named("H100-SXM5-80GB")
    let model = try ModelSpec.named("llama-3.1-70b")
    let layout = Deployment(tensorParallel: 4)
    let plain = try ModelCost(model, on: device, layout)
    let drafting = try ModelCost(model, on: device, layout, draft: .named("llama-3.2-1b"))
    let plan = StepPlan()
    for _ in 0..<8 { plan.decode(0, context: 1000, drafts: 3) }
    let gain =
      drafting.seconds(of: plan.shape, stage: 0, of: 1)
      - plain.seconds(of: plan.shape, stage: 0, of: 1)
    #expect(gain > 1e-3 && gain < 0.02)
    #expect(drafting.explain(plan.shape, stage: 0, of: 1).contains { $0.name == "drafts" })
  }

  @Test func `a slice of a GPU is slower and holds less`() throws {
    let whole = try Device.named("H100-SXM5-80GB")
    let slice = whole.slice(
      named: "3g.40gb", profile: "3g.40gb", multiprocessors: 60, memory: Bytes(40 << 30),
      memoryShare: 0.5)
    let model = try ModelSpec.named("llama-3.1-8b")
    let (large, small) = (try ModelCost(model, on: whole), try ModelCost(model, on: slice))
    for shape in steps(20, seed: 3) where shape.tokens > 0 {
      #expect(
        small.seconds(of: shape, stage: 0, of: 1) > large.seconds(of: shape, stage: 0, of: 1))
    }
    #expect(small.blockCount() < large.blockCount())
  }

  @Test func `energy lies between idling and the limit`() throws {
    let device = try Device.named("H100-SXM5-80GB")
    let cost = try ModelCost(.named("llama-3.1-8b"), on: device)
    for shape in steps(20, seed: 9) where shape.tokens > 0 {
      let watts = cost.joules(of: shape) / cost.seconds(of: shape, stage: 0, of: 1)
      #expect(watts > cost.idleWatts() && watts < device.watts.value)
    }
  }

  @Test("what an engine adds is near to nothing added", arguments: EngineKind.catalog.elements)
  func engines(kind: EngineKind) throws {
    for device in Device.catalog.elements {
      let engine = kind.constants(device)
      let factors = [
        engine.kernelFactor, engine.decodeFactor, engine.expertFactor, engine.collectiveFactor,
      ]
      #expect(factors.allSatisfy { (0.4...2.5).contains($0) }, "\(device.name): \(factors)")
      #expect((5e-5...1e-2).contains(engine.hostSeconds), "\(device.name)")
      #expect((0...0.5).contains(engine.requestSeconds) && engine.launchSeconds < 1e-3)
    }
  }

  @Test(
    "layouts that cannot be are refused",
    arguments: [
      (Deployment(tensorParallel: 3), "32 query heads"),
      (Deployment(tensorParallel: 0), "tp is 0"),
      (Deployment(pipelineParallel: 64), "layers in 64 stages"),
      (Deployment(tensorParallel: 4, expertParallel: 3), "ep = 3 of 4"),
    ])
  func refused(deployment: Deployment, message: String) throws {
    let device = try Device.named("H100-SXM5-80GB")
    let model = try ModelSpec.named("llama-3.1-8b")
    let fault = #expect(throws: Problem.self) { try ModelCost(model, on: device, deployment) }
    #expect(fault?.description.contains(message) == true, "\(fault?.description ?? "")")
  }
}
