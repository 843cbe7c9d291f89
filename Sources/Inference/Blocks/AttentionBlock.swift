import Base
import CTensors
import Models

/// The numbers of one layer's attention.
struct AttentionShape: Sendable {
  let heads: Int
  /// Key heads; each serves `heads / groups` query heads.
  let groups: Int
  /// The width of queries and keys.
  let keyWidth: Int
  let valueWidth: Int
  /// Scores are multiplied with it.
  var scale: Float
  /// Positions that a token sees, itself included; 0: all before it.
  var window = 0
  /// Scores are bent to stay within it; 0: not.
  var softCap: Float = 0

  /// The usual attention: all heads as wide, scores divided by the root of the width, the window
  /// that the model gives to the layer.
  init(_ spec: ModelSpec, layer: Int) {
    self.init(
      heads: spec.heads, groups: spec.keyValueHeads, keyWidth: spec.headWidth,
      valueWidth: spec.headWidth, scale: 1 / Float(spec.headWidth).squareRoot())
    window = spec.windowSize(layer: layer) ?? 0
  }

  init(heads: Int, groups: Int, keyWidth: Int, valueWidth: Int, scale: Float) {
    self.heads = heads
    self.groups = groups
    self.keyWidth = keyWidth
    self.valueWidth = valueWidth
    self.scale = scale
  }

  /// How kernels are told.
  func kernelCall(_ pool: KVPool, layer: Int) -> ct_attention {
    ct_attention(
      block_size: Int64(pool.blockSize), offset: Int64(pool.offset(ofLayer: layer)),
      heads: Int64(heads), kv_heads: Int64(groups), head_dim: Int64(keyWidth),
      value_dim: Int64(valueWidth), window: Int64(window), scale: scale, softcap: softCap,
      format: pool.format.kernelCode)
  }

  /// Positions that the rows of a pass look at, each row's counted.
  private func positionsSeen(_ pass: Pass) -> Int {
    pass.positions.reduce(0) { $0 + (window == 0 ? $1 + 1 : min($1 + 1, window)) }
  }

  /// Multiply-adds of scores and sums.
  func multiplyAdds(_ pass: Pass) -> Int { positionsSeen(pass) * heads * (keyWidth + valueWidth) }

  /// Bytes of the cache that must be read, each sequence's once.
  func bytesRead(_ pass: Pass) -> Int {
    let perPosition = pass.pool.blockBytes.count / pass.pool.blockSize / pass.pool.shape.layers
    return pass.spans.reduce(0) { sum, span in
      let length = Int(span.first + span.count)
      return sum + (window == 0 ? length : min(length, window + Int(span.count))) * perPosition
    }
  }
}

/// Attention with grouped heads: queries, keys and values by products, normed and turned where the
/// model does, the look back, and the product that brings the heads together.
struct AttentionBlock: StreamBlock {
  let layer: Int
  let shape: AttentionShape
  let queries: Projection
  let keys: Projection
  let values: Projection
  let output: Projection
  /// Norms of each head's queries and keys.
  var queryNorm: Norm?
  var keyNorm: Norm?
  /// How positions turn queries and keys; nil where positions come in otherwise.
  var rotary: RotaryPositions?

  /// What attention adds to the stream.
  func run(_ x: Rows, _ pass: Pass) -> Rows {
    let products = pass.project([queries, keys, values], x, as: .queriesKeysValues)
    let (q, k, v) = (products[0], products[1], products[2])
    if let queryNorm { pass.timed(.norm) { queryNorm.run(q, into: q) } }
    if let keyNorm { pass.timed(.norm) { keyNorm.run(k, into: k) } }
    if let rotary {
      pass.turn(q, headWidth: shape.keyWidth, rotary)
      pass.turn(k, headWidth: shape.keyWidth, rotary)
    }
    pass.show(.query, layer, q)
    pass.show(.key, layer, k)
    pass.show(.value, layer, v)
    let heads = pass.attend(shape, layer: layer, q, k, v)
    pass.show(.attended, layer, heads)
    return pass.project(output, heads, as: .attentionOutput)
  }
}

extension WeightReader {
  /// The attention of a layer under the names that most families use, with norms of heads and biases
  /// where the file has them.
  mutating func attention(_ layer: Int, _ shape: AttentionShape, rotary: RotaryPositions?)
    throws(Problem) -> AttentionBlock
  {
    let (block, d) = ("blk.\(layer).", spec.width)
    var result = AttentionBlock(
      layer: layer, shape: shape,
      queries: try projection(block + "attn_q", rows: shape.heads * shape.keyWidth, columns: d),
      keys: try projection(block + "attn_k", rows: shape.groups * shape.keyWidth, columns: d),
      values: try projection(block + "attn_v", rows: shape.groups * shape.valueWidth, columns: d),
      output: try projection(
        block + "attn_output", rows: d, columns: shape.heads * shape.valueWidth))
    result.queryNorm = try optionalRMSNorm(block + "attn_q_norm", count: shape.keyWidth)
    result.keyNorm = try optionalRMSNorm(block + "attn_k_norm", count: shape.keyWidth)
    result.rotary = rotary
    if let rotary, !rotary.pairsHalves {
      // Such files hold the rows of queries and keys in another order than the model's first home.
      targets[block + "attn_q"]?.pairedHeads = shape.heads
      targets[block + "attn_k"]?.pairedHeads = shape.groups
    }
    return result
  }
}
