import Devices
public import Serving

/// How much of its power a GPU draws while it does what.
///
/// Shares of the power limit, fitted to A100s that served LLaMA-2 70B and BLOOM 176B (average and peak
/// power in data/perf_model.csv, Mutinifni/splitwise-sim): prompts draw the limit, decoding 0.44 of it where
/// memory is busy a fifth of the time and 0.74 at two thirds. What a GPU draws between requests is an
/// assumption.
public struct PowerShares: Hashable, Sendable {
  /// Bound by arithmetic.
  public var compute = 1.0
  /// Bound by memory.
  public var memory = 0.76
  /// Waiting for other GPUs, with its clocks up.
  public var link = 0.43
  /// Waiting for the host in the midst of a step, with its clocks up.
  public var waiting = 0.27
  /// Between requests.
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
    default: waiting
    }
  }
}
