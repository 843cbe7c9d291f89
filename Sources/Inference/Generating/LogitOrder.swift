/// Sorts logits by their bits, in three passes over all of them instead of one comparison after another.
enum LogitOrder {
  /// Logits of tokens, greatest first; equal ones stay as they stand.
  ///
  /// None may be a NaN.
  static func descending(
    _ scored: [(token: Int32, logit: Float)]
  ) -> [(token: Int32, logit: Float)] {
    var from = scored.map { UInt64(key($0.logit)) << 32 | UInt64(UInt32(bitPattern: $0.token)) }
    var to = from
    for shift in [32, 43, 54] as [UInt64] {
      var places = [Int](repeating: 0, count: 2049)
      for entry in from { places[Int(entry >> shift & 2047) + 1] += 1 }
      for digit in 1..<2049 { places[digit] += places[digit - 1] }
      for entry in from {
        let digit = Int(entry >> shift & 2047)
        to[places[digit]] = entry
        places[digit] += 1
      }
      swap(&from, &to)
    }
    return from.map { (Int32(truncatingIfNeeded: $0), logit(UInt32($0 >> 32))) }
  }

  /// Bits that grow as a logit falls; both zeros have the same.
  private static func key(_ logit: Float) -> UInt32 {
    let bits = (logit + 0).bitPattern
    return bits >> 31 == 1 ? bits : ~(bits | 0x8000_0000)
  }

  private static func logit(_ key: UInt32) -> Float {
    Float(bitPattern: key >> 31 == 1 ? key : ~key & 0x7FFF_FFFF)
  }
}
