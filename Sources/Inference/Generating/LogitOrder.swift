/// Sorts logits by their bits, in three passes over all of them instead of one comparison after another.
enum LogitOrder {
  /// A token and its logit.
  typealias Scored = (token: Int32, logit: Float)

  /// Below so many, comparing is faster than the tables of a pass.
  private static let fewest = 512

  /// The logits of some tokens, greatest first; equal ones stay as they stand.
  ///
  /// None may be a NaN.
  static func descending(
    _ tokens: UnsafeBufferPointer<Int32>, of logits: UnsafePointer<Float>
  ) -> [Scored] {
    // Raw places, since checks that an array is the only one would take half of the time.
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 2 * tokens.count) { room in
      guard let start = room.baseAddress, !tokens.isEmpty else { return [] }
      let count = tokens.count
      var (from, to) = (start, start + count)
      for (place, token) in tokens.enumerated() {
        (from + place).initialize(to: UInt64(key(logits[Int(token)])) << 32 | UInt64(place))
      }
      if count < fewest {
        var keys = UnsafeMutableBufferPointer(start: from, count: count)
        keys.sort()
      } else {
        for shift in [32, 43, 54] as [UInt64] {
          pass(shift, from, to, count: count)
          swap(&from, &to)
        }
      }
      return (0..<count).map {
        let token = tokens[Int(UInt32(truncatingIfNeeded: from[$0]))]
        return (token, logits[Int(token)])
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
}
