import Base
import CTensors
import Tensors

/// A BERT encoder: tokens to one vector a token, every token seeing all others of its sentence.
///
/// Sentences run together without padding: their rows follow one another through every matrix
/// product, and attention runs within each.
final class Encoder: Sendable {
  let shape: EncoderShape

  private let words: TokenEmbeddings
  /// Position embeddings with the one token type added, `[P, d]`.
  private let positions: AlignedFloats
  private let firstNorm: Norm
  private let layers: [Layer]

  private struct Norm: Sendable {
    let weight: [Float]
    let bias: [Float]
  }

  private struct Layer: Sendable {
    let queryKeyValue: PackedMatrix
    let attentionOutput: PackedMatrix
    let attentionNorm: Norm
    let up: PackedMatrix
    let down: PackedMatrix
    let outputNorm: Norm
  }

  /// The rows of one run, unless a single sentence has more: activations then stay in the caches.
  private static let rowsPerRun = 512

  // MARK: Reading

  /// Reads and packs the weights.
  init(_ file: some EncoderTensorFile, _ shape: EncoderShape) throws(Problem) {
    self.shape = shape
    let (d, f) = (shape.width, shape.innerWidth)
    let name = "embeddings.word_embeddings.weight"
    words = try TokenEmbeddings(
      try file.required(name, count: shape.vocabularySize * d), of: file.file,
      rows: shape.vocabularySize, width: d)
    let types = try file.values(
      "embeddings.token_type_embeddings.weight", count: shape.tokenTypes * d)
    let places = try file.values(
      "embeddings.position_embeddings.weight", count: shape.positions * d)
    positions = AlignedFloats(places.count)
    positions.start.update(from: places, count: places.count)
    for place in 0..<shape.positions { ct_accumulate(positions.start + place * d, types, Int64(d)) }
    firstNorm = try Self.norm(file, "embeddings.LayerNorm", d)
    var layers: [Layer] = []
    for number in 0..<shape.layers {
      let prefix = "encoder.layer.\(number)."
      layers.append(
        Layer(
          queryKeyValue: try Self.matrix(
            file, ["query", "key", "value"].map { prefix + "attention.self." + $0 }, d, d),
          attentionOutput: try Self.matrix(file, [prefix + "attention.output.dense"], d, d),
          attentionNorm: try Self.norm(file, prefix + "attention.output.LayerNorm", d),
          up: try Self.matrix(file, [prefix + "intermediate.dense"], f, d),
          down: try Self.matrix(file, [prefix + "output.dense"], d, f),
          outputNorm: try Self.norm(file, prefix + "output.LayerNorm", d)))
    }
    self.layers = layers
  }

  private static func norm(_ file: some EncoderTensorFile, _ name: String, _ width: Int)
    throws(Problem) -> Norm
  {
    Norm(
      weight: try file.values(name + ".weight", count: width),
      bias: try file.values(name + ".bias", count: width))
  }

  private static func matrix(
    _ file: some EncoderTensorFile, _ names: [String], _ outputs: Int, _ inputs: Int
  ) throws(Problem) -> PackedMatrix {
    PackedMatrix(
      inputs: inputs,
      parts: try names.map { name throws(Problem) in
        (
          weights: try file.values(name + ".weight", count: outputs * inputs),
          bias: try file.values(name + ".bias", count: outputs)
        )
      })
  }

  /// The bytes of the packed matrices.
  var packedBytes: Int {
    layers.reduce(0) {
      $0 + $1.queryKeyValue.byteCount + $1.attentionOutput.byteCount + $1.up.byteCount
        + $1.down.byteCount
    }
  }

  // MARK: Running

