import Base
import Clusters
import Figures
import LuaBridge
import Service
import Serving

/// A cost model that was fitted to measurements.
final class CalibrationObject {
  let calibration: EndpointCalibration

  init(_ calibration: EndpointCalibration) { self.calibration = calibration }

  private var fit: CostFit { calibration.fit }
  private var model: FittedCostModel { calibration.fit.model }

  /// The errors, the numbers and the warnings, a line each.
  fileprivate var lines: [String] {
    let (mean, heldOut) = (
      ShownNumber.text(100 * fit.meanError), ShownNumber.text(100 * fit.heldOutError)
    )
    let errors =
      "fitted to \(fit.observations.count) measurements, \(mean) % off on average, \(heldOut) % off "
      + "where a measurement is held out"
    return [errors, formula] + calibration.warnings.map { "Warning: \($0)" }
  }

  /// What a step takes, as a sum.
  private var formula: String {
    let terms: [(String, Double)] = [
      ("prompt", model.promptSeconds), ("pair of a prompt's tokens", model.pairSeconds),
      ("decoding sequence", model.sequenceSeconds), ("token of context", model.contextSeconds),
    ]
    let shown = terms.filter { $0.1 > 0 }.map { "\(ShownNumber.time($0.1)) a \($0.0)" }
    let step = (["\(ShownNumber.time(model.baseSeconds)) a step", curve] + shown)
      .joined(separator: " + ")
    return "\(step); beside them \(ShownNumber.time(model.requestSeconds)) a request"
  }

  /// What a token takes, bend by bend.
  private var curve: String {
    let curve = model.tokens
    let last = ShownNumber.time(curve.slopes[curve.bends.count])
    guard !curve.bends.isEmpty else { return "\(last) a token" }
    let parts = zip(curve.slopes, curve.bends).map { "\(ShownNumber.time($0)) up to \($1)" }
    return "a token's \(parts.joined(separator: ", ")), then \(last)"
  }

  fileprivate func tokens(in state: LuaState) -> ClusterTable {
    let curve = model.tokens
    let rows = curve.slopes.indices.map { place -> [(String, LuaValue)] in
      [
        ("from_tokens", .integer(place == 0 ? 0 : curve.bends[place - 1])),
        ("to_tokens", place < curve.bends.count ? .integer(curve.bends[place]) : .nil),
        ("token_seconds", .number(curve.slopes[place])),
      ]
    }
    return ClusterTable(
      rows,
      columns: [
        .init("from_tokens", shown: "from", decimals: 0),
        .init("to_tokens", shown: "to", decimals: 0),
        .init("token_seconds", shown: "µs a token", scale: 1e6, decimals: 1),
      ], title: "What the tokens of a step take", in: state)
  }

  fileprivate func measurements(in state: LuaState) -> ClusterTable {
    let rows = fit.observations.indices.map { place -> [(String, LuaValue)] in
      let one = fit.observations[place]
      return [
        ("measurement", .text(one.name)), ("measured_seconds", .number(one.seconds)),
        ("fitted_seconds", .number(model.seconds(of: one))), ("error", .number(fit.errors[place])),
        ("held_out_error", .number(fit.heldOutErrors[place])), ("spread", .number(one.spread)),
      ]
    }
    return ClusterTable(
      rows,
      columns: [
        .init("measurement"),
        .init("measured_seconds", shown: "measured ms", scale: 1e3, decimals: 2),
        .init("fitted_seconds", shown: "fitted ms", scale: 1e3, decimals: 2),
        .init("error", shown: "error %", scale: 100, decimals: 1),
        .init("held_out_error", shown: "held out %", scale: 100, decimals: 1),
        .init("spread", shown: "spread %", scale: 100, decimals: 0),
      ], title: "What the cost model was fitted to", subtitle: lines.joined(separator: ". "),
      in: state)
  }
}

extension CalibrationObject: CustomStringConvertible {
  var description: String { "cost " + lines.joined(separator: "\n") }
}

extension CalibrationObject: LuaExported {
  static let luaName = "cluster.Calibration"

  private static let small =
    "cluster.fit_cost{ { prefill_tokens = 10, seconds = 0.02 }, { prefill_tokens = 100, "
    + "seconds = 0.1 }, { decodes = 4, decode_context_tokens = 80, seconds = 0.03 } }"

