import Base
import Models
import Testing

@Suite struct TrainingTests {
  @Test func `GPT-3 on a thousand A100 takes the month that Megatron-LM states`() {
    // 8·N·D at 140 TFLOP/s of 312: 34 days (Narayanan et al. 2021).
    let run = TrainingRun(
      activeParameters: 175e9, tokens: 300e9, devices: 1024, peakFLOPsPerSecond: 312e12,
      utilisation: 140 / 312 * 6 / 8, recomputes: true)
    #expect(abs(run.days - 33.9) < 0.1)
    #expect(abs(run.flops - 3.15e23) < 1e20)
    #expect(run.hardwareFLOPs == run.flops * 8 / 6)
  }

  @Test func `DeepSeek-V3 reached a third of the BF16 peak`() {
    let share = TrainingRun.utilisation(
      activeParameters: 37e9, tokens: 14.8e12, devices: 2048, peakFLOPsPerSecond: 989e12,
      seconds: 2.664e6 / 2048 * 3600)
    #expect(abs(share - 0.346) < 0.001)
  }

  @Test func `cost and energy follow device hours`() {
    let run = TrainingRun(
      activeParameters: 1e9, tokens: 1e12, devices: 10, peakFLOPsPerSecond: 1e15, utilisation: 0.5)
    #expect(abs(run.deviceHours - 6e21 / 5e14 / 3600) < 1e-6)
    #expect(run.dollars(perDeviceHour: 2) == 2 * run.deviceHours)
    #expect(run.joules(wattsPerDevice: 1000, powerUsageEffectiveness: 1) == run.deviceHours * 3.6e6)
  }

  @Test("the optimum is where the loss is least", arguments: [1e19, 5.88e23, 3.8e25])
  func optimum(flops: Double) {
    for law in [ScalingLaw.chinchilla, .chinchillaRefitted] {
      let best = law.optimum(flops: flops)
      #expect(abs(6 * best.parameters * best.tokens / flops - 1) < 1e-9)
      let least = law.loss(parameters: best.parameters, tokens: best.tokens)
      for factor in [0.8, 1.25] {
        let other = law.loss(
          parameters: best.parameters * factor, tokens: best.tokens / factor)
        #expect(other > least)
      }
    }
  }

  @Test func `the refitted law trains on about twenty tokens per parameter`() {
    let best = ScalingLaw.chinchillaRefitted.optimum(flops: 5.88e23)
    #expect(abs(best.tokens / best.parameters - 20) < 6)
  }

  @Test func `ZeRO divides what it spreads and nothing else`() throws {
    let spec = try ModelSpec.catalog["llama-2-7b"]
    var layout = TrainingLayout()
    layout.dataParallel = 64
    let whole = TrainingMemory(spec, layout: layout)
    #expect(whole.weights.count == 2 * spec.parameters)
    #expect(
      whole.weights.count + whole.gradients.count + whole.optimizer.count == 16 * spec.parameters)
    for stage in TrainingLayout.ZeROStage.allCases {
      layout.stage = stage
      let memory = TrainingMemory(spec, layout: layout)
      let divisors = (1...3).map { $0 <= stage.rawValue ? 64 : 1 }
      #expect(memory.optimizer.count == whole.optimizer.count / divisors[0])
      #expect(memory.gradients.count == whole.gradients.count / divisors[1])
      #expect(memory.weights.count == whole.weights.count / divisors[2])
      #expect(memory.activations == whole.activations)
    }
  }

  @Test func `recomputation and sequence parallelism only lessen activations`() throws {
    let spec = try ModelSpec.catalog["gpt3-175b"]
    var layout = TrainingLayout()
    layout.tensorParallel = 8
    layout.sequenceLength = 2048
    var sizes: [Int] = []
    for recomputation in TrainingLayout.Recomputation.allCases {
      layout.recomputation = recomputation
      layout.isSequenceParallel = false
      let plain = TrainingMemory(spec, layout: layout).activations.count
      layout.isSequenceParallel = true
      #expect(TrainingMemory(spec, layout: layout).activations.count < plain)
      sizes.append(plain)
    }
    #expect(sizes == sizes.sorted(by: >))
    // Korthikanti and others, 2022: a layer keeps s·b·d·(10 + 24/t + 5·H·s/(d·t)).
    let plane: Double = 96 * 2048 * 12288
    let scores: Double = 5 * 96 * 2048 / 12288 / 8
    #expect(Double(sizes[0]) == plane * (13 + scores))
  }

  @Test func `an adapter takes what S-LoRA counts`() throws {
    let spec = try ModelSpec.catalog["llama-2-7b"]
    #expect(spec.adapterBytes(rank: 8, targets: [.queries, .values]).count == 8_388_608)
    #expect(
      abs(Double(spec.adapterBytes(rank: 16, targets: AdapterTarget.allCases).count) - 80e6) < 1e6)
  }

  @Test func `a bubble shrinks with microbatches`() {
    var layout = TrainingLayout()
    layout.pipelineParallel = 8
    #expect(layout.bubble(microbatches: 1) == 7.0 / 8)
    #expect(layout.bubble(microbatches: 57) == 7.0 / 64)
  }
}
