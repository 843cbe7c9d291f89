import Inference
import Models
import Tensors

/// The Llama forward pass in plain loops and double precision, written from its definition alone:
/// what the engine is held against.
struct PlainLlama {
  let file: GGUFFile
  let spec: ModelSpec

  /// The logits behind each token.
  func logits(_ tokens: [TokenID]) -> [[Double]] {
    let embeddings = matrix("token_embd.weight")
    var stream = tokens.map { embeddings[Int($0)] }
    for layer in 0..<spec.layers {
      let block = "blk.\(layer)."
      let attended = attention(normed(stream, block + "attn_norm.weight"), block)
      stream = zip(stream, attended).map(add)
      let gated = feedForward(normed(stream, block + "ffn_norm.weight"), block)
      stream = zip(stream, gated).map(add)
    }
    let output = spec.sharesOutput ? embeddings : matrix("output.weight")
    return normed(stream, "output_norm.weight").map { multiply(output, $0) }
  }

  private func attention(_ rows: [[Double]], _ block: String) -> [[Double]] {
    let (q, k, v) = (
      matrix(block + "attn_q.weight"), matrix(block + "attn_k.weight"),
      matrix(block + "attn_v.weight")
    )
    let queries = turned(rows.map { multiply(q, $0) })
    let keys = turned(rows.map { multiply(k, $0) })
    let values = rows.map { multiply(v, $0) }
    let output = matrix(block + "attn_output.weight")
    let width = spec.headWidth
    return rows.indices.map { row in
      var heads: [Double] = []
      for head in 0..<spec.heads {
        let group = head / (spec.heads / spec.keyValueHeads) * width
        let query = queries[row][head * width..<(head + 1) * width]
        let weights = softmax(
          (0...row).map { position in
            zip(query, keys[position][group..<group + width]).map(*).reduce(0, +)
              / Double(width).squareRoot()
          })
        for element in group..<group + width {
          heads.append((0...row).reduce(0) { $0 + weights[$1] * values[$1][element] })
        }
      }
      return multiply(output, heads)
    }
  }

  private func feedForward(_ rows: [[Double]], _ block: String) -> [[Double]] {
    let (gate, up, down) = (
      matrix(block + "ffn_gate.weight"), matrix(block + "ffn_up.weight"),
      matrix(block + "ffn_down.weight")
    )
    return rows.map { row in
      let opened = multiply(gate, row).map { $0 / (1 + exponential(-$0)) }
      return multiply(down, zip(opened, multiply(up, row)).map(*))
    }
  }

  /// Neighbours 2i and 2i + 1 turn by position · base^(-2i/D).
  private func turned(_ rows: [[Double]]) -> [[Double]] {
    rows.enumerated().map { position, row in
      var row = row
      for start in stride(from: 0, to: row.count, by: 2) {
        let pair = start % spec.headWidth
        let angle = Double(position) * power(spec.ropeBase, -Double(pair) / Double(spec.headWidth))
        let (a, b) = (row[start], row[start + 1])
        row[start] = a * cosine(angle) - b * sine(angle)
        row[start + 1] = a * sine(angle) + b * cosine(angle)
      }
      return row
    }
  }

  private func normed(_ rows: [[Double]], _ name: String) -> [[Double]] {
    let weight = matrix(name)[0]
    return rows.map { row in
      let mean = row.map { $0 * $0 }.reduce(0, +) / Double(row.count)
      let factor = 1 / (mean + spec.normEpsilon).squareRoot()
      return zip(row, weight).map { $0 * factor * $1 }
    }
  }

  private func matrix(_ name: String) -> [[Double]] {
    guard let tensor = file.tensor(name), let format = tensor.type.format else { return [] }
    let values = format.dequantise(file.bytes(of: tensor), count: tensor.count).map(Double.init)
    let columns = tensor.dimensions[0]
    return stride(from: 0, to: values.count, by: columns).map {
      Array(values[$0..<$0 + columns])
    }
  }

  private func multiply(_ matrix: [[Double]], _ x: [Double]) -> [Double] {
    matrix.map { row in
      var sum = 0.0
      for index in x.indices { sum += row[index] * x[index] }
      return sum
    }
  }

  private func softmax(_ scores: [Double]) -> [Double] {
    let most = scores.max() ?? 0
    let weights = scores.map { exponential($0 - most) }
    let total = weights.reduce(0, +)
    return weights.map { $0 / total }
  }

  private func add(_ a: [Double], _ b: [Double]) -> [Double] { zip(a, b).map(+) }
}
