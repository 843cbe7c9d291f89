import Glibc
import Kernels

/// What each operation gives for one lane: plain scalar code that the machine is held against.
///
/// Values are bit patterns as registers hold them, narrow signed integers cut to their width.
enum ScalarReference {
  static func bits(_ type: ValueType) -> Int { type.bytes * 8 }

  static func mask(_ type: ValueType) -> UInt64 {
    bits(type) == 64 ? .max : (1 << UInt64(bits(type))) - 1
  }

  /// The number as a signed one of the type's width.
  static func signed(_ value: UInt64, _ type: ValueType) -> Int64 {
    let shift = UInt64(64 - bits(type))
    return Int64(bitPattern: value << shift) >> Int64(shift)
  }

  /// The number that the type's bits mean.
  static func number(_ value: UInt64, _ type: ValueType) -> Double {
    switch type {
    case .f64: Double(bitPattern: value)
    case .f32: Double(Float(bitPattern: UInt32(truncatingIfNeeded: value)))
    case .f16: Double(Float16(bitPattern: UInt16(truncatingIfNeeded: value)))
    case .bf16: Double(Float(bitPattern: UInt32(truncatingIfNeeded: value) << 16))
    default: type.isSigned ? Double(signed(value, type)) : Double(value & mask(type))
    }
  }

  /// The nearest value of a type, rounded once from a number with more digits.
  static func rounded(_ value: Float80, _ type: ValueType) -> UInt64 {
    switch type {
    case .f64: return Double(value).bitPattern
    case .f32: return UInt64(Float(value).bitPattern)
    case .f16: return UInt64(Float16(toOdd(value, keeping: 11)).bitPattern)
    default:
      // bfloat16: cut to a float with a sticky last bit, then to the nearest of its upper half.
      if value.isNaN { return 0x7fff }
      let bits = toOdd(value, keeping: 8).bitPattern
      return UInt64((bits &+ 0x7fff &+ (bits >> 16 & 1)) >> 16)
    }
  }

  /// A float whose last bit is set when digits were lost, so that rounding again does no harm.
  private static func toOdd(_ value: Float80, keeping: Int) -> Float {
    let near = Float(value)
    guard Float80(near) != value, near.isFinite else { return near }
    let below = abs(Float80(near)) < abs(value) ? near : (near > 0 ? near.nextDown : near.nextUp)
    return Float(bitPattern: below.bitPattern | 1)
  }

  // MARK: - Integers

  static func integer(_ op: Binary, _ type: ValueType, _ a: UInt64, _ b: UInt64) -> UInt64? {
    let (x, y) = (signed(a, type), signed(b, type))
    let (u, v) = (a & mask(type), b & mask(type))
    let width = UInt64(bits(type))
    let isSigned = type.isSigned
    switch op {
    case .add: return a &+ b
    case .subtract: return a &- b
    case .multiply: return a &* b
    case .and: return a & b
    case .or: return a | b
    case .xor: return a ^ b
    case .minimum: return isSigned ? UInt64(bitPattern: min(x, y)) : min(u, v)
    case .maximum: return isSigned ? UInt64(bitPattern: max(x, y)) : max(u, v)
    case .divide:
      if v == 0 { return .max }
      return isSigned
        ? UInt64(bitPattern: x.dividedReportingOverflow(by: y).partialValue) : u / v
    case .remainder:
      if v == 0 { return a }
      return isSigned
        ? UInt64(bitPattern: x.remainderReportingOverflow(dividingBy: y).partialValue) : u % v
    case .shiftLeft:
      let count = b & 0xffff_ffff
      return count >= width ? 0 : a << count
    case .shiftRight:
      let count = min(b & 0xffff_ffff, isSigned ? width - 1 : width)
      if isSigned { return UInt64(bitPattern: x >> Int64(count)) }
      return count >= width ? 0 : u >> count
    case .multiplyHigh:
      if width == 64 {
        return isSigned
          ? UInt64(bitPattern: x.multipliedFullWidth(by: y).high)
          : u.multipliedFullWidth(by: v).high
      }
      return isSigned ? UInt64(bitPattern: (x &* y) >> Int64(width)) : (u &* v) >> width
    case .average: return isSigned ? UInt64(bitPattern: (x + y) >> 1) : (u + v) >> 1
    case .averageRounded: return isSigned ? UInt64(bitPattern: (x + y + 1) >> 1) : (u + v + 1) >> 1
    case .addSaturating: return saturated(type, x, y, u, v, adds: true)
    case .subtractSaturating: return saturated(type, x, y, u, v, adds: false)
    default: return nil
    }
  }

