/// A kind of kernel that only moves bytes.
public enum StreamKind: String, Sendable, Hashable, CaseIterable {
  /// Layer or RMS norm: each row is read and written.
  case norm
  /// Rotary embedding of queries and keys: each is read and written.
  case rotation
  /// SiLU of one half times the other: two rows are read, one is written.
  case activation
  /// A residual: two rows are read, one is written.
  case addition
  /// An embedding: a row is read and written.
  case lookup
}

/// What a kernel takes that only moves bytes: norms, activations, additions, lookups.
struct StreamCost: Sendable {
  /// How one device's kernels stream.
  struct Constants: Sendable, Hashable {
    /// Microseconds of a call that moves nothing.
    var launch: Double
    /// The share of the memory's rate.
    var memory: Double
    /// The share of the second-level cache's rate that bytes reach that stayed in it.
    var cache: Double
    /// The share of the second-level cache that a kernel finds its input in.
    var kept: Double
  }

  let constants: Constants
  let board: OperatorBoard

  /// What bytes take, read and written together.
  func estimate(bytes: Double) -> OperatorEstimate {
    let c = constants
    let share = bytes / (c.kept * board.l2Bytes)
    let kept = 1 / (1 + share * share * share * share)
    let memory =
      bytes * (1 - kept) / (c.memory * board.bytesPerSecond) + bytes * kept
      / (c.cache * board.l2BytesPerSecond)
    return OperatorEstimate(
      seconds: c.launch * 1e-6 + memory, computeSeconds: 0, memorySeconds: memory,
      launchSeconds: c.launch * 1e-6)
  }
}
