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
    /// What of the shorter of arithmetic and traffic is not hidden behind the longer.
    var exposed: Double
    /// Tiles per multiprocessor that it takes to use the memory's rate, inverted.
    var draw: Double
    /// The edge in elements at which a tile loses half of its rate.
    var edge: Double
    /// How much of the last wave's empty places is lost: 0 nothing, 1 all.
    var tail: Double
    /// The share of the memory's rate at which activations are quantised.
    var quantise: Double
    /// The share of the memory's rate at which results are written.
    var write: Double
    /// The share of the second-level cache that repeated weights keep.
    var kept: Double
    /// How much slower long products at full power become.
    var throttle: Double
    /// Microseconds that a tile adds.
    var tile: Double
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
    let weights = weightBytes * n * k
    let share = weights / (c.kept * board.l2Bytes)
    let kept = isWarm ? 1 / (1 + share * share * share * share) : 0
    let weightSeconds =
      weights * (1 - kept) / (c.memory * board.bytesPerSecond) + weights * kept
      / (c.cache * board.l2BytesPerSecond)
    let rowSeconds = activationBytes * m * k / (c.memory * board.bytesPerSecond)
    let resultSeconds = 2 * m * n / (c.memory * board.bytesPerSecond)
    var best = (seconds: Double.infinity, compute: 0.0, memory: 0.0)
    for shape in Self.shapes {
      let tiles = (m / shape.rows).rounded(.up) * (n / shape.columns).rounded(.up)
      let area = shape.rows * shape.columns
      let rate =
        c.compute * area / (area + c.edge * (shape.rows + shape.columns)) * peak
        / board.multiprocessors
      var split = 1.0
      while split <= 8 {
        let blocks = tiles * split / board.multiprocessors
        let waves = blocks < 1 ? 1 : blocks + c.tail * (blocks.rounded(.up) - blocks)
        let compute = waves * (2 * area * k / split / rate + c.tile * 1e-6)
        let parts = split > 1 ? 1 + split : 1
        let memory = (weightSeconds + rowSeconds + resultSeconds * parts) / min(1, blocks * c.draw)
        let seconds =
          max(compute, memory) + c.exposed * min(compute, memory) + (split > 1 ? 1e-6 : 0)
        if seconds < best.seconds { best = (seconds, compute, memory) }
        split *= 2
      }
    }
    let useful = 2 * m * n * k / peak / best.seconds
    var seconds = best.seconds * (1 + c.throttle * useful * min(1, best.seconds / 2e-4))
    if isQuantised { seconds += 3 * m * k / (c.quantise * board.bytesPerSecond) }
    seconds += c.launch * 1e-6 + 2 * m * n / (c.write * board.bytesPerSecond)
    return OperatorEstimate(
      seconds: max(seconds, 2 * m * n * k / peak), computeSeconds: best.compute,
      memorySeconds: best.memory, launchSeconds: c.launch * 1e-6)
  }
}
