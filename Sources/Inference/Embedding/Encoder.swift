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
    let runs = Self.runs(sentences)
    let most = runs.map { range in sentences[range].reduce(0) { $0 + $1.count } }.max() ?? 0
    let memory = EncoderMemory(most, shape)
    for range in runs {
      let run = EncoderRun(Array(sentences[range]), shape, memory)
      guard fill(run) else {
        throw Problem("the computation was stopped", kind: .interrupted)
      }
      for (number, bounds) in zip(range, zip(run.starts, run.starts.dropFirst())) {
        let (start, end) = (Int(bounds.0) * shape.width, Int(bounds.1) * shape.width)
        body(
          number, UnsafeBufferPointer(start: memory.stream.start + start, count: end - start))
      }
    }
  }

  /// Sentences that run together, in order: as many as have room, at least one.
  private static func runs(_ sentences: [[TokenID]]) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    var (first, rows) = (0, 0)
    for (number, sentence) in sentences.enumerated() {
      if number > first, rows + sentence.count > rowsPerRun {
        runs.append(first..<number)
        (first, rows) = (number, 0)
      }
      rows += sentence.count
    }
    if first < sentences.count { runs.append(first..<sentences.count) }
    return runs
  }

  /// Computes the stream of a run; false when it was stopped.
  private func fill(_ run: EncoderRun) -> Bool {
    let (d, rows) = (shape.width, run.rows)
    let stream = run.memory.stream.start
    for (sentence, tokens) in run.sentences.enumerated() {
      for (position, token) in tokens.enumerated() {
        let row = stream + (Int(run.starts[sentence]) + position) * d
        words.copy(token, into: row)
        ct_accumulate(row, positions.start + position * d, Int64(d))
      }
    }
    normalise(run, nil, firstNorm)
    for layer in layers {
      guard layer.queryKeyValue.multiply(stream, rows: rows, into: run.memory.wide.start),
        attend(run),
        layer.attentionOutput.multiply(
          run.memory.attended.start, rows: rows, into: run.memory.delta.start)
      else { return false }
      normalise(run, run.memory.delta, layer.attentionNorm)
      guard layer.up.multiply(stream, rows: rows, into: run.memory.wide.start, hasGELU: true),
        layer.down.multiply(run.memory.wide.start, rows: rows, into: run.memory.delta.start)
      else { return false }
      normalise(run, run.memory.delta, layer.outputNorm)
    }
    return true
  }

  private func normalise(_ run: EncoderRun, _ delta: AlignedFloats?, _ norm: Norm) {
    ct_add_layer_norm(
      run.memory.stream.start, delta?.start, norm.weight, norm.bias, Int64(run.rows),
      Int64(shape.width), shape.epsilon)
  }

  private func attend(_ run: EncoderRun) -> Bool {
    run.starts.withUnsafeBufferPointer { starts in
      var attention = ct_self_attention(
        qkv: run.memory.wide.start, starts: starts.baseAddress,
        sentences: Int64(run.sentences.count), heads: Int64(shape.heads),
        head_dim: Int64(shape.headWidth),
        scale: 1 / Float(shape.headWidth).squareRoot(), out: run.memory.attended.start)
      return ct_attend_sentences(&attention) == 0
    }
  }
}

/// The sentences of one run.
private struct EncoderRun {
  let sentences: [[TokenID]]
  /// The row at which each sentence starts; the last entry is the number of rows.
  let starts: [Int64]
  let rows: Int
  let memory: EncoderMemory

  init(_ sentences: [[TokenID]], _ shape: EncoderShape, _ memory: EncoderMemory) {
    self.sentences = sentences
    self.memory = memory
    var starts: [Int64] = [0]
    var rows = 0
    for sentence in sentences {
      precondition(sentence.count <= shape.positions, "\(sentence.count) tokens in one sentence")
      rows += sentence.count
      starts.append(Int64(rows))
    }
    self.starts = starts
    self.rows = rows
  }
}

/// The memory that runs of up to `rows` rows work in, one after another.
private final class EncoderMemory {
  let rows: Int
  /// One vector a token, `[rows, d]`.
  let stream: AlignedFloats
  /// Queries, keys and values, or the feed-forward block's inside, `[rows, max(3d, f)]`.
  let wide: AlignedFloats
  /// What attention gives, `[rows, d]`.
  let attended: AlignedFloats
  /// What a block adds to the stream, `[rows, d]`.
  let delta: AlignedFloats

  init(_ rows: Int, _ shape: EncoderShape) {
    self.rows = rows
    stream = AlignedFloats(rows * shape.width)
    wide = AlignedFloats(rows * max(3 * shape.width, shape.innerWidth))
    attended = AlignedFloats(rows * shape.width)
    delta = AlignedFloats(rows * shape.width)
  }
}
