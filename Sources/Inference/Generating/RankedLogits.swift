import CTensors

/// The tokens of a row of logits from the most probable on, put in order only as far as somebody looks.
///
/// A draw mostly ends among the first few tokens, and a vocabulary has many thousands: so they are
/// fetched and sorted in bands of logits, each band as the one above it is used up. Equal logits come
/// by token; logits that are no numbers do not come. The row must stay while this is in use.
struct RankedLogits {
  typealias Scored = LogitOrder.Scored

  /// The greatest logit.
  let most: Float

  private let logits: UnsafeMutableBufferPointer<Float>
  /// The least logit that comes.
  private let floor: Float
  private let temperature: Double
  private var band: [Scored] = []
  private var place = 0
  /// How many of the distances have been walked.
  private var bands = 0
  private var high = Float.nan

  /// How far the bands reach below the greatest logit, in temperatures; the last reaches to the floor.
  private static let distances = [3.0, 6, 12, 24]

  /// The logits from a floor on; nil of an empty row.
  init?(
    _ logits: UnsafeMutableBufferPointer<Float>, above floor: Float = -.infinity,
    temperature: Double = 1
  ) {
    guard let start = logits.baseAddress, !logits.isEmpty else { return nil }
    self.logits = logits
    self.floor = floor
    self.temperature = temperature
    most = logits[Int(ct_argmax(start, Int64(logits.count)))]
  }

  /// The logits whose weights at a temperature are at least a share of the greatest one's.
  init?(
    _ logits: UnsafeMutableBufferPointer<Float>, share: Double, temperature: Double
  ) {
    guard let all = RankedLogits(logits) else { return nil }
    // A little less, that rounding turns nobody away.
    let floor = all.most + Float(naturalLogarithm(share) * temperature) - 1e-3
    self.init(all, floor, temperature)
  }

  private init(_ other: RankedLogits, _ floor: Float, _ temperature: Double) {
    (logits, most) = (other.logits, other.most)
    (self.floor, self.temperature) = (floor, temperature)
  }

  /// A token's weight, where the most probable one has 1.
  func weight(_ logit: Float) -> Double { exponential(Double(logit - most) / temperature) }

  /// The weights of all that comes together, to about a ten-millionth.
  func totalWeight() -> Double {
    guard let start = logits.baseAddress else { return 0 }
    // A factor that is not finite would make the greatest logit's weight no number.
    let factor = min(Float(1 / temperature), .greatestFiniteMagnitude)
    return ct_sum_exp(start, Int64(logits.count), most, factor, floor)
  }

  /// The next token.
  mutating func next() -> Scored? {
    while place == band.count {
      guard bands <= Self.distances.count else { return nil }
      fetch()
    }
    defer { place += 1 }
    return band[place]
  }

  /// The next tokens, at most so many.
  mutating func next(_ count: Int) -> [Scored] {
    var result: [Scored] = []
    result.reserveCapacity(min(count, logits.count))
    while result.count < count, let scored = next() { result.append(scored) }
    return result
  }

  /// Sorts the band below the one before.
  private mutating func fetch() {
    var low = floor
    if bands < Self.distances.count {
      low = max(floor, most - Float(Self.distances[bands] * temperature))
    }
    bands = low > floor ? bands + 1 : Self.distances.count + 1
    place = 0
    guard let start = logits.baseAddress else { return }
    band = withUnsafeTemporaryAllocation(of: Int32.self, capacity: logits.count) { places in
      guard let first = places.baseAddress else { return [] }
      let found = ct_band(start, Int64(logits.count), low, high, first)
      return LogitOrder.descending(UnsafeBufferPointer(start: first, count: Int(found)), of: start)
    }
    high = low
  }
}
