/// Philox4x32-10, a counter-based generator: the n-th block is a pure function of key and counter.
///
/// Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011).
/// The same stream comes out on every machine and for any number of threads.
@frozen
public struct Philox: Sendable {
  /// Four words of output.
  public typealias Block = SIMD4<UInt32>

  /// The 64-bit key: the seed.
  public let key: UInt64

  /// Creates the function for a key.
  @inlinable
  public init(key: UInt64) { self.key = key }

  /// Computes the block at a 128-bit counter, given as its low and its high half.
  @inlinable
  public func block(_ low: UInt64, _ high: UInt64 = 0) -> Block {
    var c0 = UInt32(truncatingIfNeeded: low)
    var c1 = UInt32(truncatingIfNeeded: low &>> 32)
    var c2 = UInt32(truncatingIfNeeded: high)
    var c3 = UInt32(truncatingIfNeeded: high &>> 32)
    var k0 = UInt32(truncatingIfNeeded: key)
    var k1 = UInt32(truncatingIfNeeded: key &>> 32)
    for _ in 0..<10 {
      let p0 = UInt64(c0) &* 0xD251_1F53
      let p1 = UInt64(c2) &* 0xCD9E_8D57
      let n0 = UInt32(truncatingIfNeeded: p1 &>> 32) ^ c1 ^ k0
      let n2 = UInt32(truncatingIfNeeded: p0 &>> 32) ^ c3 ^ k1
      c1 = UInt32(truncatingIfNeeded: p1)
      c3 = UInt32(truncatingIfNeeded: p0)
      c0 = n0
      c2 = n2
      k0 &+= 0x9E37_79B9
      k1 &+= 0xBB67_AE85
    }
    return Block(c0, c1, c2, c3)
  }
}
