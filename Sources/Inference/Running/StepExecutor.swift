public import Base
import CTensors
import Models

/// Runs steps of an engine: many sequences' next tokens through the layers together.
///
/// Prompts of any length may stand beside single tokens; a step that is larger than `rowLimit` runs in
/// pieces. An executor belongs to one thread at a time.
public final class StepExecutor {
  /// Takes the number of the item, the position and the logits of a row; the memory is valid during the
  /// call and may be written.
  public typealias OnLogits = (Int, Int, UnsafeMutableBufferPointer<Float>) -> Void

  /// The model.
  public let engine: Engine
  /// Where the sequences' blocks lie.
  public let pool: KVPool
  /// What operations took, where somebody wants to know.
  public var profile: StepProfile?
  /// Looks at values inside every step, beside the observer of a single run.
  public var observer: Observer?

  /// The most rows of one run through the layers: memory stays bounded, a stop is seen soon, and a
  /// larger run would not stay in the second-level cache.
  public static let rowLimit = 256
  /// Logits are computed for so many rows at a time: each takes as many floats as there are tokens.
  private static let logitRows = 32

  private let arena = Arena()
  private var isRunning = false

  /// Creates an executor over a pool that fits the engine.
  public init(_ engine: Engine, _ pool: KVPool) {
    precondition(pool.shape == engine.architecture.cacheShape, "a pool of another model")
    self.engine = engine
    self.pool = pool
  }

  /// Runs tokens at the end of sequences.
  ///
  /// Pieces of a long item that were finished stay in the sequence when a later one is stopped.
  /// - Throws: A problem of kind `limit` when the tokens do not fit, with nothing changed; of kind
  ///   `interrupted` when stopped.
  public func run(
    _ plan: [StepItem], observer: Observer? = nil, shouldStop: () -> Bool = { false },
    onLogits: OnLogits = { _, _, _ in }
  ) throws(Problem) {
    guard !isRunning else {
      throw Problem(
        "the model runs already: what looks inside a pass cannot start another one on it",
        fix: "keep the tensor and go on after the pass, or load the model a second time")
    }
    isRunning = true
    defer { isRunning = false }
    let observer = Observer.joined(self.observer, observer)
    try check(plan)
    for (index, item) in plan.enumerated() {
      do throws(Problem) { try item.sequence.reserve(item.tokens.count) } catch {
        for earlier in plan[..<index] { earlier.sequence.trim() }
        throw error
      }
    }
    // An escaping closure is needed by the pass; it does not outlive this call.
    let problem: Problem? = withoutActuallyEscaping(shouldStop) { stop in
      do throws(Problem) {
        for piece in pieces(plan) { try run(piece, observer, stop, onLogits) }
        return nil
      } catch { return error }
    }
    guard let problem else { return }
    for item in plan { item.sequence.trim() }
    throw problem
  }

  // MARK: Parts

  /// Some items of a plan, each with its number there.
  private typealias Piece = [(number: Int, item: StepItem)]

  private func check(_ plan: [StepItem]) throws(Problem) {
    let vocabulary = engine.spec.vocabularySize
    for item in plan {
      precondition(item.sequence.pool === pool, "a sequence of another pool")
      try item.adapter?.check(fits: engine)
      for token in item.tokens where token < 0 || Int(token) >= vocabulary {
        throw Problem("token \(token) is not in the vocabulary of \(vocabulary)")
      }
      let needed = item.sequence.count + item.tokens.count
      guard needed <= engine.spec.contextLength else {
        throw Problem(
          "\(needed) tokens do not fit into the context of \(engine.spec.contextLength)",
          fix: "shorten the prompt or ask for fewer tokens", kind: .limit)
      }
    }
  }

  /// Cuts a plan into pieces of at most `rowLimit` rows; a long item goes over several of them.
  private func pieces(_ plan: [StepItem]) -> [Piece] {
    var result: [Piece] = [[]]
    var room = Self.rowLimit
    for (number, item) in plan.enumerated() {
      var rest = item.tokens
      while !rest.isEmpty {
        if room == 0 {
          result.append([])
          room = Self.rowLimit
        }
        let part = rest.prefix(room)
        rest = rest.dropFirst(part.count)
        room -= part.count
        let logits: LogitRows =
          switch item.logits {
          case .all: .all
          case .last: rest.isEmpty ? .last : .none
          case .none: .none
          }
        result[result.count - 1].append(
          (number, StepItem(item.sequence, part, logits: logits, adapter: item.adapter)))
      }
    }
    return result.filter { !$0.isEmpty }
  }

  private func run(
    _ piece: Piece, _ observer: Observer?, _ shouldStop: @escaping () -> Bool, _ onLogits: OnLogits
  ) throws(Problem) {
    let start = ContinuousClock.now
    arena.reset()
    let pass = Pass(
      piece.map(\.item), pool: pool, arena: arena, observer: observer, profile: profile,
      shouldStop: shouldStop)
    let states = try engine.architecture.run(pass)
    try pass.checkStop()
    for entry in piece { entry.item.sequence.commit(entry.item.tokens) }
    try logits(piece, states, pass, onLogits)
    if let problem = observer?.problem() { throw problem }
    profile?.addStep(rows: pass.count, start.duration(to: .now))
  }

  /// Multiplies the wanted rows' states with the output matrix and hands the logits out.
  private func logits(_ piece: Piece, _ states: Rows, _ pass: Pass, _ onLogits: OnLogits)
    throws(Problem)
  {
    let wanted = zip(piece, pass.spans).flatMap { entry, span in
      let rows = Int(span.row)..<Int(span.row + span.count)
      let shown =
        switch entry.item.logits {
        case .none: rows.upperBound..<rows.upperBound
        case .last: rows.upperBound - 1..<rows.upperBound
        case .all: rows
        }
      return shown.map { (number: entry.number, row: $0) }
    }
    let output = engine.architecture.tables.output
    for start in stride(from: 0, to: wanted.count, by: Self.logitRows) {
      try pass.checkStop()
      let some = wanted[start..<min(start + Self.logitRows, wanted.count)]
      let mark = arena.mark
      let x = arena.rows(some.count, states.columns)
      for (index, entry) in some.enumerated() {
        x.row(index).update(from: states.row(entry.row), count: states.columns)
      }
      let y = pass.product(output.matrix, x, as: .logits)
      try pass.checkProducts()
      engine.architecture.finish(y)
      for (index, entry) in some.enumerated() {
        let row = UnsafeMutableBufferPointer(start: y.row(index), count: y.columns)
        pass.showLogits(row, item: entry.number, position: pass.positions[entry.row])
        onLogits(entry.number, pass.positions[entry.row], row)
      }
      arena.reset(to: mark)
    }
  }
}
