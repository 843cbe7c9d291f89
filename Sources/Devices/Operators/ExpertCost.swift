import Glibc

/// What a layer of routed experts takes on the device that has most to do: grouped matrix products over
/// the experts that some token chose, and the passes that sort tokens and add up results.
struct ExpertCost: Sendable {
  /// How one engine's kernels use one device.
  struct Constants: Sendable, Hashable {
    /// Microseconds of a call that computes nothing.
    var launch: Double
    /// The share of the memory's rate that weights reach.
    var memory: Double
    /// The share of the peak that long products reach.
    var compute: Double
    /// What of the shorter of arithmetic and traffic is not hidden behind the longer.
    var exposed: Double
    /// How often the rows of all chosen experts pass through memory.
    var passes: Double
    /// Rows of a tile, half of which is empty at each expert's end.
    var rows: Double
    /// How much more than its share the busiest device gets.
    var skew: Double
    /// How slowly favourites let all experts be chosen: 1 as by chance, less slower.
    var spread: Double
    /// Tiles per multiprocessor that it takes to use the memory's rate, inverted.
    var draw: Double
    /// Microseconds that each doubling of the tokens adds.
    var doubling: Double
    /// How often the inner rows pass through memory.
    var inner: Double
    /// Rows of an expert at which its products lose half of their rate.
    var edge: Double
  }

  let constants: Constants
  let board: OperatorBoard
  /// Operations per second at the peak.
  let peak: Double
  /// The width of the rows that pass through memory, against those that were measured.
  var rowShare = 1.0

  /// What tokens take.
  ///
  /// - Parameters:
  ///   - tokens: of all devices together.
  ///   - shape: the experts.
  ///   - weightBytes: of one number.
  /// - Returns: the estimate.
  func estimate(tokens: Double, shape: ExpertShape, weightBytes: Double) -> OperatorEstimate {
    guard tokens > 0 else { return .nothing }
    let c = constants
    let hidden = Double(shape.hidden)
    let inner = Double(shape.intermediate) / Double(shape.tensorParallel)
    let groups = Double(shape.expertParallel)
    let local = Double(shape.experts) / groups
    let chosen = Double(shape.chosen)
    let all = tokens * chosen
    let hot = shape.isBalanced ? 1 : 1 + c.skew * ((groups - 1) / local).squareRoot()
    let rows = min(all / groups * hot, tokens * min(chosen, local))
    let chance = local * (1 - exp(-pow(all / Double(shape.experts), c.spread)))
    let touched = max(
      shape.isBalanced ? min(local, max(all / groups, 1)) : chance, min(1, rows))
    let each = rows / touched
    let padded = rows + touched * c.rows / 2
    let compute =
      6 * hidden * inner * padded / (c.compute * peak) * (1 + c.edge / max(each, c.rows))
    let blocks =
      touched * (inner / 64).rounded(.up) * (each / 128).rounded(.up) / board.multiprocessors
    let memory =
      3 * hidden * inner * weightBytes * touched
      / (c.memory * board.bytesPerSecond * min(1, blocks * c.draw))
    let passing =
      (c.passes * all * hidden + c.inner * rows * inner * 3) * 2 * rowShare
      / board.bytesPerSecond
    let launch = (c.launch + c.doubling * log2(1 + tokens)) * 1e-6
    let least = 6 * hidden * inner * rows / peak
    return OperatorEstimate(
      seconds: max(
        launch + max(compute, memory) + c.exposed * min(compute, memory) + passing, least),
      computeSeconds: compute, memorySeconds: memory + passing, launchSeconds: launch)
  }
}
