import Tensors

/// What each kind of operation took, held against what this machine can do.
public struct ProfileReport: Sendable {
  /// What the machine can do at most, in bytes read and 8-bit multiply-adds per second.
  public struct Limits: Sendable {
    /// Bytes per second that can be read from memory as large as what was read.
    public let bytesPerSecond: Double
    /// Multiply-adds of bytes per second.
    public let multiplyAddsPerSecond: Double

    /// Takes limits as they are.
    public init(bytesPerSecond: Double, multiplyAddsPerSecond: Double) {
      self.bytesPerSecond = bytesPerSecond
      self.multiplyAddsPerSecond = multiplyAddsPerSecond
    }

    /// Measures the limits of this machine over memory of a size: the best of three, because others
    /// may take a processor away meanwhile.
    public static func measured(over bytes: Int) -> Limits {
      let reads = (0..<3).map { _ in MachineLimits.readBytesPerSecond(max(bytes, 1 << 20)) }
      let adds = (0..<3).map { _ in MachineLimits.integerMultiplyAddsPerSecond() }
      return Limits(
        bytesPerSecond: reads.max() ?? 0, multiplyAddsPerSecond: adds.max() ?? 0)
    }

    /// Operations per second that can be had at an intensity of operations per byte; a multiply-add
    /// is two.
    public func roof(atIntensity intensity: Double) -> Double {
      min(intensity * bytesPerSecond, 2 * multiplyAddsPerSecond)
    }

    /// The intensity from which on arithmetic is the limit, in operations per byte.
    public var ridge: Double { 2 * multiplyAddsPerSecond / bytesPerSecond }
  }

  /// One kind of operation.
  public struct Row: Sendable {
    /// The operation by the name of a profile; "other" for time between operations,
    /// as of drawing tokens.
    public let operation: String
    /// How often it ran.
    public let calls: Int
    /// How long, in seconds.
    public let seconds: Double
    /// The share of the time of all steps.
    public let share: Double
    /// Bytes of weights and cache that it had to read.
    public let bytes: Int
    /// Multiply-adds.
    public let multiplyAdds: Int

    /// Bytes read per second; nil where none are counted.
    public var bytesPerSecond: Double? {
      bytes > 0 && seconds > 0 ? Double(bytes) / seconds : nil
    }
    /// Operations per second, two for a multiply-add; nil where none are counted.
    public var operationsPerSecond: Double? {
      multiplyAdds > 0 && seconds > 0 ? 2 * Double(multiplyAdds) / seconds : nil
    }
    /// Operations per byte; nil where one of them is not counted.
    public var intensity: Double? {
      multiplyAdds > 0 && bytes > 0 ? 2 * Double(multiplyAdds) / Double(bytes) : nil
    }
  }

  /// The operations, those that took longest first.
  public let rows: [Row]
  /// The sum of all.
  public let total: Row
  /// Runs through the layers.
  public let steps: Int
  /// Tokens that ran through the layers.
  public let tokens: Int
  /// What the machine can do.
  public let limits: Limits

  /// Takes what a profile has counted.
  public init(_ profile: StepProfile, _ limits: Limits) {
    let whole = max(profile.seconds, .leastNonzeroMagnitude)
    var rows = profile.entries.map { operation, entry in
      Row(
        operation: operation.rawValue, calls: entry.calls, seconds: entry.seconds,
        share: entry.seconds / whole, bytes: entry.bytes, multiplyAdds: entry.multiplyAdds)
    }
    let rest = profile.seconds - profile.entries.values.reduce(0) { $0 + $1.seconds }
    if rest > 0 {
      rows.append(
        Row(
          operation: "other", calls: profile.steps, seconds: rest, share: rest / whole, bytes: 0,
          multiplyAdds: 0))
    }
    self.rows = rows.sorted { ($0.seconds, $1.operation) > ($1.seconds, $0.operation) }
    total = Row(
      operation: "total", calls: profile.steps, seconds: whole, share: 1,
      bytes: rows.reduce(0) { $0 + $1.bytes },
      multiplyAdds: rows.reduce(0) { $0 + $1.multiplyAdds })
    steps = profile.steps
    tokens = profile.rows
    self.limits = limits
  }

  /// The share of the machine's read bandwidth that an operation reached; nil where nothing is counted.
  public func bandwidthShare(_ row: Row) -> Double? {
    row.bytesPerSecond.map { $0 / limits.bytesPerSecond }
  }

  /// The share of the machine's arithmetic that an operation reached; nil where nothing is counted.
  public func arithmeticShare(_ row: Row) -> Double? {
    row.operationsPerSecond.map { $0 / (2 * limits.multiplyAddsPerSecond) }
  }
}
