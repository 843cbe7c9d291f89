public import Base
import Models

/// Keeps the most probable beginnings of an answer instead of one: at each step every beam is continued
/// by every token, and the best of all continuations stay (Graves 2012).
///
/// Beams share the keys and values of what they have in common.
public struct BeamSearch: Sendable {
  /// One answer and how probable it is.
  public struct Beam: Sendable {
    /// Its tokens, without an ending one.
    public let tokens: [TokenID]
    /// Its text.
    public let text: String
    /// The natural logarithm of its probability, an ending token's included.
    public let logProbability: Double
    /// What beams are ordered by: the logarithm divided by `length ^ lengthPenalty`.
    public let score: Double
    /// Why it ended.
    public let finishReason: Generation.FinishReason
  }

  /// Beams that are kept.
  public var width: Int
  /// The most tokens of an answer.
  public var maxTokens: Int
  /// 0 favours short answers, 1 compares by the mean logarithm of a token.
  public var lengthPenalty: Double

  /// Creates a search.
  public init(width: Int = 4, maxTokens: Int = 64, lengthPenalty: Double = 1) {
    precondition(width >= 1 && maxTokens >= 1)
    self.width = width
    self.maxTokens = maxTokens
    self.lengthPenalty = lengthPenalty
  }

  private struct Open {
    let sequence: KVSequence
    var tokens: [TokenID]
    var logProbability: Double
  }

  /// A continuation of one of the open beams.
  private struct Step {
    let parent: Int
    let token: TokenID
    let logProbability: Double
  }

  /// Finds the best answers, best first.
  public func run(
    _ executor: StepExecutor, _ prompt: [TokenID], shouldStop: () -> Bool = { false }
  ) throws(Problem) -> [Beam] {
    guard !prompt.isEmpty else {
      throw Problem(
        "a beam search needs at least one token", fix: "give a prompt that is not empty")
    }
    let first = KVSequence(executor.pool)
    first.adopt(beginningOf: prompt)
    var open = [Open(sequence: first, tokens: [], logProbability: 0)]
    var pending = [prompt[first.count...]]
    var done: [Beam] = []
    for length in 1...maxTokens {
      let steps = try steps(executor, open, pending, shouldStop)
      var next: [(Open, TokenID)] = []
      for step in steps where next.count < width {
        let parent = open[step.parent]
        if executor.engine.tokenizer.endsGeneration(step.token) {
          done.append(beam(executor, parent.tokens, step.logProbability, .stop))
          continue
        }
        let beam = Open(
          sequence: parent.sequence.fork(), tokens: parent.tokens + [step.token],
          logProbability: step.logProbability)
        next.append((beam, step.token))
      }
      open = next.map(\.0)
      pending = next.map { [$0.1][...] }
      if isSettled(open, done, length: length) { break }
      if let longest = open.first, longest.sequence.count >= executor.engine.spec.contextLength {
        break
      }
    }
    done += open.map { beam(executor, $0.tokens, $0.logProbability, .length) }
    return Array(done.sorted { $0.score > $1.score }.prefix(width))
  }

  /// The best continuations of all open beams, best first; twice as many as beams, since some may end.
  private func steps(
    _ executor: StepExecutor, _ open: [Open], _ pending: [ArraySlice<TokenID>],
    _ shouldStop: () -> Bool
  ) throws(Problem) -> [Step] {
    var steps: [Step] = []
    let plan = zip(open, pending).map { StepItem($0.sequence, $1) }
    try executor.run(plan, shouldStop: shouldStop) { number, _, logits in
      for candidate in Sampler.top(2 * width, of: logits) where candidate.probability > 0 {
        steps.append(
          Step(
            parent: number, token: candidate.token,
            logProbability: open[number].logProbability
              + naturalLogarithm(candidate.probability)))
      }
    }
    // Equal ones in the order of beams and tokens, so that the search is the same each time.
    steps.sort {
      ($1.logProbability, $0.parent, $0.token) < ($0.logProbability, $1.parent, $1.token)
    }
    return Array(steps.prefix(2 * width))
  }

  /// True when no open beam can still be among the best.
  private func isSettled(_ open: [Open], _ done: [Beam], length: Int) -> Bool {
    guard let best = open.map(\.logProbability).max() else { return true }
    guard done.count >= width else { return false }
    let worst = done.map(\.score).sorted(by: >)[width - 1]
    // What is open can only become less probable; with a penalty for length its score may still rise.
    return score(best, lengthPenalty > 0 ? maxTokens : length) <= worst
  }

  private func score(_ logProbability: Double, _ length: Int) -> Double {
    logProbability / exponential(lengthPenalty * naturalLogarithm(Double(max(length, 1))))
  }

  private func beam(
    _ executor: StepExecutor, _ tokens: [TokenID], _ logProbability: Double,
    _ reason: Generation.FinishReason
  ) -> Beam {
    let length = tokens.count + (reason == .stop ? 1 : 0)
    return Beam(
      tokens: tokens,
      text: String(decoding: executor.engine.tokenizer.decode(tokens), as: UTF8.self),
      logProbability: logProbability,
      score: score(logProbability, length), finishReason: reason)
  }
}
