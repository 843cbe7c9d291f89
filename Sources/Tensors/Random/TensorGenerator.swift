public import Base
internal import CTensors

/// A source of random tensors: Philox4x32-10 with a seed and a position.
///
/// Element i of a draw depends on the seed, the position and i alone, so neither threads nor the
/// machine change it. A draw of n elements moves the position by the blocks it used: four f32
/// uniforms, or two 64-bit words, per block of four 32-bit words.
public final class TensorGenerator {
  /// What fixes the stream.
  public private(set) var seed: UInt64
  /// How many blocks were used.
  public private(set) var position: UInt64

  /// Starts the stream of a seed.
  public init(seed: UInt64, position: UInt64 = 0) {
    self.seed = seed
    self.position = position
  }

  /// Starts the stream of another seed.
  public func reseed(_ seed: UInt64) {
    self.seed = seed
    position = 0
  }

  /// The next words, four per block.
  private func words(_ count: Int) throws(Problem) -> [UInt32] {
    let blocks = (count + 3) / 4
    let start = position
    position += UInt64(blocks)
    if Cancellation.isRequested { throw Problem("random: stopped", kind: .interrupted) }
    return [UInt32](unsafeUninitializedCapacity: blocks * 4) { buffer, used in
      // The buffer has room for four words per block.
      if let words = buffer.baseAddress, blocks > 0 {
        ct_philox(seed, 0, start, words, Int64(blocks))
      }
      used = blocks * 4
    }
  }

  /// Numbers in [0, 1): the top 53 bits of a 64-bit word.
  func uniforms(_ count: Int) throws(Problem) -> [Double] {
    let words = try words(count * 2)
    return (0..<count).map { i in
      let word = UInt64(words[2 * i]) | UInt64(words[2 * i + 1]) << 32
      return Double(word >> 11) * 0x1p-53
    }
  }

  /// Uniform numbers from `low` up to, not with, `high`.
  public func uniform(
    _ shape: [Int], low: Double = 0, high: Double = 1, _ dtype: DType = .standardFloat
  ) throws(Problem) -> Tensor {
    try checkFloat(dtype, "rand")
    let work: DType = dtype == .f64 ? .f64 : .f32
    let out = try Tensor.empty(shape, work)
    let perBlock = work == .f64 ? 2 : 4
    let stopped = ct_uniform(
      seed, advance(by: (out.count + perBlock - 1) / perBlock), out.pointer, work.rawValue,
      Int64(out.count), low, high - low)
    try Tensor.check(stopped, "rand")
    return try out.cast(to: dtype)
  }

  /// Takes so many blocks of the stream and tells where they begin.
  private func advance(by blocks: Int) -> UInt64 {
    defer { position += UInt64(blocks) }
    return position
  }

  /// Normal numbers by Box and Muller: a pair of uniforms u, v gives r cos t and r sin t with
  /// r = sqrt(-2 ln(1 - u)) and t = 2 pi v, in this order.
  public func normal(
    _ shape: [Int], mean: Double = 0, deviation: Double = 1, _ dtype: DType = .standardFloat
  ) throws(Problem) -> Tensor {
    try checkFloat(dtype, "randn")
    let work: DType = dtype == .f64 ? .f64 : .f32
    let out = try Tensor.empty(shape, work)
    let stopped = ct_normal(
      seed, advance(by: (out.count + 1) / 2), out.pointer, work.rawValue, Int64(out.count), mean,
      deviation)
    try Tensor.check(stopped, "randn")
    return try out.cast(to: dtype)
  }

  /// Whole numbers from `low` up to, not with, `high`.
  ///
  /// The top half of a 128-bit product maps a 64-bit word to the range; its bias is below 2^-32 for
  /// ranges up to 2^32.
  public func integers(
    _ shape: [Int], low: Int, high: Int, _ dtype: DType = .i64
  ) throws(Problem) -> Tensor {
    guard low < high,
      let range = UInt64(exactly: high.subtractingReportingOverflow(low).partialValue)
    else { throw Problem("randint: nothing lies from \(low) up to \(high)") }
    let count = try Shape.count(shape, of: "randint")
    let words = try words(count * 2)
    let values = (0..<count).map { i in
      let word = UInt64(words[2 * i]) | UInt64(words[2 * i + 1]) << 32
      return low &+ Int(word.multipliedFullWidth(by: range).high)
    }
    return try Tensor(values, shape: shape, dtype: dtype)
  }

  /// The numbers from 0 up to n in random order (Fisher and Yates).
  public func permutation(_ n: Int) throws(Problem) -> Tensor {
    guard n >= 0 else { throw Problem("randperm: \(n) is negative") }
    try TensorStorage.checkRoom(forNumbers: n, "randperm")
    var values = Array(0..<n)
    let uniforms = try uniforms(n)
    for i in stride(from: n - 1, to: 0, by: -1) {
      values.swapAt(i, min(i, Int(uniforms[i] * Double(i + 1))))
    }
    return try Tensor(values)
  }

  /// True with the probability that each element says.
  public func bernoulli(_ probabilities: Tensor) throws(Problem) -> Tensor {
    let chances = probabilities.doubles
    guard chances.allSatisfy({ $0 >= 0 && $0 <= 1 }) else {
      throw Problem("bernoulli: probabilities lie from 0 to 1")
    }
    let uniforms = try uniforms(chances.count)
    return try Tensor(zip(uniforms, chances).map { $0 < $1 }, shape: probabilities.shape)
  }

  /// Draws places of each row by weight, with replacement or without.
  public func multinomial(
    _ weights: Tensor, _ count: Int, replacement: Bool
  ) throws(Problem) -> Tensor {
    guard weights.rank == 1 || weights.rank == 2 else {
      throw Problem("multinomial: takes one row of weights or a matrix, got \(weights.summary)")
    }
    let size = weights.shape[weights.rank - 1]
    let rows = weights.rank == 1 ? 1 : weights.shape[0]
    guard count >= 0, replacement || count <= size else {
      throw Problem("multinomial: \(count) draws from \(size) places without replacement")
    }
    let (draws, overflows) = rows.multipliedReportingOverflow(by: count)
    try TensorStorage.checkRoom(forNumbers: overflows ? .max : draws, "multinomial")
    let values = weights.doubles
    guard values.allSatisfy({ $0 >= 0 && $0.isFinite }) else {
      throw Problem("multinomial: weights are finite and not negative")
    }
    let uniforms = try uniforms(rows * count)
    var picked: [Int] = []
    for row in 0..<rows {
      var left = Array(values[(row * size)..<((row + 1) * size)])
      for draw in 0..<count {
        let total = left.reduce(0, +)
        guard total > 0 else { throw Problem("multinomial: all weights that are left are zero") }
        var target = uniforms[row * count + draw] * total
        var place = left.lastIndex { $0 > 0 } ?? 0
        for i in left.indices where left[i] > 0 {
          if target < left[i] {
            place = i
            break
          }
          target -= left[i]
        }
        picked.append(place)
        if !replacement { left[place] = 0 }
      }
    }
    return try Tensor(picked, shape: weights.rank == 1 ? [count] : [rows, count])
  }

  private func checkFloat(_ dtype: DType, _ call: String) throws(Problem) {
    guard dtype.isFloat else { throw Problem("\(call): gives floats, not \(dtype.name)") }
  }
}
