public import Base
import Models

extension Session {
  /// Continues tokens until the model ends its turn, a stop text comes, or enough is produced.
  ///
  /// Tokens that the session holds already are not computed again where the prompt begins with them,
  /// so a growing conversation costs only what is new; a session that holds nothing takes what its pool
  /// still knows of the prompt's beginning.
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
    var answer = try Continuation(engine, prompt, options)
    let reused = reuse(prompt)
    answer.noteReuse(reused)
    do throws(Problem) {
      while !answer.isFinished {
        try step(&answer, shouldStop, onToken)
        if shouldStop(), !answer.isFinished { throw Problem("stopped", kind: .interrupted) }
      }
    } catch  where error.kind == .interrupted {
      answer.end(.interrupted)
      // Nobody waits for a prompt that was stopped: its blocks go back to the pool, which remembers them.
      if answer.result.tokens.isEmpty { cache.truncate(to: reused) }
    }
    if let rest = answer.finish() { try onToken(rest) }
    return answer.result
  }

  /// Keeps the longest common beginning with a prompt and gives its length.
  ///
  /// The prompt's last token is never kept: it is run to get logits. Nothing is kept while an
  /// observer looks at every step, because it is to see all tokens.
  @discardableResult
  public func reuse(_ prompt: [TokenID]) -> Int {
    guard executor.observer == nil else {
      cache.truncate(to: 0)
      return 0
    }
    let common = zip(cache.tokens, prompt).prefix { $0 == $1 }.count
    let kept = min(common, prompt.count - 1)
    cache.truncate(to: kept)
    return kept == 0 ? cache.adopt(beginningOf: prompt) : kept
  }

  /// Runs what is not computed yet, and drafts behind it; takes every token that comes of it.
  private func step(
    _ answer: inout Continuation, _ shouldStop: () -> Bool,
    _ onToken: (GeneratedToken) throws(Problem) -> Void
  ) throws(Problem) {
    let drafts = try drafts(answer)
    let pending = Array(answer.tokens[cache.count...])
    let before = cache.count + pending.count
    var copy = answer
    var taken: [GeneratedToken] = []
    var problem: Problem?
    try run(
      pending + drafts.map(\.token), logits: drafts.isEmpty ? .last : .all, shouldStop: shouldStop
    ) { position, logits in
      // Rows of a prompt's inside, and those behind a turned-down draft, say nothing.
      let index = position - before + 1
      guard index >= 0, index == taken.count, !copy.isFinished, problem == nil,
        taken.allSatisfy(\.isDraft)
      else { return }
      do throws(Problem) {
        let draft = index < drafts.count ? drafts[index] : nil
        if let token = try copy.take(logits, verifying: draft) { taken.append(token) }
      } catch { problem = error }
    }
    if let problem { throw problem }
    answer = copy
    answer.noteStep()
    if !drafts.isEmpty {
      let accepted = taken.count(where: \.isDraft)
      // A stop text may end the answer at a draft that was taken over.
      let isCut = answer.isFinished && accepted == taken.count && accepted > 0
      answer.noteDrafts(
        proposed: drafts.count, accepted: accepted,
        isTurnedDown: accepted < drafts.count && !isCut)
      // Behind the accepted drafts lie keys and values of tokens that did not come.
      cache.truncate(to: before + accepted)
    }
    for token in taken { try onToken(token) }
  }

  /// A wrong guess early in a long forced text costs what is computed behind it.
  private static let mostForced = 8

  /// Drafts for an answer whose prompt was read; never more than could be taken.
  private func drafts(_ answer: Continuation) throws(Problem) -> [Draft] {
    let room = answer.tokensLeft - 1
    guard !answer.result.tokens.isEmpty, room > 0 else { return [] }
    // Who looks at every step wants to see one token at a time.
    if executor.observer == nil {
      let forced = answer.forcedTokens
      if !forced.isEmpty { return forced.prefix(min(room, Self.mostForced)).map { Draft($0) } }
    }
    guard let drafter = answer.options.drafter else { return [] }
    let vocabulary = engine.spec.vocabularySize
    let drafts = try drafter.draft(after: answer.tokens, atMost: room).prefix(room)
    // A drafter of a larger vocabulary may guess what this model cannot say.
    return Array(drafts.prefix { $0.token >= 0 && Int($0.token) < vocabulary })
  }
}
