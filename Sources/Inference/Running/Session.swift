public import Base
import CTensors
import Models

/// One sequence of a model: the tokens so far with their keys and values.
///
/// A session belongs to one thread at a time.
public final class Session {
  /// Which rows of logits a run computes.
  public enum LogitRows: Sendable { case none, last, all }

  /// The model.
  public let engine: Engine
  /// The tokens so far, with their keys and values.
  public let cache: KVCache

  private var scratch: Scratch

  init(_ engine: Engine, precision: KVCache.Precision) {
    self.engine = engine
    cache = KVCache(engine.spec, precision: precision)
    scratch = Scratch(engine.spec, capacity: 1)
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
    for token in tokens where !engine.tokenizer.vocabulary.contains(token) {
      throw Problem("token \(token) is not in the vocabulary of \(engine.spec.vocabularySize)")
    }
    try cache.reserve(tokens.count)
    let capacity = min(tokens.count, Engine.chunk)
    if scratch.capacity < capacity { scratch = Scratch(engine.spec, capacity: capacity) }
    // An escaping closure is needed by the run's description; it does not outlive this call.
    let problem: Problem? = withoutActuallyEscaping(shouldStop) { stop in
      do throws(Problem) {
        for start in stride(from: 0, to: tokens.count, by: Engine.chunk) {
          let piece = tokens[start..<min(start + Engine.chunk, tokens.count)]
          let isLast = piece.endIndex == tokens.count
          try runPiece(piece, rows, isLast, observer, stop, onLogits)
        }
        return nil
      } catch { return error }
    }
    if let problem { throw problem }
  }

  private func runPiece(
    _ piece: ArraySlice<TokenID>, _ rows: LogitRows, _ isLast: Bool, _ observer: Observer?,
    _ shouldStop: @escaping () -> Bool,
    _ onLogits: (Int, UnsafeMutableBufferPointer<Float>) -> Void
  ) throws(Problem) {
    let run = GraphRun(
      cache: cache, scratch: scratch, observer: observer, shouldStop: shouldStop)
    try engine.graph.run(piece, run)
    let first = cache.count
    cache.commit(piece)
    switch rows {
    case .none: return
    case .last: if isLast { logits(piece.count - 1..<piece.count, first, onLogits) }
    case .all:
      for start in stride(from: 0, to: piece.count, by: scratch.logitRows) {
        try run.checkStop()
        logits(start..<min(start + scratch.logitRows, piece.count), first, onLogits)
      }
    }
  }

  /// Multiplies final states with the output matrix and hands the rows out.
  private func logits(
    _ rows: Range<Int>, _ first: Int, _ onLogits: (Int, UnsafeMutableBufferPointer<Float>) -> Void
  ) {
    let (width, vocabulary) = (engine.spec.width, engine.spec.vocabularySize)
    engine.graph.output.multiply(
      scratch.normed.start + rows.lowerBound * width, count: rows.count, into: scratch.logits.start)
    for row in rows {
      let start = scratch.logits.start + (row - rows.lowerBound) * vocabulary
      onLogits(first + row, UnsafeMutableBufferPointer(start: start, count: vocabulary))
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
