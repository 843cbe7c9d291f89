import Base
import Clusters
import Serving

/// Clusters in virtual time: how many requests a second of one core simulates, metrics included.
struct ServingSuite: Suite {
  let name = "serving"
  let summary = "Requests simulated per second of one core, with all metrics kept."

  func cases() throws -> [Case] {
    let root = ProcessEnvironment.all["ORRERY_REFERENCE"] ?? "../shared/reference"
    let vidur = "\(root)/serving/vidur_runs"
    guard FileIO.isDirectory(vidur) else {
      throw Problem("there is no \(vidur)", fix: "set ORRERY_REFERENCE", kind: .missing)
    }
    let bars: [String: Double] = ["s1": 300e3, "s2": 200e3, "s4": 300e3]
    var cases: [Case] = []
    for folder in try FileIO.list(vidur) {
      let key = String(folder.prefix { $0 != "_" })
      let run = try VidurRun(folder: "\(vidur)/\(folder)")
      cases.append(
        Case("\(folder)", .perSecond, bars[key].map { .atLeast($0) } ?? .none, rounds: 9) {
          try Self.rate(of: run.cluster())
        })
      if key == "s2" { cases.append(Self.startToReport("\(vidur)/\(folder)")) }
    }
    return cases + [try Self.mooncake("\(root)/serving/traces")] + Self.million
  }

  private static func rate(of cluster: Cluster) -> Double {
    let took = processorSeconds { cluster.run() }
    keep(cluster.itl.count)
    return Double(cluster.trace.count) / took
  }

  /// A process from its start to the printed report.
  private static func startToReport(_ folder: String) -> Case {
    Case("start to report of s2", .seconds, .atMost(0.15)) {
      let run = try ChildRun.run(
        [FileIO.resolved("/proc/self/exe"), ServingCommand.name, "replay", folder])
      guard run.output.utf8.contains(UInt8(ascii: "%")) else {
        throw Problem("no report in: \(run.output)")
      }
      return run.seconds
    }
  }

  private static func mooncake(_ folder: String) throws -> Case {
    let trace = try Trace.load("\(folder)/mooncake_conversation.jsonl.gz")
    var options = ClusterOptions()
    options.replicas = 16
    options.blockCount = 32_768
    options.isCaching = true
    options.router = PrefixAffineRouter()
    options.budget = StepBudget(tokens: 8192, sequences: 256)
    // About a 70B model on eight A100s, which is what the trace was recorded for.
    options.cost = LinearCostModel(
      baseSeconds: 30e-3, tokenSeconds: 100e-6, contextSeconds: 50e-9, pairSeconds: 2e-9)
    return Case("mooncake, prefix caching, 16 replicas", .perSecond, .atLeast(25e3)) {
      try rate(of: Cluster(options, trace: trace))
    }
  }

  private static var million: [Case] {
    func child() throws -> [String] {
      [FileIO.resolved("/proc/self/exe"), ServingCommand.name, "million"]
    }
    return [
      Case("1 M requests, 64 replicas", .seconds, .atMost(10), rounds: 1) {
        let output = try ChildRun.run(child()).output
        guard let seconds = output.split(separator: "\n").last.flatMap({ Double($0) }) else {
          throw Problem("no figure in: \(output)")
        }
        return seconds
      },
      Case("1 M requests, memory", .bytes, .atMost(1_073_741_824), rounds: 1) {
        try ChildRun.peakBytes(of: child())
      },
    ]
  }
}

/// What the suite runs in processes of its own: `orrery-bench serving-case replay FOLDER | million`.
enum ServingCommand {
  static let name = "serving-case"

  static func run(_ arguments: [String]) throws {
    switch arguments.first {
    case "replay":
      guard arguments.count == 2 else { throw Problem("replay needs a folder", kind: .usage) }
      let cluster = try VidurRun(folder: arguments[1]).cluster()
      cluster.run()
      print(ClusterReport(cluster).text)
    case "million": try runMillion()
    default: throw Problem("replay or million expected", kind: .usage)
    }
  }

  /// A million requests of the lengths of conversations, with every metric; prints the report and the
  /// processor's seconds.
  private static func runMillion() throws {
    let took = try processorSeconds {
      let lengths = Lengths.logNormal(
        promptMedian: 700, promptSigma: 0.9, outputMedian: 150, outputSigma: 0.7)
      let workload = OpenWorkload(
        .poisson(perSecond: 250), lengths: lengths, requests: 1_000_000)
      var options = ClusterOptions()
      options.replicas = 64
      options.router = LeastOutstandingRouter()
      options.scheduler = SarathiScheduler()
      options.budget = StepBudget(tokens: 512, sequences: 128)
      options.cost = LinearCostModel(baseSeconds: 10e-3, tokenSeconds: 40e-6)
      let cluster = try Cluster(options, trace: workload.trace(seed: 1))
      cluster.run()
      print(ClusterReport(cluster).text)
    }
    print(took)
  }
}
