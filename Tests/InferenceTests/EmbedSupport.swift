import Base

@testable import Inference

/// A small encoder that tests write themselves, as a packed file and as a folder.
struct SmallEncoder {
  let shape: EncoderShape
  let pieces: [String]
  private(set) var tensors: [(name: String, short: String, values: [Float])] = []

  init(
    layers: Int = 2, width: Int = 64, heads: Int = 2, inner: Int = 96, seed: UInt64 = 1,
    pieces: [String]
  ) {
    shape = EncoderShape(
      layers: layers, width: width, heads: heads, innerWidth: inner,
      vocabularySize: pieces.count + 3, positions: 40, tokenTypes: 2, epsilon: 1e-12)
    self.pieces = pieces
    var random = SeededRandom(seed: seed)
    func add(_ name: String, _ short: String, _ count: Int, around mean: Float = 0) {
      let values = (0..<count).map { _ in mean + Float(random.nextUniform() - 0.5) * 0.5 }
      tensors.append((name, short, values))
    }
    add("embeddings.word_embeddings.weight", "emb.word", shape.vocabularySize * width)
    add("embeddings.position_embeddings.weight", "emb.pos", shape.positions * width)
    add("embeddings.token_type_embeddings.weight", "emb.type", 2 * width)
    add("embeddings.LayerNorm.weight", "emb.ln.w", width, around: 1)
    add("embeddings.LayerNorm.bias", "emb.ln.b", width)
    for layer in 0..<layers {
      let matrices = [
        ("attention.self.query", "q", width, width), ("attention.self.key", "k", width, width),
        ("attention.self.value", "v", width, width),
        ("attention.output.dense", "ao", width, width), ("intermediate.dense", "fi", inner, width),
        ("output.dense", "fo", width, inner),
      ]
      for (name, short, outputs, inputs) in matrices {
        add("encoder.layer.\(layer).\(name).weight", "l\(layer).\(short).w", outputs * inputs)
        add("encoder.layer.\(layer).\(name).bias", "l\(layer).\(short).b", outputs)
      }
      for (name, short) in [("attention.output.LayerNorm", "aln"), ("output.LayerNorm", "oln")] {
        add("encoder.layer.\(layer).\(name).weight", "l\(layer).\(short).w", width, around: 1)
        add("encoder.layer.\(layer).\(name).bias", "l\(layer).\(short).b", width)
      }
    }
  }

  // MARK: Files

  /// The packed form with all tensors in float32.
  var packed: [UInt8] {
    var bytes: [UInt8] = []
    func add(_ values: Int32...) { for value in values { append(value, &bytes) } }
    add(0x3153_3545, 1, Int32(shape.width), Int32(shape.layers), Int32(shape.heads))
    add(Int32(shape.innerWidth), Int32(shape.vocabularySize), Int32(shape.positions), 2)
    append(shape.epsilon.bitPattern, &bytes)
    add(32, Int32(pieces.count), 0, 2, 1, 3)
    let text = pieces.flatMap { Array($0.utf8) }
    append(UInt64(text.count), &bytes)
    var start: UInt32 = 0
    append(start, &bytes)
    for piece in pieces {
      start += UInt32(piece.utf8.count)
      append(start, &bytes)
    }
    for index in pieces.indices { append((-Float(index) / 2).bitPattern, &bytes) }
    bytes += text
    // One replacement: Ａ becomes A.
    append(UInt32(1), &bytes)
    append(UInt32(9), &bytes)
    append(UInt32(0xFF21), &bytes)
    bytes.append(1)
    append(UInt32(0x41), &bytes)
    append(Int32(tensors.count), &bytes)
    let directory = tensors.reduce(0) { $0 + 2 + $1.short.utf8.count + 1 + 4 + 8 + 8 }
    var offset = (bytes.count + directory + 63) / 64 * 64
    let data = offset
    for tensor in tensors {
      append(UInt16(tensor.short.utf8.count), &bytes)
      bytes += Array(tensor.short.utf8)
      bytes.append(0)
      append(UInt32(tensor.values.count), &bytes)
      append(UInt64(offset), &bytes)
      append(UInt64(tensor.values.count * 4), &bytes)
      offset += tensor.values.count * 4
    }
    bytes += [UInt8](repeating: 0, count: data - bytes.count)
    for tensor in tensors { for value in tensor.values { append(value.bitPattern, &bytes) } }
    return bytes
  }

  /// The tensors as a safetensors file, with a tensor of integers that no encoder reads.
  var safetensors: [UInt8] {
    var header = JSONObject()
    header["__metadata__"] = ["format": "pt"]
    var data: [UInt8] = []
    for tensor in tensors {
      let begin = data.count
      for value in tensor.values { append(value.bitPattern, &data) }
      header[tensor.name] = [
        "dtype": "F32", "shape": [.integer(tensor.values.count)],
        "data_offsets": [.integer(begin), .integer(data.count)],
      ]
    }
    header["embeddings.position_ids"] = [
      "dtype": "I64", "shape": [1],
      "data_offsets": [.integer(data.count), .integer(data.count + 8)],
    ]
    data += [UInt8](repeating: 0, count: 8)
    let text = Array(JSONValue.object(header).formatted().utf8)
    var bytes: [UInt8] = []
    append(UInt64(text.count), &bytes)
    return bytes + text + data
  }

