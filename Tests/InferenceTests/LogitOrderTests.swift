import Base
import Testing

@testable import Inference

@Suite struct LogitOrderTests {
  @Test func `logits come in the order that comparing gives, equal ones by token`() {
    var random = SeededRandom(seed: 5)
    for count in [0, 1, 2, 1000, 50_000] {
      let scored = (0..<count).map { token -> (token: Int32, logit: Float) in
        let logit = Float(random.nextUniform() * 40 - 20)
        let special: [Float] = [0, -0.0, .infinity, -.infinity, logit.rounded()]
        return (Int32(token), random.nextInteger(below: 3) == 0 ? special[token % 5] : logit)
      }
      let wanted = scored.sorted { ($0.logit, $1.token) > ($1.logit, $0.token) }
      let found = LogitOrder.descending(scored)
      #expect(found.map(\.token) == wanted.map(\.token))
      #expect(found.map(\.logit) == wanted.map(\.logit))
    }
  }
}
