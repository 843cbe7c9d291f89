import Glibc

/// The regularised lower incomplete gamma function P(a, x).
///
/// Series for x < a + 1, continued fraction (Lentz) otherwise; relative error about 1e-14.
/// Source: Press et al., Numerical Recipes, 3rd ed., section 6.2.
func incompleteGamma(_ a: Double, _ x: Double) -> Double {
  guard x > 0 else { return 0 }
  guard x.isFinite else { return 1 }
  let scale = exp(-x + a * log(x) - logGamma(a))
  if x < a + 1 {
    var term = 1 / a
    var sum = term
    var n = a
    while abs(term) > abs(sum) * 1e-16 {
      n += 1
      term *= x / n
      sum += term
    }
    return min(1, sum * scale)
  }
  let tiny = 1e-300
  var b = x + 1 - a
  var c = 1 / tiny
  var d = 1 / b
  var h = d
  for i in 1...10_000 {
    let an = -Double(i) * (Double(i) - a)
    b += 2
    d = an * d + b
    if abs(d) < tiny { d = tiny }
    c = b + an / c
    if abs(c) < tiny { c = tiny }
    d = 1 / d
    h *= d * c
    if abs(d * c - 1) < 1e-16 { break }
  }
  return max(0, 1 - scale * h)
}

/// The regularised incomplete beta function I_x(a, b), by its continued fraction.
///
/// Source: Press et al., Numerical Recipes, 3rd ed., section 6.4.
func incompleteBeta(_ a: Double, _ b: Double, _ x: Double) -> Double {
  guard x > 0 else { return 0 }
  guard x < 1 else { return 1 }
  let front = exp(
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * log(x) + b * log1p(-x))
  if x > (a + 1) / (a + b + 2) { return 1 - front * betaFraction(b, a, 1 - x) / b }
  return front * betaFraction(a, b, x) / a
}

private func betaFraction(_ a: Double, _ b: Double, _ x: Double) -> Double {
  let tiny = 1e-300
  var c = 1.0
  var d = 1 - (a + b) * x / (a + 1)
  d = 1 / (abs(d) < tiny ? tiny : d)
  var h = d
  for i in 1...10_000 {
    let m = Double(i)
    for numerator in [
      m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
      -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
    ] {
      d = 1 + numerator * d
      d = 1 / (abs(d) < tiny ? tiny : d)
      c = 1 + numerator / c
      if abs(c) < tiny { c = tiny }
      h *= d * c
    }
    if abs(d * c - 1) < 1e-16 { break }
  }
  return h
}

/// The logarithm of the gamma function of a positive number.
func logGamma(_ x: Double) -> Double {
  var sign: Int32 = 0
  return lgamma_r(x, &sign)
}

/// The cumulative standard normal distribution.
func normalCumulative(_ x: Double) -> Double { 0.5 * erfc(-x / 2.0.squareRoot()) }

/// The standard normal quantile: Wichura's AS 241 (Applied Statistics 1988), about 16 digits.
func normalQuantile(_ p: Double) -> Double {
  guard p > 0 else { return -.infinity }
  guard p < 1 else { return .infinity }
  let q = p - 0.5
  if abs(q) <= 0.425 {
    let r = 0.180625 - q * q
    return q * ratio(r, WichuraTable.centre)
  }
  let r = (-log(q < 0 ? p : 1 - p)).squareRoot()
  let x = r <= 5 ? ratio(r - 1.6, WichuraTable.middle) : ratio(r - 5, WichuraTable.tail)
  return q < 0 ? -x : x
}

private func ratio(_ r: Double, _ table: (above: [Double], below: [Double])) -> Double {
  let above = table.above.reversed().reduce(0) { $0 * r + $1 }
  let below = table.below.reversed().reduce(0) { $0 * r + $1 }
  return above / below
}

private enum WichuraTable {
  static let centre: (above: [Double], below: [Double]) = (
    [
      3.3871328727963666080, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125,
      45921.953931549871457, 67265.770927008700853, 33430.575583588128105, 2509.0809287301226727,
    ],
    [
      1, 42.313330701600911252, 687.18700749205790830, 5394.1960214247511077,
      21213.794301586595867, 39307.895800092710610, 28729.085735721942674, 5226.4952788528545610,
    ]
  )
  static let middle: (above: [Double], below: [Double]) = (
    [
      1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550,
      3.64784832476320460504, 1.27045825245236838258, 0.241780725177450611770,
      0.0227238449892691845833, 7.74545014278341407640e-4,
    ],
    [
      1, 2.05319162663775882187, 1.67638483018380384940, 0.689767334985100004550,
      0.148103976427480074590, 0.0151986665636164571966, 5.47593808499534494600e-4,
      1.05075007164441684324e-9,
    ]
  )
  static let tail: (above: [Double], below: [Double]) = (
    [
      6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580,
      0.296560571828504891230, 0.0265321895265761230930, 0.00124266094738807843860,
      2.71155556874348757815e-5, 2.01033439929228813265e-7,
    ],
    [
      1, 0.599832206555887937690, 0.136929880922735805310, 0.0148753612908506148525,
      7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
      2.04426310338993978564e-15,
    ]
  )
}

/// The cumulative distribution of Student's t.
func studentCumulative(_ t: Double, degrees: Double) -> Double {
  let tail = 0.5 * incompleteBeta(degrees / 2, 0.5, degrees / (degrees + t * t))
  return t > 0 ? 1 - tail : tail
}

/// The quantile of Student's t.
func studentQuantile(_ p: Double, degrees: Double) -> Double {
  bisect(p, in: -1e3...1e3) { studentCumulative($0, degrees: degrees) }
}

/// The place where an increasing function reaches a value, looked for by halving the range.
func bisect(
  _ value: Double, in range: ClosedRange<Double>, _ function: (Double) -> Double
) -> Double {
  var low = range.lowerBound
  var high = range.upperBound
  while true {
    let middle = low + (high - low) / 2
    guard middle > low, middle < high else { return high }
    if function(middle) < value { low = middle } else { high = middle }
  }
}
