import Glibc

/// What attention over prompts takes: tiles of queries go to multiprocessors, each working through the
/// keys that it sees, while queries, keys, values and results pass through memory.
struct PrefillCost: Sendable {
  /// How one engine's kernels use one device.
  struct Constants: Sendable, Hashable {
    /// Microseconds of a call that computes nothing.
    var launch: Double
    /// The share of the peak that a tile reaches.
    var compute: Double
    /// How often the bytes of queries and results pass through memory.
    var queryPasses: Double
    /// How often the bytes of keys and values pass through memory.
    var keyPasses: Double
    /// Microseconds that a tile adds.
    var tile: Double
    /// Microseconds that each doubling of the prompt adds.
    var doubling: Double
    /// How much of the last wave's empty places is lost: 0 nothing, 1 all.
    var tail: Double
    /// How much slower long calls at full power become.
    var throttle: Double
    /// What the longest tile takes of the time that its share of the rate gives it.
    var serial: Double
  }

  let constants: Constants
  let board: OperatorBoard
  /// Operations per second at the peak.
  let peak: Double

  /// What the chunks take.
  func estimate(_ work: PrefillWork, heads: AttentionHeads) -> OperatorEstimate {
    guard work.sequences > 0 else { return .nothing }
    let c = constants
    let dimension = Double(heads.dimension)
    let queryHeads = Double(heads.query)
    let rate = c.compute * peak / board.multiprocessors
    let tiles = work.tiles * queryHeads / board.multiprocessors
    let all =
      4 * dimension * work.tilePairs * queryHeads / rate + work.tiles * queryHeads * c.tile * 1e-6
    let waves = tiles < 1 ? 1 : tiles + c.tail * (tiles.rounded(.up) - tiles)
    let longest = 4 * dimension * PrefillWork.tile * work.longest / rate + c.tile * 1e-6
    let compute = max(all / board.multiprocessors * waves / tiles, longest * c.serial)
    let results = 2 * work.tokens * queryHeads * dimension * 2
    let keys = 2 * work.context * Double(heads.keyValue) * dimension * 2
    let memory = (c.queryPasses * results + c.keyPasses * keys) / board.bytesPerSecond
    let least = 4 * dimension * work.pairs * queryHeads / peak
    let seconds = compute + memory
    let slow = 1 + c.throttle * least / seconds * min(1, seconds / 2e-4)
    let mean = work.tokens / work.sequences
    let launch = (c.launch + c.doubling * log2(1 + mean / 64)) * 1e-6
    return OperatorEstimate(
      seconds: max(launch + seconds * slow, least), computeSeconds: compute * slow,
      memorySeconds: memory * slow, launchSeconds: launch)
  }
}
