import Base
import Clusters
import Serving
import Testing

@testable import Service

@Suite struct FittedCostModelTests {
  private func observations(_ truth: FittedCostModel, noise: Double = 0) -> [CostObservation] {
    var random = SeededRandom(seed: 5)
    var all: [CostObservation] = []
    for tokens in [16, 64, 256, 1024, 2048] {
      var one = CostObservation("prefill of \(tokens)", seconds: 1)
      one.prefillTokens = Double(tokens)
      one.prefillPairs = Double(tokens * (tokens + 1) / 2)
      one.requests = 1
      all.append(one)
    }
    for batch in [1, 2, 4, 8, 16] {
      for context in [16, 512] {
        var one = CostObservation("decode of \(batch)", seconds: 1)
        one.decodes = Double(batch)
        one.decodeContext = Double(batch * context)
        all.append(one)
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
    model.prefillSeconds = 2e-4
    model.pairSeconds = 4e-8
    model.sequenceSeconds = 5e-4
    model.contextSeconds = 1e-6
    model.requestSeconds = 1e-3
    return model
  }

  @Test func `numbers come back from exact measurements`() throws {
    let fitted = try FittedCostModel(fitting: observations(truth))
    for (a, b) in [
      (fitted.baseSeconds, truth.baseSeconds), (fitted.prefillSeconds, truth.prefillSeconds),
      (fitted.pairSeconds, truth.pairSeconds), (fitted.sequenceSeconds, truth.sequenceSeconds),
      (fitted.contextSeconds, truth.contextSeconds),
      (fitted.requestSeconds, truth.requestSeconds),
    ] {
      // Normal equations lose half of the digits.
      #expect(abs(a / b - 1) < 1e-5)
    }
  }

  @Test
  func `with noise no number is negative and measurements are met about as well as it allows`()
    throws
  {
    let measured = observations(truth, noise: 0.05)
    let fitted = try FittedCostModel(fitting: measured)
    let calibration = EndpointCalibration(observations: measured, model: fitted)
    #expect(calibration.meanError < 0.06)
    #expect(fitted.pairSeconds >= 0 && fitted.requestSeconds >= 0 && fitted.contextSeconds >= 0)
  }

  @Test func `what is never measured gets no weight`() throws {
    let fitted = try FittedCostModel(fitting: observations(truth).filter { $0.prefillTokens == 0 })
    #expect(fitted.prefillSeconds == 0 && fitted.pairSeconds == 0 && fitted.baseSeconds > 0)
  }

  @Test func `a step's parts add up to its time, shared among stages`() {
    var shape = StepShape()
    shape.prefillTokens = 100
    shape.prefillPairs = 5050
    shape.decodes = 3
    shape.decodeContext = 90
    let whole = truth.seconds(of: shape, stage: 0, of: 1)
    let parts = truth.explain(shape, stage: 1, of: 2).reduce(0) { $0 + $1.seconds }
    #expect(abs(whole - (3e-3 + 0.02 + 2.02e-4 + 1.5e-3 + 9e-5)) < 1e-12)
    #expect(abs(parts * 2 - whole) < 1e-12)
  }

  @Test func `too few measurements are a problem`() {
    #expect(throws: Problem.self) {
      try FittedCostModel(fitting: [CostObservation("one", seconds: 1)])
    }
  }
}
