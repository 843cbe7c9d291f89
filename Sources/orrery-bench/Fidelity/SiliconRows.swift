import Base
import Clusters
import Devices
import Models

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
    let together = try Layout(table, prefix: "")
    let prompts = try Layout(table, prefix: "prefill_")
    let answers = try Layout(table, prefix: "decode_")
    var rows: [SiliconFidelity.Row] = []
    for row in 0..<table.rowCount where tpot[row] > 0 && ttft[row] > 0 {
      let isAggregated = texts.mode[row] == "agg"
      let (formats, heads) = (texts.formats(row), texts.heads(row))
      let deployment = (isAggregated ? together : answers).deployment(
        row, formats: formats, heads: heads)
      // The users of one of several copies, where the table counts those of all.
      let own = batch[row] * max(1, together.ranks[row]) * max(1, together.pp[row])
      let load = !isAggregated || own == 0 ? users[row] : max(1, min(own, max(1, users[row])))
      rows.append(
        SiliconFidelity.Row(
          backend: texts.backend[row], version: texts.version[row], model: texts.model(row),
          system: texts.system[row], precision: texts.precision[row],
          isl: isl[row], osl: osl[row], users: users[row] == 0 ? max(1, own) : max(1, load),
          deployment: deployment, devices: together.tp[row],
          apart: isAggregated
            ? nil
            : SiliconFidelity.Apart(
              prompts: prompts.deployment(row, formats: formats, heads: heads),
              promptWorkers: prompts.workers[row], answerWorkers: answers.workers[row]),
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

    /// The heads of the row's model; 0 where it is not known.
    func heads(_ row: Int) -> Int { (try? FidelityModels.model(model(row)))?.heads ?? 0 }

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
    let tp, pp, ranks, ep, workers: [Int]

    init(_ table: CSVTexts, prefix: String) throws(Problem) {
      let range = 0...4096
      tp = try table.integers("\(prefix)tp_size", in: range, empty: 1)
      pp = try table.integers("\(prefix)pp_size", in: range, empty: 1)
      ranks = try table.integers("\(prefix)attention_dp_size", in: range, empty: 1)
      ep = try table.integers("\(prefix)moe_ep_size", in: range, empty: 1)
      workers =
        prefix.isEmpty ? [] : try table.integers("\(prefix)num_workers", in: range, empty: 0)
    }

    func deployment(
      _ row: Int, formats: (weights: NumberFormat, dense: NumberFormat?, cache: NumberFormat),
      heads: Int
    ) -> Deployment {
      if tp[row] == ep[row] * ep[row], ep[row] > 1 {
        // Some dates write the GPUs of an expert-parallel server times themselves: the same measured
        // values stand in other rows with the GPUs as they are.
        return plain(row, formats, tensor: ep[row], ranks: 1)
      }
      if ranks[row] == ep[row] * ep[row], ep[row] > 1 {
        return plain(row, formats, tensor: 1, ranks: ep[row])
      }
      if tp[row] == ranks[row], ep[row] == tp[row] * tp[row], tp[row] > 1 {
        return plain(row, formats, tensor: 1, ranks: tp[row])
      }
      if heads % max(1, tp[row]) != 0 {
        // Heads that cannot be divided so are not: it is as many copies of attention.
        return plain(row, formats, tensor: 1, ranks: tp[row], experts: tp[row])
      }
      return Deployment(
        tensorParallel: max(1, tp[row]), pipelineParallel: max(1, pp[row]),
        attentionRanks: max(1, ranks[row]), expertParallel: max(1, ep[row]),
        weights: formats.weights, denseWeights: formats.dense, cache: formats.cache)
    }

    private func plain(
      _ row: Int, _ formats: (weights: NumberFormat, dense: NumberFormat?, cache: NumberFormat),
      tensor: Int, ranks: Int, experts: Int? = nil
    ) -> Deployment {
      Deployment(
        tensorParallel: tensor, pipelineParallel: max(1, pp[row]), attentionRanks: ranks,
        expertParallel: experts ?? tensor * ranks, weights: formats.weights,
        denseWeights: formats.dense,
        cache: formats.cache)
    }
  }
}
