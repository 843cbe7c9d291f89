import Models

/// The memory that a forward pass of up to `capacity` tokens works in; one sequence at a time uses it.
final class Scratch {
  /// The most tokens of one run.
  let capacity: Int
  /// The residual stream, `[T, d]`.
  let stream: FloatBuffer
  /// What a norm gives, `[T, d]`.
  let normed: FloatBuffer
  /// Queries, `[T, H·D]`.
  let queries: FloatBuffer
  /// Keys, `[T, G·D]`.
  let keys: FloatBuffer
  /// Values, `[T, G·D]`.
  let values: FloatBuffer
  /// What attention gives, `[T, H·D]`.
  let attended: FloatBuffer
  /// What a block adds to the stream, `[T, d]`.
  let delta: FloatBuffer
  /// The gate of the feed-forward block, `[T, f]`.
  let gate: FloatBuffer
  /// What the gate is multiplied with, `[T, f]`.
  let up: FloatBuffer
  /// Cosines of the rotary positions, `[T, D/2]`.
  let cosines: FloatBuffer
  /// Their sines.
  let sines: FloatBuffer
  /// Logits of up to `logitRows` tokens, `[rows, V]`.
  let logits: FloatBuffer
  /// How many rows of logits are computed at a time.
  let logitRows: Int

  init(_ spec: ModelSpec, capacity: Int) {
    self.capacity = capacity
    logitRows = min(capacity, 32)
    stream = FloatBuffer(capacity * spec.width)
    normed = FloatBuffer(capacity * spec.width)
    queries = FloatBuffer(capacity * spec.heads * spec.headWidth)
    keys = FloatBuffer(capacity * spec.keyValueHeads * spec.headWidth)
    values = FloatBuffer(capacity * spec.keyValueHeads * spec.headWidth)
    attended = FloatBuffer(capacity * spec.heads * spec.headWidth)
    delta = FloatBuffer(capacity * spec.width)
    gate = FloatBuffer(capacity * spec.feedForwardWidth)
    up = FloatBuffer(capacity * spec.feedForwardWidth)
    cosines = FloatBuffer(capacity * spec.headWidth)
    sines = FloatBuffer(capacity * spec.headWidth)
    logits = FloatBuffer(logitRows * spec.vocabularySize)
  }
}

/// Floats on a cache line's boundary; pages that are never touched take no memory.
final class FloatBuffer {
  /// The first float.
  let start: UnsafeMutablePointer<Float>
  /// The number of floats.
  let count: Int

  init(_ count: Int) {
    self.count = count
    // Aligned raw memory bound for good: `allocate` of Float would align to 16 bytes only.
    start = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1) * 4, alignment: 64)
      .bindMemory(to: Float.self, capacity: count)
  }

  deinit { UnsafeMutableRawPointer(start).deallocate() }
}
