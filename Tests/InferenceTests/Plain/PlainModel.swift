import Inference
import Models
import Tensors

/// Rows of numbers, one for each token.
typealias PlainRows = [[Double]]

/// A forward pass in plain loops and double precision, written from the family's definition alone:
/// what the engine is held against.
protocol PlainModel {
  var file: GGUFFile { get }
  var spec: ModelSpec { get }
  init(file: GGUFFile, spec: ModelSpec)
  /// The logits behind each token.
  func logits(_ tokens: [TokenID]) -> PlainRows
}

extension PlainModel {
  // MARK: Weights

  func has(_ name: String) -> Bool { file.tensor(name) != nil }

  /// All rows of a tensor; the matrices of a stack lie one under another.
  func matrix(_ name: String) -> PlainRows {
    guard let tensor = file.tensor(name + ".weight"), let format = tensor.type.format else {
      return []
    }
    return rows(
      format.dequantise(file.bytes(of: tensor), count: tensor.count), tensor.dimensions[0])
  }

  func vector(_ name: String) -> [Double] {
    guard let tensor = file.tensor(name), let format = tensor.type.format else { return [] }
    return format.dequantise(file.bytes(of: tensor), count: tensor.count).map(Double.init)
  }

  private func rows(_ values: [Float], _ columns: Int) -> PlainRows {
    stride(from: 0, to: values.count, by: columns).map {
      values[$0..<$0 + columns].map(Double.init)
    }
  }

  func number(_ key: String) -> Double {
    file.metadata["\(spec.architecture).\(key)"]?.double ?? .nan
  }

  // MARK: Steps

  func embedded(_ tokens: [TokenID]) -> PlainRows {
    let embeddings = matrix("token_embd")
    return tokens.map { embeddings[Int($0)] }
  }

  func multiply(_ matrix: PlainRows, _ x: [Double]) -> [Double] {
    matrix.map { row in
      var sum = 0.0
      for index in x.indices { sum += row[index] * x[index] }
      return sum
    }
  }

  /// A product, with a bias where the file has one.
  func linear(_ name: String, _ rows: PlainRows) -> PlainRows {
    let matrix = matrix(name)
    let bias = vector(name + ".bias")
    return rows.map { row in
      let product = multiply(matrix, row)
      return bias.isEmpty ? product : zip(product, bias).map(+)
    }
  }

  func add(_ a: PlainRows, _ b: PlainRows) -> PlainRows { zip(a, b).map { zip($0, $1).map(+) } }

  /// A root-mean-square norm of rows, or of the heads in them.
  func normed(_ rows: PlainRows, _ name: String) -> PlainRows {
    let weight = vector(name + ".weight")
    return rows.map { row in
      stride(from: 0, to: row.count, by: weight.count).flatMap { start in
        let part = row[start..<start + weight.count]
        let mean = part.map { $0 * $0 }.reduce(0, +) / Double(weight.count)
        let factor = 1 / (mean + spec.normEpsilon).squareRoot()
        return zip(part, weight).map { $0 * factor * $1 }
      }
    }
  }

  func layerNormed(_ rows: PlainRows, _ name: String) -> PlainRows {
    let (weight, bias) = (vector(name + ".weight"), vector(name + ".bias"))
    return rows.map { row in
      let mean = row.reduce(0, +) / Double(row.count)
      let variance = row.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(row.count)
      let factor = 1 / (variance + spec.normEpsilon).squareRoot()
      return row.indices.map { (row[$0] - mean) * factor * weight[$0] + bias[$0] }
    }
  }