  static let exported = Exported<CalibrationObject>(
    "A cost model that was fitted to measurements of a server's steps.",
    detail:
      "seconds = base + tokens' + prompt · sequences that read their prompts + prefill pair · "
      + "pairs + decode sequence · sequences + context token · their known tokens; request is the way "
      + "there and back. What a token takes may bend with the size of the step, twice at the most: "
      + "small steps wait for memory. No number is negative, relative errors count, and outliers count "
      + "little. The held-out error is what the fit to all other measurements is off by: trust it "
      + "rather than the error, and neither where repeats are far apart (spread), which a warning says.",
    example: small
  ) {
    property("cost", "The cost model, for cluster.service{ cost = … }.") {
      CostObject($0.model, name: "fitted")
    }
    property("mean_error", "The mean size of the relative errors.", unit: .ratio) {
      $0.fit.meanError
    }
    property(
      "held_out_error", "The same of each measurement by a fit to all others.", unit: .ratio
    ) { $0.fit.heldOutError }
    property("warnings", "What one should know before one believes it.") {
      $0.calibration.warnings
    }
    numbers
    method("tokens", "What a token takes, from bend to bend.", .state) { object, state in
      object.tokens(in: state)
    }.example(small + ":tokens()[1].token_seconds")
    method("measurements", "What it was fitted to, a row each.", .state) { object, state in
      object.measurements(in: state)
    }.example(small + ":measurements()")
    method("__mime", "The forms that a notebook shows.", .state) { object, state in
      FigureDisplay.forms(object.measurements(in: state).picture, state)
    }
    metamethod(.string, "The numbers, and each measurement.", .state) { object, state in
      object.measurements(in: state).picture.text(
        width: FigureDisplay.columns(state), color: FigureDisplay.color(nil, state))
    }
  }

  @MemberBuilder private static var numbers: [ExportedMember] {
    property("base_seconds", "A step that computes nothing.", unit: .seconds) {
      $0.model.baseSeconds
    }
    property("token_seconds", "A token more in a large step.", unit: .seconds) {
      $0.model.tokens.slopes.last ?? 0
    }
    property("prompt_seconds", "A sequence that reads its prompt.", unit: .seconds) {
      $0.model.promptSeconds
    }
    property("prefill_pair_seconds", "A pair of tokens that a prompt computes.", unit: .seconds) {
      $0.model.pairSeconds
    }
    property(
      "decode_sequence_seconds", "A sequence that decodes, beside its token.", unit: .seconds
    ) { $0.model.sequenceSeconds }
    property("context_token_seconds", "A known token of one that decodes.", unit: .seconds) {
      $0.model.contextSeconds
    }
    property(
      "request_seconds", "A request's way there and back, which TTFT and E2E contain.",
      unit: .seconds
    ) {
      $0.model.requestSeconds
    }
  }
}

/// Measurements as Lua tells them.
enum MeasurementList {
  private static let names = [
    "name", "steps", "prompts", "prefill_tokens", "prefill_pairs", "decodes",
    "decode_context_tokens", "requests", "seconds",
  ]

  /// Reads measurements from a list of tables and fits a cost model to them.
  static func fit(_ list: [LuaTable]) throws -> CalibrationObject {
    let observations = try list.enumerated().map { try observation($1, number: $0 + 1) }
    return CalibrationObject(EndpointCalibration(try CostFit(observations)))
  }

  private static func observation(_ table: LuaTable, number: Int) throws -> CostObservation {
    let fields = try FieldTable(table, "cluster.fit_cost: measurement \(number)", names)
    guard let seconds = try fields.number("seconds"), seconds > 0 else {
      throw Problem("measurement \(number) took no time", fix: "give seconds above 0")
    }
    return CostObservation(
      try fields.text("name") ?? "measurement \(number)", steps: try steps(fields),
      requests: try fields.number("requests") ?? 0, seconds: seconds)
  }

  /// The steps, each with an equal part of what was computed.
  private static func steps(_ fields: FieldTable) throws -> [StepShape] {
    let count = try fields.integer("steps", 1...4096) ?? 1
    // Small enough that no product below overflows.
    func total(_ name: String, _ most: Int = 1 << 24) throws -> Int? {
      try fields.integer(name, 0...most)
    }
    let prefill = try total("prefill_tokens") ?? 0
    let part = (prefill + count - 1) / count
    let pairs = try total("prefill_pairs", 1 << 50) ?? count * (part * (part + 1) / 2)
    let prompts = try total("prompts") ?? (prefill > 0 ? count : 0)
    let decodes = try total("decodes") ?? 0
    let context = try total("decode_context_tokens", 1 << 50) ?? 0
    return (0..<count).map { place in
      func share(_ total: Int) -> Int { total * (place + 1) / count - total * place / count }
      var shape = StepShape()
      (shape.prefills, shape.prefillTokens) = (share(prompts), share(prefill))
      (shape.prefillPairs, shape.decodes) = (share(pairs), share(decodes))
      shape.decodeContext = share(context)
      shape.tokens = shape.prefillTokens + shape.decodes
      return shape
    }
  }
}
