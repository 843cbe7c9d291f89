internal import CKernels

/// What a launch did: in all, by source line, and the bytes at each level of the memory.
public struct Counters: Hashable, Sendable {
  /// The whole launch.
  public private(set) var total = CounterSet()
  /// By source line; instructions without one stand under line 0.
  public private(set) var lines: [SourceLine: CounterSet] = [:]
  /// Bytes at each level.
  public private(set) var traffic = MemoryTraffic()
  /// True where L1 and L2 were modelled.
  public let hasCacheModel: Bool

  /// Floating-point operations per byte of device memory moved, by the cache model; per byte asked
  /// for without it.
  public var arithmeticIntensity: Double {
    let bytes = hasCacheModel ? traffic.dramBytes : Double(total.globalBytesRequested)
    return bytes == 0 ? 0 : Double(total.operations.total) / bytes
  }

  init(
    code: MachineCode, blocks: [ok_block_count], sites: [ok_site_count], result: ok_result,
    options: LaunchOptions
  ) {
    hasCacheModel = options.modelsCaches
    for (number, site) in code.sites.enumerated() { add(site, sites[number]) }
    for (number, block) in code.blocks.enumerated() {
      for instruction in block { add(instruction, blocks[number], sites) }
    }
    for set in lines.values { total += set }
    traffic = CacheModel.traffic(total, result, options)
  }

  private mutating func change(_ location: SourceLocation, _ body: (inout CounterSet) -> Void) {
    body(&lines[SourceLine(file: location.file, line: location.line), default: CounterSet()])
  }

  private mutating func add(
    _ instruction: MachineCode.Counted, _ block: ok_block_count, _ sites: [ok_site_count]
  ) {
    let lanes = instruction.guardSite < 0 ? block.lanes : sites[instruction.guardSite].lanes
    guard block.executions > 0 else { return }
    change(instruction.location) { set in
      set.instructions[instruction.category, default: .init()].warp += Int(block.executions)
      set.instructions[instruction.category, default: .init()].thread += Int(lanes)
      let times = instruction.category == .tensor ? Int(block.executions) : Int(lanes)
      set.operations += instruction.operations * times
    }
  }

  private mutating func add(_ site: MachineCode.Site, _ counts: ok_site_count) {
    guard counts.requests > 0 else { return }
    switch site.kind {
    case .guarded: return
    case .branch:
      guard site.isCondition else { return }
      change(site.location) { set in
        set.branches += Int(counts.requests)
        set.divergentBranches += Int(counts.sectors)
      }
    case .texture:
      change(site.location) { set in
        set.texture.requests += Int(counts.requests)
        set.texture.activeLanes += Int(counts.lanes)
        set.texture.bytesRequested += Int(counts.lanes) * site.bytes
      }
    case .load, .store, .atomic: change(site.location) { Self.addAccess(site, counts, to: &$0) }
    }
  }

  /// Splits what a site did by the spaces that it hit: generic addresses may hit several.
  private static func addAccess(
    _ site: MachineCode.Site, _ counts: ok_site_count, to set: inout CounterSet
  ) {
    func part(_ requests: UInt64, _ lanes: UInt64) -> AccessCounts {
      var part = AccessCounts()
      part.requests = Int(requests)
      part.activeLanes = Int(lanes)
      part.bytesRequested = Int(lanes) * site.bytes
      return part
    }
    var shared = part(counts.shared_requests, counts.shared_lanes)
    shared.wavefronts = Int(counts.wavefronts)
    shared.idealWavefronts = Int(counts.ideal)
    var local = part(counts.local_requests, counts.local_lanes)
    local.sectors = Int(counts.local_sectors)
    let constant = part(counts.constant_requests, counts.constant_lanes)
    let elsewhere = counts.shared_requests + counts.local_requests + counts.constant_requests
    let elsewhereLanes = counts.shared_lanes + counts.local_lanes + counts.constant_lanes
    let globalLanes = counts.lanes - min(counts.lanes, elsewhereLanes)
    var global = part(
      globalLanes == 0 ? 0 : counts.requests - min(counts.requests, elsewhere), globalLanes)
    global.sectors = Int(counts.sectors)
    global.l1HitSectors = Int(counts.l1_hits)
    switch site.kind {
    case .load:
      set.globalLoad += global
      set.sharedLoad += shared
      set.localLoad += local
      set.constantLoad += constant
    case .store:
      set.globalStore += global
      set.sharedStore += shared
      set.localStore += local
    default:
      set.globalAtomic += global
      set.sharedAtomic += shared
    }
  }
}

/// A line of a source file.
public struct SourceLine: Hashable, Sendable, Comparable {
  /// The number of the file in the module's list.
  public var file: Int
  /// The line, from 1.
  public var line: Int

  /// Creates a line's name.
  public init(file: Int = 0, line: Int) {
    self.file = file
    self.line = line
  }

  /// Orders by file, then by line.
  public static func < (left: SourceLine, right: SourceLine) -> Bool {
    (left.file, left.line) < (right.file, right.line)
  }
}
