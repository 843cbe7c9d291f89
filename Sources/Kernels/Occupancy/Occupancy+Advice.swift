import Base
import Devices

/// Changes that together let a multiprocessor hold more blocks.
public struct OccupancyAdvice: Sendable, Hashable {
  /// One thing to change.
  public enum Change: Sendable, Hashable {
    /// Threads of a block.
    case blockSize(Int)
    /// The most registers a thread may use.
    case registersPerThread(Int)
    /// The most shared memory a block may use, declared and asked for, in bytes.
    case sharedPerBlock(Int)
    /// The carve-out to ask for, in percent.
    case carveoutPercent(Int)
    /// Asking for more shared memory than a block usually has.
    case optIn
    /// The most barriers a block may use.
    case barriers(Int)
  }

  /// What to change.
  public let changes: [Change]
  /// What comes of it.
  public let occupancy: Occupancy

  /// The changes in words, as in "use at most 40 registers per thread (now 44)".
  public var text: String {
    changes.map { $0.text(now: query) }.joined(separator: " and ")
  }

  /// The launch before the changes.
  let query: OccupancyQuery
}

extension OccupancyAdvice.Change {
  /// The change in words, with what is so now.
  func text(now: OccupancyQuery) -> String {
    switch self {
    case .blockSize(let size): "launch blocks of \(size) threads (now \(now.blockSize))"
    case .registersPerThread(let count):
      "use at most \(count) registers per thread (now \(now.registersPerThread))"
    case .sharedPerBlock(let bytes):
      "use at most \(bytes) B of shared memory per block (now \(now.staticShared + now.dynamicShared))"
    case .carveoutPercent(let percent):
      "ask for a shared-memory carve-out of \(percent) percent"
        + (now.carveoutPercent.map { " (now \($0))" } ?? "")
    case .optIn: "opt in to more shared memory per block"
    case .barriers(let count): "use at most \(count) barriers per block (now \(now.barriers))"
    }
  }
}

extension Occupancy {
  /// What buys the next block: for every resource in the way the least change that lets a multiprocessor
  /// hold one block more, together; nil when threads, not resources, are all that is in the way.
  public var nextBlock: OccupancyAdvice? {
    let target = activeBlocks + 1
    guard target <= limits.blocksPerMultiprocessor else { return nil }
    var query = query
    var changes: [OccupancyAdvice.Change] = []
    for resource in Resource.allCases where !allows(resource, target, query) {
      guard let change = change(resource, to: target, &query) else { return nil }
      changes.append(change)
    }
    return advice(changes, query, atLeast: target)
  }

  /// The block size nearest to the present one that keeps more warps resident, and what comes of it.
  public var betterBlockSize: OccupancyAdvice? {
    let sizes = stride(
      from: limits.warpSize, through: limits.threadsPerBlock, by: limits.warpSize
    ).sorted { (abs($0 - query.blockSize), $0) < (abs($1 - query.blockSize), $1) }
    for size in sizes {
      var changed = query
      changed.blockSize = size
      guard let other = try? Occupancy(changed, on: limits) else { continue }
      if other.activeWarps > activeWarps {
        return OccupancyAdvice(changes: [.blockSize(size)], occupancy: other, query: query)
      }
    }
    return nil
  }

  /// The advice, if it does what it says.
  private func advice(
    _ changes: [OccupancyAdvice.Change], _ changed: OccupancyQuery, atLeast blocks: Int
  ) -> OccupancyAdvice? {
    guard !changes.isEmpty, let after = try? Occupancy(changed, on: limits),
      after.activeBlocks >= blocks
    else { return nil }
    return OccupancyAdvice(changes: changes, occupancy: after, query: query)
  }

  /// The least change by which one resource allows a number of blocks.
  private func change(
    _ resource: Resource, to target: Int, _ query: inout OccupancyQuery
  ) -> OccupancyAdvice.Change? {
    switch resource {
    case .registers:
      guard
        let count = most(
          below: query.registersPerThread, resource, target, query, { $0.registersPerThread = $1 })
      else { return nil }
      query.registersPerThread = count
      return .registersPerThread(count)
    case .shared: return changeShared(to: target, &query)
    case .barriers:
      guard let available = limits.barriersPerMultiprocessor else { return nil }
      query.barriers = available / target
      return query.barriers > 0 ? .barriers(query.barriers) : nil
    case .warps:
      let warps = limits.warpsPerMultiprocessor / target
      let size = min(warps * limits.warpSize, limits.threadsPerBlock)
      guard size > 0 else { return nil }
      query.blockSize = size
      return .blockSize(size)
    case .blocks: return nil
    }
  }

