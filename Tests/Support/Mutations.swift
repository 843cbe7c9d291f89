public import Base

/// Damage to files, as disks, networks and adversaries do it.
public enum Mutations {
  /// Bytes with one to three changes, most of them within the first `header` bytes: flipped bits,
  /// numbers put to their extremes, pieces cut out, doubled or filled, and a cut-off end.
  public static func mutated(_ bytes: [UInt8], header: Int, _ random: inout SeededRandom) -> [UInt8]
  {
    var result = bytes
    for _ in 0..<1 + random.nextInteger(below: 3) {
      guard !result.isEmpty else { break }
      let reach = random.nextInteger(below: 5) == 0 ? result.count : min(header, result.count)
      change(&result, at: random.nextInteger(below: reach), &random)
    }
    return result
  }

  private static func change(_ bytes: inout [UInt8], at place: Int, _ random: inout SeededRandom) {
    let rest = bytes.count - place
    let length = 1 + random.nextInteger(below: min(rest, 40))
    switch random.nextInteger(below: 7) {
    case 0, 1: bytes[place] ^= 1 << UInt8(random.nextInteger(below: 8))
    case 2: bytes[place] = UInt8(random.nextInteger(below: 256))
    case 3:
      let fill: UInt8 = [0, 0x7F, 0x80, 0xFF][random.nextInteger(below: 4)]
      for index in place..<place + min(rest, 8) { bytes[index] = fill }
    case 4: bytes.removeSubrange(place..<place + length)
    case 5: bytes.insert(contentsOf: bytes[place..<place + length], at: place)
    default: bytes.removeLast(random.nextInteger(below: min(rest, 200) + 1))
    }
  }
}
