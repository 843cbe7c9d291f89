import Base
import CTensors
import Glibc

// Functions of two numbers.

extension OpSpec {
  static let add = binary("add", "x + y", .arithmetic, kernel: CT_ADD, whole: { $0 &+ $1 }) {
    $0 + $1
  }
  static let sub = binary("sub", "x - y", .arithmetic, kernel: CT_SUB, whole: { $0 &- $1 }) {
    $0 - $1
  }
  static let mul = binary(
    "mul", "x * y, elementwise.", .arithmetic, kernel: CT_MUL, whole: { $0 &* $1 }
  ) {
    $0 * $1
  }
  static let div = binary("div", "x / y; whole numbers give fractions.", .fraction, kernel: CT_DIV)
  {
    $0 / $1
  }
  static let floorDivide = binary(
    "floor_divide", "The greatest whole number not above x / y, as Lua's //.", .division,
    kernel: CT_FLOOR_DIVIDE, whole: { floorQuotient($0, $1) }
  ) { floorQuotient($0, $1) }
  static let remainder = binary(
    "remainder", "x - y * (x // y): the sign is y's, as Lua's %.", .division, kernel: CT_REMAINDER,
    whole: { $0 &- floorQuotient($0, $1) &* $1 }
  ) { x, y in
    let r = Glibc.fmod(x, y)
    if r == 0 { return Glibc.copysign(0, y) }
    return (r < 0) != (y < 0) ? r + y : r
  }
  static let fmod = binary(
    "fmod", "Remainder with x's sign, as math.fmod.", .division, kernel: CT_FMOD,
    whole: { $1 == -1 ? 0 : $0 % $1 }
  ) { Glibc.fmod($0, $1) }
  static let pow = binary(
    "pow", "x to the power y; whole numbers wrap.", .arithmetic, kernel: CT_POW, tolerance: 5e-6,
    whole: { wholePower($0, $1) }
  ) { Glibc.pow($0, $1) }

  static let maximum = binary(
    "maximum", "The greater of x and y; NaN passes on.", .selection, kernel: CT_MAXIMUM,
    whole: { Swift.max($0, $1) }
  ) { x, y in x.isNaN ? x : y.isNaN ? y : x == y ? (x.sign == .minus ? y : x) : Swift.max(x, y) }
  static let minimum = binary(
    "minimum", "The lesser of x and y; NaN passes on.", .selection, kernel: CT_MINIMUM,
    whole: { Swift.min($0, $1) }
  ) { x, y in x.isNaN ? x : y.isNaN ? y : x == y ? (x.sign == .minus ? x : y) : Swift.min(x, y) }
  static let fmax = binary(
    "fmax", "The greater of x and y; a NaN loses.", .selection, whole: { Swift.max($0, $1) }
  ) {
    Glibc.fmax($0, $1)
  }
  static let fmin = binary(
    "fmin", "The lesser of x and y; a NaN loses.", .selection, whole: { Swift.min($0, $1) }
  ) {
    Glibc.fmin($0, $1)
  }

  static let atan2 = binary("atan2", "Angle of the point (y, x), in radians.", .fraction) {
    Glibc.atan2($0, $1)
  }
  static let hypot = binary("hypot", "sqrt(x^2 + y^2) without overflow.", .fraction) {
    Glibc.hypot($0, $1)
  }
  static let logaddexp = binary("logaddexp", "log(exp(x) + exp(y)) without overflow.", .fraction) {
    logSum($0, $1, Glibc.exp, Glibc.log1p)
  }
  static let logaddexp2 = binary("logaddexp2", "log2(2^x + 2^y) without overflow.", .fraction) {
    logSum($0, $1, Glibc.exp2) { Glibc.log1p($0) / M_LN2 }
  }
  static let copysign = binary("copysign", "|x| with the sign of y.", .fraction) {
    Glibc.copysign($0, $1)
  }
  static let xlogy = binary("xlogy", "x * log(y), 0 where x is 0.", .fraction) { x, y in
    y.isNaN ? .nan : x == 0 ? 0 : x * Glibc.log(y)
  }
  static let heaviside = binary("heaviside", "0 below zero, 1 above, y at zero.", .selection) {
    x, y in
    x.isNaN ? x : x < 0 ? 0 : x > 0 ? 1 : y
  }
  static let ldexp = binary("ldexp", "x * 2^y", .fraction) { $0 * Glibc.exp2($1) }
  static let gcd = binary(
    "gcd", "Greatest common divisor.", .bits, whole: { commonDivisor($0, $1) }
  ) { _, _ in
    .nan
  }
  static let lcm = binary(
    "lcm", "Least common multiple.", .bits,
    whole: { x, y in
      let divisor = commonDivisor(x, y)
      // Wraps as the machine's integers do; a divisor of 2^63 comes out negative.
      guard divisor != 0 else { return 0 }
      let multiple = x.dividedReportingOverflow(by: divisor).partialValue &* y
      return multiple < 0 ? 0 &- multiple : multiple
    }
  ) { _, _ in .nan }

