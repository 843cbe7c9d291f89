/// A quantity that stays level between changes, averaged over time: a queue's length, units in use.
public struct TimeWeighted: Hashable, Sendable {
  /// The present value.
  public private(set) var value: Double
  /// The least so far.
  public private(set) var minimum: Double
  /// The greatest so far.
  public private(set) var maximum: Double
  private var start: Double
  private var changed: Double
  private var area = 0.0
  private var squareArea = 0.0

  /// Begins at a time with a value.
  public init(start: Double = 0, value: Double = 0) {
    self.start = start
    self.value = value
    changed = start
    minimum = value
    maximum = value
  }

  /// Changes the value at a time that is not before the last change.
  public mutating func set(_ newValue: Double, at time: Double) {
    precondition(time >= changed, "time goes back from \(changed) to \(time)")
    let width = time - changed
    area += value * width
    squareArea += value * value * width
    changed = time
    value = newValue
    minimum = min(minimum, newValue)
    maximum = max(maximum, newValue)
  }

  /// The mean over time up to a time; the present value when no time has passed.
  public func mean(at time: Double) -> Double {
    let span = time - start
    return span > 0 ? (area + value * (time - changed)) / span : value
  }

  /// The variance over time up to a time.
  public func variance(at time: Double) -> Double {
    let span = time - start
    guard span > 0 else { return 0 }
    let mean = mean(at: time)
    return max(0, (squareArea + value * value * (time - changed)) / span - mean * mean)
  }

  /// The area under the value from the start up to a time.
  public func integral(at time: Double) -> Double { area + value * (time - changed) }

  /// Forgets the past, as after a warm-up, and goes on from the present value.
  public mutating func reset(at time: Double) { self = TimeWeighted(start: time, value: value) }
}
