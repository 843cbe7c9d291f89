public import Base
import Devices
import Models
import Serving

/// A run of a real engine as a folder holds it: what came and when, what became of it, and what the
/// simulator needs to repeat it from measured layers.
///
/// The folder has `index.json` and, for each run, `NAME.requests.csv`; the layers are in another folder, in the
/// files of `LayerTables`, whose names begin with `lss_GPU_MODEL_tpN`.
public struct MeasuredRun: Sendable {
  /// What became of a request, in seconds from the start.
  public struct Times: Hashable, Sendable {
    /// When it was queued in the engine.
    public let queued: Double
    /// When it had its first token.
    public let first: Double
    /// When it had its last token.
    public let last: Double
    /// Tokens it was answered with.
    public let outputTokens: Int

    /// Seconds to the first token.
    public var ttft: Double { first - queued }
    /// Seconds per token behind the first; NaN for one token.
    public var tpot: Double { outputTokens > 1 ? (last - first) / Double(outputTokens - 1) : .nan }
    /// Seconds to the last token.
    public var e2e: Double { last - queued }
  }

  /// What the run is called.
  public let name: String
  /// The requests, in the order in which they were queued.
  public let trace: Trace
  /// What became of them, in the same order.
  public let times: [Times]
  /// What the cluster is made of that repeats it.
  public let options: ClusterOptions
  /// What another simulator says of it, by the names of `index.json`, in ms; empty where nobody ran one.
  public let otherPrediction: [String: Double]

  /// Every run of a folder, by the names in its index.
  public static func all(folder: String, layers: String) throws(Problem) -> [MeasuredRun] {
    let path = "\(folder)/index.json"
    let index = try JSONValue(parsing: FileIO.read(path), file: path)
    guard let runs = index.object else { throw Problem("\(path) is not an object of runs") }
    var all: [MeasuredRun] = []
    for (name, entry) in runs.sorted(by: { $0.key < $1.key }) {
      all.append(
        try MeasuredRun(
          name: name, entry: RunEntry(entry, "\(path): \(name)"),
          requests: "\(folder)/\(name).requests.csv", layers: layers))
    }
    return all
  }

  private init(name: String, entry: RunEntry, requests: String, layers: String) throws(Problem) {
    self.name = name
    (trace, times) = try Self.read(requests, name: name, blockSize: entry.blockSize)
    options = try entry.options(layers: layers)
    otherPrediction = entry.numbers("llmservingsim_ms")
  }

  private static func read(
    _ path: String, name: String, blockSize: Int
  ) throws(Problem) -> (Trace, [Times]) {
    let table = try CSVTexts(path: path)
    let tokens = 1...1 << 29
    let times = 0.0...1e9
    let prompts = try table.integers("input_tokens", in: tokens)
    let outputs = try table.integers("output_tokens", in: tokens)
    let queued = try table.numbers("queued_s", in: times)
    let firsts = try table.numbers("first_token_s", in: times)
    let lasts = try table.numbers("last_token_s", in: times)
    var trace = Trace(name: name)
    var results: [Times] = []
    var next: UInt64 = 0
    for row in queued.indices.sorted(by: { (queued[$0], $0) < (queued[$1], $1) }) {
      guard firsts[row] >= queued[row], lasts[row] >= firsts[row] else {
        throw Problem("\(path): line \(row + 2): its times are not in order")
      }
      try trace.append(
        at: queued[row], promptTokens: prompts[row], outputTokens: outputs[row])
      // A preempted request finds again what is left of its own blocks, answers included.
      let all = prompts[row] + outputs[row]
      let names = (0..<all / blockSize).map { next + UInt64($0) }
      next += UInt64(names.count)
      trace.setLastPrefix(names.map(PrefixIDs.mixed), tokens: all)
      results.append(
        Times(
          queued: queued[row], first: firsts[row], last: lasts[row], outputTokens: outputs[row]))
    }
    trace.prefixes.tokensPerID = blockSize
    return (trace, results)
  }
}

/// One run's entry in the index, read with care.
private struct RunEntry {
  let value: JSONValue
  let place: String

  init(_ value: JSONValue, _ place: String) {
    self.value = value
    self.place = place
  }

  private func engine(_ key: String) -> JSONValue? { value["engine"]?[key] }

