import Base
public import Inference
import LuaBridge
import Tensors

/// A loaded model as a session uses it: the engine, and one sequence that successive calls share.
///
/// Generating after a prompt that begins like the last one computes only what is new.
public final class LanguageModel {
  /// The engine, shared by all sessions of the process's states that loaded the same file.
  public let engine: Engine
  /// The name it was loaded by.
  public let name: String
  /// What runs its sequences, over one pool of KV blocks.
  public let executor: StepExecutor
  /// What the last call of `generate` or `chat` gave, also when it was stopped half way.
  public internal(set) var last: Generation?

  /// Which token followed which in what this model generated; guesses come from it where asked for.
  let ngrams = NGramDrafter(order: 2, drafts: 64)

  /// What Lua functions look at in every pass.
  let hooks = HookList()

  /// The sequences that successive calls share, by their adapter's number; 0 is without.
  private var sessions: [Int: Session] = [:]

  /// Takes an executor.
  public init(_ executor: StepExecutor, name: String) {
    self.executor = executor
    engine = executor.engine
    self.name = name
  }

  /// The sequence that successive calls without an adapter share.
  var session: Session { session(for: nil) }

  /// The sequence that successive calls with an adapter share.
  func session(for adapter: Adapter?) -> Session {
    let key = adapter?.id ?? 0
    if let session = sessions[key] { return session }
    let made = Session(executor, adapter: adapter)
    sessions[key] = made
    return made
  }

  /// Lets the shared sequences go, and sees to it that nothing computed so far is taken over.
  func forgetSequence() {
    sessions = [:]
    executor.pool.beginEpoch()
  }

  /// An empty sequence of its own.
  func freshSession() -> Session { Session(executor) }

  /// Bytes that the shared sequences hold.
  var cacheBytes: Int { sessions.values.reduce(0) { $0 + $1.cache.bytes.count } }

  // MARK: Tokens

  /// The tokens of a prompt: text is cut, with special tokens parsed; ids are checked.
  func tokens(of prompt: Prompt) throws(Problem) -> [TokenID] {
    let ids: [TokenID]
    switch prompt {
    case .first(let text):
      ids = engine.tokenizer.encode(text.bytes, addsMarks: true)
    case .second(let numbers):
      ids = try numbers.map { number throws(Problem) in try token(number) }
    }
    if ids.isEmpty {
      throw Problem("the prompt has no tokens", fix: "give some text, as in \"Once upon a time\"")
    }
    return ids
  }

  /// Checks the number of a token.
  func token(_ number: Int) throws(Problem) -> TokenID {
    guard let id = TokenID(exactly: number), engine.tokenizer.vocabulary.contains(id) else {
      throw Problem(
        "token \(number) is not in the vocabulary",
        fix: "ids go from 0 to \(engine.tokenizer.vocabulary.count - 1)")
    }
    return id
  }

  // MARK: Logits

  /// The logits that follow a prompt.
  func logits(_ prompt: Prompt, _ state: LuaState) throws(Problem) -> [Float] {
    let ids = try tokens(of: prompt)
    let kept = session.reuse(ids)
    return try session.logits(after: Array(ids[kept...]), shouldStop: state.stopQuestion)
  }

  /// The log probability of each token of a text from the second on.
  func logProbabilities(_ prompt: Prompt, _ state: LuaState) throws(Problem) -> [Double] {
    let ids = try tokens(of: prompt)
    guard ids.count > 1 else {
      throw Problem("a text of one token has no perplexity", fix: "give a longer text")
    }
    return try freshSession().logProbabilities(of: ids, shouldStop: state.stopQuestion)
  }
}

/// A prompt as Lua gives it: text, or token ids.
typealias Prompt = Either<LuaString, [Int]>

extension LuaState {
  /// Asked by long computations: true when the person, or a limit, wants them to stop.
  var stopQuestion: () -> Bool {
    { self.isStopRequested || Cancellation.isRequested }
  }
}