  static let eq = comparison("eq", "True where x equals y.", CT_EQ) { $0 == $1 }
  static let ne = comparison("ne", "True where x differs from y.", CT_NE) { $0 != $1 }
  static let lt = comparison("lt", "True where x is less than y.", CT_LT) { $0 < $1 }
  static let le = comparison("le", "True where x is at most y.", CT_LE) { $0 <= $1 }
  static let gt = comparison("gt", "True where x is greater than y.", CT_GT) { $0 > $1 }
  static let ge = comparison("ge", "True where x is at least y.", CT_GE) { $0 >= $1 }
  static let logicalAnd = comparison("logical_and", "True where both are not zero.") {
    $0 != 0 && $1 != 0
  }
  static let logicalOr = comparison("logical_or", "True where one is not zero.") {
    $0 != 0 || $1 != 0
  }
  static let logicalXor = comparison("logical_xor", "True where exactly one is not zero.") {
    ($0 != 0) != ($1 != 0)
  }

  static let bitwiseAnd = binary(
    "bitwise_and", "Bits set in both.", .bits, kernel: CT_AND, whole: { $0 & $1 }
  ) { _, _ in .nan }
  static let bitwiseOr = binary(
    "bitwise_or", "Bits set in one.", .bits, kernel: CT_OR, whole: { $0 | $1 }
  ) { _, _ in .nan }
  static let bitwiseXor = binary(
    "bitwise_xor", "Bits set in exactly one.", .bits, kernel: CT_XOR, whole: { $0 ^ $1 }
  ) { _, _ in .nan }
  static let shiftLeft = binary(
    "bitwise_left_shift", "x shifted left by y bits.", .bits, kernel: CT_SHL, whole: { $0 << $1 }
  ) { _, _ in .nan }
  static let shiftRight = binary(
    "bitwise_right_shift", "x shifted right by y bits, keeping the sign.", .bits, kernel: CT_SHR,
    whole: { $0 >> $1 }
  ) { _, _ in .nan }
  static let bitwiseNot = OpSpec(
    "bitwise_not", "Every bit turned over; of booleans, the opposite.", .unary,
    example: "tensor({ 0, 1 }, \"i64\"):bitwise_not()",
    samples: { () throws(Problem) in
      [
        OpCall(try Samples.integers([3, 4])), OpCall(try Samples.mask([3, 4])),
        OpCall(try Samples.integers([0, 2], dtype: .u8)),
      ]
    },
    reference: { call throws(Problem) in
      let x = try call.tensor(0)
      if x.dtype == .bool { return [try Tensor(x.booleans.map { !$0 }, shape: x.shape)] }
      return [try Tensor(x.integers.map { ~$0 }, shape: x.shape, dtype: x.dtype)]
    },
    run: { call throws(Problem) in
      let x = try call.tensor(0)
      guard !x.dtype.isFloat,
        let loop = ct_unary_kernel(Int32(CT_BITNOT.rawValue), x.dtype.rawValue)
      else {
        throw Problem("bitwise_not: needs whole numbers or booleans, got \(x.dtype.name)")
      }
      let kernel = ElementwiseKernel(
        call: "bitwise_not", function: loop, computing: [x.dtype], writes: x.dtype)
      return [try kernel.run([x], dtype: x.dtype, out: call.out)]
    })

  static let binaryOperations: [OpSpec] = [
    add, sub, mul, div, floorDivide, remainder, fmod, pow, maximum, minimum, fmax, fmin, atan2,
    hypot, logaddexp, logaddexp2, copysign, xlogy, heaviside, ldexp, gcd, lcm, eq, ne, lt, le, gt,
    ge, logicalAnd, logicalOr, logicalXor, bitwiseAnd, bitwiseOr, bitwiseXor, bitwiseNot, shiftLeft,
    shiftRight,
  ]

  private static func comparison(
    _ name: String, _ summary: String, _ kernel: ct_binary? = nil,
    _ test: @escaping @Sendable (Double, Double) -> Bool
  ) -> OpSpec {
    binary(name, summary, .comparison, kernel: kernel, tolerance: 0) { test($0, $1) ? 1 : 0 }
  }
}

private func floorQuotient(_ x: Int, _ y: Int) -> Int {
  if y == -1 { return 0 &- x }
  let q = x / y
  return x % y != 0 && (x < 0) != (y < 0) ? q - 1 : q
}

private func floorQuotient(_ x: Double, _ y: Double) -> Double {
  if y == 0 { return x / y }
  let r = Glibc.fmod(x, y)
  var q = (x - r) / y
  if r != 0, (r < 0) != (y < 0) { q -= 1 }
  return q == 0 ? Glibc.copysign(0, x / y) : q.rounded()
}

private func wholePower(_ x: Int, _ y: Int) -> Int {
  if y < 0 { return x == 1 ? 1 : x == -1 ? (y % 2 == 0 ? 1 : -1) : 0 }
  var (base, exponent, result) = (x, y, 1)
  while exponent > 0 {
    if exponent & 1 == 1 { result = result &* base }
    base = base &* base
    exponent >>= 1
  }
  return result
}

private func commonDivisor(_ x: Int, _ y: Int) -> Int {
  var (a, b) = (x.magnitude, y.magnitude)
  while b != 0 { (a, b) = (b, a % b) }
  return Int(truncatingIfNeeded: a)
}

private func logSum(
  _ x: Double, _ y: Double, _ power: (Double) -> Double, _ log1p: (Double) -> Double
) -> Double {
  if x.isNaN || y.isNaN { return .nan }
  let top = Swift.max(x, y)
  return top.isInfinite ? top : top + log1p(power(Swift.min(x, y) - top))
}
