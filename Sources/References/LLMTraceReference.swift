import Base
import Inference
import Models
import Tensors

/// `trace.json`: the residual stream behind every layer, tensors of the first layer, and sums of
/// unpacked weights.
struct LLMTraceReference: ReferenceFile {
  let folder = "llm"
  let name = "trace.json"
  let model: ReferenceModel

  /// Values are rounded to five digits behind the point; 2e-3 is what the README allows for logits,
  /// and the streams before them are held to the same share of their size.
  private static let absolute = 2e-4
  private static let relative = 1e-4
  private static let logitTolerance = 2e-3

  func check(_ document: JSONValue) throws(Problem) -> ReferenceTally? {
    let engine = try model.engine(for: document)
    var tally = ReferenceTally()
    let trace = try Trace(engine, document.tokens("ids"))
    let width = engine.spec.headWidth
    let firsts: [(key: String, values: ArraySlice<Float>)] = [
      ("embedding_last_first8", trace.embedding[...]),
      ("layer0_attn_norm_last_first8", trace.norm[...]),
      ("layer0_q_rope_last_head0_first8", trace.query[...]),
      ("layer0_q_rope_last_head8_first8", trace.query.dropFirst(8 * width)),
      ("layer0_k_rope_last_head2_first8", trace.key.dropFirst(2 * width)),
    ]
    for (key, values) in firsts where document[key] != nil {
      compare(key, values, try document.numbers(key), &tally)
    }
    for layer in try document.list("layers") { try check(layer: layer, trace, &tally) }
    let logits = try document.numbers("logits_first8")
    let off = zip(trace.logits, logits).map { abs(Double($0) - $1) }.max() ?? .infinity
    tally.count(off <= Self.logitTolerance, "logits_first8: off by \(off)")
    try checkWeights(document, engine, &tally)
    return tally
  }

  private func check(layer: JSONValue, _ trace: Trace, _ tally: inout ReferenceTally)
    throws(Problem)
  {
    let number = Int(try layer.number("layer"))
    guard trace.layers.indices.contains(number) else {
      throw Problem("there is no layer \(number)")
    }
    let values = trace.layers[number]
    compare("layer \(number)", values.last[...], try layer.numbers("first8_last"), &tally)
    compare(
      "layer \(number) lengths", [values.lastLength, values.length],
      [try layer.number("l2_last"), try layer.number("l2_all")], &tally)
  }

  private func compare(
    _ title: String, _ ours: ArraySlice<Float>, _ expected: [Double], _ tally: inout ReferenceTally
  ) {
    let holds =
      ours.count >= expected.count
      && zip(ours, expected).allSatisfy {
        abs(Double($0) - $1) <= Self.absolute + Self.relative * abs($1)
      }
    tally.count(holds, "\(title): expected \(expected), got \(Array(ours.prefix(expected.count)))")
  }

  // MARK: Weights

  private func checkWeights(
    _ document: JSONValue, _ engine: Engine, _ tally: inout ReferenceTally
  ) throws(Problem) {
    guard let checks = document["dequantised"]?.object else { return }
    for (name, expected) in checks {
      guard let tensor = engine.file.tensor(name), let format = tensor.type.format else {
        throw Problem("the model has no tensor \(name) that can be unpacked")
      }
      let values = format.dequantise(engine.file.bytes(of: tensor), count: tensor.count)
      compare("\(name) first", values[...], try expected.numbers("row0_first8"), &tally)
      compare("\(name) last", values.suffix(8), try expected.numbers("last8"), &tally)
      let sum = values.reduce(0.0) { $0 + Double($1) }
      let squares = values.reduce(0.0) { $0 + Double($1) * Double($1) }
      let offSum = abs(sum - (try expected.number("sum")))
      let offSquares = abs(squares - (try expected.number("sumsq")))
      // The reference sums in double precision and rounds to four digits.
      tally.count(
        offSum <= 1e-3 && offSquares <= 1e-3 + 1e-8 * squares,
        "\(name): sum \(sum), sum of squares \(squares)")
    }
  }
}

/// What one forward pass of a prompt shows.
private final class Trace {
  struct Layer {
    /// The stream at the last position.
    let last: [Float]
    /// Its length.
    let lastLength: Float
    /// The length over all positions.
    let length: Float
  }

  private(set) var embedding: [Float] = []
  private(set) var norm: [Float] = []
  private(set) var query: [Float] = []
  private(set) var key: [Float] = []
  private(set) var layers: [Layer] = []
  private(set) var logits: [Float] = []

  init(_ engine: Engine, _ ids: [TokenID]) throws(Problem) {
    let taps: Set<Tap> = [.embedding, .attentionNorm, .query, .key, .layerOutput]
    let observer = Observer(taps) { [self] in take($0) }
    try engine.makeSession().run(
      ids, observer: observer, onLogits: { _, row in logits = Array(row) })
  }

  private func take(_ seen: Observation) {
    let last = Array(seen.values.suffix(seen.columns))
    switch (seen.tap, seen.layer) {
    case (.embedding, _): embedding = last
    case (.attentionNorm, 0): norm = last
    case (.query, 0): query = last
    case (.key, 0): key = last
    case (.layerOutput, _):
      layers.append(
        Layer(last: last, lastLength: length(last), length: length(Array(seen.values))))
    default: break
    }
  }
}

/// The Euclidean length, summed in double precision.
private func length(_ values: [Float]) -> Float {
  Float(values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot())
}
