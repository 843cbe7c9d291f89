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
    let drawn = options.narrowsNothing ? drawFromAll(logits) : draw(candidates(logits))
    // Logits that are no numbers leave no candidate.
    guard let choice = drawn else { return greedy(logits) }
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

  /// Draws as from the list of all candidates, which is not made for it.
  private mutating func drawFromAll(_ logits: UnsafeMutableBufferPointer<Float>) -> Choice? {
    guard var ranked = Self.ranked(logits, options) else { return nil }
    let total = ranked.totalWeight()
    var rest = random.nextUniform() * total
    var last: Choice?
    while let (token, logit) = ranked.next() {
      let weight = ranked.weight(logit)
      rest -= weight
      last = Choice(token: token, probability: weight / total)
      if rest < 0 { break }
    }
    return last
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
    guard var ranked = ranked(logits, options) else { return [] }
    if options.isNucleus { return nucleus(&ranked, options.topP) }
    var kept = ranked.next(options.topK == 0 ? .max : options.topK)
    var weights = kept.map { ranked.weight($0.logit) }
    if options.minP > 0 { cut(&weights, to: weights.firstIndex { $0 < options.minP }) }
    if options.typicalP < 1 { keepTypical(&kept, &weights, options.typicalP) }
    if options.topP < 1 { cut(&weights, to: reach(weights, weights.reduce(0, +) * options.topP)) }
    cut(&kept, to: weights.count)
    return shares(kept, weights)
  }

  /// The k most probable tokens under the model's own distribution at a temperature.
  public static func top(
    _ count: Int, of logits: UnsafeMutableBufferPointer<Float>, temperature: Double = 1
  ) -> [Candidate] {
    guard var ranked = RankedLogits(logits, temperature: temperature == 0 ? 1 : temperature) else {
      return []
    }
    let kept = ranked.next(count)
    if temperature == 0 { return kept.enumerated().map { ($1.token, $0 == 0 ? 1 : 0) } }
    let total = ranked.totalWeight()
    return kept.map { ($0.token, ranked.weight($0.logit) / total) }
  }

  // MARK: Steps

  private typealias Scored = LogitOrder.Scored

  /// The logits that can matter: none whose weight is below min-p, or below 2^-60 of the best one's,
  /// which no draw can tell.
  private static func ranked(
    _ logits: UnsafeMutableBufferPointer<Float>, _ options: SamplingOptions
  ) -> RankedLogits? {
    RankedLogits(
      logits, share: max(options.minP, 0x1p-60),
      temperature: options.temperature == 0 ? 1 : options.temperature)
  }

  /// The most probable tokens that together reach a share; the others are not put in order.
  private static func nucleus(_ ranked: inout RankedLogits, _ share: Double) -> [Candidate] {
    let wanted = ranked.totalWeight() * share
    var (kept, weights): ([Scored], [Double]) = ([], [])
    var sum = 0.0
    while sum < wanted, let scored = ranked.next() {
      kept.append(scored)
      weights.append(ranked.weight(scored.logit))
      sum += weights[weights.count - 1]
    }
    return shares(kept, weights)
  }

  private static func shares(_ kept: [Scored], _ weights: [Double]) -> [Candidate] {
    let total = weights.reduce(0, +)
    return zip(kept, weights).map { ($0.token, $1 / total) }
  }

  /// How many weights it takes to reach a sum.
  private static func reach(_ weights: [Double], _ wanted: Double) -> Int? {
    var sum = 0.0
    let last = weights.firstIndex { weight in
      sum += weight
      return sum >= wanted
    }
    return last.map { $0 + 1 }
  }

  private static func cut(_ list: inout [some Any], to count: Int?) {
    list.removeLast(list.count - (count ?? list.count))
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
