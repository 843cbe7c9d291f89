public import Base
import CTensors
import Models

/// One sequence of a model: the tokens so far with their keys and values.
///
/// A session belongs to one thread at a time.
public final class Session {
  /// The model.
  public let engine: Engine
  /// The tokens so far, with their keys and values.
  public private(set) var cache: KVSequence
  /// What runs its tokens.
  public let executor: StepExecutor
  /// What is added to the weights; nil for the model alone.
  public let adapter: Adapter?

  /// Creates an empty session with a pool of its own.
  convenience init(_ engine: Engine, format: KVFormat) {
    // A standard block size is in range, so nothing can fail here.
    guard let pool = try? engine.makePool(format: format) else {
      preconditionFailure("a pool of standard blocks")
    }
    self.init(StepExecutor(engine, pool))
  }

  /// Creates an empty session in an executor's pool.
  public init(_ executor: StepExecutor, adapter: Adapter? = nil) {
    self.executor = executor
    self.adapter = adapter
    engine = executor.engine
    cache = KVSequence(executor.pool, variant: adapter?.id ?? 0)
  }

  /// A session that goes on from the same tokens and shares their keys and values.
  public func fork() -> Session {
    let other = Session(executor, adapter: adapter)
    other.cache = cache.fork()
    return other
  }

  /// Runs tokens at the end of the sequence.
  ///
  /// - Parameters:
  ///   - tokens: What follows; each must be in the vocabulary.
  ///   - rows: For which of them logits are computed.
  ///   - observer: Looks at values inside.
  ///   - shouldStop: Asked between layers; true ends the run with a problem of kind `interrupted`, and
  ///     the sequence keeps the pieces that were finished.
  ///   - onLogits: Takes the position and the logits of each row in order; the memory is valid
  ///     during the call.
  /// - Throws: A problem when the tokens do not fit, or of kind `interrupted` when stopped.
  public func run(
    _ tokens: [TokenID], logits rows: LogitRows = .last, observer: Observer? = nil,
    shouldStop: () -> Bool = { false },
    onLogits: (Int, UnsafeMutableBufferPointer<Float>) -> Void = { _, _ in }
  ) throws(Problem) {
    let item = StepItem(cache, tokens[...], logits: rows, adapter: adapter)
    try executor.run([item], observer: observer, shouldStop: shouldStop) { _, position, logits in
      onLogits(position, logits)
    }
  }
}

extension Session {
  /// The logits that follow tokens at the end of the sequence.
  public func logits(after tokens: [TokenID], shouldStop: () -> Bool = { false }) throws(Problem)
    -> [Float]
  {
    guard !tokens.isEmpty else {
      throw Problem("logits need at least one token", fix: "give a prompt that is not empty")
    }
    var result: [Float] = []
    try run(tokens, shouldStop: shouldStop) { _, row in result = Array(row) }
    return result
  }

  /// The natural logarithm of each token's probability given the tokens before it, from the second on.
  ///
  /// The session must be empty.
  public func logProbabilities(of tokens: [TokenID], shouldStop: () -> Bool = { false })
    throws(Problem) -> [Double]
  {
    precondition(cache.count == 0, "the session holds \(cache.count) tokens")
    var result: [Double] = []
    result.reserveCapacity(tokens.count)
    try run(tokens, logits: .all, shouldStop: shouldStop) { position, row in
      guard position + 1 < tokens.count, let start = row.baseAddress else { return }
      let target = Double(row[Int(tokens[position + 1])])
      result.append(target - ct_log_sum_exp(start, Int64(row.count)))
    }
    return result
  }
}

/// The perplexity of a text from its tokens' log probabilities: e to minus their mean.
public func perplexity(_ logProbabilities: [Double]) -> Double {
  guard !logProbabilities.isEmpty else { return .nan }
  return exponential(-logProbabilities.reduce(0, +) / Double(logProbabilities.count))
}

/// The natural logarithm of the sum of e to each logit, without overflow.
public func logSumExp(_ logits: [Float]) -> Double { ct_log_sum_exp(logits, Int64(logits.count)) }
