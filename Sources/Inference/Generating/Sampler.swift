import Base
import CTensors
import Glibc

/// Draws tokens from logits: penalties and bias, then what narrows the choice, then one random number.
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
    /// True where a draft was taken over.
    public var isDraft = false
  }

  /// A token and its probability.
  public typealias Candidate = (token: TokenID, probability: Double)

  /// How tokens are drawn.
  public private(set) var options: SamplingOptions
  private var random: SeededRandom
  /// Mirostat's limit of surprise, in bits.
  private var limit: Double

  /// Creates a sampler at the start of its random stream.
  public init(_ options: SamplingOptions) {
    self.options = options
    random = SeededRandom(seed: options.seed)
    limit = 2 * (options.mirostat?.target ?? 0)
  }

  /// The same sampler, mirostat's limit included, at the start of another random stream.
  func reseeded(_ seed: UInt64) -> Sampler {
    var other = self
    other.options.seed = seed
    other.random = SeededRandom(seed: seed)
    return other
  }

  /// Draws a token; `history` is what stands before, for the penalties, which change the logits.
  public mutating func sample(
    _ logits: UnsafeMutableBufferPointer<Float>, history: some BidirectionalCollection<TokenID>
  ) -> Choice {
    adjust(logits, history)
    if options.temperature == 0 { return greedy(logits) }
    let candidates = candidates(logits)
    // Logits that are no numbers leave no candidate.
    guard let choice = draw(candidates) else { return greedy(logits) }
    follow(choice.probability)
    return choice
  }

  /// Decides on a drafted token: takes it over, or draws another such that tokens come as often as if
  /// there had been no draft (Leviathan 2023).
  ///
  /// Where the model would draw x with p(x) and the draft was drawn with q(x), it is taken over with
  /// min(1, p/q); else a token is drawn from max(0, p - q). A draft that was the only choice is simply
  /// compared with what is drawn, which is the same rule: so the text is, seed for seed, that without.
  public mutating func verify(
    _ draft: Draft, _ logits: UnsafeMutableBufferPointer<Float>,
    history: some BidirectionalCollection<TokenID>
  ) -> Choice {
    if options.temperature == 0 || draft.distribution.isEmpty {
      var choice = sample(logits, history: history)
      choice.isDraft = choice.token == draft.token
      return choice
    }
    adjust(logits, history)
    let candidates = candidates(logits)
    let wanted = candidates.first { $0.token == draft.token }?.probability ?? 0
    if wanted > 0, random.nextUniform() * draft.probability < wanted {
      follow(wanted)
      return Choice(token: draft.token, probability: wanted, isDraft: true)
    }
    let rest = candidates.compactMap { candidate -> Candidate? in
      let left = candidate.probability - draft.probability(of: candidate.token)
      return left > 0 ? (candidate.token, left) : nil
    }
    // Rounding may leave nothing although the draft was turned down: then the two are the same.
    guard let other = draw(rest.isEmpty ? candidates : rest) else { return greedy(logits) }
    let probability = candidates.first { $0.token == other.token }?.probability ?? 0
    follow(probability)
    return Choice(token: other.token, probability: probability)
  }

  /// The tokens that can be drawn next, most probable first, after penalties; for drafts.
  public func candidates(
    _ logits: UnsafeMutableBufferPointer<Float>, history: some BidirectionalCollection<TokenID>
  ) -> [Candidate] {
    adjust(logits, history)
    guard options.temperature == 0 else { return candidates(logits) }
    return [(greedy(logits).token, 1)]
  }

  /// Draws from candidates whose weights need not sum to 1; nil from none.
  public mutating func draw(_ candidates: [Candidate]) -> Choice? {
    var rest = random.nextUniform() * candidates.reduce(0) { $0 + $1.probability }
    for candidate in candidates {
      rest -= candidate.probability
      if rest < 0 { return Choice(token: candidate.token, probability: candidate.probability) }
    }
    // Rounding left a sliver: it belongs to the last.
    return candidates.last.map { Choice(token: $0.token, probability: $0.probability) }
  }

  private func candidates(_ logits: UnsafeMutableBufferPointer<Float>) -> [Candidate] {
    let all = Self.distribution(logits, options)
    guard options.mirostat != nil else { return all }
    let floor = exp2(-limit)
    let kept = all.prefix(max(1, all.firstIndex { $0.probability < floor } ?? all.count))
    let total = kept.reduce(0) { $0 + $1.probability }
    return kept.map { ($0.token, $0.probability / total) }
  }

  /// Moves mirostat's limit by how far the surprise of what was drawn is off.
  private mutating func follow(_ probability: Double) {
    guard let mirostat = options.mirostat, probability > 0 else { return }
    limit -= mirostat.rate * (-log2(probability) - mirostat.target)
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
    if options.typicalP < 1 { keepTypical(&kept, &weights, options.typicalP) }
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
    return LogitOrder.descending(kept)
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

  /// Applies penalties and bias.
  private func adjust(
    _ logits: UnsafeMutableBufferPointer<Float>, _ history: some BidirectionalCollection<TokenID>
  ) {
    for (token, bias) in options.logitBias where logits.indices.contains(Int(token)) {
      logits[Int(token)] += bias
    }
    let weakens =
      options.repetitionPenalty != 1 || options.frequencyPenalty != 0
      || options.presencePenalty != 0
    guard weakens else { return }
    var counts: [TokenID: Int] = [:]
    for token in history.suffix(options.penaltyWindow) { counts[token, default: 0] += 1 }
    for (token, count) in counts where logits.indices.contains(Int(token)) {
      logits[Int(token)] = weakened(logits[Int(token)], count)
    }
  }

  /// CTRL's penalty (Keskar 2019), then OpenAI's two.
  private func weakened(_ logit: Float, _ count: Int) -> Float {
    let penalty = Float(options.repetitionPenalty)
    let weaker = logit > 0 ? logit / penalty : logit * penalty
    return weaker - Float(options.frequencyPenalty) * Float(count) - Float(options.presencePenalty)
  }

  /// Keeps the tokens whose surprise is nearest to the expected one until they reach a share, most
  /// probable first again.
  private static func keepTypical(
    _ kept: inout [Scored], _ weights: inout [Double], _ share: Double
  ) {
    let total = weights.reduce(0, +)
    let surprises = weights.map { -log($0 / total) }
    let expected = zip(weights, surprises).reduce(0) { $0 + $1.0 / total * $1.1 }
    let order = surprises.indices.sorted {
      (abs(surprises[$0] - expected), $0) < (abs(surprises[$1] - expected), $1)
    }
    var sum = 0.0
    var chosen: [Int] = []
    for index in order {
      chosen.append(index)
      sum += weights[index] / total
      if sum >= share { break }
    }
    chosen.sort()
    kept = chosen.map { kept[$0] }
    weights = chosen.map { weights[$0] }
  }
}
