import Base
import Clusters
import Figures
import LuaBridge
import Serving

/// Results of several runs side by side: what became of the same requests under other policies.
struct ResultsBeside {
  /// The runs, the first of which the others are held to.
  let results: [ResultObject]

  /// What is shown where any run has a value; costs only where they are known.
  private static let metrics = [
    "finished", "rejected", "makespan_seconds", "ttft_mean_seconds", "ttft_p50_seconds",
    "ttft_p99_seconds", "tpot_mean_seconds", "tpot_p50_seconds", "tpot_p99_seconds",
    "itl_p99_seconds", "e2e_mean_seconds", "e2e_p50_seconds", "e2e_p99_seconds",
    "output_tokens_per_second", "slo_ratio", "utilisation_ratio", "kv_occupancy_ratio",
    "prefix_hit_ratio", "preemptions", "steps", "replica_seconds", "million_tokens_usd",
    "energy_joules",
  ]

  /// What tells each run apart: the policies, else what served, else its number.
  private var names: [String] {
    for name in [\ResultObject.policies, \ResultObject.name, \ResultObject.report.name] {
      let names = Self.differing(results.map { $0[keyPath: name] })
      if Set(names).count == names.count { return names }
    }
    return results.indices.map { "\($0 + 1)" }
  }

  /// Texts without the parts between commas that all have in one place.
  private static func differing(_ texts: [String]) -> [String] {
    let parts = texts.map { $0.split(separator: ", ") }
    guard texts.count > 1, Set(parts.map(\.count)).count == 1 else { return texts }
    let places = parts[0].indices.filter { place in Set(parts.map { $0[place] }).count > 1 }
    return parts.map { words in places.map { words[$0] }.joined(separator: ", ") }
  }

  /// The metrics, a row each: the values of all runs, and the change of each from the first.
  func table(in state: LuaState) throws -> ClusterTable {
    let runs = results.map { RunResult($0.cluster, price: ReplicaPrice(of: $0.cluster.cost)) }
    var rows: [LuaValue] = []
    var lines: [[TableFigure.Cell]] = []
    for name in Self.metrics {
      let values = try runs.map { run in try run[name] }
      guard values.contains(where: { $0.isFinite && $0 != 0 }) else { continue }
      if name == "slo_ratio", !hasLimits { continue }
      let changes = values.map { values[0] == 0 ? .nan : $0 / values[0] - 1 }
      rows.append(
        .table(
          state.makeTable(fields: [
            "metric": .text(name), "values": list(values, state),
            "changes": list(changes, state),
          ])))
      lines.append(line(StudyTables.column(name), values, changes))
    }
    return ClusterTable(state.makeTable(rows), picture: picture(lines))
  }

  private var hasLimits: Bool {
    results.contains { result in
      result.report.classes.contains {
        $0.slaClass.ttftSeconds < .infinity || $0.slaClass.tpotSeconds < .infinity
      }
    }
  }

  private func list(_ values: [Double], _ state: LuaState) -> LuaValue {
    .table(state.makeTable(values.map { .number($0) }))
  }

  private func line(_ column: ClusterTable.Column, _ values: [Double], _ changes: [Double])
    -> [TableFigure.Cell]
  {
    // As text, each number has digits of its own: the columns hold seconds, shares and dollars.
    var cells: [TableFigure.Cell] = [.text(column.heading)]
    for (place, value) in values.enumerated() {
      cells.append(value.isFinite ? .text(ShownNumber.text(value * column.scale)) : .empty)
      if place > 0 {
        cells.append(changes[place].isFinite ? .number(changes[place] * 100) : .empty)
      }
    }
    return cells
  }

  private func picture(_ lines: [[TableFigure.Cell]]) -> Figure {
    var columns = [TableFigure.Column("metric")]
    for (place, name) in names.enumerated() {
      columns.append(TableFigure.Column(name))
      if place > 0 { columns.append(TableFigure.Column("", unit: "%", decimals: 1)) }
    }
    let served = Set(results.map(\.name))
    return .table(
      TableFigure(
        "Runs of \(results[0].report.name)",
        subtitle: served.count == 1 ? "on \(results[0].name); changes from the first" : "",
        columns: columns, rows: lines, rowLimit: 60))
  }
}
