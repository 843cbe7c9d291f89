public import Base
import Models

extension Session {
  /// Continues tokens until the model ends its turn, a stop text comes, or enough is produced.
  ///
  /// Tokens that the session holds already are not computed again where the prompt begins with them,
  /// so a growing conversation costs only what is new.
  /// - Parameters:
  ///   - prompt: The whole prompt, from the first token on.
  ///   - options: How much and how.
  ///   - shouldStop: Asked between layers; true ends the generation and keeps what was produced.
  ///   - onToken: Takes each token as it comes.
  /// - Returns: What was produced.
  /// - Throws: A problem of the prompt or the options; what `onToken` throws.
  public func generate(
    _ prompt: [TokenID], options: GenerationOptions = GenerationOptions(),
    shouldStop: () -> Bool = { false }, onToken: (GeneratedToken) throws(Problem) -> Void = { _ in }
  ) throws(Problem) -> Generation {
    try options.sampling.check()
    guard !prompt.isEmpty else {
      throw Problem("a generation needs at least one token", fix: "give a prompt that is not empty")
    }
    var run = GenerationRun(self, prompt, options)
    do throws(Problem) {
      try run.go(shouldStop, onToken)
    } catch  where error.kind == .interrupted {
      run.result.finishReason = .interrupted
    }
    try run.finish(onToken)
    return run.result
  }

  /// Keeps the longest common beginning with a prompt and gives its length.
  ///
  /// The prompt's last token is never kept: it is run to get logits.
  @discardableResult
  public func reuse(_ prompt: [TokenID]) -> Int {
    let common = zip(cache.tokens, prompt).prefix { $0 == $1 }.count
    let kept = min(common, prompt.count - 1)
    cache.truncate(to: kept)
    return kept
  }
}

/// One generation under way.
private struct GenerationRun {
  private let session: Session
  private let options: GenerationOptions
  private var prompt: [TokenID]
  private var sampler: Sampler
  private var stream = TextStream()
  private var matcher: StopMatcher
  private let start = ContinuousClock.now
  var result = Generation()

  init(_ session: Session, _ prompt: [TokenID], _ options: GenerationOptions) {
    self.session = session
    self.options = options
    self.prompt = prompt
    sampler = Sampler(options.sampling)
    matcher = StopMatcher(options.stops)
    result.promptTokens = prompt.count
  }

  mutating func go(_ shouldStop: () -> Bool, _ onToken: (GeneratedToken) throws(Problem) -> Void)
    throws(Problem)
  {
    result.reusedTokens = session.reuse(prompt)
    var next = Array(prompt[result.reusedTokens...])
    while result.tokens.count < options.maxTokens {
      // A full context ends the generation like a full answer does.
      if !result.tokens.isEmpty, session.cache.count == session.engine.spec.contextLength { return }
      let choice = try draw(next, shouldStop)
      if result.tokens.isEmpty { result.timeToFirstTokenSeconds = elapsed }
      if !options.ignoresEnd, session.engine.tokenizer.endsGeneration(choice.token) {
        result.finishReason = .stop
        return
      }
      next = [choice.token]
      try take(choice, onToken)
      if matcher.isFound {
        result.finishReason = .stop
        return
      }
      if shouldStop() { throw Problem("stopped", kind: .interrupted) }
    }
  }

  private mutating func draw(_ tokens: [TokenID], _ shouldStop: () -> Bool) throws(Problem)
    -> Sampler.Choice
  {
    var choice: Sampler.Choice?
    let history = prompt + result.tokens
    var sampler = sampler
    try session.run(tokens, shouldStop: shouldStop) { _, logits in
      choice = sampler.sample(logits, history: history)
    }
    self.sampler = sampler
    guard let choice else { preconditionFailure("a run of \(tokens.count) tokens gave no logits") }
    guard choice.probability.isFinite else {
      throw Problem(
        "the model's logits are not numbers", fix: "its file is damaged; fetch it again")
    }
    return choice
  }

  private mutating func take(
    _ choice: Sampler.Choice, _ onToken: (GeneratedToken) throws(Problem) -> Void
  ) throws(Problem) {
    result.tokens.append(choice.token)
    result.probabilities.append(choice.probability)
    let bytes = session.engine.tokenizer.bytes(of: choice.token, showsControl: false)
    let text = matcher.add(stream.add(bytes))
    result.text += text
    try onToken(GeneratedToken(id: choice.token, text: text, probability: choice.probability))
  }

  /// Gives out what was held back, and stops the clock.
  mutating func finish(_ onToken: (GeneratedToken) throws(Problem) -> Void) throws(Problem) {
    if !matcher.isFound {
      let rest = matcher.add(stream.finish()) + matcher.finish()
      result.text += rest
      if !rest.isEmpty, let last = result.tokens.last {
        try onToken(
          GeneratedToken(id: last, text: rest, probability: result.probabilities.last ?? 1))
      }
    }
    result.seconds = elapsed
  }

  private var elapsed: Double {
    let duration = start.duration(to: .now)
    return Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
  }
}
