import Base

/// A model's layers as they were measured, operator by operator: three or four files whose names begin alike.
///
/// The files are those of casys-kaist/LLMServingSim's profiles: `_dense.csv` (layer, tokens, time_us),
/// `_per_sequence.csv` (layer, sequences, time_us), `_attention.csv` (prefill_chunk, kv_prefill,
/// n_decode, kv_decode, time_us) and, with experts, `_moe.csv` (tokens, activated_experts, time_us).
struct LayerColumns: Sendable {
  /// An operator by tokens or by sequences, and how often it runs in a layer or in a step.
  struct Operator: Sendable {
    let name: String
    let count: Int
    let curve: Curve
  }

  /// Those that run in every layer, by tokens.
  let perLayer: [Operator]
  /// Those that run once per step, by tokens.
  let perStep: [Operator]
  /// Those that run once per step, by sequences.
  let perSequence: [Operator]
  let attention: AttentionGrid
  let experts: ExpertGrid?

  private static let times = 0.0...1e9
  private static let sizes = 0.0...1e9

  init(prefix: String, hasExperts: Bool) throws(Problem) {
    var (perLayer, perStep): ([Operator], [Operator]) = ([], [])
    for (name, curve) in try Self.curves("\(prefix)_dense.csv", by: "tokens") {
      switch name {
      case "embedding", "final_layernorm":
        perStep.append(Operator(name: name, count: 1, curve: curve))
      // One before attention and one before the feed-forward block.
      case "layernorm": perLayer.append(Operator(name: name, count: 2, curve: curve))
      default: perLayer.append(Operator(name: name, count: 1, curve: curve))
      }
    }
    guard !perLayer.isEmpty else { throw Problem("\(prefix)_dense.csv has no operator of a layer") }
    self.perLayer = perLayer
    self.perStep = perStep
    perSequence = try Self.curves("\(prefix)_per_sequence.csv", by: "sequences").map {
      Operator(name: $0.name, count: 1, curve: $0.curve)
    }
    attention = try Self.attention("\(prefix)_attention.csv")
    experts = hasExperts ? try Self.experts("\(prefix)_moe.csv") : nil
  }

  private static func curves(
    _ path: String, by quantity: String
  ) throws(Problem) -> [(name: String, curve: Curve)] {
    let table = try CSVTexts(path: path)
    let names = try table.texts("layer")
    let places = try table.numbers(quantity, in: sizes)
    let values = try table.numbers("time_us", in: times)
    var order: [String] = []
    var points: [String: [(place: Double, value: Double)]] = [:]
    for (index, name) in names.enumerated() {
      if points[name] == nil { order.append(name) }
      points[name, default: []].append((places[index], values[index] * 1e-6))
    }
    var curves: [(name: String, curve: Curve)] = []
    for name in order {
      curves.append((name, try Curve(points[name] ?? [], what: "\(path): \(name)")))
    }
    return curves
  }

  private static func attention(_ path: String) throws(Problem) -> AttentionGrid {
    let table = try CSVTexts(path: path)
    let chunks = try table.numbers("prefill_chunk", in: sizes)
    let contexts = try table.numbers("kv_prefill", in: sizes)
    let decodes = try table.numbers("n_decode", in: sizes)
    let decodeContexts = try table.numbers("kv_decode", in: sizes)
    let values = try table.numbers("time_us", in: times)
    let points = values.indices.map {
      AttentionGrid.Point(
        chunk: chunks[$0], prefillContext: contexts[$0], decodes: decodes[$0],
        decodeContext: decodeContexts[$0], value: values[$0] * 1e-6)
    }
    return try AttentionGrid(points, what: path)
  }

  private static func experts(_ path: String) throws(Problem) -> ExpertGrid {
    let table = try CSVTexts(path: path)
    let tokens = try table.numbers("tokens", in: sizes)
    let experts = try table.numbers("activated_experts", in: sizes)
    let values = try table.numbers("time_us", in: times)
    return try ExpertGrid(
      values.indices.map { (tokens[$0], experts[$0], values[$0] * 1e-6) }, what: path)
  }
}
