public import Base
import Models
import Synchronization

/// Drafts with another model of the same vocabulary, which should be much cheaper than the one that
/// verifies.
public final class DraftModel: Drafter {
  /// How it is told in reports.
  public let name: String
  /// Tokens drafted at a time.
  public let drafts: Int
  private let state: Mutex<State>

  private struct State {
    // The session is used under the lock only, by one thread at a time.
    let session: UncheckedBox<Session>
    var sampler: Sampler
  }

  /// Takes a session of the model that drafts; `sampling` should be that of the generation.
  ///
  /// The session is used by whoever drafts, one thread at a time, and by nobody else.
  public init(_ session: Session, sampling: SamplingOptions, drafts: Int = 4) {
    name = "draft-model"
    self.drafts = drafts
    // The drafts' random stream must not be the verification's.
    var sampling = sampling
    sampling.seed &+= 0x9E37_79B9_7F4A_7C15
    state = Mutex(State(session: UncheckedBox(session), sampler: Sampler(sampling)))
  }

  /// Lets the model go on from the tokens, drawing as the generation draws.
  public func draft(after tokens: [TokenID], atMost count: Int) throws(Problem) -> [Draft] {
    try state.withLock { state throws(Problem) in
      let session = state.session.value
      var sampler = state.sampler
      var tokens = tokens
      var result: [Draft] = []
      session.reuse(tokens)
      while result.count < min(drafts, count), tokens.count < session.engine.spec.contextLength {
        var draft: Draft?
        try session.run(
          Array(tokens[session.cache.count...]),
          onLogits: { _, logits in
            let candidates = sampler.candidates(logits, history: tokens)
            draft = sampler.draw(candidates).map { Draft($0.token, from: candidates) }
          })
        guard let draft else { break }
        result.append(draft)
        tokens.append(draft.token)
      }
      state.sampler = sampler
      return result
    }
  }
}

/// Carries a value that is guarded otherwise into a place that asks for Sendable.
// @unchecked: whoever holds the box guards the value by a lock.
struct UncheckedBox<Value>: @unchecked Sendable {
  let value: Value
  init(_ value: Value) { self.value = value }
}
