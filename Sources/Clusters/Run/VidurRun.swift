public import Base
import Serving

/// A run of the simulator Vidur as a folder holds it: its configuration, its arrivals and the tables of
/// times that it used.
public struct VidurRun: Sendable {
  /// What the cluster is made of.
  public let options: ClusterOptions
  /// The requests that come.
  public let trace: Trace

  /// Reads a folder with `scenario.json`, `arrivals.csv` and the tables of `OperatorTables`.
  public init(folder: String) throws(Problem) {
    let path = "\(folder)/scenario.json"
    let document = try JSONValue(parsing: FileIO.read(path), file: path)
    try self.init(folder: folder, document: document)
  }

  /// Reads a folder whose `scenario.json` was read already.
  public init(folder: String, document: JSONValue) throws(Problem) {
    guard let config = document["config"] else {
      throw Problem("\(folder)/scenario.json has no \"config\"")
    }
    let reader = ConfigReader(config: config, path: "\(folder)/scenario.json")
    trace = try Trace.load("\(folder)/arrivals.csv", format: .vidur)
    options = try Self.options(reader, folder)
  }

  /// The cluster, at time 0.
  public func cluster() throws(Problem) -> Cluster { try Cluster(options, trace: trace) }

  private static func options(_ reader: ConfigReader, _ folder: String) throws(Problem)
    -> ClusterOptions
  {
    var options = ClusterOptions()
    options.replicas = try reader.integer("num_replicas")
    options.stages = try reader.integer("pipeline_stages")
    options.blockSize = try reader.integer("block_size")
    options.blockCount = try reader.integer("num_blocks")
    try setPolicies(&options, reader)
    let isGrouped = usesGroupedHeads(try reader.text("model"))
    options.cost = try OperatorTables(
      folder: folder,
      options: OperatorTables.Options(
        layersPerStage: reader.integer("layers_per_stage"),
        tensorParallel: reader.integer("tensor_parallel"),
        collectiveLaunchMilliseconds: reader.number("nccl_launch_overhead_ms"),
        batchingOverhead: isGrouped ? reader.number("gqa_batching_overhead") : 0))
    return options
  }

  private static func setPolicies(_ options: inout ClusterOptions, _ reader: ConfigReader)
    throws(Problem)
  {
    let cap = try reader.integer("batch_size_cap")
    let watermark = try reader.number("watermark_blocks_fraction")
    let perStage = max(1, cap / options.stages)
    switch try reader.text("scheduler") {
    case "vllm":
      options.scheduler = VidurVLLMScheduler(watermark: watermark)
      options.budget = StepBudget(
        tokens: try reader.integer("max_tokens_in_batch"), sequences: perStage, admitted: cap)
    case "sarathi":
      options.scheduler = SarathiScheduler(watermark: watermark)
      options.budget = StepBudget(
        tokens: try reader.integer("chunk_size"), sequences: perStage, admitted: cap)
    case "orca":
      options.scheduler = OrcaScheduler(
        sequenceTokens: try reader.integer("max_tokens_per_request"))
      options.budget = StepBudget(
        tokens: .max, sequences: try reader.integer("orca_max_batch"))
    case let name: throw .unknown("scheduler", name, among: ["vllm", "sarathi", "orca"])
    }
    switch try reader.text("router") {
    case "round_robin": options.router = RoundRobinRouter()
    case "lor": options.router = LeastWaitingRouter()
    case "random": options.router = RandomRouter(seed: 0)
    case let name: throw .unknown("router", name, among: ["round_robin", "lor", "random"])
    }
  }

  /// True when a model that Vidur knows shares keys among heads.
  ///
  /// Source: microsoft/vidur, config/model_config.py: these have as many key heads as query heads.
  private static func usesGroupedHeads(_ model: String) -> Bool {
    let name = model.lowercased()
    let separate = [
      "llama-2-7b", "llama-2-13b", "codellama-7b", "codellama-13b", "internlm-20b", "qwen-72b",
      "phi-2",
    ]
    return !separate.contains { part in
      name.indices.contains { name[$0...].hasPrefix(part) }
    }
  }
}

/// Reads the fields of a configuration; the error names what is missing.
private struct ConfigReader {
  let config: JSONValue
  let path: String

  func integer(_ key: String) throws(Problem) -> Int {
    guard let value = config[key]?.integer, value >= 1 else {
      throw Problem("\(path): \"\(key)\" should be a whole number from 1")
    }
    return value
  }

  func number(_ key: String) throws(Problem) -> Double {
    guard let value = config[key]?.double, value >= 0 else {
      throw Problem("\(path): \"\(key)\" should be a number from 0")
    }
    return value
  }

  func text(_ key: String) throws(Problem) -> String {
    guard let value = config[key]?.string else {
      throw Problem("\(path): \"\(key)\" should be a string")
    }
    return value
  }
}
