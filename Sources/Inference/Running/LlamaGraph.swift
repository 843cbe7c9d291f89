import Base
import CTensors
import Models

/// The Llama family: in each layer, attention with grouped heads and rotary positions, then a
/// SiLU-gated feed-forward block, each on the RMS-normed stream and added to it.
struct LlamaGraph: Graph {
  static let architecture = "llama"

  private struct Layer: Sendable {
    let attentionNorm: [Float]
    let queries: WeightMatrix
    let keys: WeightMatrix
    let values: WeightMatrix
    let attentionOutput: WeightMatrix
    let feedForwardNorm: [Float]
    let gate: WeightMatrix
    let up: WeightMatrix
    let down: WeightMatrix
  }

  let embedding: WeightMatrix
  let output: WeightMatrix
  private let spec: ModelSpec
  private let layers: [Layer]
  private let outputNorm: [Float]
  private let rotary: RotaryPositions

  init(_ reader: inout WeightReader, _ spec: ModelSpec) throws(Problem) {
    self.spec = spec
    embedding = try reader.matrix(
      "token_embd.weight", rows: spec.vocabularySize, columns: spec.width)
    output =
      spec.sharesOutput
      ? embedding
      : try reader.matrix("output.weight", rows: spec.vocabularySize, columns: spec.width)
    outputNorm = try reader.vector("output_norm.weight", count: spec.width)
    let factors = try reader.optionalVector("rope_freqs.weight", count: spec.headWidth / 2)
    rotary = try RotaryPositions(reader.file, spec, factors: factors)
    var layers: [Layer] = []
    for number in 0..<spec.layers { layers.append(try Self.readLayer(number, &reader, spec)) }
    self.layers = layers
  }

  private static func readLayer(_ number: Int, _ reader: inout WeightReader, _ spec: ModelSpec)
    throws(Problem) -> Layer
  {
    let block = "blk.\(number)."
    let (d, f) = (spec.width, spec.feedForwardWidth)
    let (q, kv) = (spec.heads * spec.headWidth, spec.keyValueHeads * spec.headWidth)
    return Layer(
      attentionNorm: try reader.vector(block + "attn_norm.weight", count: d),
      queries: try reader.matrix(block + "attn_q.weight", rows: q, columns: d),
      keys: try reader.matrix(block + "attn_k.weight", rows: kv, columns: d),
      values: try reader.matrix(block + "attn_v.weight", rows: kv, columns: d),
      attentionOutput: try reader.matrix(block + "attn_output.weight", rows: d, columns: q),
      feedForwardNorm: try reader.vector(block + "ffn_norm.weight", count: d),
      gate: try reader.matrix(block + "ffn_gate.weight", rows: f, columns: d),
      up: try reader.matrix(block + "ffn_up.weight", rows: f, columns: d),
      down: try reader.matrix(block + "ffn_down.weight", rows: d, columns: f))
  }

  func run(_ tokens: ArraySlice<TokenID>, _ run: GraphRun) throws(Problem) {
    let scratch = run.scratch
    let count = tokens.count
    for (row, token) in tokens.enumerated() {
      embedding.unpackRow(Int(token), into: scratch.stream.start + row * spec.width)
    }
    run.show(.embedding, layer: 0, rows: count, columns: spec.width, scratch.stream.start)
    rotary.fill(scratch, first: run.cache.count, count: count)
    for (number, layer) in layers.enumerated() {
      try run.checkStop()
      attend(layer, number, count, run)
      feedForward(layer, count, scratch)
      run.show(.layerOutput, layer: number, rows: count, columns: spec.width, scratch.stream.start)
    }
    norm(scratch.stream, outputNorm, count, into: scratch.normed)
    run.show(
      .outputNorm, layer: spec.layers, rows: count, columns: spec.width, scratch.normed.start)
  }

  // MARK: Blocks

  private func attend(_ layer: Layer, _ number: Int, _ count: Int, _ run: GraphRun) {
    let scratch = run.scratch
    let (heads, groups) = (spec.heads, spec.keyValueHeads)
    norm(scratch.stream, layer.attentionNorm, count, into: scratch.normed)
    run.show(
      .attentionNorm, layer: number, rows: count, columns: spec.width, scratch.normed.start)
    layer.queries.multiply(scratch.normed.start, count: count, into: scratch.queries.start)
    layer.keys.multiply(scratch.normed.start, count: count, into: scratch.keys.start)
    layer.values.multiply(scratch.normed.start, count: count, into: scratch.values.start)
    turn(scratch.queries, heads: heads, count, scratch)
    turn(scratch.keys, heads: groups, count, scratch)
    run.show(
      .query, layer: number, rows: count, columns: heads * spec.headWidth, scratch.queries.start)
    run.show(
      .key, layer: number, rows: count, columns: groups * spec.headWidth, scratch.keys.start)
    run.show(
      .value, layer: number, rows: count, columns: groups * spec.headWidth, scratch.values.start)
    lookBack(number, count, run)
    layer.attentionOutput.multiply(scratch.attended.start, count: count, into: scratch.delta.start)
    ct_accumulate(scratch.stream.start, scratch.delta.start, Int64(count * spec.width))
  }

  private func lookBack(_ number: Int, _ count: Int, _ run: GraphRun) {
    let scratch = run.scratch
    let first = run.cache.count
    let columns = first + count
    let wanted = run.observer?.taps.contains(.attention) == true
    let weights = wanted ? FloatBuffer(count * spec.heads * columns) : nil
    run.cache.withLayer(number) { attention in
      ct_kv_store_v0(
        &attention, scratch.keys.start, scratch.values.start, Int64(first), Int64(count))
      ct_attend_v0(
        &attention, scratch.queries.start, Int64(first), Int64(count), scratch.attended.start,
        weights?.start)
    }
    if let weights {
      run.show(
        .attention, layer: number, rows: count * spec.heads, columns: columns, weights.start)
    }
  }

  private func feedForward(_ layer: Layer, _ count: Int, _ scratch: Scratch) {
    norm(scratch.stream, layer.feedForwardNorm, count, into: scratch.normed)
    layer.gate.multiply(scratch.normed.start, count: count, into: scratch.gate.start)
    layer.up.multiply(scratch.normed.start, count: count, into: scratch.up.start)
    ct_silu_gate(scratch.gate.start, scratch.up.start, Int64(count * spec.feedForwardWidth))
    layer.down.multiply(scratch.gate.start, count: count, into: scratch.delta.start)
    ct_accumulate(scratch.stream.start, scratch.delta.start, Int64(count * spec.width))
  }

  private func norm(_ x: FloatBuffer, _ weight: [Float], _ count: Int, into out: FloatBuffer) {
    ct_rms_norm(
      x.start, weight, Int64(count), Int64(spec.width), Float(spec.normEpsilon), out.start)
  }

  private func turn(_ x: FloatBuffer, heads: Int, _ count: Int, _ scratch: Scratch) {
    ct_rope(
      x.start, Int64(count), Int64(heads), Int64(spec.headWidth),
      Int64(rotary.frequencies.count), scratch.cosines.start, scratch.sines.start, 0)
  }
}
