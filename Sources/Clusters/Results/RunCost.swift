import Devices
import Serving

/// What a replica's GPUs cost to rent and draw from the wall.
public struct ReplicaPrice: Hashable, Sendable {
  /// GPUs of one replica.
  public var gpus: Int
  /// Dollars to rent one for an hour; 0 where no price is known.
  public var dollarsPerHour: Double
  /// What one may draw at most, its TDP; 0 where it is not known.
  public var watts: Double

  /// States what replicas cost.
  public init(gpus: Int = 1, dollarsPerHour: Double = 0, watts: Double = 0) {
    precondition(gpus >= 1 && dollarsPerHour >= 0 && watts >= 0, "\(gpus) GPUs of \(watts) W")
    self.gpus = gpus
    self.dollarsPerHour = dollarsPerHour
    self.watts = watts
  }

  /// What the GPUs of a cost model cost, where it says which they are.
  public init?(of cost: any CostModel) {
    guard let cost = cost as? ModelCost else { return nil }
    self.init(
      gpus: cost.deployment.devices, dollarsPerHour: cost.device.price.perHour?.value ?? 0,
      watts: cost.device.watts.value)
  }
}

/// What a run cost: replicas are paid for as long as they are there, whether they compute or not.
///
/// Each second of a step is charged to prompts and answers by the tokens of either that it computed, and
/// idle time in the same proportion. Energy takes shares of the TDP by `PowerShares`: that of arithmetic
/// for prompts, that of memory for answers, and that of waiting between steps.
public struct RunCost: Hashable, Sendable {
  /// What it was computed with.
  public let price: ReplicaPrice
  /// Hours of all GPUs together.
  public let gpuHours: Double
  /// Dollars of all GPUs together.
  public let dollars: Double
  /// The share of computing that prompts took.
  public let promptShare: Double
  /// Dollars for a million tokens of prompts; NaN without any.
  public let dollarsPerMillionPromptTokens: Double
  /// Dollars for a million tokens of answers; NaN without any.
  public let dollarsPerMillionOutputTokens: Double
  /// Dollars for a million tokens, whatever they are; NaN without any.
  public let dollarsPerMillionTokens: Double
  /// The energy of all GPUs in joules.
  public let joules: Double
  /// Joules per token of answers; NaN without any.
  public let joulesPerOutputToken: Double

  /// Charges a run.
  public init(_ cluster: Cluster, price: ReplicaPrice) {
    let report = ClusterReport(cluster)
    self.init(cluster, report, price: price)
  }

  init(_ cluster: Cluster, _ report: ClusterReport, price: ReplicaPrice) {
    self.price = price
    let gpus = Double(price.gpus)
    gpuHours = report.replicaSeconds * gpus / 3600
    dollars = gpuHours * price.dollarsPerHour
    promptShare = Self.promptShare(cluster)
    let output = report.outputTokensPerSecond * report.makespanSeconds
    let prompt = report.totalTokensPerSecond * report.makespanSeconds - output
    func perMillion(_ dollars: Double, _ tokens: Double) -> Double {
      tokens >= 0.5 ? dollars / tokens * 1e6 : .nan
    }
    dollarsPerMillionPromptTokens = perMillion(dollars * promptShare, prompt)
    dollarsPerMillionOutputTokens = perMillion(dollars * (1 - promptShare), output)
    dollarsPerMillionTokens = perMillion(dollars, prompt + output)
    let busy = min(report.utilisation, 1) * report.replicaSeconds
    let idle = max(0, report.replicaSeconds - busy)
    let shares = PowerShares()
    let share = promptShare * shares.compute + (1 - promptShare) * shares.memory
    joules = gpus * price.watts * (busy * share + idle * shares.idle)
    joulesPerOutputToken = output >= 0.5 ? joules / output : .nan
  }

  /// The share of step time that prompts took, by tokens within each step.
  private static func promptShare(_ cluster: Cluster) -> Double {
    var (all, prompts) = (0.0, 0.0)
    for index in 0..<cluster.steps.count {
      let step = cluster.steps[index]
      guard step.tokens > 0 else { continue }
      let seconds = step.endedAt - step.startedAt
      all += seconds
      // Every decoding sequence computes as many tokens; a step without prompts is all theirs.
      guard step.prefills > 0 else { continue }
      prompts += seconds * Double(max(0, step.tokens - step.decodes)) / Double(step.tokens)
    }
    return all > 0 ? prompts / all : 0
  }
}