  private static func saturated(
    _ type: ValueType, _ x: Int64, _ y: Int64, _ u: UInt64, _ v: UInt64, adds: Bool
  ) -> UInt64 {
    if type.isSigned {
      let most = Int64(mask(type) >> 1)
      let (sum, over) = adds ? x.addingReportingOverflow(y) : x.subtractingReportingOverflow(y)
      if over { return UInt64(bitPattern: x < 0 ? -most - 1 : most) }
      return UInt64(bitPattern: max(-most - 1, min(most, sum)))
    }
    let (sum, over) = adds ? u.addingReportingOverflow(v) : u.subtractingReportingOverflow(v)
    if over { return adds ? mask(type) : 0 }
    return min(sum, mask(type))
  }

  static func integer(_ op: Unary, _ type: ValueType, _ a: UInt64) -> UInt64? {
    let u = a & mask(type)
    let width = bits(type)
    switch op {
    case .negate: return 0 &- a
    case .not: return ~a
    case .absolute: return type.isSigned ? (signed(a, type) < 0 ? 0 &- a : a) : nil
    case .populationCount: return UInt64(u.nonzeroBitCount)
    case .leadingZeros: return UInt64(u.leadingZeroBitCount - (64 - width))
    case .highestBit:
      let value = type.isSigned && signed(a, type) < 0 ? ~a & mask(type) : u
      return value == 0 ? 0xffff_ffff : UInt64(63 - value.leadingZeroBitCount)
    case .findFirstSet: return u == 0 ? 0 : UInt64(u.trailingZeroBitCount + 1)
    case .reverseBits:
      return (0..<width).reduce(0) { $0 | (u >> UInt64($1) & 1) << UInt64(width - 1 - $1) }
    default: return nil
    }
  }

  static func integer(_ op: Ternary, _ type: ValueType, _ a: UInt64, _ b: UInt64, _ c: UInt64)
    -> UInt64?
  {
    let (x, y) = (signed(a, type), signed(b, type))
    let (u, v) = (a & mask(type), b & mask(type))
    switch op {
    case .multiplyAdd: return a &* b &+ c
    case .addAdd: return a &+ b &+ c
    case .multiplyHighAdd: return integer(.multiplyHigh, type, a, b).map { $0 &+ c }
    case .sumOfDifferences:
      let bigger = type.isSigned ? x > y : u > v
      return (bigger ? a &- b : b &- a) &+ c
    case .permuteBytes:
      let pair = v << 32 | u
      return (0..<4).reduce(0) { word, index in
        let selector = c >> UInt64(4 * index) & 15
        var byte = pair >> (8 * (selector & 7)) & 255
        if selector & 8 != 0 { byte = byte & 128 != 0 ? 255 : 0 }
        return word | byte << UInt64(8 * index)
      }
    case .funnelShiftLeft: return ((v << 32 | u) << (c & 31)) >> 32
    case .funnelShiftRight: return (v << 32 | u) >> (c & 31)
    case .funnelShiftLeftClamped:
      return c & 0xffff_ffff >= 32 ? u : ((v << 32 | u) << (c & 0xffff_ffff)) >> 32
    case .funnelShiftRightClamped:
      return c & 0xffff_ffff >= 32 ? v : (v << 32 | u) >> (c & 0xffff_ffff)
    case .dotProduct4:
      return (0..<4).reduce(c) { sum, index in
        let (p, q) = (u >> UInt64(8 * index) & 255, v >> UInt64(8 * index) & 255)
        return type.isSigned
          ? sum &+ UInt64(bitPattern: signed(p, .s8) * signed(q, .s8)) : sum &+ p * q
      }
    default: return nil
    }
  }

  // MARK: - Floats