  /// Writes a folder in Sentence Transformers' layout.
  func write(to folder: String, pooling: String = "mean_tokens") throws {
    let config: JSONValue = [
      "model_type": "bert", "hidden_act": "gelu", "hidden_size": .integer(shape.width),
      "num_attention_heads": .integer(shape.heads), "num_hidden_layers": .integer(shape.layers),
      "intermediate_size": .integer(shape.innerWidth), "vocab_size": .integer(shape.vocabularySize),
      "max_position_embeddings": .integer(shape.positions), "type_vocab_size": 2,
      "layer_norm_eps": .number(1e-12),
    ]
    try FileIO.makeDirectory(folder + "/1_Pooling")
    func write(_ name: String, _ bytes: [UInt8]) throws {
      try FileIO.write(bytes, to: folder + "/" + name)
    }
    try write("config.json", Array(config.formatted().utf8))
    try write("model.safetensors", safetensors)
    try write("vocab.txt", Array((pieces.joined(separator: "\n") + "\n").utf8))
    try write("sentence_bert_config.json", Array("{\"max_seq_length\": 12}".utf8))
    try write("1_Pooling/config.json", Array("{\"pooling_mode_\(pooling)\": true}".utf8))
  }
}

private func append(_ value: some FixedWidthInteger, _ bytes: inout [UInt8]) {
  withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
}

/// The encoder in plain loops of doubles, as the papers write it.
struct PlainEncoder {
  let model: SmallEncoder
  private let values: [String: [Double]]

  init(model: SmallEncoder) {
    self.model = model
    values = Dictionary(
      uniqueKeysWithValues: model.tensors.map { ($0.name, $0.values.map(Double.init)) })
  }

  /// One vector a token.
  func run(_ tokens: [TokenID]) -> [[Double]] {
    let (shape, d) = (model.shape, model.shape.width)
    func row(_ name: String, _ index: Int) -> [Double] {
      Array((values["embeddings.\(name).weight"] ?? [])[index * d..<(index + 1) * d])
    }
    var stream = tokens.enumerated().map { position, token in
      norm(
        sum(
          sum(row("word_embeddings", Int(token)), row("position_embeddings", position)),
          row("token_type_embeddings", 0)), "embeddings.LayerNorm")
    }
    for layer in 0..<shape.layers {
      let name = "encoder.layer.\(layer)."
      let (q, k, v) = (
        stream.map { product($0, name + "attention.self.query") },
        stream.map { product($0, name + "attention.self.key") },
        stream.map { product($0, name + "attention.self.value") }
      )
      let attended = q.map { attend($0, k, v) }
      stream = zip(stream, attended).map {
        norm(
          sum($0, product($1, name + "attention.output.dense")), name + "attention.output.LayerNorm"
        )
      }
      stream = stream.map { x in
        let inner = product(x, name + "intermediate.dense").map {
          0.5 * $0 * (1 + errorFunction($0 / 2.0.squareRoot()))
        }
        return norm(sum(x, product(inner, name + "output.dense")), name + "output.LayerNorm")
      }
    }
    return stream
  }

  private func sum(_ a: [Double], _ b: [Double]) -> [Double] { zip(a, b).map(+) }

  private func product(_ x: [Double], _ name: String) -> [Double] {
    let (weights, biases) = (values[name + ".weight"] ?? [], values[name + ".bias"] ?? [])
    return biases.enumerated().map { output, bias in
      x.indices.reduce(bias) { $0 + x[$1] * weights[output * x.count + $1] }
    }
  }

  private func norm(_ x: [Double], _ name: String) -> [Double] {
    let mean = x.reduce(0, +) / Double(x.count)
    let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)
    let (weight, bias) = (values[name + ".weight"] ?? [], values[name + ".bias"] ?? [])
    return x.indices.map {
      (x[$0] - mean) / (variance + 1e-12).squareRoot() * weight[$0] + bias[$0]
    }
  }

  private func attend(_ q: [Double], _ k: [[Double]], _ v: [[Double]]) -> [Double] {
    let width = model.shape.headWidth
    var out = [Double](repeating: 0, count: q.count)
    for head in 0..<model.shape.heads {
      let range = head * width..<(head + 1) * width
      let scores = k.map { key in
        range.reduce(0.0) { $0 + q[$1] * key[$1] } / Double(width).squareRoot()
      }
      let weights = scores.map { exponential($0 - (scores.max() ?? 0)) }
      let total = weights.reduce(0, +)
      for (weight, value) in zip(weights, v) {
        for i in range { out[i] += weight / total * value[i] }
      }
    }
    return out
  }
}
