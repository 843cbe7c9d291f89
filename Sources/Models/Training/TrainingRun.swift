/// A training run's arithmetic: work, time, cost and energy.
///
/// N parameters that a token uses, D tokens: 6·N·D operations (Kaplan et al. 2020), 2 of them forward
/// and 4 backward; recomputing activations adds another forward pass.
public struct TrainingRun: Sendable, Hashable {
  /// Parameters that a token uses.
  public var activeParameters: Double
  /// Tokens of training.
  public var tokens: Double
  /// Devices that train together.
  public var devices: Int
  /// Operations per second that one device could do at most in the format used.
  public var peakFLOPsPerSecond: Double
  /// The share of the peak that useful operations reach (model FLOPs utilisation, MFU).
  public var utilisation: Double
  /// True where activations are computed again in the backward pass; MFU does not count that work.
  public var recomputes: Bool

  /// Describes a run.
  public init(
    activeParameters: Double, tokens: Double, devices: Int, peakFLOPsPerSecond: Double,
    utilisation: Double = 0.4, recomputes: Bool = false
  ) {
    precondition(devices > 0 && peakFLOPsPerSecond > 0, "a run needs devices")
    precondition(utilisation > 0 && utilisation <= 1, "a utilisation of \(utilisation)")
    self.activeParameters = activeParameters
    self.tokens = tokens
    self.devices = devices
    self.peakFLOPsPerSecond = peakFLOPsPerSecond
    self.utilisation = utilisation
    self.recomputes = recomputes
  }

  /// Useful operations: 6·N·D.
  public var flops: Double { 6 * activeParameters * tokens }

  /// Operations that devices carry out, recomputation included: 8·N·D where there is any.
  public var hardwareFLOPs: Double { (recomputes ? 8 : 6) * activeParameters * tokens }

  /// Seconds from begin to end.
  public var seconds: Double {
    flops / (Double(devices) * peakFLOPsPerSecond * utilisation)
  }

  /// Days from begin to end.
  public var days: Double { seconds / 86_400 }

  /// Hours of all devices together.
  public var deviceHours: Double { seconds / 3600 * Double(devices) }

  /// What the devices cost at a price per hour, in dollars.
  public func dollars(perDeviceHour price: Double) -> Double { deviceHours * price }

  /// What the run draws from the grid, in joules: devices with their share of the server, times what
  /// the building draws over its servers (PUE, at least 1).
  public func joules(wattsPerDevice: Double, powerUsageEffectiveness: Double = 1.2) -> Double {
    deviceHours * 3600 * wattsPerDevice * powerUsageEffectiveness
  }

  /// The utilisation of a run that took so many seconds.
  public static func utilisation(
    activeParameters: Double, tokens: Double, devices: Int, peakFLOPsPerSecond: Double,
    seconds: Double
  ) -> Double {
    6 * activeParameters * tokens / (Double(devices) * peakFLOPsPerSecond * seconds)
  }
}
