public import Base

/// What devices do together with a buffer each.
public enum Collective: String, Sendable, Hashable, CaseIterable {
  /// Everyone gets the sum of all buffers.
  case allReduce = "all_reduce"
  /// Everyone gets everyone's part of a buffer.
  case allGather = "all_gather"
  /// Everyone gets the sum of one part of all buffers.
  case reduceScatter = "reduce_scatter"
  /// Everyone gets a part of everyone's buffer.
  case allToAll = "all_to_all"
}

/// How a collective is carried out.
public enum CollectiveAlgorithm: String, Sendable, Hashable, CaseIterable {
  /// Parts travel around a ring: most steps, fewest bytes. A library's choice inside a node; an
  /// all-to-all is exchanged pairwise instead.
  case ring
  /// Halving and doubling: the logarithm of the steps; an all-reduce moves the whole buffer up and
  /// down.
  case tree
  /// Kernels that read the other devices' memory at once, in one or two rounds, without a library.
  case oneShot = "one_shot"
  /// The switch adds up what passes through it (NVLink SHARP): an all-reduce moves each buffer once.
  case inSwitch = "in_switch"
}

/// What a collective takes.
public struct CollectiveTime: Sendable, Hashable {
  /// The algorithm.
  public let algorithm: CollectiveAlgorithm
  /// The time, in seconds.
  public let seconds: Double
  /// The buffer over the time, in bytes per second.
  public let algorithmBytesPerSecond: Double
  /// What a link carries meanwhile, in bytes per second: NCCL's "bus bandwidth".
  public let busBytesPerSecond: Double
}

extension Collective {
  /// What a device sends of each byte of the buffer among n devices.
  func sentShare(_ n: Double) -> Double {
    self == .allReduce ? 2 * (n - 1) / n : (n - 1) / n
  }
}

extension Topology {
  /// The time of a collective over the first devices.
  ///
  /// - Parameters:
  ///   - collective: what they do.
  ///   - bytes: the whole buffer of a device: what it reduces, gathers in all, or sends in all.
  ///   - devices: how many take part; nil: all.
  ///   - algorithm: how; nil: the fastest.
  /// - Returns: the time and the rates that follow.
  /// - Throws: a problem when there are fewer devices.
  public func time(
    _ collective: Collective, bytes: Double, devices: Int? = nil,
    algorithm: CollectiveAlgorithm? = nil
  ) throws(Problem) -> CollectiveTime {
    let n = devices ?? count
    guard (2...count).contains(n) else {
      throw Problem(
        "a collective over \(n) devices on \(info.name)", fix: "take 2 to \(count) devices")
    }
    var best: (CollectiveAlgorithm, Double)?
    for kind in algorithm.map({ [$0] }) ?? CollectiveAlgorithm.allCases {
      guard let seconds = seconds(collective, bytes, n, kind) else { continue }
      if seconds < best?.1 ?? .infinity { best = (kind, seconds) }
    }
    guard let (kind, seconds) = best else {
      throw Problem(
        "no \(collective.rawValue) in the switch of \(info.name) is known",
        fix: "leave the algorithm out, or take ring, tree or one_shot")
    }
    return CollectiveTime(
      algorithm: kind, seconds: seconds, algorithmBytesPerSecond: bytes / seconds,
      busBytesPerSecond: bytes * collective.sentShare(Double(n)) / seconds)
  }

  /// The time of one algorithm; nil where the devices cannot carry it out.
  private func seconds(
    _ collective: Collective, _ bytes: Double, _ n: Int, _ algorithm: CollectiveAlgorithm
  ) -> Double? {
    let rate = linkRate(n)
    switch algorithm {
    case .ring:
      return ring(collective, bytes, n, rate)
    case .tree:
      return tree(collective, bytes, n, rate)
    case .oneShot:
      return direct(collective, bytes, n, rate)
    case .inSwitch:
      guard let mode = timing.inSwitch, collective == .allReduce, n > 2 else { return nil }
      return timing.callSeconds + mode.seconds + mode.stepSeconds + bytes / (mode.share * rate)
    }
  }

  /// What a device sends at most while n take part, in bytes per second.
  private func linkRate(_ n: Int) -> Double {
    let sheet = links.first?.bytesPerSecond ?? 0
    return (timing.measuredBytesPerSecond ?? sheet) * power(2 / Double(n), timing.contention)
  }

  private func ring(
    _ collective: Collective, _ bytes: Double, _ n: Int, _ rate: Double
  ) -> Double {
    let steps =
      switch collective {
      case .allReduce: 2 * (n - 1)
      case .allGather, .reduceScatter: n - 1
      case .allToAll: 1
      }
    return library(bytes, n, rate, steps: steps, sent: collective.sentShare(Double(n)))
  }

  private func tree(
    _ collective: Collective, _ bytes: Double, _ n: Int, _ rate: Double
  ) -> Double {
    let rounds = (n - 1).bitWidth - (n - 1).leadingZeroBitCount
    switch collective {
    case .allReduce: return library(bytes, n, rate, steps: 2 * rounds, sent: 2)
    case .allGather, .reduceScatter:
      return library(bytes, n, rate, steps: rounds, sent: collective.sentShare(Double(n)))
    // Bruck's exchange: half of the buffer in every round.
    case .allToAll: return library(bytes, n, rate, steps: rounds, sent: Double(rounds) / 2)
    }
  }

  /// The fastest of a library's ways of sending.
  private func library(
    _ bytes: Double, _ n: Int, _ rate: Double, steps: Int, sent: Double
  ) -> Double {
    var least = Double.infinity
    for (place, mode) in timing.modes.enumerated() {
      var seconds =
        timing.callSeconds + mode.seconds + Double(steps) * mode.stepSeconds + sent * bytes
        / (mode.share * rate)
      if let copy = timing.ownCopyShare, place == timing.modes.count - 1 {
        seconds += bytes / Double(n) / (copy * rate)
      }
      least = min(least, seconds)
    }
    return least
  }

  /// Kernels that read their neighbours' memory: everything at once, or a part each and then the sums.
  private func direct(
    _ collective: Collective, _ bytes: Double, _ n: Int, _ rate: Double
  ) -> Double {
    let others = Double(n - 1)
    func seconds(_ mode: CollectiveTiming.Mode, _ sent: Double) -> Double {
      timing.directCallSeconds + mode.seconds + others * mode.stepSeconds
        + sent * bytes / (mode.share * rate)
    }
    guard collective == .allReduce else {
      return seconds(timing.oneShot, collective.sentShare(Double(n)))
    }
    return min(
      seconds(timing.oneShot, others), seconds(timing.twoShot, 2 * others / Double(n)))
  }
}
