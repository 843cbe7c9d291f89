import Base
import CTensors
import Glibc

// Functions of one number: arithmetic, rounding, powers, logarithms, angles.

extension OpSpec {
  static let neg = unary("neg", "-x", kernel: CT_NEG, integers: .exact { 0 &- $0 }, tolerance: 0) {
    -$0
  }
  static let positive = unary("positive", "x itself", integers: .same, tolerance: 0) { $0 }
  static let abs = unary(
    "abs", "Distance from zero.", kernel: CT_ABS, integers: .exact { $0 < 0 ? 0 &- $0 : $0 },
    tolerance: 0
  ) { Swift.abs($0) }
  static let sign = unary(
    "sign", "-1, 0 or 1 by the sign.", kernel: CT_SIGN, integers: .exact { $0.signum() },
    tolerance: 0
  ) { $0 > 0 ? 1 : $0 < 0 ? -1 : $0 == 0 ? 0 : $0 }
  static let square = unary(
    "square", "x * x", kernel: CT_SQUARE, integers: .exact { $0 &* $0 }
  ) { $0 * $0 }
  static let sqrt = unary("sqrt", "Square root; NaN below zero.", kernel: CT_SQRT) {
    $0.squareRoot()
  }
  static let rsqrt = unary("rsqrt", "1 / sqrt(x)", kernel: CT_RSQRT) { 1 / $0.squareRoot() }
  static let cbrt = unary("cbrt", "Cube root.") { Glibc.cbrt($0) }
  static let reciprocal = unary("reciprocal", "1 / x", kernel: CT_RECIPROCAL) { 1 / $0 }

  static let floor = unary(
    "floor", "Greatest whole number not above x.", kernel: CT_FLOOR, integers: .same, tolerance: 0
  ) { $0.rounded(.down) }
  static let ceil = unary(
    "ceil", "Least whole number not below x.", kernel: CT_CEIL, integers: .same, tolerance: 0
  ) { $0.rounded(.up) }
  static let trunc = unary(
    "trunc", "x without its fraction.", kernel: CT_TRUNC, integers: .same, tolerance: 0
  ) { $0.rounded(.towardZero) }
  static let frac = unary("frac", "The fraction of x, with its sign.", integers: .same) {
    $0 - $0.rounded(.towardZero)
  }

  static let exp = unary("exp", "e to the power x.", kernel: CT_EXP) { Glibc.exp($0) }
  static let exp2 = unary("exp2", "2 to the power x.") { Glibc.exp2($0) }
  static let expm1 = unary("expm1", "exp(x) - 1, exact near zero.", kernel: CT_EXPM1) {
    Glibc.expm1($0)
  }
  static let log = unary("log", "Natural logarithm.", kernel: CT_LOG) { Glibc.log($0) }
  static let log2 = unary("log2", "Logarithm to base 2.", kernel: CT_LOG2) { Glibc.log2($0) }
  static let log10 = unary("log10", "Logarithm to base 10.", kernel: CT_LOG10) { Glibc.log10($0) }
  static let log1p = unary("log1p", "log(1 + x), exact near zero.", kernel: CT_LOG1P) {
    Glibc.log1p($0)
  }

  static let sin = unary("sin", "Sine of radians.", kernel: CT_SIN) { Glibc.sin($0) }
  static let cos = unary("cos", "Cosine of radians.", kernel: CT_COS) { Glibc.cos($0) }
  static let tan = unary("tan", "Tangent of radians.") { Glibc.tan($0) }
  static let asin = unary("asin", "Arc sine, in radians.") { Glibc.asin($0) }
  static let acos = unary("acos", "Arc cosine, in radians.") { Glibc.acos($0) }
  static let atan = unary("atan", "Arc tangent, in radians.") { Glibc.atan($0) }
  static let sinh = unary("sinh", "Hyperbolic sine.") { Glibc.sinh($0) }
  static let cosh = unary("cosh", "Hyperbolic cosine.") { Glibc.cosh($0) }
  static let tanh = unary("tanh", "Hyperbolic tangent.", kernel: CT_TANH) { Glibc.tanh($0) }
  static let asinh = unary("asinh", "Inverse hyperbolic sine.") { Glibc.asinh($0) }
  static let acosh = unary("acosh", "Inverse hyperbolic cosine.") { Glibc.acosh($0) }
  static let atanh = unary("atanh", "Inverse hyperbolic tangent.") { Glibc.atanh($0) }
  static let sinc = unary("sinc", "sin(pi x) / (pi x), 1 at zero.") {
    $0 == 0 ? 1 : Glibc.sin(.pi * $0) / (.pi * $0)
  }
  static let deg2rad = unary("deg2rad", "Degrees to radians.") { $0 * .pi / 180 }
  static let rad2deg = unary("rad2deg", "Radians to degrees.") { $0 * 180 / .pi }

