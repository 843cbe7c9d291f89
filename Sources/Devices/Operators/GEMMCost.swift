/// What a matrix product `[m, k] x [k, n]` takes: the best of a library's tiles and splits of k, each
/// bound by arithmetic in whole waves of tiles or by the bytes that it moves.
struct GEMMCost: Sendable {
  /// How one library's kernels use one device.
  struct Constants: Sendable, Hashable {
    /// Microseconds of a call that computes nothing.
    var launch: Double
    /// The share of the peak that a tile without edges reaches.
    var compute: Double
    /// The share of the memory's rate that a stream reaches.
    var memory: Double
    /// The share of the second-level cache's rate that weights reach that stayed in it.
    var cache: Double
    /// Tiles per multiprocessor that it takes to use the memory's rate, inverted.
    var draw: Double
    /// The edge in elements at which a tile loses half of its rate.
    var edge: Double
    /// The share of the memory's rate at which activations are quantised; of no use to wide formats.
    var quantise: Double
    /// The share of the second-level cache that repeated weights keep.
    var kept: Double
    /// How much slower long products at full power become.
    var throttle: Double
    /// The length of a sum that takes as long as a tile's beginning and end.
    var start: Double
    /// Microseconds that a single row takes longer where its weights were read just before: loops over
    /// one product show it with some libraries.
    var single: Double
    /// Microseconds that it takes to split the sums among multiprocessors.
    var split: Double
    /// The share of the memory's rate at which results are written that do not fit the cache.
    var write: Double
    /// How much of the last wave's empty places is lost: 0 nothing, 1 all.
    var tail: Double
  }

  /// A tile of the result, and in how many parts k is split.
  private struct Shape {
    let rows: Double
    let columns: Double
  }

  private static let shapes: [Shape] = [
    (16, 64), (32, 64), (64, 64), (64, 128), (64, 256), (128, 128), (128, 256), (256, 128),
    (256, 256),
  ].map { Shape(rows: $0.0, columns: $0.1) }

  let constants: Constants
  let board: OperatorBoard
  /// Operations per second at the peak.
  let peak: Double
  /// True when activations are quantised on the way in.
  let isQuantised: Bool
  /// True where the library takes tiles of at least 128 rows for more than 128 rows, as with narrow
  /// formats from Hopper on.
  let prefersTallTiles: Bool

  /// What of the shorter of arithmetic and traffic is not hidden behind the longer.
  private static let exposed = 0.06

  /// What a product takes.
  ///
  /// - Parameters:
  ///   - m: rows of activations.
  ///   - n: columns of weights.
  ///   - k: the length of the sums.
  ///   - activationBytes: of one number.
  ///   - weightBytes: of one number.
  ///   - isWarm: true when the same weights were read just before.
  /// - Returns: the estimate.
  func estimate(
    m: Double, n: Double, k: Double, activationBytes: Double, weightBytes: Double, isWarm: Bool
  ) -> OperatorEstimate {
    let c = constants
    let memoryRate = c.memory * board.bytesPerSecond
    let weights = weightBytes * n * k
    let kept = isWarm ? Self.under(weights, c.kept * board.l2Bytes) : 0
    let weightSeconds =
      weights * (1 - kept) / memoryRate + weights * kept / (c.cache * board.l2BytesPerSecond)
    let rowSeconds = activationBytes * m * k / memoryRate
    let results = 2 * m * n / memoryRate
    var best = (seconds: Double.infinity, compute: 0.0, memory: 0.0)
    for shape in Self.shapes where !prefersTallTiles || m <= 128 || shape.rows >= 128 {
      let columns = (n / shape.columns).rounded(.up)
      let tiles = (m / shape.rows).rounded(.up) * columns
      let area = shape.rows * shape.columns
      let rate =
        c.compute * area / (area + c.edge * (shape.rows + shape.columns)) * peak
        / board.multiprocessors
      var split = 1.0
      while split <= 8 {
        let blocks = tiles * split / board.multiprocessors
        let waves = blocks < 1 ? 1 : blocks + c.tail * (blocks.rounded(.up) - blocks)
        let compute = waves * 2 * area * (k / split + c.start) / rate
        let parts = split > 1 ? 1 + split : 1
        // Tiles of one column read the same weights.
        let weightDraw = columns * split / board.multiprocessors * c.draw
        let memory =
          weightSeconds / min(1, weightDraw) + rowSeconds / min(1, blocks * c.draw)
          + results * parts
        let seconds =
          max(compute, memory) + Self.exposed * min(compute, memory)
          + (split > 1 ? c.split * 1e-6 : 0)
        if seconds < best.seconds { best = (seconds, compute, memory) }
        split *= 2
      }
    }
    let least = 2 * m * n * k / peak
    let slow = 1 + c.throttle * least / best.seconds * min(1, best.seconds / 2e-4)
    let spilled = 2 * m * n * (1 - Self.under(2 * m * n, board.l2Bytes))
    var passing = spilled / (c.write * board.bytesPerSecond)
    if isQuantised { passing += 3 * m * k / (c.quantise * board.bytesPerSecond) }
    let launch = (c.launch + (isWarm && m == 1 ? c.single : 0)) * 1e-6
    return OperatorEstimate(
      seconds: max(best.seconds * slow + passing + launch, least),
      computeSeconds: best.compute * slow, memorySeconds: best.memory + passing,
      launchSeconds: launch)
  }

  /// How much of some bytes stays in a cache that holds so many.
  private static func under(_ bytes: Double, _ held: Double) -> Double {
    let share = bytes / held
    return 1 / (1 + share * share * share * share)
  }
}
