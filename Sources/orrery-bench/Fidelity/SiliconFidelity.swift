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
    let isAggregated: Bool
    let isl, osl, users: Int
    let deployment: Deployment
    let ttft, tpot: Double

    var configuration: String {
      "\(model)/\(system)/\(deployment.tensorParallel)x\(deployment.pipelineParallel)"
    }
    var name: String {
      "\(backend) \(system), \(model) \(precision) tp\(deployment.tensorParallel) "
        + "ranks\(deployment.attentionRanks) \(isl)/\(osl) \(users) users"
    }
    /// InferenceX draws lengths between 80 and 100 % of these; other sweeps have fixed ones.
    var hasVaryingLengths: Bool {
      [[1024, 1024], [8192, 1024], [1024, 8192]].contains([isl, osl])
    }
  }

  /// The tables of dense models, which have bars, of models with experts, and of prompts apart.
  static func tables(root: String) throws -> [FidelityTable] {
    var tables = [
      FidelityTable("silicon, dense, TPOT, ms", bar: FidelityTable.Bar(median: 0.12)),
      FidelityTable("silicon, dense, TTFT, ms", bar: FidelityTable.Bar(median: 0.35)),
      FidelityTable("silicon, experts, TPOT, ms"), FidelityTable("silicon, experts, TTFT, ms"),
      FidelityTable("silicon, disaggregated, TPOT, ms"),
    ]
    let rows = try SiliconRows.read("\(root)/serving/silicon_e2e.csv")
    let results = ParallelRuns.map(rows.count) { predict(rows[$0]) }
    for (row, result) in zip(rows, results) {
      let isDense = (try? FidelityModels.model(row.model))?.mixture == nil
      let first = !row.isAggregated ? 4 : isDense ? 0 : 2
      switch result {
      case .success(let (ttft, tpot)):
        tables[first].entries.append(entry(row, tpot, row.tpot))
        if first < 4 { tables[first + 1].entries.append(entry(row, ttft, row.ttft)) }
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

  private static func predict(_ row: Row) -> Result<(ttft: Double, tpot: Double), Problem> {
    do throws(Problem) {
      let model = try FidelityModels.model(row.model)
      let device = try FidelityModels.device(row.system)
      let engine: EngineConstants =
        switch row.backend {
        case "trtllm": .tensorRTLLM12(on: device)
        case "sglang": .sglang(on: device)
        default: .vllm(on: device)
        }
      let cost = try ModelCost(model, on: device, row.deployment, engine: engine)
      return .success(try row.isAggregated ? serve(row, cost) : decode(row, cost))
    } catch { return .failure(error) }
  }

  /// Users who send a request, wait for its answer and send the next, all from the start.
  private static func serve(
    _ row: Row, _ cost: ModelCost
  ) throws(Problem) -> (ttft: Double, tpot: Double) {
    let ranks = row.deployment.attentionRanks
    let isAlternating = row.backend == "sglang"
    var options = ClusterOptions()
    options.blockCount = cost.blockCount()
    guard options.blockCount * 16 > row.isl + row.osl else { throw Problem("it does not fit") }
    // TensorRT-LLM admits what will find blocks to its end; the others preempt.
    let fits =
      row.backend == "trtllm" ? max(1, options.blockCount * 16 / (row.isl + row.osl)) : .max
    options.budget = StepBudget(
      tokens: 8192 * ranks, sequences: max(512, row.users), admitted: fits)
    options.scheduler = isAlternating ? PromptsFirst() : VLLMScheduler()
    options.cost = PipelineGroup(cost: cost)
    options.keptSteps = 1
    let count = min(max(20, 6 * row.users), 3000)
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
    let cluster = try Cluster(options, trace: trace)
    cluster.run()
    let report = ClusterReport(cluster)
    return (report.ttft.mean, report.tpot.mean)
  }

  /// A group of GPUs that only decodes, at its share of the users.
  private static func decode(
    _ row: Row, _ cost: ModelCost
  ) throws(Problem) -> (ttft: Double, tpot: Double) {
    var shape = StepShape()
    shape.decodes = max(1, row.users)
    shape.tokens = shape.decodes
    shape.decodeContext = shape.decodes * (row.isl + row.osl / 2)
    return (.nan, cost.seconds(of: shape, stage: 0, of: 1))
  }
}

/// Prompts in steps of their own, before anyone decodes: what SGLang does without mixed chunks.
struct PromptsFirst: Scheduler {
  private let inner = VLLMScheduler()

  func plan(_ state: ServingState, _ budget: StepBudget, into plan: StepPlan) {
    let isFull = state.admittedCount >= min(budget.admitted, budget.sequences)
    if state.prefillingCount == 0, state.waitingCount == 0 || isFull {
      return inner.plan(state, budget, into: plan)
    }
    let draft = StepPlan()
    inner.plan(state, budget, into: draft)
    guard draft.prefills.count > 0, draft.preempted.count == 0 else {
      return inner.plan(state, budget, into: plan)
    }
    for index in 0..<draft.growth.count {
      let growth = draft.growth[index]
      if state.phase(growth.slot) == .prefill { plan.grow(growth.slot, blocks: Int(growth.blocks)) }
    }
    for index in 0..<draft.prefills.count { plan.prefill(draft.prefills[index]) }
  }
}