  static func float(_ op: Binary, _ type: ValueType, _ a: UInt64, _ b: UInt64) -> UInt64? {
    let (x, y) = (Float80(number(a, type)), Float80(number(b, type)))
    let top: UInt64 = 1 << UInt64(bits(type) - 1)
    switch op {
    case .add: return rounded(x + y, type)
    case .subtract: return rounded(x - y, type)
    case .multiply: return rounded(x * y, type)
    case .divide: return rounded(x / y, type)
    case .minimum, .maximum:
      if x.isNaN || y.isNaN { return x.isNaN ? b : a }
      if x == y { return op == .minimum ? a | b : a & b }
      return (x < y) == (op == .minimum) ? a : b
    case .minimumNaN, .maximumNaN:
      if x.isNaN || y.isNaN { return rounded(.nan, type) }
      return float(op == .minimumNaN ? .minimum : .maximum, type, a, b)
    case .copySign: return (a & ~top) | (b & top)
    case .power: return rounded(Float80(pow(number(a, type), number(b, type))), type)
    case .arcTangent2: return rounded(Float80(atan2(number(a, type), number(b, type))), type)
    case .hypotenuse: return rounded(Float80(hypot(number(a, type), number(b, type))), type)
    case .floatRemainder, .remainder:
      return rounded(Float80(fmod(number(a, type), number(b, type))), type)
    case .ieeeRemainder:
      return rounded(Float80(remainder(number(a, type), number(b, type))), type)
    case .positiveDifference:
      return rounded(x.isNaN || y.isNaN ? .nan : x > y ? x - y : 0, type)
    default: return nil
    }
  }

  static func float(_ op: Unary, _ type: ValueType, _ a: UInt64) -> UInt64? {
    let top: UInt64 = 1 << UInt64(bits(type) - 1)
    switch op {
    case .negate: return a ^ top
    case .absolute: return a & ~top
    default: break
    }
    return function(op, number(a, type)).map { rounded(Float80($0), type) }
  }

  private static func function(_ op: Unary, _ x: Double) -> Double? {
    switch op {
    case .squareRoot: x.squareRoot()
    case .reciprocalSquareRoot: 1 / x.squareRoot()
    case .reciprocal: 1 / x
    case .floor: x.rounded(.down)
    case .ceiling: x.rounded(.up)
    case .truncate: x.rounded(.towardZero)
    case .roundEven: x.rounded(.toNearestOrEven)
    case .roundAway: x.rounded(.toNearestOrAwayFromZero)
    case .sine: sin(x)
    case .cosine: cos(x)
    case .tangent: tan(x)
    case .arcSine: asin(x)
    case .arcCosine: acos(x)
    case .arcTangent: atan(x)
    case .hyperbolicSine: sinh(x)
    case .hyperbolicCosine: cosh(x)
    case .hyperbolicTangent: tanh(x)
    case .inverseHyperbolicSine: asinh(x)
    case .inverseHyperbolicCosine: acosh(x)
    case .inverseHyperbolicTangent: atanh(x)
    case .exponential: exp(x)
    case .exponential2: exp2(x)
    case .exponential10: pow(10, x)
    case .exponentialMinus1: expm1(x)
    case .logarithm: log(x)
    case .logarithm2: log2(x)
    case .logarithm10: log10(x)
    case .logarithm1Plus: log1p(x)
    case .cubeRoot: cbrt(x)
    case .errorFunction: erf(x)
    case .complementaryErrorFunction: erfc(x)
    case .gamma: tgamma(x)
    case .normalDistribution: 0.5 * erfc(-x * 0.5.squareRoot())
    default: nil
    }
  }

  static func fused(_ type: ValueType, _ a: UInt64, _ b: UInt64, _ c: UInt64) -> UInt64 {
    let (x, y, z) = (number(a, type), number(b, type), number(c, type))
    switch type {
    case .f64: return z.addingProduct(x, y).bitPattern
    case .f32: return UInt64(Float(z).addingProduct(Float(x), Float(y)).bitPattern)
    default: return rounded(sticky(Float80(x) * Float80(y), Float80(z)), type)
    }
  }