  /// Shared memory: opting in or a larger carve-out where that is enough, less of it otherwise.
  private func changeShared(
    to target: Int, _ query: inout OccupancyQuery
  ) -> OccupancyAdvice.Change? {
    if !query.optsIn {
      var changed = query
      changed.optsIn = true
      if allows(.shared, target, changed) {
        query = changed
        return .optIn
      }
    }
    if let now = query.carveoutPercent, now < 100 {
      for percent in (now + 1)...100 {
        var changed = query
        changed.carveoutPercent = percent
        if allows(.shared, target, changed) {
          query = changed
          return .carveoutPercent(percent)
        }
      }
    }
    let total = query.staticShared + query.dynamicShared
    let set = { (changed: inout OccupancyQuery, bytes: Int) in
      changed.dynamicShared = max(0, bytes - changed.staticShared)
      changed.staticShared = bytes - changed.dynamicShared
    }
    guard let bytes = most(below: total, .shared, target, query, set) else { return nil }
    set(&query, bytes)
    return .sharedPerBlock(bytes)
  }

  /// The largest value below the present one with which a resource allows a number of blocks; more of
  /// a resource never allows more blocks, so halving finds it.
  private func most(
    below present: Int, _ resource: Resource, _ target: Int, _ query: OccupancyQuery,
    _ set: (inout OccupancyQuery, Int) -> Void
  ) -> Int? {
    var (low, high) = (0, present)
    func fits(_ value: Int) -> Bool {
      var changed = query
      set(&changed, value)
      return allows(resource, target, changed)
    }
    guard present > 0, fits(0) else { return nil }
    while high - low > 1 {
      let middle = (low + high) / 2
      if fits(middle) { low = middle } else { high = middle }
    }
    return low > 0 ? low : nil
  }

  private func allows(_ resource: Resource, _ target: Int, _ query: OccupancyQuery) -> Bool {
    guard let other = try? Occupancy(query, on: limits) else { return false }
    return (other.blockLimits[resource] ?? .max) >= target
  }
}

extension Occupancy {
  /// Why the launch is as it is, in sentences.
  public var explanation: String {
    let warps = query.warps(on: limits)
    var lines: [String] = []
    if activeBlocks == 0 {
      lines.append("this launch is refused: \(refusals.joined(separator: "; "))")
    } else {
      let tenths = (fraction * 1000).rounded() / 10
      let percent = tenths == tenths.rounded() ? "\(Int(tenths))" : "\(tenths)"
      lines.append(
        "\(activeBlocks) blocks of \(warps) warps: \(activeWarps) of "
          + "\(limits.warpsPerMultiprocessor) warps, \(percent) percent")
      lines.append("limited by \(limiting.map { words(for: $0) }.joined(separator: " and "))")
    }
    if fraction < 1, let nextBlock {
      let after = nextBlock.occupancy
      lines.append("to hold more: \(nextBlock.text), then \(Self.outcome(after))")
    }
    if fraction < 1, let betterBlockSize {
      lines.append(
        "or \(betterBlockSize.text), then \(Self.outcome(betterBlockSize.occupancy))")
    }
    return lines.joined(separator: "\n")
  }

  private static func outcome(_ after: Occupancy) -> String {
    "\(after.activeBlocks) \(after.activeBlocks == 1 ? "block" : "blocks"), "
      + "\(after.activeWarps) warps"
  }

  private func words(for resource: Resource) -> String {
    switch resource {
    case .warps: "warp slots (\(limits.warpsPerMultiprocessor))"
    case .registers:
      "registers (\(registersPerBlock) a block of \(limits.registersPerMultiprocessor))"
    case .shared: "shared memory (\(sharedPerBlock) B a block of \(sharedCarveout) B)"
    case .blocks: "block slots (\(limits.blocksPerMultiprocessor))"
    case .barriers: "barriers (\(query.barriers) a block)"
    }
  }

  /// Every reason why no block fits.
  private var refusals: [String] {
    var reasons: [String] = []
    if blockLimits[.warps] == 0 {
      reasons.append("\(query.blockSize) threads a block, at most \(limits.threadsPerBlock) may be")
    }
    if blockLimits[.registers] == 0 {
      reasons.append(
        query.registersPerThread > limits.checkedRegistersPerThread
          ? "\(query.registersPerThread) registers a thread, at most "
            + "\(limits.checkedRegistersPerThread) may be"
          : "\(registersPerBlock) registers a block, more than fit in \(limits.registersPerBlock)")
    }
    if blockLimits[.shared] == 0 {
      let most = query.optsIn ? limits.sharedPerBlockOptIn : limits.sharedPerBlock
      reasons.append(
        "\(query.staticShared + query.dynamicShared) B of shared memory a block, at most \(most) "
          + (query.optsIn ? "may be" : "without opting in"))
    }
    if blockLimits[.barriers] == 0 {
      reasons.append("\(query.barriers) barriers a block")
    }
    return reasons
  }
}
