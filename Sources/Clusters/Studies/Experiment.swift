public import Base
import Serving

/// One run that is described and has not begun: what the cluster is made of, what comes, and what it costs.
public struct Experiment: Sendable {
  /// What the cluster is made of.
  public var options: ClusterOptions
  /// The requests that come.
  public var trace: Trace
  /// What its replicas cost, where that is known.
  public var price: ReplicaPrice?

  /// Describes a run.
  public init(_ options: ClusterOptions, trace: Trace, price: ReplicaPrice? = nil) {
    self.options = options
    self.trace = trace
    self.price = price
  }

  /// Runs it to its end; the cluster is given as it is then.
  public func cluster(stop: StopSignal = StopSignal()) throws(Problem) -> Cluster {
    let cluster = try Cluster(options, trace: trace)
    switch cluster.run(shouldStop: { stop.isGiven }) {
    case .done: break
    case .interrupted:
      throw Problem("the run of \(trace.name) was interrupted", kind: .interrupted)
    case let other:
      throw Problem(
        "the run of \(trace.name) stopped at \(cluster.time) s: \(other)",
        fix: "policies of experiments neither pause nor fail")
    }
    if let stall = cluster.stall() { throw stall }
    return cluster
  }

  /// Runs it to its end and reports.
  public func run(stop: StopSignal = StopSignal()) throws(Problem) -> RunResult {
    RunResult(try cluster(stop: stop), price: price)
  }

  // MARK: Fingerprint

  /// A number that differs when what is run differs: the trace, the options, and the times that the cost
  /// model gives for a few steps.
  ///
  /// Stored rows carry it, so that a sweep that goes on never takes rows of another experiment.
  public var fingerprint: UInt64 {
    var hash = Fingerprint()
    for index in 0..<trace.count {
      hash.add(trace.arrivals[index].bitPattern)
      hash.add(UInt64(UInt32(bitPattern: trace.promptTokens[index])))
      hash.add(UInt64(UInt32(bitPattern: trace.outputTokens[index])))
    }
    for column in [trace.slaClasses, trace.adapters, trace.follows] {
      for value in column { hash.add(UInt64(UInt32(bitPattern: value))) }
    }
    for range in trace.prefixRanges { hash.add(UInt64(bitPattern: Int64(range.hashed))) }
    for id in trace.prefixes.ids { hash.add(id) }
    addOptions(&hash)
    hash.add(String(describing: price))
    return hash.value
  }

  private func addOptions(_ hash: inout Fingerprint) {
    let numbers = [
      options.replicas, options.stages, options.blockCount, options.blockSize,
      options.isCaching ? 1 : 0, options.replicaLimits.lowerBound, options.replicaLimits.upperBound,
    ]
    for number in numbers { hash.add(UInt64(bitPattern: Int64(number))) }
    for number in [options.startSeconds, options.draftAcceptance] { hash.add(number.bitPattern) }
    hash.add(options.seed)
    let beside = options.requestSeconds ?? options.cost.requestSeconds
    if beside > 0 { hash.add(beside.bitPattern) }
    // Policies are small values whose parts tell them apart.
    hash.add(String(describing: options.budget) + String(describing: options.classes))
    hash.add(String(describing: options.scheduler) + String(describing: options.router))
    hash.add(String(describing: options.autoscaler))
    for shape in Self.probes {
      for stage in 0..<options.stages {
        hash.add(options.cost.seconds(of: shape, stage: stage, of: options.stages).bitPattern)
      }
    }
  }

  /// Steps of some sizes, with prompts, answers and both.
  private static let probes: [StepShape] = {
    var shapes: [StepShape] = []
    for (prompts, decodes) in [(512, 0), (0, 1), (0, 32), (128, 16), (4096, 0), (2000, 200)] {
      let plan = StepPlan()
      if prompts > 0 { plan.prefill(PrefillItem(slot: 0, tokens: Int32(prompts), context: 64)) }
      for slot in 0..<decodes { plan.decode(Int32(slot + 1), context: 700) }
      shapes.append(plan.shape)
    }
    return shapes
  }()
}

extension PrefixRange {
  fileprivate var hashed: Int { Int(start) << 32 | Int(tokens) }
}

/// FNV-1a over words and texts: the same in every process, as `Hasher` is not.
private struct Fingerprint {
  private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  mutating func add(_ word: UInt64) {
    value = PrefixIDs.mixed(value ^ word)
  }

  mutating func add(_ text: String) {
    for byte in text.utf8 { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
    add(UInt64(text.utf8.count))
  }
}
