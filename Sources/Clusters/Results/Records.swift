/// What became of a request; times in seconds, NaN where it has not come to that.
@frozen
public struct RequestRecord: Hashable, Sendable, BitwiseCopyable {
  /// When it came.
  public var arrivedAt = Double.nan
  /// When the first step with it began.
  public var scheduledAt = Double.nan
  /// When its user had its first token.
  public var firstTokenAt = Double.nan
  /// When its user had its last.
  public var finishedAt = Double.nan
  /// The number of the replica it went to; -1 for none.
  public var replica: Int32 = -1
  /// The number of the replica that read its prompt, where prompts and answers are apart; -1 elsewhere.
  public var prefillReplica: Int32 = -1
  /// How often its blocks were taken.
  public var preemptions: Int32 = 0
  /// Tokens of its prompt that came from the prefix cache.
  public var cachedTokens: Int32 = 0
  /// True when it was turned away, since it would never have fitted.
  public var isRejected = false
  /// True when it was ended before it had all its tokens.
  public var isCancelled = false

  /// Creates the record of a request that has not come.
  public init() {}

  /// Seconds from its arrival to its first token.
  public var ttft: Double { firstTokenAt - arrivedAt }
  /// Seconds from its arrival to its last token.
  public var e2e: Double { finishedAt - arrivedAt }
  /// Seconds from its arrival to the beginning of its first step.
  public var queueing: Double { scheduledAt - arrivedAt }

  /// Seconds per token behind the first, of an answer of so many; NaN for one token.
  public func tpot(outputTokens: Int) -> Double {
    outputTokens > 1 ? (finishedAt - firstTokenAt) / Double(outputTokens - 1) : .nan
  }
}

/// One step of a replica.
@frozen
public struct StepRecord: Hashable, Sendable, BitwiseCopyable {
  /// When its first stage began, in seconds.
  public let startedAt: Double
  /// When its last stage was done, in seconds.
  public let endedAt: Double
  /// The number of the replica.
  public let replica: Int32
  /// Tokens that ran through the layers.
  public let tokens: Int32
  /// Sequences that decoded.
  public let decodes: Int32
  /// Sequences that computed known tokens.
  public let prefills: Int32
  /// Blocks that were held.
  public let usedBlocks: Int32
  /// Requests that waited.
  public let waiting: Int32
}

extension StepRecord {
  /// Creates the record of a step.
  public init(
    startedAt: Double, endedAt: Double, replica: Int, tokens: Int, decodes: Int, prefills: Int,
    usedBlocks: Int, waiting: Int
  ) {
    self.init(
      startedAt: startedAt, endedAt: endedAt, replica: Int32(replica), tokens: Int32(tokens),
      decodes: Int32(decodes), prefills: Int32(prefills), usedBlocks: Int32(usedBlocks),
      waiting: Int32(waiting))
  }
}

/// How often values fell between bounds that grow by less than 0.8 % from one to the next.
///
/// For values of which there are too many to keep, as times from token to token. Quantiles are off by
/// at most half of that; mean, least and largest are exact.
public struct LogHistogram: Hashable, Sendable {
  // 128 bounds per octave, from 2^-40 to 2^24.
  private static let perOctave = 128
  private static let lowest = -40
  private static let octaves = 64

  private var counts = ContiguousArray<Int>(repeating: 0, count: perOctave * octaves)
  /// How many values there were.
  public private(set) var count = 0
  /// Their sum.
  public private(set) var sum = 0.0
  /// The least one.
  public private(set) var least = Double.infinity
  /// The largest one.
  public private(set) var largest = -Double.infinity

  /// Creates an empty histogram.
  public init() {}

  /// The mean; NaN when there were none.
  public var mean: Double { count == 0 ? .nan : sum / Double(count) }

  /// Counts a value several times.
  public mutating func add(_ value: Double, times: Int) {
    count += times
    sum += value * Double(times)
    least = min(least, value)
    largest = max(largest, value)
    counts[Self.bucket(value)] += times
  }

  /// The exponent and the upper bits of the fraction, together one number that grows with the value.
  @inline(__always)
  private static func bucket(_ value: Double) -> Int {
    let place = Int(value.bitPattern >> 45) - (1023 + lowest) * perOctave
    return min(max(place, 0), perOctave * octaves - 1)
  }

  /// The quantile at a fraction from 0 to 1; NaN when there were no values.
  public func quantile(_ fraction: Double) -> Double {
    guard count > 0 else { return .nan }
    let rank = min(count - 1, Int(fraction * Double(count)))
    var seen = 0
    for (bucket, times) in counts.enumerated() where times > 0 {
      seen += times
      if seen > rank { return min(max(Self.middle(bucket), least), largest) }
    }
    return largest
  }

  private static func middle(_ bucket: Int) -> Double {
    let bits = UInt64(bucket + (1023 + lowest) * perOctave) << 45
    return Double(bitPattern: bits + 1 << 44)
  }

  /// The bounds that hold values, and the share of values at or below each.
  public var distribution: [(value: Double, share: Double)] {
    var seen = 0
    return counts.enumerated().compactMap { bucket, times in
      guard times > 0 else { return nil }
      seen += times
      return (Self.middle(bucket), Double(seen) / Double(count))
    }
  }
}
