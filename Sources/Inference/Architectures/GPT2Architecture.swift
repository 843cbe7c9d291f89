import Base
import Models

/// GPT-2: layer norms, learned positions, one matrix for queries, keys and values, biases everywhere,
/// and a feed-forward block without a gate, bent by GELU's tanh formula.
struct GPT2Architecture: Architecture {
  static let names = ["gpt2"]

  let tables: TokenTables
  let cacheShape: KVShape
  private let positions: LearnedPositions
  private let stack: DecoderStack

  init(_ reader: inout WeightReader) throws(Problem) {
    let spec = reader.spec
    tables = try reader.tokenTables()
    cacheShape = KVShape(spec)
    positions = LearnedPositions(
      table: try reader.table(
        "position_embd.weight", rows: spec.contextLength, columns: spec.width))
    var layers: [DecoderLayer] = []
    for number in 0..<spec.layers {
      let block = "blk.\(number)."
      layers.append(
        DecoderLayer(
          attentionNorm: try reader.layerNorm(block + "attn_norm", count: spec.width),
          attention: try reader.fusedAttention(number, AttentionShape(spec, layer: number)),
          feedForwardNorm: try reader.layerNorm(block + "ffn_norm", count: spec.width),
          feedForward: try reader.feedForward(number, .geluTanh, gated: false)))
    }
    stack = DecoderStack(
      layers: layers, outputNorm: try reader.layerNorm("output_norm", count: spec.width))
  }

  func run(_ pass: Pass) throws(Problem) -> Rows {
    let stream = pass.embed(tables.embedding)
    positions.add(to: stream, pass)
    return try stack.run(stream, pass)
  }
}

extension WeightReader {
  /// Attention whose queries, keys and values lie one under another in one matrix.
  fileprivate mutating func fusedAttention(_ layer: Int, _ shape: AttentionShape) throws(Problem)
    -> AttentionBlock
  {
    let (block, d) = ("blk.\(layer).", spec.width)
    let rows = [
      shape.heads * shape.keyWidth, shape.groups * shape.keyWidth, shape.groups * shape.valueWidth,
    ]
    let matrices = try stacked(block + "attn_qkv.weight", rows: rows, columns: d)
    let biases = try optionalVector(block + "attn_qkv.bias", count: rows.reduce(0, +))
    var first = 0
    let parts = zip(["attn_q", "attn_k", "attn_v"], matrices).map { name, matrix in
      defer { first += matrix.rows }
      return Projection(
        block + name, matrix, bias: biases.map { Array($0[first..<first + matrix.rows]) })
    }
    return AttentionBlock(
      layer: layer, shape: shape, queries: parts[0], keys: parts[1], values: parts[2],
      output: try projection(
        block + "attn_output", rows: d, columns: shape.heads * shape.valueWidth))
  }
}
