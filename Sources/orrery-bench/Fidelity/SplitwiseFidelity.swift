import Base
import Clusters
import Devices
import Models
import Serving

/// Whole-model medians of Splitwise (Mutinifni/splitwise-sim, data/perf_model.csv): how long a batch of
/// prompts takes, how long a token, and how much of their power limit GPUs draw over an answer.
///
/// The engine of 2023 launched every kernel by itself, so that its host sets the pace of decoding: one
/// constant says how long a launch took on either machine, and nothing else is fitted to the times.
enum SplitwiseFidelity {
  private struct Row {
    let model, hardware: String
    let tp, prompt, batch, tokens: Int
    let promptTime, tokenTime, power: Double

    var name: String { "\(hardware), \(model) tp\(tp) \(batch) x \(prompt)" }
    var configuration: String { "\(model)/\(hardware)/\(tp)" }
  }

  /// Seconds in which a host of 2023 launches a kernel from Python, with what goes on around it.
  private static let launchSeconds = ["a100-80gb": 52e-6, "h100-80gb": 41e-6]

  static func tables(root: String) throws -> [FidelityTable] {
    var tables = [
      FidelityTable("Splitwise, time of prompts, ms"),
      FidelityTable("Splitwise, time per token, ms"),
      FidelityTable(
        "Splitwise, average power, % of the limit", bar: FidelityTable.Bar(median: 0.1)),
    ]
    for index in tables.indices { tables[index].isSplit = false }
    for row in try rows("\(root)/serving/ops/splitwise_measured.csv") {
      guard let launch = launchSeconds[row.hardware] else {
        tables[0].skipped["power is capped", default: 0] += 1
        continue
      }
      let cost = try cost(row, launch)
      let prompts = prompts(row)
      let decode = decode(row)
      let first = cost.seconds(of: prompts, stage: 0, of: 1)
      let each = cost.seconds(of: decode, stage: 0, of: 1)
      func entry(_ ours: Double, _ measured: Double) -> FidelityTable.Entry {
        FidelityTable.Entry(
          name: row.name, configuration: row.configuration, predicted: ours, measured: measured)
      }
      tables[0].entries.append(entry(first * 1e3, row.promptTime))
      tables[1].entries.append(entry(each * 1e3, row.tokenTime))
      guard row.power > 0 else { continue }
      let count = Double(row.tokens - 1)
      let joules = cost.joules(of: prompts) + count * cost.joules(of: decode)
      let limit = cost.device.watts.value * Double(row.tp) * (first + count * each)
      tables[2].entries.append(entry(100 * joules / limit, 100 * row.power))
    }
    return tables
  }

  private static func cost(_ row: Row, _ launch: Double) throws(Problem) -> ModelCost {
    let device = try Device.named(
      row.hardware.hasPrefix("a100") ? "A100-SXM4-80GB" : "H100-SXM5-80GB")
    var engine = EngineConstants.vllm(on: device)
    engine.usesGraphs = false
    engine.launchSeconds = launch
    return try ModelCost(
      FidelityModels.model(row.model), on: device, Deployment(tensorParallel: row.tp),
      engine: engine)
  }

  private static func prompts(_ row: Row) -> StepShape {
    var shape = StepShape()
    for _ in 0..<row.batch {
      shape.add(PrefillItem(slot: 0, tokens: Int32(row.prompt), context: 0))
    }
    return shape
  }

  private static func decode(_ row: Row) -> StepShape {
    var shape = StepShape()
    shape.decodes = row.batch
    shape.tokens = row.batch
    shape.decodeContext = row.batch * (row.prompt + row.tokens / 2)
    return shape
  }

  private static func rows(_ path: String) throws(Problem) -> [Row] {
    let table = try CSVTexts(path: path)
    let (models, hardware) = (try table.texts("model"), try table.texts("hardware"))
    let tp = try table.integers("tensor_parallel", in: 1...64)
    let prompt = try table.integers("prompt_size", in: 1...1 << 20)
    let batch = try table.integers("batch_size", in: 1...4096)
    let tokens = try table.integers("token_size", in: 1...1 << 20)
    let promptTime = try table.numbers("prompt_time", in: 1e-3...1e9)
    let tokenTime = try table.numbers("token_time", in: 1e-3...1e9)
    let power = try table.numbers("average_power", in: 0...2)
    return (0..<table.rowCount).map {
      Row(
        model: models[$0], hardware: hardware[$0], tp: tp[$0], prompt: prompt[$0],
        batch: batch[$0], tokens: tokens[$0], promptTime: promptTime[$0],
        tokenTime: tokenTime[$0], power: power[$0])
    }
  }
}
