import Base
import Bindings
import Host
import LuaBridge

/// Policies written in Lua beside native ones that decide the same, on the same requests.
///
/// Both are run through Lua's module `cluster`, the native ones by their names in its catalogues; what is
/// compared is the time of whole runs, with the same cost model and all metrics. Before it is measured,
/// each pair is held to the same result, request by request.
struct PolicySuite: Suite {
  let name = "policies"
  let summary = "Runs of a cluster with policies in Lua, over those with native ones."

  func cases() throws -> [Case] {
    let bench = try PolicyBench()
    return [
      try bench.compare(
        "scheduler in 20 lines of Lua", .ratioAtMost(4),
        native: #"scheduler = "vllm-v1""#,
        lua: #"scheduler = require("orrery.schedulers.continuous")"#),
      try bench.compare(
        "the same, each sequence planned in Lua", .none,
        native: #"scheduler = "vllm-v1""#,
        lua: #"scheduler = require("orrery.schedulers.step_by_step")"#),
      try bench.compare(
        "router in 15 lines of Lua", .ratioAtMost(3),
        native: #"router = "least-outstanding""#,
        lua: #"router = require("orrery.routers.least_outstanding")"#),
      try bench.compare(
        "autoscaler in 15 lines of Lua", .ratioAtMost(3),
        native: #"autoscaler = { "concurrency", interval_seconds = 1 }"#,
        lua: #"autoscaler = require("orrery.autoscalers.concurrency").new{ interval_seconds = 1 }"#),
      try bench.compare(
        "all three in Lua", .ratioAtMost(4),
        native: #"scheduler = "vllm-v1", router = "least-outstanding", autoscaler = "concurrency""#,
        lua: #"scheduler = require("orrery.schedulers.continuous"), "#
          + #"router = require("orrery.routers.least_outstanding"), "#
          + #"autoscaler = require("orrery.autoscalers.concurrency").new{}"#),
      try bench.compare(
        "cost in Lua", .none, native: "cost = line", lua: "cost = lua_line"),
    ]
  }
}

/// A Lua state with requests and a service that policies are put into.
private struct PolicyBench {
  private let lua = LuaState()

  init() throws {
    try lua.register(ClusterModule.module)
    if let folder = StandardLibrary.folder {
      try lua.run("package.path = '\(folder)/?.lua;' .. package.path")
    }
    try lua.run(Self.requests)
    try lua.run(
      """
      line = { base_seconds = 0.01, token_seconds = 6e-5, context_seconds = 6e-8 }
      function lua_line(step)
        return 0.01 + 6e-5 * step.tokens + 6e-8 * step.decode_context_tokens
      end
      service = service or cluster.service{ cost = line, replicas = 8, max_tokens = 512 }
      """)
  }

  /// The 4,000 requests and the 8 replicas of Vidur's second run where they are there, else requests
  /// of the same kind that are drawn.
  private static var requests: String {
    let root = ProcessEnvironment.all["ORRERY_REFERENCE"] ?? "../shared/reference"
    let folder = "\(root)/serving/vidur_runs/s2_llama3-8b_a100_tp1x8_sarathi_azureconv"
    guard FileIO.isDirectory(folder) else {
      return """
        trace = cluster.workload{ rate = 34, count = 4000, seed = 1,
          prompt_tokens = { median = 900, sigma = 0.9 },
          output_tokens = { median = 200, sigma = 0.7 } }
        """
    }
    return """
      trace = cluster.trace("\(folder)/arrivals.csv")
      service = cluster.service{ replicas = 8, blocks = 30208, max_tokens = 512,
        cost = { folder = "\(folder)", layers = 32, batching_overhead = 0.1 } }
      """
  }

  func compare(_ name: String, _ bar: Bar, native: String, lua code: String) throws -> Case {
    guard try outcome(native) == outcome(code) else {
      throw Problem(
        "\(name): its decisions are not those of \(native)",
        fix: "compare policies that decide the same")
    }
    return Case(
      name, .seconds, bar,
      peer: Peer("native", version: native) { try seconds(native) }, rounds: 7
    ) { try seconds(code) }
  }

  /// What came of a whole run: its steps, and when each request had its first token and its last.
  private func outcome(_ options: String) throws -> [Double] {
    let chunk = try lua.load(
      """
      local run = service:with{ \(options) }:start(trace)
      assert(run:run() == "done")
      local times = { run.step_count, run.preemption_count }
      local requests = run:result():requests()
      for number = 1, #requests do
        local request = requests[number]
        times[#times + 1] = request.first_token_seconds
        times[#times + 1] = request.finished_seconds
      end
      return times
      """, chunkName: "outcome")
    guard case .table(let times)? = try chunk.call().first else {
      throw Problem("a run gave no times")
    }
    return times.elements.compactMap(\.number)
  }

  /// The processor time of a whole run.
  private func seconds(_ options: String) throws -> Double {
    try lua.run("run = service:with{ \(options) }:start(trace)")
    let chunk = try lua.load("assert(run:run() == 'done')", chunkName: "bench")
    return try processorSeconds { try chunk.call() }
  }
}