  /// Turns pairs of each head by position · frequency: neighbours 2i and 2i + 1, or the elements i and
  /// i + P.
  func turned(
    _ rows: PlainRows, headWidth: Int, frequencies: [Double], pairsHalves: Bool
  ) -> PlainRows {
    rows.enumerated().map { position, row in
      var row = row
      for head in stride(from: 0, to: row.count, by: headWidth) {
        for (pair, frequency) in frequencies.enumerated() {
          let first = head + (pairsHalves ? pair : 2 * pair)
          let second = first + (pairsHalves ? frequencies.count : 1)
          let angle = Double(position) * frequency
          let (a, b) = (row[first], row[second])
          row[first] = a * cosine(angle) - b * sine(angle)
          row[second] = a * sine(angle) + b * cosine(angle)
        }
      }
      return row
    }
  }

  /// base^(-i/P) for each pair.
  func frequencies(width: Int, base: Double) -> [Double] {
    (0..<width / 2).map { power(base, -2 * Double($0) / Double(width)) }
  }

  func softmax(_ scores: [Double]) -> [Double] {
    let most = scores.max() ?? 0
    let weights = scores.map { exponential($0 - most) }
    let total = weights.reduce(0, +)
    return weights.map { $0 / total }
  }

  /// What the heads bring together of positions before each row, of the latest `window` only.
  func attended(
    _ q: PlainRows, _ k: PlainRows, _ v: PlainRows, groups: Int, scale: Double, window: Int = .max
  ) -> PlainRows {
    let (keyWidth, valueWidth) = (k[0].count / groups, v[0].count / groups)
    let heads = q[0].count / keyWidth
    return q.indices.map { row in
      let seen = max(0, row + 1 - min(window, row + 1))...row
      return (0..<heads).flatMap { head -> [Double] in
        let group = head / (heads / groups)
        let query = q[row][head * keyWidth..<(head + 1) * keyWidth]
        let weights = softmax(
          seen.map { position in
            let key = k[position][group * keyWidth..<(group + 1) * keyWidth]
            return zip(query, key).map(*).reduce(0, +) * scale
          })
        return (group * valueWidth..<(group + 1) * valueWidth).map { element in
          zip(seen, weights).reduce(0) { $0 + $1.1 * v[$1.0][element] }
        }
      }
    }
  }

  // MARK: Feed-forward blocks

  func silu(_ x: Double) -> Double { x / (1 + exponential(-x)) }

  func geluTanh(_ x: Double) -> Double {
    0.5 * x * (1 + hyperbolicTangent((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
  }

  /// down · (bend(gate · x) * (up · x)).
  func gated(
    _ rows: PlainRows, _ block: String, suffix: String = "", _ bend: (Double) -> Double
  ) -> PlainRows {
    let opened = linear(block + "ffn_gate" + suffix, rows).map { $0.map(bend) }
    let up = linear(block + "ffn_up" + suffix, rows)
    return linear(
      block + "ffn_down" + suffix, zip(opened, up).map { zip($0, $1).map(*) })
  }

  /// The sum of experts' SiLU-gated blocks by the shares that each row gives them.
  func experts(_ rows: PlainRows, _ block: String, _ shares: ([Double]) -> [Int: Double])
    -> PlainRows
  {
    let scores = linear(block + "ffn_gate_inp", rows)
    let (gate, up, down) = (
      matrix(block + "ffn_gate_exps"), matrix(block + "ffn_up_exps"),
      matrix(block + "ffn_down_exps")
    )
    let (width, out) = (gate.count / scores[0].count, rows[0].count)
    return zip(rows, scores).map { row, scores in
      var sum = [Double](repeating: 0, count: out)
      for (expert, share) in shares(scores) {
        let part = expert * width..<(expert + 1) * width
        let opened = multiply(Array(gate[part]), row).map(silu)
        let neurons = zip(opened, multiply(Array(up[part]), row)).map(*)
        let result = multiply(Array(down[expert * out..<(expert + 1) * out]), neurons)
        for index in sum.indices { sum[index] += share * result[index] }
      }
      return sum
    }
  }

  /// The places of the greatest values.
  func greatest(_ count: Int, _ values: [Double]) -> [Int] {
    Array(values.indices.sorted { values[$0] > values[$1] }.prefix(count))
  }
}
