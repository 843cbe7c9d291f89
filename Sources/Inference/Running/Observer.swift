public import Base

/// A place in the forward pass where values can be looked at, and changed.
///
/// Raw values are the names in hooks: `blk.3.attn.scores` is the attention of the fourth layer.
public enum Tap: String, Sendable, CaseIterable {
  /// The looked-up embeddings, `[T, d]`.
  case embedding = "embed"
  /// A layer's input after its first norm, `[T, d]`.
  case attentionNorm = "attn.norm"
  /// A layer's turned queries, `[T, H·D]`.
  case query = "attn.q"
  /// A layer's turned keys, `[T, G·D]`.
  case key = "attn.k"
  /// A layer's values, `[T, G·D]`.
  case value = "attn.v"
  /// A layer's attention weights after the softmax, `[T·H, S]`; changing them changes nothing.
  case attention = "attn.scores"
  /// What the heads bring together, before the output matrix, `[T, H·D]`.
  case attended = "attn.heads"
  /// What attention adds to the stream, `[T, d]`.
  case attentionOutput = "attn.out"
  /// The input of a layer's feed-forward block after its norm, `[T, d]`.
  case feedForwardNorm = "ffn.norm"
  /// The neurons of a layer's feed-forward block behind their activation, `[T, f]`.
  case neurons = "ffn.neurons"
  /// The experts' shares of a mixture, `[T, E]`, 0 where an expert is not used.
  case experts = "ffn.experts"
  /// What the feed-forward block adds to the stream, `[T, d]`.
  case feedForwardOutput = "ffn.out"
  /// The residual stream behind a layer, `[T, d]`.
  case layerOutput = "out"
  /// The final states after the last norm, `[T, d]`.
  case outputNorm = "norm"
  /// The logits that were asked for, `[T, V]`.
  case logits = "logits"

  /// True for a tap that every layer has.
  public var isInLayer: Bool {
    switch self {
    case .embedding, .outputNorm, .logits: false
    default: true
    }
  }
}

/// Values at a tap for the consecutive tokens of one sequence; the memory is valid during the call only.
public struct Observation {
  /// Where they stand.
  public let tap: Tap
  /// The layer from 0; 0 for what stands in no layer.
  public let layer: Int
  /// The number of the sequence in the step, from 0.
  public let item: Int
  /// The position of the first token.
  public let firstPosition: Int
  /// The number of rows.
  public let rows: Int
  /// The number of columns.
  public let columns: Int
  /// The values, row by row; what is written here is what the pass goes on with.
  public let values: UnsafeMutableBufferPointer<Float>
}

/// Looks at values as they are computed; what is not asked for costs nothing.
public struct Observer {
  /// Says whether a tap of a layer is to be shown.
  public let wants: (Tap, Int) -> Bool
  /// Takes what is shown.
  public let observe: (Observation) -> Void
  /// Asked between layers: a problem ends the pass.
  public let problem: () -> Problem?

  /// Creates an observer of some taps in all layers.
  public init(_ taps: Set<Tap>, _ observe: @escaping (Observation) -> Void) {
    self.init(wants: { tap, _ in taps.contains(tap) }, observe)
  }

  /// Creates an observer of the places that a question answers with true.
  public init(
    wants: @escaping (Tap, Int) -> Bool, problem: @escaping () -> Problem? = { nil },
    _ observe: @escaping (Observation) -> Void
  ) {
    self.wants = wants
    self.problem = problem
    self.observe = observe
  }

  /// One observer for two: each sees what it wants, the first one first.
  static func joined(_ a: Observer?, _ b: Observer?) -> Observer? {
    guard let a, let b else { return a ?? b }
    return Observer(
      wants: { a.wants($0, $1) || b.wants($0, $1) }, problem: { a.problem() ?? b.problem() }
    ) { seen in
      if a.wants(seen.tap, seen.layer) { a.observe(seen) }
      if b.wants(seen.tap, seen.layer) { b.observe(seen) }
    }
  }
}
