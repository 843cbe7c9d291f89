import Base
import Models

/// One answer under way: what was drawn so far, what of it may be shown, and when it ends.
///
/// It takes logits and gives tokens; who computes the logits, and what runs beside them in a step, is
/// not its business, so a single session and a batch go on in the same way.
struct Continuation: Sendable {
  let options: GenerationOptions
  private(set) var result = Generation()
  /// The tokens that logits are to be computed behind: the prompt, then what was drawn.
  private(set) var tokens: [TokenID]
  /// True once nothing more will come.
  private(set) var isFinished = false

  private let tokenizer: Tokenizer
  private let contextLength: Int
  private var sampler: Sampler
  private var stream = TextStream()
  private var matcher: StopMatcher
  private var constrained: ConstrainedText?
  private let start = ContinuousClock.now

  init(_ engine: Engine, _ prompt: [TokenID], _ options: GenerationOptions) throws(Problem) {
    try options.sampling.check()
    guard !prompt.isEmpty else {
      throw Problem("a generation needs at least one token", fix: "give a prompt that is not empty")
    }
    guard (0...max(0, options.maxTokens)).contains(options.minTokens) else {
      throw Problem(
        "min_tokens is \(options.minTokens), max_tokens is \(options.maxTokens)",
        fix: "min_tokens must be from 0 to max_tokens")
    }
    self.options = options
    tokens = prompt
    tokenizer = engine.tokenizer
    contextLength = engine.spec.contextLength
    sampler = Sampler(options.sampling)
    matcher = StopMatcher(options.stops)
    result.promptTokens = prompt.count
    constrained = try options.constraint.map { constraint throws(Problem) in
      let text = constraint.start(engine.tokenizer.trie)
      let fewest = text.fewestTokens
      guard fewest <= options.maxTokens else {
        throw Problem(
          "the constraint takes at least \(fewest) tokens, max_tokens is \(options.maxTokens)",
          fix: "raise max_tokens", kind: .limit)
      }
      return text
    }
    // A prompt that does not fit is for the executor to refuse: it says what fits.
    isFinished = options.maxTokens == 0
  }

  /// How many more tokens may come.
  var tokensLeft: Int {
    isFinished
      ? 0 : min(options.maxTokens - result.tokens.count, contextLength - tokens.count + 1)
  }

  /// The tokens about which a constraint leaves no choice but how they are cut.
  ///
  /// The model mostly cuts them so too: as drafts they take one step instead of one each.
  var forcedTokens: [TokenID] { isFinished ? [] : constrained?.forcedTokens ?? [] }

  /// The same answer so far, going on with another random stream.
  func forked(seed: UInt64) -> Continuation {
    var other = self
    other.sampler = sampler.reseeded(seed)
    return other
  }

  /// Draws the next token from logits, or decides on a draft.
  ///
  /// - Returns: The token as it may be shown; nil when the answer ended instead.
  mutating func take(
    _ logits: UnsafeMutableBufferPointer<Float>, verifying draft: Draft? = nil
  ) throws(Problem) -> GeneratedToken? {
    let alternatives =
      options.alternatives > 0 ? Sampler.top(options.alternatives, of: logits) : []
    // Drawing changes the logits.
    let own = options.alternatives > 0 ? Array(logits) : []
    try constrain(logits)
    if result.tokens.count < options.minTokens { holdOffEnd(logits) }
    let choice =
      if let draft { sampler.verify(draft, logits, history: tokens) } else {
        sampler.sample(logits, history: tokens)
      }
    guard choice.probability.isFinite else {
      throw Problem(
        "the model's logits are not numbers", fix: "its file is damaged; fetch it again")
    }
    if result.tokens.isEmpty { result.timeToFirstTokenSeconds = elapsed }
    constrained?.accept(choice.token)
    if !options.ignoresEnd, tokenizer.endsGeneration(choice.token) {
      end(.stop)
      return nil
    }
    var token = shown(choice, alternatives)
    if !own.isEmpty {
      token.modelProbability = exponential(Double(own[Int(choice.token)]) - logSumExp(own))
      token.alternatives = alternatives
    }
    return token
  }

  /// Leaves only tokens with which the text keeps its form and can still be completed.
  private func constrain(_ logits: UnsafeMutableBufferPointer<Float>) throws(Problem) {
    guard let constrained else { return }
    guard !constrained.apply(to: logits, tokensLeft: tokensLeft).isEmpty else {
      throw Problem(
        "no token of the vocabulary goes on with the constraint",
        fix: "the vocabulary lacks letters that it asks for")
    }
  }

  /// Takes the tokens that end a turn out of the choice, unless a constraint leaves no others.
  private func holdOffEnd(_ logits: UnsafeMutableBufferPointer<Float>) {
    let ends = tokenizer.vocabulary.ends.map { (Int($0), logits[Int($0)]) }
    for (token, _) in ends { logits[token] = -.infinity }
    guard constrained != nil, !logits.contains(where: { $0 > -.infinity }) else { return }
    for (token, logit) in ends { logits[token] = logit }
  }

  private mutating func shown(_ choice: Sampler.Choice, _ alternatives: [Sampler.Candidate])
    -> GeneratedToken
  {
    tokens.append(choice.token)
    result.tokens.append(choice.token)
    result.probabilities.append(choice.probability)
    if options.alternatives > 0 { result.alternatives.append(alternatives) }
    let bytes = tokenizer.bytes(of: choice.token, showsControl: false)
    let added = stream.add(bytes)
    // Stop texts are looked for behind the tokens that have to come.
    let text = result.tokens.count <= options.minTokens ? added : matcher.add(added)
    result.text += text
    if matcher.isFound || constrained?.isFinished ?? false {
      end(.stop)
    } else if result.tokens.count == options.maxTokens || tokens.count > contextLength {
      // A full context ends the answer like a full answer does.
      end(.length)
    }
    return GeneratedToken(
      id: choice.token, text: text, probability: choice.probability, isDraft: choice.isDraft)
  }

  /// Ends the answer.
  mutating func end(_ reason: Generation.FinishReason) {
    isFinished = true
    result.finishReason = reason
  }

  /// Gives out what was held back, and stops the clock.
  mutating func finish() -> GeneratedToken? {
    isFinished = true
    defer { result.seconds = elapsed }
    guard !matcher.isFound else { return nil }
    let rest = matcher.add(stream.finish()) + matcher.finish()
    result.text += rest
    guard !rest.isEmpty, let last = result.tokens.last else { return nil }
    return GeneratedToken(
      id: last, text: rest, probability: result.probabilities.last ?? 1, isDraft: false,
      isRest: true)
  }

  /// Notes how much of the prompt was there already.
  mutating func noteReuse(_ count: Int) { result.reusedTokens = count }

  /// Notes how drafts did.
  mutating func noteDrafts(proposed: Int, accepted: Int, isTurnedDown: Bool) {
    result.draftedTokens += proposed
    result.acceptedTokens += accepted
    result.turnedDownDrafts += isTurnedDown ? 1 : 0
  }

  /// Notes a run through the layers.
  mutating func noteStep() { result.steps += 1 }

  private var elapsed: Double { start.duration(to: .now).seconds }
}
