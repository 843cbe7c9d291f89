internal import CTensors

/// A float of 16 bits or fewer: how its patterns and its values relate.
public enum NarrowFloat: String, CaseIterable, Sendable {
  case f16, bf16, f8e4m3, f8e5m2, f4e2m1
  /// A power of two alone, the scale of MX blocks; 255 is NaN.
  case f8e8m0
  /// The variant without negative zero and infinities, whose 0x80 is NaN.
  case f8e4m3fnuz

  private var layout: (exponent: Int32, mantissa: Int32, specials: Int32) {
    switch self {
    case .f16: (5, 10, 0)
    case .bf16: (8, 7, 0)
    case .f8e4m3, .f8e4m3fnuz: (4, 3, 1)
    case .f8e5m2: (5, 2, 0)
    case .f4e2m1: (2, 1, 2)
    case .f8e8m0: (8, 0, 0)
    }
  }

  /// The number of patterns.
  public var patterns: Int {
    switch self {
    case .f16, .bf16: 1 << 16
    case .f4e2m1: 16
    default: 256
    }
  }

  /// The value of a pattern.
  public func decode(_ bits: UInt32) -> Double {
    switch self {
    case .f8e8m0:
      return bits == 255 ? .nan : Double(sign: .plus, exponent: Int(bits) - 127, significand: 1)
    case .f8e4m3fnuz:
      if bits == 0x80 { return .nan }
      let (exponent, mantissa) = (Int(bits >> 3 & 15), Double(bits & 7))
      let size =
        exponent == 0
        ? mantissa * 0x1p-10
        : Double(sign: .plus, exponent: exponent - 8, significand: 1 + mantissa / 8)
      return bits & 0x80 != 0 ? -size : size
    default:
      let (e, m, s) = layout
      return ct_decode_float(bits, e, m, s)
    }
  }

  /// The pattern of the nearest value, ties to even; overflow gives infinity (NaN where there is
  /// none, the largest value for e2m1), or the largest value when saturating.
  ///
  /// The two decode-only formats take the nearest of their patterns.
  public func encode(_ value: Double, saturating: Bool = false) -> UInt32 {
    let (e, m, s) = layout
    switch self {
    case .f8e8m0, .f8e4m3fnuz:
      let finite = (0..<UInt32(patterns)).filter { !decode($0).isNaN }
      let nan: UInt32 = self == .f8e8m0 ? 255 : 0x80
      return value.isNaN
        ? nan : finite.min { abs(decode($0) - value) < abs(decode($1) - value) } ?? nan
    default: return ct_encode_float(value, e, m, s, saturating ? 1 : 0)
    }
  }
}
