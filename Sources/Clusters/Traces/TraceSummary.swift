public import Base
import Serving

/// What a trace looks like in numbers.
public struct TraceSummary: Hashable, Sendable {
  /// Lengths in tokens.
  public struct Lengths: Hashable, Sendable {
    /// The mean.
    public let mean: Double
    /// The standard deviation of the whole, not of a sample.
    public let deviation: Double
    /// The smallest.
    public let least: Double
    /// The largest.
    public let largest: Double
    /// The middle one.
    public let p50: Double
    /// Nine of ten are at most this.
    public let p90: Double
    /// 95 of 100 are at most this.
    public let p95: Double
    /// 99 of 100 are at most this.
    public let p99: Double
    /// All together.
    public let total: Int
  }

  /// How many requests there are.
  public let requests: Int
  /// Seconds from the first to the last arrival.
  public let durationSeconds: Double
  /// Requests per second.
  public let meanRate: Double
  /// The coefficient of variation of the times between arrivals: 1 for Poisson arrivals, more for bursts.
  public let interarrivalVariation: Double
  /// The variance of the arrivals per second over their mean: 1 for Poisson arrivals.
  public let fanoPerSecond: Double
  /// The most arrivals in one second.
  public let peakPerSecond: Int
  /// The most arrivals in one minute over the mean of all minutes.
  public let peakToMeanPerMinute: Double
  /// Lengths of the prompts.
  public let promptTokens: Lengths
  /// Lengths of the answers.
  public let outputTokens: Lengths
  /// Pearson's correlation of both.
  public let correlation: Double
  /// Names of prefixes that requests begin with, and how many of them differ.
  public let prefixNames: Int
  /// How many of the names differ.
  public let uniquePrefixNames: Int
  /// Tokens that a name adds.
  public let tokensPerName: Int

  /// Summarises a trace with at least two requests that follow none.
  public init(_ trace: Trace) throws(Problem) {
    let arrivals = (0..<trace.count).filter { !trace.isFollowing($0) }.map { trace.arrivals[$0] }
    guard arrivals.count >= 2, let first = arrivals.first, let last = arrivals.last, last > first
    else {
      throw Problem("\(trace.name) has no two arrivals at different times to summarise")
    }
    requests = trace.count
    durationSeconds = last - first
    meanRate = Double(arrivals.count) / durationSeconds
    let gaps = zip(arrivals.dropFirst(), arrivals).map { $0 - $1 }
    let spread = Moments(gaps)
    interarrivalVariation = spread.deviation / spread.mean
    let perSecond = Self.counts(arrivals, seconds: 1)
    let moments = Moments(perSecond.map(Double.init))
    fanoPerSecond = moments.deviation * moments.deviation / moments.mean
    peakPerSecond = perSecond.max() ?? 0
    let perMinute = Self.counts(arrivals, seconds: 60)
    peakToMeanPerMinute =
      Double(perMinute.max() ?? 0) / Moments(perMinute.map(Double.init)).mean
    promptTokens = Self.lengths(trace.promptTokens)
    outputTokens = Self.lengths(trace.outputTokens)
    correlation = Self.correlation(trace.promptTokens, trace.outputTokens)
    prefixNames = trace.prefixes.ids.count
    uniquePrefixNames = Set(trace.prefixes.ids).count
    tokensPerName = trace.prefixes.tokensPerID
  }

  /// Arrivals in each piece of time, the last piece included.
  static func counts(_ arrivals: [Double], seconds: Double) -> [Int] {
    guard let first = arrivals.first, let last = arrivals.last else { return [] }
    var counts = [Int](repeating: 0, count: Int((last - first) / seconds) + 1)
    for arrival in arrivals { counts[Int((arrival - first) / seconds)] += 1 }
    return counts
  }

  private static func lengths(_ values: ContiguousArray<Int32>) -> Lengths {
    let numbers = values.map(Double.init)
    let (moments, quantiles) = (Moments(numbers), Quantiles(numbers))
    func at(_ percent: Double) -> Double { quantiles.percentile(percent) ?? .nan }
    return Lengths(
      mean: moments.mean, deviation: moments.deviation, least: at(0), largest: at(100),
      p50: at(50), p90: at(90), p95: at(95), p99: at(99),
      total: values.reduce(0) { $0 + Int($1) })
  }

  private static func correlation(
    _ a: ContiguousArray<Int32>, _ b: ContiguousArray<Int32>
  ) -> Double {
    let (x, y) = (Moments(a.map(Double.init)), Moments(b.map(Double.init)))
    var sum = 0.0
    for (first, second) in zip(a, b) {
      sum += (Double(first) - x.mean) * (Double(second) - y.mean)
    }
    return sum / Double(a.count) / (x.deviation * y.deviation)
  }
}

/// The mean and the standard deviation of the whole.
private struct Moments {
  let mean: Double
  let deviation: Double

  init(_ values: [Double]) {
    let mean = values.reduce(0, +) / Double(values.count)
    self.mean = mean
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    deviation = (squares / Double(values.count)).squareRoot()
  }
}
