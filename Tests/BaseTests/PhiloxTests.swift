import Base
import Testing

@Suite struct PhiloxTests {
  // Known answers from Random123 1.14, file kat_vectors, philox4x32 with 10 rounds.
  @Test(
    "known answers of Random123",
    arguments: [
      (
        key: UInt64(0), low: UInt64(0), high: UInt64(0),
        words: [0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8] as [UInt32]
      ),
      (
        key: .max, low: .max, high: .max,
        words: [0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD]
      ),
      (
        key: 0x299F_31D0_A409_3822, low: 0x85A3_08D3_243F_6A88, high: 0x0370_7344_1319_8A2E,
        words: [0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1]
      ),
    ])
  func knownAnswers(key: UInt64, low: UInt64, high: UInt64, words: [UInt32]) {
    let block = Philox(key: key).block(low, high)
    #expect((0..<4).map { block[$0] } == words)
  }

  @Test func `a stream is the blocks of its counter in order`() {
    var random = SeededRandom(seed: 7, stream: 9)
    let philox = Philox(key: 7)
    for counter in UInt64(0)..<5 {
      let block = philox.block(counter, 9)
      for word in 0..<4 { #expect(random.nextUInt32() == block[word]) }
    }
  }
}

@Suite struct SeededRandomTests {
  @Test func `equal names give equal streams and other names give others`() {
    var a = SeededRandom(seed: 1, named: "arrivals")
    var b = SeededRandom(seed: 1, named: "arrivals")
    var c = SeededRandom(seed: 1, named: "service")
    let first = a.next()
    #expect(first == b.next())
    #expect(first != c.next())
  }

  @Test func `uniforms have mean one half and variance one twelfth`() {
    var random = SeededRandom(seed: 42)
    let values = (0..<100_000).map { _ in random.nextUniform() }
    let mean = values.reduce(0, +) / 1e5
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 1e5
    #expect(values.allSatisfy { $0 >= 0 && $0 < 1 })
    // Five standard errors: 0.2887 / sqrt(1e5) is 9.1e-4.
    #expect(abs(mean - 0.5) < 4.6e-3)
    #expect(abs(variance - 1 / 12) < 2e-3)
  }

  @Test func `normals have mean zero, variance one and light tails`() {
    var random = SeededRandom(seed: 43)
    let values = (0..<100_000).map { _ in random.nextNormal() }
    let mean = values.reduce(0, +) / 1e5
    let variance = values.reduce(0) { $0 + $1 * $1 } / 1e5
    let beyondTwo = Double(values.count { abs($0) > 2 }) / 1e5
    #expect(abs(mean) < 0.016)
    #expect(abs(variance - 1) < 0.023)
    #expect(abs(beyondTwo - 0.0455) < 0.0033)
  }

  @Test func `whole numbers below a bound come equally often`() {
    var random = SeededRandom(seed: 44)
    var counts = [Int](repeating: 0, count: 7)
    for _ in 0..<70_000 { counts[random.nextInteger(below: 7)] += 1 }
    #expect(counts.allSatisfy { abs($0 - 10_000) < 500 })
  }
}
