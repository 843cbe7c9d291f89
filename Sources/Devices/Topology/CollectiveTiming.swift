/// The constants by which collectives take time on a kind of fabric: latency and a share of the link's
/// rate (an alpha-beta model), for each way of sending that a library has.
///
/// Fitted to the collectives that ai-dynamo/aiconfigurator 0.12.0 measured with NCCL 2.27 and 2.29
/// and with vLLM's own all-reduce.
public struct CollectiveTiming: Sendable, Hashable {
  /// One way of sending: what it adds to every call and every step, and how much of the link it uses.
  public struct Mode: Sendable, Hashable {
    /// Seconds added to a call.
    public let seconds: Double
    /// Seconds of a step from device to device.
    public let stepSeconds: Double
    /// The share of the link's rate that it reaches.
    public let share: Double

    init(microseconds: Double, step: Double, share: Double) {
      seconds = microseconds * 1e-6
      stepSeconds = step * 1e-6
      self.share = share
    }
  }

  /// Seconds that a library's call takes before anything is sent.
  public let callSeconds: Double
  /// A library's ways of sending, for short messages first; a call takes the fastest.
  public let modes: [Mode]
  /// The last mode copies a device's own part at this share of the link's rate.
  public let ownCopyShare: Double?
  /// How devices get into each other's way: the rate falls as (2/n)^this.
  public let contention: Double
  /// The rate of a link where it is not that of the sheet, in bytes per second.
  public let measuredBytesPerSecond: Double?
  /// Kernels that read the other devices' memory directly: what a call takes.
  public let directCallSeconds: Double
  /// Reading each part from everyone at once.
  public let oneShot: Mode
  /// Reducing a part each, then gathering.
  public let twoShot: Mode

  /// Letting the switch add up; nil where it cannot, or where nobody measured it.
  public let inSwitch: Mode?

  /// NVLink through a switch; the library's call takes what differs from generation to generation.
  static func nvSwitch(
    callMicroseconds: Double, directMicroseconds: Double, inSwitch: Mode? = nil
  ) -> CollectiveTiming {
    CollectiveTiming(
      callSeconds: callMicroseconds * 1e-6,
      modes: [
        Mode(microseconds: 0, step: 0.785, share: 0.238),
        Mode(microseconds: 3.645, step: 0.785, share: 0.398),
        Mode(microseconds: 17.3, step: 0.761, share: 0.76),
      ], ownCopyShare: 1 / 0.57, contention: 0, measuredBytesPerSecond: nil,
      directCallSeconds: directMicroseconds * 1e-6,
      oneShot: Mode(microseconds: 0, step: 0.08, share: 0.573),
      twoShot: Mode(microseconds: 3.87, step: 0.08, share: 0.612), inSwitch: inSwitch)
  }

  static let nvLink3 = nvSwitch(callMicroseconds: 10.76, directMicroseconds: 5.04)
  static let nvLink4 = nvSwitch(
    callMicroseconds: 5.25, directMicroseconds: 4.235,
    inSwitch: Mode(microseconds: 68, step: 0, share: 0.585))
  static let nvLink5 = nvSwitch(callMicroseconds: 9.86, directMicroseconds: 6.97)

  /// Slots of a host with two processors, as L40S were measured in.
  static let slots = CollectiveTiming(
    callSeconds: 6.26e-6,
    modes: [
      Mode(microseconds: 0, step: 0.805, share: 0.626),
      Mode(microseconds: 4.82, step: 6.07, share: 1),
    ], ownCopyShare: nil, contention: 1.893, measuredBytesPerSecond: 19.17e9,
    directCallSeconds: 2.11e-6, oneShot: Mode(microseconds: 0, step: 3.26, share: 1),
    twoShot: Mode(microseconds: 0, step: 3.26, share: 1), inSwitch: nil)
}