  /// Runs sentences and hands out the rows of each, `[T, d]`, with its number.
  ///
  /// - Throws: A problem of kind `.interrupted` when a stop was asked for.
  func run(
    _ sentences: [[TokenID]], _ body: (_ sentence: Int, _ rows: UnsafeBufferPointer<Float>) -> Void
  ) throws(Problem) {
    var first = 0
    while first < sentences.count {
      var last = first
      var rows = 0
      while last < sentences.count,
        last == first || rows + sentences[last].count <= Self.rowsPerRun
      {
        rows += sentences[last].count
        last += 1
      }
      let run = EncoderRun(Array(sentences[first..<last]), shape)
      guard fill(run) else {
        throw Problem("the computation was stopped", kind: .interrupted)
      }
      for number in first..<last {
        let (start, end) = (Int(run.starts[number - first]), Int(run.starts[number - first + 1]))
        body(
          number,
          UnsafeBufferPointer(
            start: run.stream.start + start * shape.width, count: (end - start) * shape.width))
      }
      first = last
    }
  }

  /// Computes the stream of a run; false when it was stopped.
  private func fill(_ run: EncoderRun) -> Bool {
    let (d, rows) = (shape.width, run.rows)
    let stream = run.stream.start
    for (sentence, tokens) in run.sentences.enumerated() {
      for (position, token) in tokens.enumerated() {
        let row = stream + (Int(run.starts[sentence]) + position) * d
        words.copy(token, into: row)
        ct_accumulate(row, positions.start + position * d, Int64(d))
      }
    }
    normalise(run, nil, firstNorm)
    for layer in layers {
      guard layer.queryKeyValue.multiply(stream, rows: rows, into: run.wide.start),
        attend(run),
        layer.attentionOutput.multiply(run.attended.start, rows: rows, into: run.delta.start)
      else { return false }
      normalise(run, run.delta, layer.attentionNorm)
      guard layer.up.multiply(stream, rows: rows, into: run.wide.start, hasGELU: true),
        layer.down.multiply(run.wide.start, rows: rows, into: run.delta.start)
      else { return false }
      normalise(run, run.delta, layer.outputNorm)
    }
    return true
  }

  private func normalise(_ run: EncoderRun, _ delta: AlignedFloats?, _ norm: Norm) {
    ct_add_layer_norm(
      run.stream.start, delta?.start, norm.weight, norm.bias, Int64(run.rows), Int64(shape.width),
      shape.epsilon)
  }

  private func attend(_ run: EncoderRun) -> Bool {
    run.starts.withUnsafeBufferPointer { starts in
      var attention = ct_self_attention(
        qkv: run.wide.start, starts: starts.baseAddress, sentences: Int64(run.sentences.count),
        heads: Int64(shape.heads), head_dim: Int64(shape.headWidth),
        scale: 1 / Float(shape.headWidth).squareRoot(), out: run.attended.start)
      return ct_attend_sentences(&attention) == 0
    }
  }
}

/// The sentences of one run and the memory that it works in.
private final class EncoderRun {
  let sentences: [[TokenID]]
  /// The row at which each sentence starts; the last entry is the number of rows.
  let starts: [Int64]
  let rows: Int
  /// One vector a token, `[rows, d]`.
  let stream: AlignedFloats
  /// Queries, keys and values, or the feed-forward block's inside, `[rows, max(3d, f)]`.
  let wide: AlignedFloats
  /// What attention gives, `[rows, d]`.
  let attended: AlignedFloats
  /// What a block adds to the stream, `[rows, d]`.
  let delta: AlignedFloats

  init(_ sentences: [[TokenID]], _ shape: EncoderShape) {
    self.sentences = sentences
    var starts: [Int64] = [0]
    var rows = 0
    for sentence in sentences {
      precondition(sentence.count <= shape.positions, "\(sentence.count) tokens in one sentence")
      rows += sentence.count
      starts.append(Int64(rows))
    }
    self.starts = starts
    self.rows = rows
    stream = AlignedFloats(rows * shape.width)
    wide = AlignedFloats(rows * max(3 * shape.width, shape.innerWidth))
    attended = AlignedFloats(rows * shape.width)
    delta = AlignedFloats(rows * shape.width)
  }
}
