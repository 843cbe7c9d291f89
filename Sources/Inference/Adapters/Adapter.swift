import Synchronization

/// What a LoRA adapter adds to a model's products: for some matrices W, `scale · B · A · x` beside
/// `W · x`, with A of few rows (Hu 2021).
///
/// It belongs to no engine: sequences of one step may have different ones.
public final class Adapter: Sendable {
  /// A low-rank addition to one matrix.
  struct Delta: Sendable {
    /// `[rank, inputs]`.
    let a: WeightMatrix
    /// `[outputs, rank]`, with the scale multiplied in.
    let b: WeightMatrix

    /// Adds B·A·x to rows.
    func add(_ x: Rows, to y: Rows, _ arena: Arena) {
      let mark = arena.mark
      let (low, high) = (arena.rows(x.count, a.rows), arena.rows(x.count, b.rows))
      a.multiply(x, into: low, arena)
      b.multiply(low, into: high, arena)
      accumulate(high, to: y)
      arena.reset(to: mark)
    }
  }

  /// What people call it.
  public let name: String
  /// Tells it apart from all others of the process: keys and values depend on it.
  public let id: Int
  /// The additions by their tensors' names without ".weight", as in "blk.3.attn_q".
  let deltas: [String: Delta]

  private static let count = Atomic<Int>(0)

  /// Takes the additions.
  init(_ name: String, _ deltas: [String: Delta]) {
    self.name = name
    self.deltas = deltas
    id = Self.count.add(1, ordering: .relaxed).newValue
  }

  func delta(for name: String) -> Delta? { deltas[name] }
}
