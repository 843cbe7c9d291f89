import Base
import CTensors
import Models

/// Attention over one short vector a position, from which every head's keys and values could be made
/// (multi-head latent attention, DeepSeek-V2, 2024).
///
/// They never are: a head's key matrix is moved to its query, q·(K·c) = (Kᵀ·q)·c, and its value matrix
/// behind the weighted sum. So all heads look at the same vectors, like query heads at one key head
/// whose keys are the turned part and c, and whose values are c.
struct LatentAttentionBlock: StreamBlock {
  let layer: Int
  let heads: Int
  let widths: LatentAttention
  let shape: AttentionShape
  /// The stream's way to the queries: straight, or over a normed vector.
  let queriesInto: (projection: Projection, norm: Norm)?
  let queries: Projection
  /// Gives c and the turned part of the key, which all heads share.
  let latent: Projection
  let latentNorm: Norm
  /// For each head Kᵀ `[rank, plain]` and V `[value, rank]`.
  let keys: [WeightMatrix]
  let values: [WeightMatrix]
  let output: Projection
  let rotary: RotaryPositions

  func run(_ x: Rows, _ pass: Pass) -> Rows {
    let q = absorbedQueries(x, pass)
    let (k, v) = keysAndValues(x, pass)
    pass.turn(q, headWidth: shape.keyWidth, rotary)
    pass.turn(k, headWidth: shape.keyWidth, rotary)
    pass.show(.query, layer, q)
    pass.show(.key, layer, k)
    pass.show(.value, layer, v)
    let sums = pass.attend(shape, layer: layer, q, k, v)
    let attended = pass.rows(heads * widths.valueWidth)
    multiplyHeads(values, sums, from: 0, to: attended, at: 0, pass, as: .attentionOutput)
    pass.show(.attended, layer, attended)
    return pass.project(output, attended, as: .attentionOutput)
  }

  /// Queries `[T, H·(turned + rank)]`: each head's turned part, and its plain part times Kᵀ.
  private func absorbedQueries(_ x: Rows, _ pass: Pass) -> Rows {
    var input = x
    if let queriesInto {
      input = pass.project(queriesInto.projection, x, as: .queriesKeysValues)
      pass.timed(.norm) { queriesInto.norm.run(input, into: input) }
    }
    let whole = pass.project(queries, input, as: .queriesKeysValues)
    let q = pass.rows(heads * shape.keyWidth)
    let (plain, turned) = (widths.plainWidth, widths.turnedWidth)
    for head in 0..<heads {
      q.copy(
        turned, at: head * shape.keyWidth, from: whole, at: head * (plain + turned) + plain)
    }
    multiplyHeads(keys, whole, from: 0, to: q, at: turned, pass, as: .queriesKeysValues)
    return q
  }

  /// The one key `[T, turned + rank]` and value `[T, rank]` of each position.
  private func keysAndValues(_ x: Rows, _ pass: Pass) -> (Rows, Rows) {
    let both = pass.project(latent, x, as: .queriesKeysValues)
    let v = pass.rows(widths.rank)
    v.copy(widths.rank, at: 0, from: both, at: 0)
    pass.timed(.norm) { latentNorm.run(v, into: v) }
    let k = pass.rows(shape.keyWidth)
    k.copy(widths.turnedWidth, at: 0, from: both, at: widths.rank)
    k.copy(widths.rank, at: widths.turnedWidth, from: v, at: 0)
    return (k, v)
  }

  /// Multiplies each head's part of rows with the head's matrix; parts begin `from` and `to` columns
  /// behind the beginning of a head.
  private func multiplyHeads(
    _ matrices: [WeightMatrix], _ x: Rows, from: Int, to y: Rows, at: Int, _ pass: Pass,
    as operation: StepProfile.Operation
  ) {
    let (inEach, outEach) = (x.columns / heads, y.columns / heads)
    for (head, matrix) in matrices.enumerated() {
      let mark = pass.arena.mark
      let part = pass.rows(matrix.columns)
      part.copy(matrix.columns, at: 0, from: x, at: head * inEach + from)
      y.copy(
        matrix.rows, at: head * outEach + at,
        from: pass.product(matrix, part, as: operation), at: 0)
      pass.arena.reset(to: mark)
    }
  }
}

extension Rows {
  /// Copies some columns of as many rows.
  fileprivate func copy(_ width: Int, at: Int, from other: Rows, at first: Int) {
    for index in 0..<count {
      (row(index) + at).update(from: other.row(index) + first, count: width)
    }
  }
}

extension WeightReader {
  /// The latent attention of a layer, from files that store the heads' matrices apart or, as they did
  /// first, in one.
  mutating func latentAttention(
    _ layer: Int, _ widths: LatentAttention, rotary: RotaryPositions
  ) throws(Problem) -> LatentAttentionBlock {
    let (block, d, heads) = ("blk.\(layer).attn_", spec.width, spec.heads)
    let queryWidth = widths.plainWidth + widths.turnedWidth
    let matrices = try headMatrices(block, widths)
    var into: (projection: Projection, norm: Norm)?
    if let rank = widths.queryRank {
      into = (
        try projection(block + "q_a", rows: rank, columns: d),
        try rmsNorm(block + "q_a_norm", count: rank)
      )
    }
    return LatentAttentionBlock(
      layer: layer, heads: heads, widths: widths,
      shape: AttentionShape(
        heads: heads, groups: 1, keyWidth: widths.turnedWidth + widths.rank,
        valueWidth: widths.rank,
        scale: Float(rotary.scaling.scoreFactor) / Float(queryWidth).squareRoot()),
      queriesInto: into,
      queries: try projection(
        block + (into == nil ? "q" : "q_b"), rows: heads * queryWidth,
        columns: widths.queryRank ?? d),
      latent: try projection(
        block + "kv_a_mqa", rows: widths.rank + widths.turnedWidth, columns: d),
      latentNorm: try rmsNorm(block + "kv_a_norm", count: widths.rank),
      keys: matrices.keys, values: matrices.values,
      output: try projection(block + "output", rows: d, columns: heads * widths.valueWidth),
      rotary: rotary)
  }

  private mutating func headMatrices(_ block: String, _ widths: LatentAttention) throws(Problem)
    -> (keys: [WeightMatrix], values: [WeightMatrix])
  {
    let (heads, rank, plain) = (spec.heads, widths.rank, widths.plainWidth)
    guard has(block + "kv_b.weight") else {
      return (
        try tables(block + "k_b.weight", count: heads, rows: rank, columns: plain),
        try tables(block + "v_b.weight", count: heads, rows: widths.valueWidth, columns: rank)
      )
    }
    let each = plain + widths.valueWidth
    let all = try table(block + "kv_b.weight", rows: heads * each, columns: rank)
    var (keys, values): ([WeightMatrix], [WeightMatrix]) = ([], [])
    for head in 0..<heads {
      let first = head * each
      // [plain, rank], turned over into [rank, plain].
      let key = all.slice(first..<first + plain).unpacked()
      keys.append(
        WeightMatrix(
          rows: rank, columns: plain,
          (0..<rank * plain).map { key[$0 % plain * rank + $0 / plain] }))
      values.append(all.slice(first + plain..<first + each))
    }
    return (keys, values)
  }
}