  private func whole(_ key: String, _ range: ClosedRange<Int>, otherwise: Int) throws(Problem)
    -> Int
  {
    guard let found = engine(key), found != .null else { return otherwise }
    guard let number = found.integer, range.contains(number) else {
      throw Problem("\(place): \(key) should be a whole number from \(range.lowerBound)")
    }
    return number
  }

  private func text(_ key: String) throws(Problem) -> String {
    guard let text = value[key]?.string else { throw Problem("\(place): there is no \"\(key)\"") }
    return text
  }

  func numbers(_ key: String) -> [String: Double] {
    (value[key]?.object ?? [:]).reduce(into: [:]) { numbers, pair in
      numbers[pair.key] = pair.value.double
    }
  }

  var blockSize: Int {
    let size = value["kv_cache"]?["block_size"]?.integer ?? 16
    return (1...4096).contains(size) ? size : 16
  }

  func options(layers folder: String) throws(Problem) -> ClusterOptions {
    let (gpu, name) = (try text("hardware"), try text("model"))
    let (device, model) = (try Device.named(gpu), try ModelSpec.named(name))
    let tensor = try whole("tensor_parallel_size", 1...64, otherwise: 1)
    let data = try whole("data_parallel_size", 1...1024, otherwise: 1)
    let isExpert = model.mixture != nil && engine("enable_expert_parallel")?.boolean == true
    // Copies that share experts step together: one replica with several ranks. Others are replicas.
    let ranks = isExpert ? data : 1
    let sequences = try whole("max_num_seqs", 1...1 << 20, otherwise: 256)
    let tokens = try whole("max_num_batched_tokens", 1...1 << 20, otherwise: 2048)
    var layers = LayerTables.Options(layers: model.layers, width: model.width)
    layers.tensorParallel = tensor
    layers.attentionRanks = ranks
    layers.link = device.slot.map(RingLink.host) ?? .pcie5Host
    if let mixture = model.mixture {
      layers.experts = ExpertReach(
        count: mixture.count, used: mixture.used, spread: LayerTables.expertSpread)
      layers.expertParallel = isExpert ? tensor * data : 1
    }
    var options = ClusterOptions()
    options.replicas = data / ranks
    options.blockSize = blockSize
    options.blockCount =
      try ranks
      * blocks(device, model, tensor, isExpert ? tensor * data : tensor, sequences, tokens)
    options.isCaching = value["kv_cache"]?["enable_prefix_caching"]?.boolean ?? true
    options.budget = StepBudget(tokens: tokens * ranks, sequences: sequences * ranks)
    options.scheduler = VLLMScheduler(longPrefillTokens: ranks > 1 ? tokens : 0)
    options.cost = try LayerTables(
      prefix: "\(folder)/lss_\(gpu.lowercased())_\(name.lowercased())_tp\(tensor)", options: layers)
    return options
  }

  /// The blocks the engine said it had, less the one that stands for nothing, or what memory leaves.
  private func blocks(
    _ device: Device, _ model: ModelSpec, _ tensor: Int, _ experts: Int, _ sequences: Int,
    _ tokens: Int
  ) throws(Problem) -> Int {
    if let said = value["kv_cache"]?["num_gpu_blocks"], said != .null {
      guard let count = said.integer, (2...1 << 28).contains(count) else {
        throw Problem("\(place): num_gpu_blocks should be a whole number from 2")
      }
      return count - 1
    }
    var memory = KVMemory()
    memory.utilisation = value["kv_cache"]?["gpu_memory_utilization"]?.double ?? 0.9
    memory.stepTokens = tokens
    memory.stepSequences = sequences
    let all = Double(model.weightBytes(bitsPerWeight: 16).count)
    let inExperts =
      model.mixture.map {
        Double((model.layers - $0.denseLayers) * 3 * model.width * $0.count * $0.width * 2)
      } ?? 0
    let weights = (all - inExperts) / Double(tensor) + inExperts / Double(experts)
    let bytes = memory.cacheBytes(
      on: device, model: model, weightBytes: weights, tensorParallel: tensor)
    let perBlock = Double(model.keyValueBytes().count * blockSize) / Double(tensor)
    let count = Int(bytes / perBlock)
    guard count >= 1 else {
      throw Problem("\(place): the weights leave no memory for keys and values")
    }
    return count
  }
}
