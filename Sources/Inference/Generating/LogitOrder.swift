/// Sorts logits by their bits, in three passes over all of them instead of one comparison after another.
enum LogitOrder {
  /// Logits of tokens, greatest first; equal ones stay as they stand.
  ///
  /// None may be a NaN.
  static func descending(
    _ scored: [(token: Int32, logit: Float)]
  ) -> [(token: Int32, logit: Float)] {
    // Raw places, since checks that an array is the only one would take half of the time.
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 2 * scored.count) { room in
      guard let start = room.baseAddress, !scored.isEmpty else { return [] }
      var (from, to) = (start, start + scored.count)
      for (place, entry) in scored.enumerated() {
        let token = UInt64(UInt32(bitPattern: entry.token))
        (from + place).initialize(to: UInt64(key(entry.logit)) << 32 | token)
      }
      for shift in [32, 43, 54] as [UInt64] {
        pass(shift, from, to, count: scored.count)
        swap(&from, &to)
      }
      return (0..<scored.count).map {
        (Int32(truncatingIfNeeded: from[$0]), logit(UInt32(from[$0] >> 32)))
      }
    }
  }

  /// Sorts by 11 bits; equal ones stay as they stand.
  private static func pass(
    _ shift: UInt64, _ from: UnsafePointer<UInt64>, _ to: UnsafeMutablePointer<UInt64>, count: Int
  ) {
    withUnsafeTemporaryAllocation(of: Int.self, capacity: 2048) { places in
      places.initialize(repeating: 0)
      for index in 0..<count { places[Int(from[index] &>> shift & 2047)] &+= 1 }
      var sum = 0
      for digit in 0..<2048 { (places[digit], sum) = (sum, sum &+ places[digit]) }
      for index in 0..<count {
        let digit = Int(from[index] &>> shift & 2047)
        (to + places[digit]).initialize(to: from[index])
        places[digit] &+= 1
      }
    }
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
