import Base
import CTensors
import Glibc

/// Draws tokens from logits: penalty, top-k, temperature, min-p, top-p, then one random number.
///
/// The same seed and the same logits give the same tokens; greedy drawing uses no random number.
public struct Sampler: Sendable {
  /// A drawn token.
  public struct Choice: Sendable {
    /// The token.
    public let token: TokenID
    /// Its probability under the distribution that it was drawn from; with temperature 0, under the
    /// model's own.
    public let probability: Double
  }

  /// A token and its probability.
  public typealias Candidate = (token: TokenID, probability: Double)

  /// How tokens are drawn.
  public let options: SamplingOptions
  private var random: SeededRandom

  /// Creates a sampler at the start of its random stream.
  public init(_ options: SamplingOptions) {
    self.options = options
    random = SeededRandom(seed: options.seed)
  }

  /// Draws a token; `history` is what stands before, for the penalty, which changes the logits.
  public mutating func sample(
    _ logits: UnsafeMutableBufferPointer<Float>, history: some BidirectionalCollection<TokenID>
  ) -> Choice {
    penalise(logits, history)
    if options.temperature == 0 { return greedy(logits) }
    let candidates = Self.distribution(logits, options)
    var rest = random.nextUniform()
    for candidate in candidates {
      rest -= candidate.probability
      if rest < 0 { return Choice(token: candidate.token, probability: candidate.probability) }
    }
    // Rounding left a sliver: it belongs to the last. Logits that are no numbers leave no candidate.
    guard let last = candidates.last else { return greedy(logits) }
    return Choice(token: last.token, probability: last.probability)
  }

  /// The tokens that can be drawn with their probabilities, most probable first.
  public static func distribution(
    _ logits: UnsafeMutableBufferPointer<Float>, _ options: SamplingOptions
  ) -> [Candidate] {
    let count = options.topK == 0 ? logits.count : options.topK
    var kept = best(count, of: logits, above: floor(of: logits, options))
    guard let most = kept.first?.logit else { return [] }
    let temperature = options.temperature == 0 ? 1 : options.temperature
    var weights = kept.map { exp(Double($0.logit - most) / temperature) }
    if options.minP > 0 {
      let count = weights.firstIndex { $0 < options.minP } ?? weights.count
      weights.removeLast(weights.count - count)
    }
    if options.topP < 1 {
      let wanted = weights.reduce(0, +) * options.topP
      var sum = 0.0
      let count = weights.firstIndex { weight in
        sum += weight
        return sum >= wanted
      }
      weights.removeLast(weights.count - (count.map { $0 + 1 } ?? weights.count))
    }
    kept.removeLast(kept.count - weights.count)
    let total = weights.reduce(0, +)
    return zip(kept, weights).map { ($0.token, $1 / total) }
  }

  /// The k most probable tokens under the model's own distribution at a temperature.
  public static func top(
    _ count: Int, of logits: UnsafeMutableBufferPointer<Float>, temperature: Double = 1
  ) -> [Candidate] {
    guard let start = logits.baseAddress, !logits.isEmpty else { return [] }
    let kept = best(count, of: logits, above: -.infinity)
    if temperature == 1 {
      let total = ct_log_sum_exp(start, Int64(logits.count))
      return kept.map { ($0.token, exp(Double($0.logit) - total)) }
    }
    let most = kept.first?.logit ?? 0
    if temperature == 0 { return kept.enumerated().map { ($1.token, $0 == 0 ? 1 : 0) } }
    var total = 0.0
    for logit in logits { total += exp(Double(logit - most) / temperature) }
    return kept.map { ($0.token, exp(Double($0.logit - most) / temperature) / total) }
  }

  // MARK: Steps

  private typealias Scored = (token: TokenID, logit: Float)

  /// The least logit that can matter: a token whose weight is below min-p, or below 2^-60 of the best
  /// one's, which no draw can tell.
  private static func floor(
    of logits: UnsafeMutableBufferPointer<Float>, _ options: SamplingOptions
  ) -> Float {
    guard let start = logits.baseAddress, !logits.isEmpty else { return 0 }
    let most = logits[Int(ct_argmax(start, Int64(logits.count)))]
    let temperature = options.temperature == 0 ? 1 : options.temperature
    let share = max(options.minP, 0x1p-60)
    return most + Float(log(share) * temperature) - 1e-3
  }

  /// The `count` greatest logits from a floor on, greatest first; of equal ones the lower token.
  private static func best(
    _ count: Int, of logits: UnsafeMutableBufferPointer<Float>, above floor: Float
  ) -> [Scored] {
    if count < logits.count { return top(count, of: logits, above: floor) }
    var kept: [Scored] = []
    for (token, logit) in logits.enumerated() where logit >= floor {
      kept.append((TokenID(token), logit))
    }
    return kept.sorted { ($0.logit, $1.token) > ($1.logit, $0.token) }
  }

  /// Keeps a heap of the best so far, the least of them on top.
  private static func top(
    _ count: Int, of logits: UnsafeMutableBufferPointer<Float>, above floor: Float
  ) -> [Scored] {
    struct Entry: Comparable {
      let logit: Float
      let token: TokenID
      static func < (a: Entry, b: Entry) -> Bool { (a.logit, b.token) < (b.logit, a.token) }
    }
    var heap = BinaryHeap<Entry>()
    var held = 0
    var bar = floor
    for (token, logit) in logits.enumerated() where logit >= bar {
      heap.push(Entry(logit: logit, token: TokenID(token)))
      held += 1
      if held > count {
        _ = heap.popLeast()
        held -= 1
      }
      if held == count, let least = heap.least { bar = max(floor, least.logit) }
    }
    var result: [Scored] = []
    while let entry = heap.popLeast() { result.append((entry.token, entry.logit)) }
    return result.reversed()
  }

  private func greedy(_ logits: UnsafeMutableBufferPointer<Float>) -> Choice {
    guard let start = logits.baseAddress, !logits.isEmpty else {
      preconditionFailure("no logits to draw from")
    }
    let token = ct_argmax(start, Int64(logits.count))
    let total = ct_log_sum_exp(start, Int64(logits.count))
    return Choice(token: TokenID(token), probability: exp(Double(logits[Int(token)]) - total))
  }

  /// CTRL's penalty (Keskar 2019): positive logits are divided, negative ones multiplied.
  private func penalise(
    _ logits: UnsafeMutableBufferPointer<Float>, _ history: some BidirectionalCollection<TokenID>
  ) {
    guard options.repetitionPenalty != 1 else { return }
    let penalty = Float(options.repetitionPenalty)
    for token in Set(history.suffix(options.penaltyWindow))
    where logits.indices.contains(Int(token)) {
      let logit = logits[Int(token)]
      logits[Int(token)] = logit > 0 ? logit / penalty : logit * penalty
    }
  }
}
