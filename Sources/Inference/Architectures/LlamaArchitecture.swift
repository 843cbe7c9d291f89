import Base
import Models

/// The Llama family: in each layer, attention with grouped heads and rotary positions, then a
/// SiLU-gated feed-forward block, each on the normed stream and added to it.
struct LlamaArchitecture: Architecture {
  static let names = ["llama"]

  private struct Layer: Sendable {
    let attentionNorm: Norm
    let attention: AttentionBlock
    let feedForwardNorm: Norm
    let feedForward: FeedForwardBlock
  }

  let tables: TokenTables
  let cacheShape: KVShape
  private let layers: [Layer]
  private let outputNorm: Norm
  private let rotary: RotaryPositions

  init(_ reader: inout WeightReader) throws(Problem) {
    let spec = reader.spec
    tables = try reader.tokenTables()
    cacheShape = KVShape(spec)
    outputNorm = try reader.rmsNorm("output_norm", count: spec.width)
    let factors = try reader.optionalVector("rope_freqs.weight", count: spec.headWidth / 2)
    let rotary = try RotaryPositions(reader.file, spec, factors: factors)
    self.rotary = rotary
    var layers: [Layer] = []
    for number in 0..<spec.layers {
      let block = "blk.\(number)."
      layers.append(
        Layer(
          attentionNorm: try reader.rmsNorm(block + "attn_norm", count: spec.width),
          attention: try reader.attention(number, AttentionShape(spec), rotary: rotary),
          feedForwardNorm: try reader.rmsNorm(block + "ffn_norm", count: spec.width),
          feedForward: try reader.feedForward(number, .silu)))
    }
    self.layers = layers
  }

  func run(_ pass: Pass) throws(Problem) -> Rows {
    let stream = pass.embed(tables.embedding)
    pass.show(.embedding, 0, stream)
    pass.prepare(rotary)
    for (number, layer) in layers.enumerated() {
      try pass.layer(number) {
        let x = pass.norm(layer.attentionNorm, stream)
        pass.show(.attentionNorm, number, x)
        pass.add(layer.attention.run(x, pass), to: stream)
        let y = pass.norm(layer.feedForwardNorm, stream)
        pass.show(.feedForwardNorm, number, y)
        pass.add(layer.feedForward.run(y, pass), to: stream)
        pass.show(.layerOutput, number, stream)
      }
    }
    let states = pass.norm(outputNorm, stream)
    pass.show(.outputNorm, 0, states)
    return states
  }
}
