import Base
import Clusters
import Devices
import Models
import Serving

/// Servers measured under so many users at once: mean time to the first token and per token.
enum SiliconFidelity {
  /// One deployment under one load.
  struct Row: Sendable {
    let backend, version, model, system, precision: String
    let isl, osl, users: Int
    /// How the model is laid out; of the workers that answer, where prompts are apart.
    let deployment: Deployment
    /// GPUs that share a layer, as they stand in the table.
    let devices: Int
    let apart: Apart?
    let ttft, tpot: Double

    /// The model, the GPU, the engine, the format and the layout: one name for what is served alike.
    var configuration: String {
      let name = (try? FidelityModels.model(model))?.info.name ?? model
      let d = deployment
      return "\(name == "deepseek-r1" ? "deepseek-v3" : name)/\(system)/\(backend)/"
        + "\(d.weights.rawValue)/\(d.tensorParallel)x\(d.pipelineParallel)x\(d.attentionRanks)"
        + (apart == nil ? "" : "/apart")
    }
    /// The engine as the catalogue names it.
    var kind: String { backend == "trtllm" ? "tensorrt-llm-1.2" : backend }
    var name: String {
      "\(backend) \(system), \(model) \(precision) tp\(deployment.tensorParallel) "
        + "ranks\(deployment.attentionRanks) \(isl)/\(osl) \(users) users"
    }
    /// InferenceX draws lengths between 80 and 100 % of these; other sweeps have fixed ones.
    var hasVaryingLengths: Bool {
      [[1024, 1024], [8192, 1024], [1024, 8192]].contains([isl, osl])
    }
  }

  /// Workers that only read prompts, and how many there are of either kind; 0 where nobody noted it.
  struct Apart: Sendable {
    let prompts: Deployment
    let promptWorkers, answerWorkers: Int
  }

  /// The tables of dense models, which have bars, of models with experts, and of prompts apart.
  static func tables(root: String) throws -> [FidelityTable] {
    try tables(of: SiliconRows.read("\(root)/serving/silicon_e2e.csv"))
  }

  private static func tables(of rows: [Row]) -> [FidelityTable] {
    var tables = [
      FidelityTable("silicon, dense, TPOT, ms", bar: FidelityTable.Bar(median: 0.12)),
      FidelityTable("silicon, dense, TTFT, ms", bar: FidelityTable.Bar(median: 0.35)),
      FidelityTable("silicon, experts, TPOT, ms"), FidelityTable("silicon, experts, TTFT, ms"),
      FidelityTable("silicon, disaggregated, TPOT, ms"),
      FidelityTable("silicon, disaggregated, TTFT, ms"),
    ]
    let results = ParallelRuns.map(rows.count) { predict(rows[$0]) }
    for (row, result) in zip(rows, results) {
      let isDense = (try? FidelityModels.model(row.model))?.mixture == nil
      let first = row.apart != nil ? 4 : isDense ? 0 : 2
      switch result {
      case .success(let (ttft, tpot)):
        tables[first].entries.append(entry(row, tpot, row.tpot))
        tables[first + 1].entries.append(entry(row, ttft, row.ttft))
      case .failure(let problem):
        let text = "\(problem)".split(separator: ":").prefix(1).joined()
        tables[first].skipped[text, default: 0] += 1
      }
    }
    return tables
  }

  private static func entry(_ row: Row, _ ours: Double, _ measured: Double) -> FidelityTable.Entry {
    FidelityTable.Entry(
      name: row.name, configuration: row.configuration, predicted: ours * 1e3,
      measured: measured)
  }

  /// The row's times in seconds, with other constants than the catalogue's where some are given.
  static func predict(
    _ row: Row, _ changed: EngineConstants? = nil
  ) -> Result<(ttft: Double, tpot: Double), Problem> {
    do throws(Problem) {
      try check(row)
      let model = try FidelityModels.model(row.model)
      let device = try FidelityModels.device(row.system)
      let engine = try FidelityModels.engine(row.kind, device, or: changed)
      let cost = try ModelCost(
        model, on: device, row.deployment, engine: engine)
      return .success(try serve(row, cost))
    } catch { return .failure(error) }
  }

  /// Refuses rows whose table leaves out what they depend on.
  private static func check(_ row: Row) throws(Problem) {
    if row.apart == nil, row.system == "gb200", row.devices > 8 {
      throw Problem("the GPUs of all workers, noted as those of one server")
    }
    // These answer twice as fast as others laid out alike: they guess tokens and verify them.
    if row.version == "1.2.0rc6.post3" {
      throw Problem("tokens are guessed, and nobody noted how many hold")
    }
  }

  /// Users who send a request, wait for its answer and send the next, all from the start.
  private static func serve(
    _ row: Row, _ cost: ModelCost
  ) throws(Problem) -> (ttft: Double, tpot: Double) {
    let cluster = try Cluster(try options(row, cost), trace: try trace(row))
    cluster.run()
    let report = ClusterReport(cluster)
    return (report.ttft.mean, report.tpot.mean)
  }

  private static func options(_ row: Row, _ cost: ModelCost) throws(Problem) -> ClusterOptions {
    var options = ClusterOptions()
    options.blockCount = cost.blockCount()
    guard options.blockCount * 16 > row.isl + row.osl else { throw Problem("it does not fit") }
    // TensorRT-LLM admits what will find blocks to its end; the others preempt.
    let fits =
      row.backend == "trtllm" ? max(1, options.blockCount * 16 / (row.isl + row.osl)) : .max
    options.budget = StepBudget(
      tokens: 8192 * cost.deployment.attentionRanks, sequences: max(512, row.users), admitted: fits)
    options.scheduler = row.backend == "sglang" ? SGLangScheduler() : VLLMScheduler()
    options.cost = PipelineGroup(cost: cost)
    options.keptSteps = 1
    if let apart = row.apart {
      guard apart.answerWorkers > 0, apart.promptWorkers > 0 else {
        throw Problem("nobody noted how many workers there are of either kind")
      }
      options.replicas = apart.answerWorkers
      options.disaggregation = try disaggregation(apart, cost)
    }
    return options
  }

  private static func disaggregation(
    _ apart: Apart, _ cost: ModelCost
  ) throws(Problem) -> Disaggregation {
    let prompts = try ModelCost(
      cost.model, on: cost.device, apart.prompts, engine: cost.engine, wires: cost.wires)
    var result = Disaggregation()
    result.prefillReplicas = apart.promptWorkers
    result.prefillCost = PipelineGroup(cost: prompts)
    result.prefillBudget = StepBudget(
      tokens: 8192 * apart.prompts.attentionRanks, sequences: 512 * apart.prompts.attentionRanks)
    result.latencySeconds = cost.transferSeconds(promptTokens: 0)
    result.secondsPerToken = cost.transferSeconds(promptTokens: 1) - result.latencySeconds
    return result
  }

  private static func trace(_ row: Row) throws(Problem) -> Trace {
    let count = max(min(max(20, 6 * row.users), 3000), 2 * row.users)
    var random = SeededRandom(seed: 1, named: "lengths")
    var trace = Trace(name: row.name)
    func length(_ most: Int) -> Int {
      guard row.hasVaryingLengths else { return most }
      return max(1, most - random.nextInteger(below: max(1, most / 5)))
    }
    for index in 0..<count {
      try trace.append(
        at: 0, promptTokens: length(row.isl), outputTokens: length(row.osl),
        follows: index < row.users ? -1 : index - row.users)
    }
    return trace
  }
}
