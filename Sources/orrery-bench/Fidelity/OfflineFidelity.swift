import Base
import Clusters
import Devices
import Models
import Serving

/// TensorRT-LLM's published throughput with all requests queued at once, simulated request by request.
///
/// TensorRT-LLM admits a request only when its whole answer will find blocks, so nobody is preempted:
/// with equal lengths that is a bound on the sequences at once.
enum OfflineFidelity {
  struct Row: Sendable {
    let engine, model, gpu, precision: String
    let tp, pp, isl, osl, requests: Int
    let tokensPerSecond: Double

    var configuration: String { "\(model)/\(gpu)/\(engine)/\(precision)/tp\(tp)pp\(pp)" }
    var kind: String { engine.hasSuffix("1.0") ? "tensorrt-llm-1.0" : "tensorrt-llm-0.17" }
    var name: String { "\(engine) \(gpu), \(model) \(precision) tp\(tp) pp\(pp) \(isl)/\(osl)" }
  }

  static func table(root: String) throws -> FidelityTable {
    var table = FidelityTable(
      "TensorRT-LLM offline throughput, tokens/s",
      bar: FidelityTable.Bar(median: 0.15, within35: 0.9))
    let rows = try rows(root: root)
    let results = ParallelRuns.map(rows.count) { predict(rows[$0]) }
    for (row, result) in zip(rows, results) {
      switch result {
      case .success(let predicted):
        table.entries.append(
          FidelityTable.Entry(
            name: row.name, configuration: row.configuration, predicted: predicted,
            measured: row.tokensPerSecond))
      case .failure(let problem): table.skipped["\(problem)", default: 0] += 1
      }
    }
    return table
  }

  static func rows(root: String) throws -> [Row] {
    let path = "\(root)/serving/published.json"
    let document = try JSONValue(parsing: FileIO.read(path), file: path)
    return try (document["rows"]?.array ?? []).filter {
      $0["kind"]?.string == "offline_throughput"
    }.map { row in
      func whole(_ key: String) throws(Problem) -> Int {
        guard let value = row[key]?.integer, (1...1 << 24).contains(value) else {
          throw Problem("\(path): \"\(key)\" of a row should be a whole number from 1")
        }
        return value
      }
      guard let engine = row["engine"]?.string, let model = row["model"]?.string,
        let gpu = row["gpu"]?.string, let precision = row["precision"]?.string,
        let measured = row["output_tokens_per_s"]?.double, measured > 0
      else { throw Problem("\(path): a row lacks its engine, model, GPU, precision or result") }
      return Row(
        engine: engine, model: model, gpu: gpu, precision: precision, tp: try whole("tp"),
        pp: try whole("pp"), isl: try whole("isl"), osl: try whole("osl"),
        requests: try whole("num_requests"), tokensPerSecond: measured)
    }
  }

  /// The row's throughput, with other constants than the catalogue's where some are given.
  static func predict(
    _ row: Row, _ changed: EngineConstants? = nil
  ) -> Result<Double, Problem> {
    do throws(Problem) {
      let model = try FidelityModels.model(row.model)
      let device = try FidelityModels.device(row.gpu)
      let isNew = row.engine.hasSuffix("1.0")
      var deployment = Deployment(
        tensorParallel: row.tp, pipelineParallel: row.pp, weights: format(row.precision),
        cache: row.precision == "FP16" ? .bf16 : .fp8)
      if isNew, model.mixture != nil, row.tp > 1 {
        // The published options of models with experts switch attention copies on.
        deployment.tensorParallel = 1
        deployment.attentionRanks = row.tp
        deployment.expertParallel = row.tp
      }
      let engine = try FidelityModels.engine(row.kind, device, or: changed)
      return .success(
        try throughput(row, ModelCost(model, on: device, deployment, engine: engine)))
    } catch { return .failure(error) }
  }

  private static func format(_ precision: String) -> NumberFormat {
    switch precision {
    case "FP8": .fp8
    case "FP4": .fp4
    default: .bf16
    }
  }

  private static func throughput(_ row: Row, _ cost: ModelCost) throws(Problem) -> Double {
    let (groups, ranks) = (row.pp, cost.deployment.attentionRanks)
    let memory = cost.engine.memory
    let blocks = cost.blockCount(blockSize: 32) / groups
    let perSequence = (row.isl + row.osl + 31) / 32
    let most = min(memory.stepSequences * ranks / groups, blocks / perSequence)
    guard most >= 1 else { throw Problem("no room for one sequence") }
    var options = ClusterOptions()
    options.blockSize = 32
    options.blockCount = blocks
    options.budget = StepBudget(
      tokens: memory.stepTokens * ranks, sequences: max(most, 1), admitted: max(most, 1))
    options.cost = PipelineGroup(cost: cost)
    options.keptSteps = 1
    let count = (row.requests + groups - 1) / groups
    var trace = Trace(name: row.name)
    for _ in 0..<count {
      try trace.append(at: 0, promptTokens: row.isl, outputTokens: row.osl)
    }
    let cluster = try Cluster(options, trace: trace)
    cluster.run()
    return Double(count * groups * row.osl) / cluster.time
  }
}
