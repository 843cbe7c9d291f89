/// A place in the forward pass where values can be looked at.
public enum Tap: String, Sendable, CaseIterable {
  /// The looked-up embeddings, `[T, d]`.
  case embedding
  /// A layer's input after its first norm, `[T, d]`.
  case attentionNorm = "attn_norm"
  /// A layer's turned queries, `[T, H·D]`.
  case query
  /// A layer's turned keys, `[T, G·D]`.
  case key
  /// A layer's values, `[T, G·D]`.
  case value
  /// A layer's attention weights after the softmax, `[T·H, S]`.
  case attention
  /// The residual stream behind a layer, `[T, d]`.
  case layerOutput = "layer_output"
  /// The final states after the last norm, `[T, d]`.
  case outputNorm = "output_norm"
}

/// Values at a tap for the tokens of one run; the memory is valid during the call only.
public struct Observation {
  /// Where they stand.
  public let tap: Tap
  /// The layer from 0; for embeddings 0, for the last norm the number of layers.
  public let layer: Int
  /// The position of the first token of the run.
  public let firstPosition: Int
  /// The number of rows.
  public let rows: Int
  /// The number of columns.
  public let columns: Int
  /// The values, row by row.
  public let values: UnsafeBufferPointer<Float>
}

/// Looks at values as they are computed; what is not asked for costs nothing.
public struct Observer {
  /// The taps to be shown.
  public let taps: Set<Tap>
  /// Takes what is shown.
  public let observe: (Observation) -> Void

  /// Creates an observer of some taps.
  public init(_ taps: Set<Tap>, _ observe: @escaping (Observation) -> Void) {
    self.taps = taps
    self.observe = observe
  }
}
