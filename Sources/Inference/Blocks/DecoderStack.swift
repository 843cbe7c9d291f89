import Base
import Models

/// What reads a layer's normed stream and says what to add to the stream.
protocol StreamBlock: Sendable {
  func run(_ x: Rows, _ pass: Pass) -> Rows
}

/// One layer of a decoder: attention, then a feed-forward block, each on the normed stream and added
/// to it.
struct DecoderLayer: Sendable {
  let attentionNorm: Norm
  let attention: any StreamBlock
  /// Norms what attention adds, in families that tame it.
  var attentionOutputNorm: Norm?
  let feedForwardNorm: Norm
  let feedForward: any StreamBlock
  /// Norms what the feed-forward block adds.
  var feedForwardOutputNorm: Norm?

  /// Adds to the stream what the layer finds in it.
  func run(_ number: Int, _ stream: Rows, _ pass: Pass) {
    let x = pass.norm(attentionNorm, stream)
    pass.show(.attentionNorm, number, x)
    let attended = attention.run(x, pass)
    if let norm = attentionOutputNorm { pass.timed(.norm) { norm.run(attended, into: attended) } }
    pass.show(.attentionOutput, number, attended)
    pass.add(attended, to: stream)
    let y = pass.norm(feedForwardNorm, stream)
    pass.show(.feedForwardNorm, number, y)
    let fed = feedForward.run(y, pass)
    if let norm = feedForwardOutputNorm { pass.timed(.norm) { norm.run(fed, into: fed) } }
    pass.show(.feedForwardOutput, number, fed)
    pass.add(fed, to: stream)
    pass.show(.layerOutput, number, stream)
  }
}

/// The layers of a decoder, one after another, and the norm behind them.
struct DecoderStack: Sendable {
  let layers: [DecoderLayer]
  let outputNorm: Norm

  /// Runs embedded tokens through all layers and gives their final, normed states.
  func run(_ stream: Rows, _ pass: Pass) throws(Problem) -> Rows {
    pass.show(.embedding, 0, stream)
    for (number, layer) in layers.enumerated() {
      try pass.layer(number) { layer.run(number, stream, pass) }
    }
    let states = pass.norm(outputNorm, stream)
    pass.show(.outputNorm, 0, states)
    return states
  }
}

extension WeightReader {
  /// A layer of the usual build: a root-mean-square norm before each block.
  mutating func decoderLayer(
    _ number: Int, attention: any StreamBlock, feedForward: any StreamBlock
  ) throws(Problem) -> DecoderLayer {
    DecoderLayer(
      attentionNorm: try rmsNorm("blk.\(number).attn_norm", count: spec.width),
      attention: attention,
      feedForwardNorm: try rmsNorm("blk.\(number).ffn_norm", count: spec.width),
      feedForward: feedForward)
  }

  /// Layers of the usual build throughout: attention with grouped heads turned by their positions,
  /// then a SiLU-gated block or a mixture of such blocks; the usual norm behind them.
  mutating func decoderStack(rotary: RotaryPositions) throws(Problem) -> DecoderStack {
    let spec = spec
    var layers: [DecoderLayer] = []
    for number in 0..<spec.layers {
      let look = try attention(number, AttentionShape(spec, layer: number), rotary: rotary)
      let feedForward = try feedForwardOrMixture(number, .silu, Routing(spec))
      layers.append(try decoderLayer(number, attention: look, feedForward: feedForward))
    }
    return try decoderStack(layers)
  }

  /// Layers with the usual norm behind them.
  mutating func decoderStack(_ layers: [DecoderLayer]) throws(Problem) -> DecoderStack {
    DecoderStack(layers: layers, outputNorm: try rmsNorm("output_norm", count: spec.width))
  }
}
