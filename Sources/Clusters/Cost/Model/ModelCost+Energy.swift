import Devices
public import Serving

/// How much of its power a GPU draws while it does what.
///
/// Shares of the power limit. Prompts run near the limit and decoding at some 60 % of it, as
/// Mutinifni/splitwise-sim measured on A100 and H100; a GPU that waits draws its idle power.
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
