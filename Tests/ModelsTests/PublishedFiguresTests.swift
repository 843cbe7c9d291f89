import Base
import Models
import Testing

@Suite struct PublishedFiguresTests {
  /// Holds a figure against what is stated: within 1 %, or one of the last digit that is stated, for
  /// cards round down as well as to the nearest.
  private func agrees(_ value: Double, _ stated: Double) -> Bool {
    abs(value - stated) <= max(0.01 * stated, lastDigit(stated))
  }

  /// The weight of the last digit of a number as its makers write it.
  private func lastDigit(_ stated: Double) -> Double {
    for decimals in [1.0, 0.1, 0.01, 0.001]
    where abs((stated / decimals).rounded() * decimals - stated) < 1e-9 { return decimals }
    return 0.0001
  }

  @Test("parameters agree with what is published", arguments: ModelSpec.catalog.names)
  func parameters(name: String) throws {
    let spec = try ModelSpec.catalog[name]
    let published = try #require(spec.published)
    let billions = Double(spec.parameters) / 1e9
    #expect(abs(billions / published.billions - 1) <= 0.01, "\(billions) for \(published.billions)")
    if let active = published.activeBillions {
      // Some cards count the embedding matrix among what a token uses, some do not.
      let uses = [
        spec.activeParameters, spec.multipliedParameters,
        spec.activeParameters - spec.embeddingParameters * 2,
      ].map { Double($0) / 1e9 }
      #expect(uses.contains { agrees($0, active) }, "\(uses) for \(active)")
    }
    if let bytes = published.keyValueBytes { #expect(spec.keyValueBytes().count == bytes) }
    if let stated = published.trainingFLOPs, let tokens = published.trainingTokens {
      let flops = 6 * Double(spec.activeParameters) * tokens
      #expect(abs(flops / stated - 1) < 0.05, "\(flops) for \(stated)")
    }
    #expect(spec.info.source != nil)
  }
}
