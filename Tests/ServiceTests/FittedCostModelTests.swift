import Base
import Clusters
import Serving
import Testing

@testable import Service

@Suite struct FittedCostModelTests {
  private func prefill(_ tokens: Int) -> StepShape {
    var shape = StepShape()
    shape.add(PrefillItem(slot: 0, tokens: Int32(tokens), context: 0))
    return shape
  }

  private func decode(_ batch: Int, _ context: Int) -> StepShape {
    var shape = StepShape()
    (shape.tokens, shape.decodes, shape.decodeContext) = (batch, batch, batch * context)
    return shape
  }

  private func observations(_ truth: FittedCostModel, noise: Double = 0) -> [CostObservation] {
    var random = SeededRandom(seed: 5)
    var all = [16, 32, 64, 128, 256, 512, 1024, 2048].map { tokens in
      CostObservation("prefill \(tokens)", steps: [prefill(tokens)], requests: 1, seconds: 1)
    }
    for batch in [1, 2, 4, 8, 16] {
      for context in [16, 512] {
        let step = decode(batch, context)
        all.append(CostObservation("decode \(batch) behind \(context)", steps: [step], seconds: 1))
      }
    }
    return all.map { one in
      var one = one
      one.seconds = truth.seconds(of: one) * (1 + noise * random.nextNormal())
      return one
    }
  }

  private var truth: FittedCostModel {
    var model = FittedCostModel()
    model.baseSeconds = 3e-3
    model.tokens = TokenCurve(slopes: [2e-4])
    model.pairSeconds = 4e-8
    model.sequenceSeconds = 3e-4
    model.contextSeconds = 1e-6
    model.requestSeconds = 1e-3
    return model
  }

  @Test func `numbers come back from exact measurements`() throws {
    let fitted = try CostFit(observations(truth)).model
    #expect(fitted.tokens.bends.isEmpty)
    for (a, b) in [
      (fitted.baseSeconds, truth.baseSeconds), (fitted.tokens.slopes[0], truth.tokens.slopes[0]),
      (fitted.pairSeconds, truth.pairSeconds), (fitted.sequenceSeconds, truth.sequenceSeconds),
      (fitted.contextSeconds, truth.contextSeconds),
      // A prompt that is read alone costs the same in its step as on its way.
      (fitted.requestSeconds + fitted.promptSeconds, truth.requestSeconds),
    ] {
      // Normal equations lose half of the digits.
      #expect(abs(a / b - 1) < 1e-5)
    }
  }

  @Test(
    "a bend comes back, upwards and downwards",
    arguments: [(at: 8, slopes: [1e-5, 8e-4]), (at: 64, slopes: [9e-4, 2e-4])])
  func bend(at: Int, slopes: [Double]) throws {
    var model = truth
    model.tokens = TokenCurve(bends: [at], slopes: slopes)
    let fitted = try CostFit(observations(model)).model
    #expect(fitted.tokens.bends == [at])
    #expect(zip(fitted.tokens.slopes, slopes).allSatisfy { abs($0 / $1 - 1) < 1e-3 })
  }

  @Test
  func `with noise no number is negative and measurements are met about as well as it allows`()
    throws
  {
    let fit = try CostFit(observations(truth, noise: 0.05))
    #expect(fit.meanError < 0.06 && fit.heldOutError < 0.12 && fit.heldOutError > fit.meanError)
    let model = fit.model
    #expect(model.pairSeconds >= 0 && model.requestSeconds >= 0 && model.contextSeconds >= 0)
    #expect(model.tokens.slopes.allSatisfy { $0 >= 0 })
  }

  @Test("an outlier, slow or fast, counts for nothing", arguments: [1, 3, 6, 9, 17])
  func outlier(place: Int) throws {
    for factor in [0.3, 3] {
      var measured = observations(truth, noise: 0.005)
      measured[place].seconds *= factor
      let fit = try CostFit(measured)
      for one in observations(truth) where one.name != measured[place].name {
        #expect(abs(fit.model.seconds(of: one) / one.seconds - 1) < 0.05, "\(one.name)")
      }
    }
  }

  @Test func `what is never measured gets no weight`() throws {
    let only = observations(truth).filter { $0.requests == 0 }
    let model = try CostFit(only).model
    #expect(model.promptSeconds == 0 && model.pairSeconds == 0 && model.baseSeconds > 0)
  }

  @Test func `a held-out error is that of a fit to all others`() throws {
    let all = observations(truth, noise: 0.02)
    let fit = try CostFit(all)
    for (place, one) in all.enumerated() where fit.model.tokens.bends.isEmpty {
      var others = all
      others.remove(at: place)
      let model = try CostFit(others).model
      guard model.tokens.bends.isEmpty else { continue }
      // Weights of the others are those that they had beside it.
      let error = model.seconds(of: one) / one.seconds - 1
      #expect(abs(error - fit.heldOutErrors[place]) < 0.02, "\(one.name)")
    }
  }

  @Test func `what only one measurement tells is far off when that is held out`() throws {
    let fit = try CostFit([
      CostObservation("a", steps: [decode(4, 0)], seconds: 0.03),
      CostObservation("b", steps: [decode(8, 0)], seconds: 0.04),
      CostObservation("c", steps: [prefill(10)], requests: 1, seconds: 0.9),
    ])
    #expect(abs(fit.errors[2]) < 0.01 && abs(fit.heldOutErrors[2]) > 0.5, "\(fit.heldOutErrors)")
  }

  @Test func `a step's parts add up to its time, shared among stages`() {
    var shape = prefill(100)
    shape.tokens += 3
    (shape.decodes, shape.decodeContext) = (3, 90)
    var model = truth
    model.tokens = TokenCurve(bends: [3], slopes: [1e-3, 2e-4])
    let whole = model.seconds(of: shape, stage: 0, of: 1)
    let parts = model.explain(shape, stage: 1, of: 2).reduce(0) { $0 + $1.seconds }
    #expect(abs(whole - (3e-3 + 3e-3 + 0.02 + 2.02e-4 + 0.9e-3 + 9e-5)) < 1e-12)
    #expect(abs(parts * 2 - whole) < 1e-12)
  }

  @Test func `a curve goes straight between its bends`() {
    let curve = TokenCurve(bends: [4, 10], slopes: [1, 0, 3])
    #expect([0, 2, 4, 7, 10, 12].map { curve.seconds($0) } == [0, 2, 4, 4, 4, 10])
    #expect(TokenCurve.shares(12, bends: [4, 10]) == [4, 6, 2])
    #expect(TokenCurve.shares(3, bends: [4, 10]) == [3, 0, 0])
  }

  @Test func `too few measurements are a problem`() {
    #expect(throws: Problem.self) {
      try CostFit([CostObservation("one", steps: [decode(1, 1)], seconds: 1)])
    }
  }
}
