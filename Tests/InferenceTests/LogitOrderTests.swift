import Base
import Testing

@testable import Inference

@Suite struct LogitOrderTests {
  /// Logits in which equal ones, both zeros and the infinities stand.
  static func logits(_ count: Int, _ random: inout SeededRandom) -> [Float] {
    (0..<count).map { token in
      let logit = Float(random.nextUniform() * 40 - 20)
      let special: [Float] = [0, -0.0, .infinity, -.infinity, logit.rounded()]
      return random.nextInteger(below: 3) == 0 ? special[token % 5] : logit
    }
  }

  @Test func `logits come in the order that comparing gives, equal ones by token`() {
    var random = SeededRandom(seed: 5)
    for count in [0, 1, 2, 500, 1000, 50_000] {
      let logits = Self.logits(count, &random)
      let tokens = logits.indices.filter { _ in random.nextInteger(below: 8) > 0 }.map(Int32.init)
      let wanted = tokens.sorted { (logits[Int($0)], $1) > (logits[Int($1)], $0) }
      let found = tokens.withUnsafeBufferPointer { tokens in
        logits.withUnsafeBufferPointer { logits in
          logits.baseAddress.map { LogitOrder.descending(tokens, of: $0) } ?? []
        }
      }
      #expect(found.map(\.token) == wanted)
      #expect(found.map(\.logit) == wanted.map { logits[Int($0)] })
    }
  }
}