  /// A sum whose last bit is set when digits were lost; the operands are exact.
  private static func sticky(_ a: Float80, _ b: Float80) -> Float80 {
    let sum = a + b
    let part = sum - a
    let lost = (a - (sum - part)) + (b - part)
    guard sum.isFinite, lost != 0, sum.significandBitPattern & 1 == 0 else { return sum }
    return lost > 0 ? sum.nextUp : sum.nextDown
  }

  static func compare(_ op: Comparison, _ type: ValueType, _ a: UInt64, _ b: UInt64) -> Bool {
    let less: Bool
    let equal: Bool
    var unordered = false
    if type.isFloating {
      let (x, y) = (number(a, type), number(b, type))
      (less, equal, unordered) = (x < y, x == y, x.isNaN || y.isNaN)
    } else if type.isSigned {
      let (x, y) = (signed(a, type), signed(b, type))
      (less, equal) = (x < y, x == y)
    } else {
      let (x, y) = (a & mask(type), b & mask(type))
      (less, equal) = (x < y, x == y)
    }
    let greater = !less && !equal && !unordered
    switch op {
    case .equal: return equal
    case .notEqual: return !equal
    case .less: return less
    case .lessOrEqual: return less || equal
    case .greater: return greater
    case .greaterOrEqual: return greater || equal
    case .equalOrUnordered: return equal || unordered
    case .notEqualOrdered: return less || greater
    case .lessOrUnordered: return less || unordered
    case .lessOrEqualOrUnordered: return less || equal || unordered
    case .greaterOrUnordered: return greater || unordered
    case .greaterOrEqualOrUnordered: return greater || equal || unordered
    case .ordered: return !unordered
    case .unordered: return unordered
    }
  }

  // MARK: - Conversions

  static func convert(
    _ value: UInt64, from: ValueType, to: ValueType, _ rounding: Rounding, saturates: Bool
  ) -> UInt64 {
    if from.isFloating, !to.isFloating { return toInteger(number(value, from), from, to, rounding) }
    if to.isFloating {
      var x: Float80
      if from.isFloating {
        x = Float80(number(value, from))
        if saturates { x = x > 1 ? 1 : x > 0 ? x : 0 }
      } else {
        x = from.isSigned ? Float80(signed(value, from)) : Float80(value & mask(from))
      }
      return directed(x, to, rounding)
    }
    guard saturates else {
      return from.isSigned ? UInt64(bitPattern: signed(value, from)) : value & mask(from)
    }
    let most = to.isSigned ? mask(to) >> 1 : mask(to)
    if from.isSigned, signed(value, from) < 0 {
      return to.isSigned ? UInt64(bitPattern: max(signed(value, from), -Int64(most) - 1)) : 0
    }
    return min(value & mask(from), most)
  }

  private static func toInteger(
    _ x: Double, _ from: ValueType, _ to: ValueType, _ rounding: Rounding
  ) -> UInt64 {
    if x.isNaN { return from != .f64 && bits(to) != 64 ? 0 : 1 << UInt64(bits(to) - 1) }
    let rule: FloatingPointRoundingRule =
      switch rounding {
      case .nearest: .toNearestOrEven
      case .towardZero: .towardZero
      case .up: .up
      case .down: .down
      }
    let whole = x.rounded(rule)
    if to.isSigned {
      let top = Double(sign: .plus, exponent: bits(to) - 1, significand: 1)
      let most = Int64(mask(to) >> 1)
      return UInt64(bitPattern: whole >= top ? most : whole < -top ? -most - 1 : Int64(whole))
    }
    let top = Double(sign: .plus, exponent: bits(to), significand: 1)
    return whole >= top ? mask(to) : whole <= 0 ? 0 : UInt64(whole)
  }

  /// The nearest value, or its neighbour on the side that the rounding asks for.
  private static func directed(_ x: Float80, _ to: ValueType, _ rounding: Rounding) -> UInt64 {
    let near = rounded(x, to)
    let back = Float80(number(near, to))
    if rounding == .nearest || x.isNaN || back == x { return near }
    let wantsUp = rounding == .up || (rounding == .towardZero && x < 0)
    if (back > x) == wantsUp { return near }
    let top: UInt64 = 1 << UInt64(bits(to) - 1)
    if near & ~top == 0 { return wantsUp ? 1 : top | 1 }
    return (near & top == 0) == wantsUp ? near + 1 : near - 1
  }
}
