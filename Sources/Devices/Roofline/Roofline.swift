/// What bounds work on a device: its arithmetic or the bytes that it moves (Williams, Waterman and
/// Patterson, "Roofline", 2009).
public struct Roofline: Sendable {
  /// Which memory feeds the arithmetic.
  public enum Level: String, Sendable, Hashable, CaseIterable {
    case dram, l2, l1, shared
  }

  /// What bounds some work.
  public enum Bound: String, Sendable, Hashable {
    case compute, memory
  }

  /// The device's name.
  public let deviceName: String
  /// The kind of arithmetic.
  public let arithmetic: Arithmetic
  /// True when the peak skips half of the products.
  public let isSparse: Bool
  /// The most operations per second.
  public let peak: Double
  /// The level of memory.
  public let level: Level
  /// The most bytes per second from that level.
  public let bytesPerSecond: Double

  /// The roof of a device for a kind of arithmetic; nil when the device does not have it.
  public init?(
    _ device: Device, _ arithmetic: Arithmetic, level: Level = .dram, sparse: Bool = false
  ) {
    let rates = sparse ? device.peaks.sparse : device.peaks.dense
    guard let peak = rates[arithmetic] else { return nil }
    deviceName = device.name
    self.arithmetic = arithmetic
    isSparse = sparse
    self.peak = peak.value
    self.level = level
    bytesPerSecond = device.bytesPerSecond(level)
  }

  /// The operations per byte from which arithmetic is the bound.
  public var ridge: Double { peak / bytesPerSecond }

  /// The most operations per second at an intensity in operations per byte.
  public func attainable(atIntensity intensity: Double) -> Double {
    min(peak, intensity * bytesPerSecond)
  }

  /// What becomes of some work.
  ///
  /// - Parameters:
  ///   - operations: what it calculates.
  ///   - bytes: what it moves at the level.
  ///   - taken: the seconds that it took, where somebody measured or estimated them.
  /// - Returns: the work under this roof.
  public func place(operations: Double, bytes: Double, taken: Double? = nil) -> Point {
    Point(roofline: self, operations: operations, bytes: bytes, taken: taken)
  }

  /// Some work under the roof.
  public struct Point: Sendable {
    /// The roof.
    public let roofline: Roofline
    /// Its operations.
    public let operations: Double
    /// Its bytes.
    public let bytes: Double

    /// The seconds that it took; nil where nobody knows.
    public let taken: Double?

    /// Operations per byte; infinite without bytes.
    public var intensity: Double { bytes > 0 ? operations / bytes : .infinity }

    /// What bounds it.
    public var bound: Bound { intensity < roofline.ridge ? .memory : .compute }

    /// The least time it takes, in seconds.
    public var seconds: Double {
      max(operations / roofline.peak, bytes / roofline.bytesPerSecond)
    }

    /// The most operations per second it can attain.
    public var attainable: Double { seconds > 0 ? operations / seconds : 0 }

    /// The share of the peak that it can attain.
    public var peakShare: Double { attainable / roofline.peak }

    /// The operations per second that it attained.
    public var attained: Double? { taken.flatMap { $0 > 0 ? operations / $0 : nil } }

    /// The least time over the time it took: 1 at the roof.
    public var roofShare: Double? { taken.flatMap { $0 > 0 ? seconds / $0 : nil } }
  }
}

extension Device {
  /// The most bytes per second that a level gives to the whole device.
  public func bytesPerSecond(_ level: Roofline.Level) -> Double {
    switch level {
    case .dram: memory.bytesPerSecond.value
    case .l2: memory.l2BytesPerSecond.value
    case .l1: l1BytesPerSecond
    case .shared: sharedBytesPerSecond
    }
  }
}
