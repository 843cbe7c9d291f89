import Glibc

/// How likely a chi-squared sum of so many degrees of freedom is at least as large as this one.
///
/// The upper incomplete gamma function Q(degrees/2, sum/2), by its series below its mean and by its
/// continued fraction (Lentz's way) above, as in Abramowitz and Stegun 6.5.29 and 6.5.31.
public func chiSquaredChance(_ sum: Double, degrees: Int) -> Double {
  precondition(degrees > 0 && sum >= 0, "chi-squared of \(sum) with \(degrees) degrees")
  let (a, x) = (Double(degrees) / 2, sum / 2)
  guard x > 0 else { return 1 }
  var sign: Int32 = 0
  let scale = exp(a * log(x) - x - lgamma_r(a, &sign))
  return x < a + 1 ? 1 - scale * series(a, x) : scale * fraction(a, x)
}

private func series(_ a: Double, _ x: Double) -> Double {
  var (term, total, n) = (1 / a, 1 / a, a)
  while abs(term) > abs(total) * 1e-15 {
    n += 1
    term *= x / n
    total += term
  }
  return total
}

private func fraction(_ a: Double, _ x: Double) -> Double {
  let tiny = 1e-300
  var b = x + 1 - a
  var (c, d) = (1 / tiny, 1 / b)
  var result = d
  for i in 1..<100_000 {
    let an = -Double(i) * (Double(i) - a)
    b += 2
    d = 1 / (abs(an * d + b) < tiny ? tiny : an * d + b)
    c = abs(b + an / c) < tiny ? tiny : b + an / c
    result *= d * c
    if abs(d * c - 1) < 1e-15 { break }
  }
  return result
}
