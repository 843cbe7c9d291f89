import Glibc

/// Where values lie between the ends of an axis.
struct Scale: Hashable {
  let kind: Axis.Kind
  /// The ends in data units; `low < high`, both finite, both positive on a log scale.
  let low, high: Double

  /// Creates a scale; ends that cannot be (equal, crossed, not finite) are moved apart.
  init(kind: Axis.Kind, low: Double, high: Double) {
    self.kind = kind
    var (low, high) = (low, high)
    if kind == .log {
      low = low.isFinite && low > 0 ? max(low, 1e-300) : 1
      high = high.isFinite && high > 0 ? min(high, 1e300) : low * 10
      if !(high > low * (1 + 1e-12)) { (low, high) = (low / 3, low * 3) }
    } else {
      low = low.isFinite ? min(1e300, max(-1e300, low)) : 0
      high = high.isFinite ? min(1e300, max(-1e300, high)) : low + 1
      if high < low { (low, high) = (high, low) }
      if !(high - low > max(abs(low), abs(high)) * 1e-12) {
        let half = max(abs(low) * 0.05, 0.5)
        (low, high) = (low - half, high + half)
      }
    }
    (self.low, self.high) = (low, high)
  }

  /// True when the value can stand on this kind of axis.
  func admits(_ value: Double) -> Bool { value.isFinite && (kind != .log || value > 0) }

  /// The place of an admitted value: 0 at the low end, 1 at the high end, beyond outside.
  ///
  /// Places are cut at 10,000 times the axis, so that they stay numbers that pixels can hold.
  func fraction(_ value: Double) -> Double {
    let place: Double
    if kind == .log {
      let start = log10(low)
      place = (log10(max(value, 1e-307)) - start) / (log10(high) - start)
    } else {
      place = (value - low) / (high - low)
    }
    return place.isNaN ? 0 : min(1e4, max(-1e4, place))
  }

  /// The value at a place, the inverse of `fraction`.
  func value(at fraction: Double) -> Double {
    if kind == .log {
      let start = log10(low)
      return pow(10, start + fraction * (log10(high) - start))
    }
    return low + fraction * (high - low)
  }

  /// The scale whose ends are moved out to ticks, where the ends are free.
  func rounded(about count: Int, lowIsFree: Bool, highIsFree: Bool) -> Scale {
    switch kind {
    case .linear:
      let step = LinearTicks.roundStep(atLeast: (high - low) / Double(max(1, count)))
      let down = (low / step + 1e-9).rounded(.down) * step
      let up = (high / step - 1e-9).rounded(.up) * step
      // A tick that lies far outside wastes the picture: then a little room does.
      let span = high - low
      let (farDown, farUp) = (low - down > 0.12 * span, up - high > 0.12 * span)
      return Scale(
        kind: kind, low: lowIsFree ? (farDown ? low - 0.04 * span : down) : low,
        high: highIsFree ? (farUp ? high + 0.04 * span : up) : high)
    case .log:
      // A whole decade where that wastes little, else the next of 1, 2, 5.
      return Scale(
        kind: kind, low: lowIsFree ? roundedDown(low) : low,
        high: highIsFree ? 1 / roundedDown(1 / high) : high)
    default: return self
    }
  }

  private func roundedDown(_ value: Double) -> Double {
    let power = pow(10, (log10(value) + 1e-9).rounded(.down))
    let wide = log10(high / low) > 2
    for factor in wide ? [5.0, 1] : [5.0, 2, 1] where factor * power <= value * (1 + 1e-9) {
      return factor * power
    }
    return power
  }
}
