#if canImport(Glibc)
import Glibc
#endif

/// A stream of random numbers fixed by a seed and a stream number.
///
/// Streams of one seed are independent: they are disjoint counter ranges of one Philox key.
@frozen
public struct SeededRandom: RandomNumberGenerator, Sendable {
  @usableFromInline let philox: Philox
  @usableFromInline let stream: UInt64
  @usableFromInline var counter: UInt64 = 0
  @usableFromInline var block = Philox.Block()
  @usableFromInline var used = 4

  /// Starts a stream at its beginning.
  @inlinable
  public init(seed: UInt64, stream: UInt64 = 0) {
    philox = Philox(key: seed)
    self.stream = stream
  }

  /// Starts the stream that belongs to a name; equal names give equal streams.
  public init(seed: UInt64, named name: String) {
    // FNV-1a, 64 bits.
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    self.init(seed: seed, stream: hash)
  }

  /// The next 32 bits.
  @inlinable
  public mutating func nextUInt32() -> UInt32 {
    if used == 4 {
      block = philox.block(counter, stream)
      counter &+= 1
      used = 0
    }
    defer { used += 1 }
    return block[used]
  }

  /// The next 64 bits, the first word in the low half.
  @inlinable
  public mutating func next() -> UInt64 {
    let low = UInt64(nextUInt32())
    return low | UInt64(nextUInt32()) &<< 32
  }

  /// A number in [0, 1): the top 53 of 64 bits.
  @inlinable
  public mutating func nextUniform() -> Double {
    Double(next() &>> 11) * 0x1p-53
  }

  /// A standard normal number by Box and Muller, the cosine half, from two uniforms.
  public mutating func nextNormal() -> Double {
    let u = 1 - nextUniform()
    let v = nextUniform()
    return (-2 * log(u)).squareRoot() * cos(2 * .pi * v)
  }

  /// An exponential number with mean 1.
  public mutating func nextExponential() -> Double { -log(1 - nextUniform()) }

  /// A whole number in 0..<bound without bias (Lemire's rejection).
  @inlinable
  public mutating func nextInteger(below bound: Int) -> Int {
    precondition(bound > 0, "the bound must be positive, got \(bound)")
    return Int(next(upperBound: UInt64(bound)))
  }
}