  static let erf = unary("erf", "Error function.", kernel: CT_ERF) { Glibc.erf($0) }
  static let erfc = unary("erfc", "1 - erf(x), exact for large x.") { Glibc.erfc($0) }
  static let erfinv = unary("erfinv", "Inverse of erf, on -1 to 1.") { inverseErf($0) }
  static let lgamma = unary("lgamma", "Logarithm of the absolute gamma function.") { logGamma($0) }
  static let digamma = unary("digamma", "Derivative of lgamma.", values: [0.5, 1, 3.5, 20, -0.5]) {
    digammaValue($0)
  }

  static let isnan = predicate("isnan", "True where x is not a number.") { $0.isNaN }
  static let isinf = predicate("isinf", "True where x is infinite.") { $0.isInfinite }
  static let isfinite = predicate("isfinite", "True where x is neither NaN nor infinite.") {
    $0.isFinite
  }
  static let isposinf = predicate("isposinf", "True where x is positive infinity.") {
    $0 == .infinity
  }
  static let isneginf = predicate("isneginf", "True where x is negative infinity.") {
    $0 == -.infinity
  }
  static let signbit = predicate("signbit", "True where the sign bit is set, -0 included.") {
    $0.sign == .minus
  }
  static let logicalNot = predicate("logical_not", "True where x is zero.") { $0 == 0 }

  static let mathOperations: [OpSpec] = [
    neg, positive, abs, sign, square, sqrt, rsqrt, cbrt, reciprocal, floor, ceil, trunc, frac, exp,
    exp2, expm1, log, log2, log10, log1p, sin, cos, tan, asin, acos, atan, sinh, cosh, tanh, asinh,
    acosh, atanh, sinc, deg2rad, rad2deg, erf, erfc, erfinv, lgamma, digamma, isnan, isinf,
    isfinite, isposinf, isneginf, signbit, logicalNot,
  ]
}

private func logGamma(_ x: Double) -> Double {
  var sign: Int32 = 0
  // The reentrant form: the plain one writes a global.
  return lgamma_r(x, &sign)
}

/// Solves erf(y) = x: Winitzki's estimate, then three Newton steps, which reach full precision.
private func inverseErf(_ x: Double) -> Double {
  guard x.isFinite, Swift.abs(x) < 1 else {
    return Swift.abs(x) == 1 ? x * .infinity : .nan
  }
  if x == 0 { return x }
  let a = 0.147
  let l = Glibc.log((1 - x) * (1 + x))
  let b = 2 / (.pi * a) + l / 2
  var y = ((b * b - l / a).squareRoot() - b).squareRoot()
  if x < 0 { y = -y }
  for _ in 0..<3 {
    // For large y the difference is taken between complements, which do not cancel.
    let miss = x > 0.5 ? (1 - x) - Glibc.erfc(y) : Glibc.erf(y) - x
    y -= (x > 0.5 ? miss : miss) / (2 / Double.pi.squareRoot() * Glibc.exp(-y * y))
  }
  return y
}

/// Reflection below 1/2, recurrence up to 6, then the asymptotic series (Bernoulli numbers).
private func digammaValue(_ start: Double) -> Double {
  var x = start
  if x == 0 { return x.sign == .minus ? .infinity : -.infinity }
  if x < 0, x == x.rounded() { return .nan }
  if x < 0.5 { return digammaValue(1 - x) - .pi / Glibc.tan(.pi * x) }
  var result = 0.0
  while x < 6 {
    result -= 1 / x
    x += 1
  }
  let f = 1 / (x * x)
  let series = f * (1 / 12.0 - f * (1 / 120.0 - f * (1 / 252.0 - f * (1 / 240.0 - f / 132))))
  return result + Glibc.log(x) - 0.5 / x - series
}
