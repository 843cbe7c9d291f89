/// A set of Unicode scalars as sorted, disjoint ranges; surrogates are never in it.
struct ScalarSet: Hashable, Sendable {
  /// The ranges in ascending order; neighbours do not touch.
  private(set) var ranges: [ClosedRange<UInt32>]

  /// The empty set.
  init() { ranges = [] }

  /// Creates a set from ranges in any order.
  init(_ ranges: [ClosedRange<UInt32>]) {
    var merged: [ClosedRange<UInt32>] = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = merged.last, range.lowerBound <= last.upperBound &+ 1 {
        merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        merged.append(range)
      }
    }
    self.ranges = merged.flatMap(Self.withoutSurrogates)
  }

  /// Creates the set of some letters.
  init(_ letters: String) { self.init(letters.unicodeScalars.map { $0.value...$0.value }) }

  /// Every scalar.
  static let all = ScalarSet([0...0x10FFFF])

  /// What is not in the set.
  var inverted: ScalarSet {
    var result: [ClosedRange<UInt32>] = []
    var next: UInt32 = 0
    for range in ranges {
      if range.lowerBound > next { result.append(next...range.lowerBound - 1) }
      next = range.upperBound + 1
    }
    if next <= 0x10FFFF { result.append(next...0x10FFFF) }
    return ScalarSet(result)
  }

  /// True when nothing is in it.
  var isEmpty: Bool { ranges.isEmpty }

  /// How many scalars it has.
  var count: Int { ranges.reduce(0) { $0 + $1.count } }

  /// True for a scalar of the set.
  func contains(_ scalar: UInt32) -> Bool { ranges.contains { $0.contains(scalar) } }

  /// What is in either.
  func union(_ other: ScalarSet) -> ScalarSet { ScalarSet(ranges + other.ranges) }

  /// What is in this one and not in the other.
  func subtracting(_ other: ScalarSet) -> ScalarSet {
    inverted.union(other).inverted
  }

  /// The UTF-8 of the set: each item is one range per byte, and every choice of bytes is a letter.
  var utf8: [[ClosedRange<UInt8>]] { ranges.flatMap(Self.encode) }

  // MARK: Helpers

  private static func withoutSurrogates(_ range: ClosedRange<UInt32>) -> [ClosedRange<UInt32>] {
    var parts: [ClosedRange<UInt32>] = []
    if range.lowerBound < 0xD800 { parts.append(range.lowerBound...min(range.upperBound, 0xD7FF)) }
    if range.upperBound > 0xDFFF { parts.append(max(range.lowerBound, 0xE000)...range.upperBound) }
    return parts
  }

  private static func encode(_ range: ClosedRange<UInt32>) -> [[ClosedRange<UInt8>]] {
    let (low, high) = (range.lowerBound, range.upperBound)
    // Ranges are cut where the number of bytes changes.
    for bound: UInt32 in [0x7F, 0x7FF, 0xFFFF] where low <= bound && bound < high {
      return encode(low...bound) + encode(bound + 1...high)
    }
    if high <= 0x7F { return [[UInt8(low)...UInt8(high)]] }
    let (first, last) = (bytes(low), bytes(high))
    // And where a leading byte is shared but what follows does not run from 80 to BF.
    for position in (1..<first.count) {
      let mask = (UInt32(1) << UInt32(6 * (first.count - position))) - 1
      guard low & ~mask != high & ~mask else { continue }
      if low & mask != 0 { return encode(low...(low | mask)) + encode((low | mask) + 1...high) }
      if high & mask != mask {
        return encode(low...(high & ~mask) - 1) + encode(high & ~mask...high)
      }
    }
    return [zip(first, last).map { $0...$1 }]
  }

  private static func bytes(_ scalar: UInt32) -> [UInt8] {
    if scalar <= 0x7F { return [UInt8(scalar)] }
    let tail = UInt8(0x80 | scalar & 0x3F)
    if scalar <= 0x7FF { return [UInt8(0xC0 | scalar >> 6), tail] }
    let middle = UInt8(0x80 | scalar >> 6 & 0x3F)
    if scalar <= 0xFFFF { return [UInt8(0xE0 | scalar >> 12), middle, tail] }
    return [UInt8(0xF0 | scalar >> 18), UInt8(0x80 | scalar >> 12 & 0x3F), middle, tail]
  }
}
