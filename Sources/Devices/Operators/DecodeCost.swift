import Glibc

/// What attention takes whose sequences add one token each: it reads every key and value once, and
/// hands each head of each sequence to a multiprocessor.
struct DecodeCost: Sendable {
  /// How one engine's kernels use one device.
  struct Constants: Sendable, Hashable {
    /// Microseconds of a call that computes nothing.
    var launch: Double
    /// The share of the memory's rate that a stream reaches.
    var memory: Double
    /// The share of the second-level cache's rate that keys reach that stayed in it.
    var cache: Double
    /// The share of the second-level cache that repeated keys keep.
    var kept: Double
    /// Microseconds that a head of a sequence keeps a multiprocessor.
    var head: Double
    /// Microseconds that each doubling of the context adds.
    var doubling: Double
    /// Parts of 256 keys per multiprocessor that it takes to use the memory's rate, inverted.
    var draw: Double
    /// Microseconds in which a multiprocessor works through 2048 keys of a head.
    var keys: Double
    /// Like `head` where each query head has keys of its own.
    var lone: Double
    /// How far the keys of such a head are parted among multiprocessors: 0 not at all, 1 like shared ones.
    var parting: Double
    /// Microseconds of putting the parts of more than 128 shared keys together.
    var combine: Double
    /// Microseconds of regrouping queries where several sequences have several shared heads.
    var several: Double
  }

  let constants: Constants
  let board: OperatorBoard

  /// What the sequences take.
  ///
  /// - Parameters:
  ///   - sequences: how many there are.
  ///   - context: keys of all of them.
  ///   - tiles: of query heads that share keys, in a sequence.
  ///   - isShared: true when several query heads share keys.
  ///   - keyBytes: what a key and its value take.
  ///   - isWarm: true when the same keys were read just before.
  /// - Returns: the estimate.
  func estimate(
    sequences: Double, context: Double, tiles: Double, isShared: Bool, keyBytes: Double,
    isWarm: Bool
  ) -> OperatorEstimate {
    guard sequences > 0 else { return .nothing }
    let c = constants
    let mean = context / sequences
    let bytes = context * keyBytes
    let share = bytes / (c.kept * board.l2Bytes)
    let kept = isWarm ? 1 / (1 + share * share * share * share) : 0
    let items = sequences * tiles / board.multiprocessors
    let parts = (mean / 256).rounded(.up)
    let drawn = items * (isShared ? parts : pow(parts, c.parting)) * c.draw
    let memory =
      (bytes * (1 - kept) / (c.memory * board.bytesPerSecond) + bytes * kept
        / (c.cache * board.l2BytesPerSecond)) / min(1, drawn)
    let compute = items * (mean / 128).rounded(.up) * c.keys / 16 * 1e-6
    let start = items * (isShared ? c.head : c.lone) * 1e-6
    var launch = c.launch + c.doubling * log2(1 + mean / 128)
    if isShared, mean > 128 { launch += c.combine }
    if isShared, sequences > 1, tiles > 1 { launch += c.several }
    launch *= 1e-6
    return OperatorEstimate(
      seconds: launch + max(memory, compute) + start, computeSeconds: compute + start,
      memorySeconds: memory, launchSeconds: launch)
  }
}
