import Base
import CTensors
import Models

/// A matrix that rows are multiplied with, and what is added: a bias, and what a sequence's adapter says.
struct Projection: Sendable {
  /// The tensor's name without ".weight", by which adapters find it.
  let name: String
  /// The matrix.
  let matrix: WeightMatrix
  /// Added to each row of the result.
  let bias: [Float]?

  init(_ name: String, _ matrix: WeightMatrix, bias: [Float]? = nil) {
    self.name = name
    self.matrix = matrix
    self.bias = bias
  }

  /// Adds the bias, and what adapters add to the rows of their sequences.
  func finish(_ x: Rows, _ result: Rows, _ pass: Pass) {
    if let bias {
      for row in 0..<result.count { ct_accumulate(result.row(row), bias, Int64(result.columns)) }
    }
    for group in pass.adapted {
      guard let delta = group.adapter.delta(for: name) else { continue }
      pass.timed(
        .adapter, bytes: delta.byteCount,
        multiplyAdds: delta.parameterCount * group.rows.reduce(0) { $0 + $1.count }
      ) { delta.add(x, to: result, rows: group.rows, pass.arena) }
    }
  }
}

extension WeightReader {
  /// A matrix by its tensor's name without ".weight", and its bias where the file has one.
  mutating func projection(_ name: String, rows: Int, columns: Int) throws(Problem) -> Projection {
    let result = Projection(
      name, try matrix(name + ".weight", rows: rows, columns: columns),
      bias: try optionalVector(name + ".bias", count: rows))
    targets[name] = AdapterTarget(rows: rows, columns: columns)
    return result
  }

  /// A root-mean-square norm by its tensor's name without ".weight".
  mutating func rmsNorm(_ name: String, count: Int) throws(Problem) -> Norm {
    .rms(try vector(name + ".weight", count: count), spec.normEpsilon)
  }

  /// The same where the file has it.
  mutating func optionalRMSNorm(_ name: String, count: Int) throws(Problem) -> Norm? {
    has(name + ".weight") ? try rmsNorm(name, count: count) : nil
  }

  /// A layer norm by its tensors' name without ".weight" and ".bias".
  mutating func layerNorm(_ name: String, count: Int) throws(Problem) -> Norm {
    .layer(
      try vector(name + ".weight", count: count), try vector(name + ".bias", count: count),
      spec.normEpsilon)
  }
}
