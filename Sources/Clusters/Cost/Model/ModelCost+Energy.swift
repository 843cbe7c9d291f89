import Devices
public import Serving

/// How much of its power a GPU draws while it does what.
///
/// Shares of the power limit. On A100s, LLaMA-2 70B and BLOOM 176B peak at the limit and draw 0.6 of it on
/// average over an answer (medians of data/perf_model.csv, Mutinifni/splitwise-sim); what a GPU draws that
/// waits is an assumption.
public struct PowerShares: Hashable, Sendable {
  /// Bound by arithmetic.
  public var compute = 0.95
  /// Bound by memory.
  public var memory = 0.6
  /// Waiting for other GPUs, with its clocks up.
  public var link = 0.4
  /// Waiting for the host.
  public var idle = 0.2

  /// Creates the defaults.
  public init() {}
}

extension ModelCost {
  /// The energy of a step over all GPUs of all stages, in joules.
  public func joules(of shape: StepShape, shares: PowerShares = PowerShares()) -> Double {
    let stages = deployment.pipelineParallel
    let watts = device.watts.value * Double(deployment.stageDevices)
    return (0..<stages).reduce(0) { sum, stage in
      sum + watts
        * explain(shape, stage: stage, of: stages).reduce(0) { $0 + $1.seconds * shares.share($1) }
    }
  }

  /// The power of all GPUs that have nothing to do, in watts.
  public func idleWatts(shares: PowerShares = PowerShares()) -> Double {
    device.watts.value * Double(deployment.devices) * shares.idle
  }
}

extension PowerShares {
  fileprivate func share(_ part: CostPart) -> Double {
    switch part.bound {
    case "compute": compute
    case "memory": memory
    case "link": link
    default: idle
    }
  }
}
