import Base
import Clusters
import Devices

/// Reads the table of measured servers, every field checked.
enum SiliconRows {
  static func read(_ path: String) throws(Problem) -> [SiliconFidelity.Row] {
    let table = try CSVTexts(path: path)
    let texts = try Texts(table)
    let isl = try table.integers("isl", in: 1...1 << 22)
    let osl = try table.integers("osl", in: 1...1 << 22)
    let ttft = try table.numbers("silicon_ttft_ms", in: 0...1e9, empty: 0)
    let tpot = try table.numbers("silicon_tpot_ms", in: 0...1e9, empty: 0)
    let users = try table.integers("concurrency", in: 0...1 << 20, empty: 0)
    let batch = try table.integers("batch_size", in: 0...1 << 20, empty: 0)
    let layouts = (try Layout(table, prefix: ""), try Layout(table, prefix: "decode_"))
    let decodeBatch = try table.integers("decode_batch_size", in: 0...1 << 20, empty: 0)
    var rows: [SiliconFidelity.Row] = []
    for row in 0..<table.rowCount where tpot[row] > 0 && ttft[row] > 0 {
      let isAggregated = texts.mode[row] == "agg"
      let deployment = (isAggregated ? layouts.0 : layouts.1).deployment(
        row, formats: texts.formats(row))
      let perCopies = max(1, deployment.attentionRanks * deployment.pipelineParallel)
      let load =
        !isAggregated
        ? decodeBatch[row] * perCopies
        : users[row] > 0 ? users[row] : max(1, batch[row]) * perCopies
      rows.append(
        SiliconFidelity.Row(
          backend: texts.backend[row], version: texts.version[row], model: texts.model(row),
          system: texts.system[row], precision: texts.precision[row], isAggregated: isAggregated,
          isl: isl[row], osl: osl[row], users: max(1, load), deployment: deployment,
          ttft: ttft[row], tpot: tpot[row]))
    }
    return rows
  }

  private struct Texts {
    let backend, version, path, system, precision, mode: [String]

    init(_ table: CSVTexts) throws(Problem) {
      backend = try table.texts("backend")
      version = try table.texts("backend_version")
      path = try table.texts("model_path")
      system = try table.texts("system")
      precision = try table.texts("precision")
      mode = try table.texts("mode")
    }

    func model(_ row: Int) -> String {
      path[row].split(separator: "/").last.map(String.init) ?? path[row]
    }

    /// The formats of weights, of those outside experts, and of keys and values.
    func formats(_ row: Int) -> (weights: NumberFormat, dense: NumberFormat?, cache: NumberFormat) {
      let name = path[row].lowercased()
      func has(_ part: String) -> Bool {
        name.indices.contains { name[$0...].hasPrefix(part) }
      }
      let weights = NumberFormat(rawValue: precision[row]) ?? (has("fp8") ? .fp8 : .bf16)
      let keepsDense =
        has("gpt-oss") || has("kimi") || (has("deepseek") && weights == .fp4)
      let cache: NumberFormat = backend[row] == "trtllm" && weights.bits <= 8 ? .fp8 : .bf16
      return (weights, keepsDense ? .bf16 : nil, cache)
    }
  }

  private struct Layout {
    let tp, pp, ranks, ep: [Int]

    init(_ table: CSVTexts, prefix: String) throws(Problem) {
      let range = 0...4096
      tp = try table.integers("\(prefix)tp_size", in: range, empty: 1)
      pp = try table.integers("\(prefix)pp_size", in: range, empty: 1)
      ranks = try table.integers("\(prefix)attention_dp_size", in: range, empty: 1)
      ep = try table.integers("\(prefix)moe_ep_size", in: range, empty: 1)
    }

    func deployment(
      _ row: Int, formats: (weights: NumberFormat, dense: NumberFormat?, cache: NumberFormat)
    ) -> Deployment {
      Deployment(
        tensorParallel: max(1, tp[row]), pipelineParallel: max(1, pp[row]),
        attentionRanks: max(1, ranks[row]), expertParallel: max(1, ep[row]),
        weights: formats.weights, denseWeights: formats.dense, cache: formats.cache)
    }
  }
}
