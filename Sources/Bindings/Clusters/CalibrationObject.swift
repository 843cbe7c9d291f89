import Base
import Clusters
import LuaBridge
import Service

/// A cost model that was fitted to measurements.
final class CalibrationObject {
  let calibration: EndpointCalibration

  init(_ calibration: EndpointCalibration) { self.calibration = calibration }

  fileprivate var numbers: [(name: String, seconds: Double)] {
    let model = calibration.model
    return [
      ("base_seconds", model.baseSeconds), ("prefill_token_seconds", model.prefillSeconds),
      ("prefill_pair_seconds", model.pairSeconds),
      ("decode_sequence_seconds", model.sequenceSeconds),
      ("context_token_seconds", model.contextSeconds), ("request_seconds", model.requestSeconds),
    ]
  }

  fileprivate func measurements(in state: LuaState) -> ClusterTable {
    let rows = calibration.observations.map { one -> [(String, LuaValue)] in
      let fitted = calibration.model.seconds(of: one)
      return [
        ("measurement", .text(one.name)), ("measured_seconds", .number(one.seconds)),
        ("fitted_seconds", .number(fitted)), ("error", .number(fitted / one.seconds - 1)),
      ]
    }
    return ClusterTable(
      rows,
      columns: [
        .init("measurement"),
        .init("measured_seconds", shown: "measured ms", scale: 1e3, decimals: 2),
        .init("fitted_seconds", shown: "fitted ms", scale: 1e3, decimals: 2),
        .init("error", shown: "error %", scale: 100, decimals: 1),
      ], title: "What the cost model was fitted to", in: state)
  }
}

extension CalibrationObject: CustomStringConvertible {
  var description: String {
    let percent = ShownTime.digits(100 * calibration.meanError)
    return "cost fitted to \(calibration.observations.count) measurements, "
      + "\(percent) % off on average: "
      + numbers.map { name, seconds in
        "\(name.replacing("_seconds", with: "").replacing("_", with: " ")) \(ShownTime.text(seconds))"
      }.joined(separator: ", ")
  }
}

extension CalibrationObject: LuaExported {
  static let luaName = "cluster.Calibration"

  private static let small =
    "cluster.fit_cost{ { prefill_tokens = 10, seconds = 0.02 }, { prefill_tokens = 100, "
    + "seconds = 0.1 }, { decodes = 4, decode_context_tokens = 80, seconds = 0.03 } }"

  static let exported = Exported<CalibrationObject>(
    "A cost model that was fitted to measurements of a server's steps.",
    detail: "seconds = base + prefill token · tokens + prefill pair · pairs + decode sequence · "
      + "sequences + context token · their known tokens; request is the way there and back.",
    example: small
  ) {
    property("cost", "The cost model, for cluster.service{ cost = … }.") {
      CostObject($0.calibration.model, name: "fitted")
    }
    property("mean_error", "The mean size of the relative errors.", unit: .ratio) {
      $0.calibration.meanError
    }
    property("base_seconds", "A step that computes nothing.", unit: .seconds) {
      $0.calibration.model.baseSeconds
    }
    property("prefill_token_seconds", "A token of a prompt.", unit: .seconds) {
      $0.calibration.model.prefillSeconds
    }
    property("prefill_pair_seconds", "A pair of tokens that a prompt computes.", unit: .seconds) {
      $0.calibration.model.pairSeconds
    }
    property("decode_sequence_seconds", "A sequence that decodes.", unit: .seconds) {
      $0.calibration.model.sequenceSeconds
    }
    property("context_token_seconds", "A known token of one that decodes.", unit: .seconds) {
      $0.calibration.model.contextSeconds
    }
    property("request_seconds", "A request's way there and back.", unit: .seconds) {
      $0.calibration.model.requestSeconds
    }
    method("measurements", "What it was fitted to, a row each.", .state) { object, state in
      object.measurements(in: state)
    }.example(small + ":measurements()")
    metamethod(.string, "The numbers.") { $0.description }
  }

  /// Reads measurements from a list of tables and fits a cost model to them.
  static func fit(_ list: [LuaTable]) throws -> CalibrationObject {
    let names = [
      "name", "steps", "prefill_tokens", "prefill_pairs", "decodes", "decode_context_tokens",
      "requests", "seconds",
    ]
    let observations = try list.enumerated().map { index, table in
      let fields = try FieldTable(table, "cluster.fit_cost: measurement \(index + 1)", names)
      guard let seconds = try fields.number("seconds"), seconds > 0 else {
        throw Problem("measurement \(index + 1) took no time", fix: "give seconds above 0")
      }
      var one = CostObservation(
        try fields.text("name") ?? "measurement \(index + 1)", seconds: seconds)
      one.steps = try fields.number("steps") ?? 1
      one.prefillTokens = try fields.number("prefill_tokens") ?? 0
      one.prefillPairs =
        try fields.number("prefill_pairs") ?? one.prefillTokens * (one.prefillTokens + 1) / 2
      one.decodes = try fields.number("decodes") ?? 0
      one.decodeContext = try fields.number("decode_context_tokens") ?? 0
      one.requests = try fields.number("requests") ?? 0
      return one
    }
    return CalibrationObject(
      EndpointCalibration(
        observations: observations, model: try FittedCostModel(fitting: observations)))
  }
}
