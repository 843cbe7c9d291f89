public import Base

// New arrangements of elements: joined, repeated, turned, padded.

extension Tensor {
  /// Joins tensors along a dimension; all other sizes must be equal, dtypes promote.
  public static func concatenated(_ tensors: [Tensor], _ dim: Int = 0) throws(Problem) -> Tensor {
    // An empty list has joined anything since Torch7, whatever the other shapes.
    let parts = tensors.filter { $0.shape != [0] }
    guard let first = parts.first ?? tensors.first else {
      throw Problem("cat: no tensors were given")
    }
    guard first.rank > 0 else {
      throw Problem("cat: a scalar has no dimension to join along", fix: "use stack")
    }
    let dim = try Shape.dimension(dim, rank: first.rank, for: "cat")
    var dtype = tensors[0].dtype
    for tensor in tensors.dropFirst() { dtype = DType.promoted(dtype, tensor.dtype) }
    var shape = first.shape
    shape[dim] = 0
    for part in parts {
      guard part.rank == first.rank,
        part.shape.indices.allSatisfy({ $0 == dim || part.shape[$0] == shape[$0] })
      else {
        throw Problem(
          "cat: \(Shape.text(part.shape)) does not join \(Shape.text(first.shape)) along dimension \(dim + 1)",
          fix: "all other sizes must be equal")
      }
      shape[dim] += part.shape[dim]
    }
    let out = try Tensor.empty(shape, dtype)
    var start = 0
    for part in parts {
      try out.narrowed(dim, start: start, length: part.shape[dim]).fill(from: part)
      start += part.shape[dim]
    }
    return out
  }

  /// Joins tensors of one shape along a new dimension.
  public static func stacked(_ tensors: [Tensor], _ dim: Int = 0) throws(Problem) -> Tensor {
    guard let first = tensors.first else { throw Problem("stack: no tensors were given") }
    let dim = try Shape.dimension(dim, rank: first.rank + 1, for: "stack")
    var parts: [Tensor] = []
    for tensor in tensors {
      guard tensor.shape == first.shape else {
        throw Problem(
          "stack: shapes \(Shape.text(first.shape)) and \(Shape.text(tensor.shape)) differ")
      }
      parts.append(try tensor.unsqueezed(dim))
    }
    return try concatenated(parts, dim)
  }

  /// Divides a dimension into parts of the given sizes, as views.
  public func split(_ sizes: [Int], _ dim: Int = 0) throws(Problem) -> [Tensor] {
    let dim = try Shape.dimension(dim, rank: rank, for: "split")
    guard rank > 0, sizes.allSatisfy({ $0 >= 0 }), sizes.reduce(0, +) == shape[dim] else {
      throw Problem("split: sizes \(sizes) do not add up to \(rank == 0 ? 0 : shape[dim])")
    }
    var parts: [Tensor] = []
    var start = 0
    for size in sizes {
      parts.append(try narrowed(dim, start: start, length: size))
      start += size
    }
    return parts
  }

  /// Divides a dimension into parts of one size, the last of which may be shorter.
  public func split(every size: Int, _ dim: Int = 0) throws(Problem) -> [Tensor] {
    let dim = try Shape.dimension(dim, rank: rank, for: "split")
    guard rank > 0, size > 0 else { throw Problem("split: the size must be positive, got \(size)") }
    let starts = Array(stride(from: 0, to: Swift.max(shape[dim], 1), by: size))
    return try split(starts.map { Swift.min(size, shape[dim] - $0) }, dim)
  }

  /// Divides a dimension into at most n parts of one size, as PyTorch's `chunk`.
  public func chunked(_ n: Int, _ dim: Int = 0) throws(Problem) -> [Tensor] {
    let checked = try Shape.dimension(dim, rank: rank, for: "chunk")
    guard rank > 0, n > 0 else {
      throw Problem("chunk: the number of parts must be positive, got \(n)")
    }
    return try split(every: Swift.max(1, (shape[checked] + n - 1) / n), checked)
  }

  /// Reverses dimensions, in a copy.
  public func flipped(_ dims: [Int]) throws(Problem) -> Tensor {
    var view = self
    for dim in dims.isEmpty ? [] : try Shape.dimensions(dims, rank: rank, for: "flip") {
      view = try view.sliced(dim, step: -1)
    }
    return try view.copied()
  }

  /// Moves elements along dimensions; what leaves at one end comes in at the other.
  ///
  /// Without dimensions the elements move in row-major order.
  public func rolled(_ shifts: [Int], _ dims: [Int]) throws(Problem) -> Tensor {
    if dims.isEmpty, shifts.count == 1 {
      return try reshaped([count]).rolled(shifts, [0]).reshaped(shape)
    }
    guard shifts.count == dims.count else {
      throw Problem("roll: \(shifts.count) shifts for \(dims.count) dimensions")
    }
    var result = self
    for (shift, dim) in zip(shifts, dims) {
      let dim = try Shape.dimension(dim, rank: rank, for: "roll")
      guard rank > 0, shape[dim] > 0 else { continue }
      let cut = ((-shift % shape[dim]) + shape[dim]) % shape[dim]
      let parts = [try result.sliced(dim, start: cut), try result.sliced(dim, stop: cut)]
      result = try Tensor.concatenated(parts, dim)
    }
    return try result.copied()
  }

  /// Repeats the whole tensor along each dimension; more numbers add dimensions at the front.
  public func tiled(_ repeats: [Int]) throws(Problem) -> Tensor {
    guard repeats.count >= rank else {
      throw Problem("repeat: \(repeats.count) numbers for \(rank) dimensions")
    }
    guard repeats.allSatisfy({ $0 >= 0 }) else { throw Problem("repeat: a number is negative") }
    let padded = [Int](repeating: 1, count: repeats.count - rank) + shape
    var (spread, stretched, final) = ([Int](), [Int](), [Int]())
    for (times, size) in zip(repeats, padded) {
      spread += [1, size]
      stretched += [times, size]
      final.append(times * size)
    }
    guard spread.count <= Shape.maximumRank else { throw Problem("repeat: too many dimensions") }
    return try reshaped(spread).expanded(stretched).copied().reshaped(final)
  }

  /// Repeats each element of a dimension a number of times, or each its own number of times.
  public func repeatInterleaved(_ times: [Int], _ dim: Int?) throws(Problem) -> Tensor {
    guard let dim else { return try reshaped([count]).repeatInterleaved(times, 0) }
    let checked = try Shape.dimension(dim, rank: rank, for: "repeat_interleave")
    let size = rank == 0 ? 1 : shape[checked]
    guard times.count == size || times.count == 1, times.allSatisfy({ $0 >= 0 }) else {
      throw Problem("repeat_interleave: \(times.count) numbers for \(size) elements")
    }
    var places: [Int] = []
    for i in 0..<size {
      places += [Int](repeating: i, count: times.count == 1 ? times[0] : times[i])
    }
    return try indexSelect(checked, try Tensor(places))
  }

  /// The part on and below the diagonal (or on and above it), zeros elsewhere.
  func triangle(_ diagonal: Int, lower: Bool, _ call: String) throws(Problem) -> Tensor {
    guard rank >= 2 else { throw Problem("\(call): needs two dimensions or more, got \(summary)") }
    let (rows, columns) = (shape[rank - 2], shape[rank - 1])
    var mask: [Bool] = []
    mask.reserveCapacity(rows * columns)
    for i in 0..<rows {
      for j in 0..<columns { mask.append(lower ? j - i <= diagonal : j - i >= diagonal) }
    }
    let zero = try Tensor.zeros([], dtype)
    return try OpSpec.chosen(
      try Tensor(mask, shape: [rows, columns]), .tensor(self), .tensor(zero))
  }

  /// Adds places before and after the last dimensions, or cuts them where negative.
  ///
  /// `pads` names before and after of the last dimension, then of the one before it, and so on.
  public func padded(_ pads: [Int], mode: String, value: Scalar) throws(Problem) -> Tensor {
    guard pads.count % 2 == 0, pads.count / 2 <= rank else {
      throw Problem(
        "pad: \(pads.count) numbers, two per dimension are needed and there are \(rank)")
    }
    var result = self
    for i in 0..<(pads.count / 2) {
      let dim = rank - 1 - i
      result = try result.padded(dim, pads[2 * i], pads[2 * i + 1], mode, value)
    }
    return isContiguous && result.sharesStorage(with: self) ? try result.copied() : result
  }

  private func padded(
    _ dim: Int, _ before: Int, _ after: Int, _ mode: String, _ value: Scalar
  ) throws(Problem) -> Tensor {
    let size = shape[dim]
    guard size + before + after >= 0 else { throw Problem("pad: cuts more than there is") }
    var newShape = shape
    newShape[dim] = size + before + after
    if mode == "constant" {
      let out = try Tensor.empty(newShape, dtype)
      try out.assign(try Tensor(value, dtype: dtype))
      let cut = try narrowed(
        dim, start: Swift.max(0, -before), length: size + Swift.min(0, before) + Swift.min(0, after)
      )
      try out.narrowed(dim, start: Swift.max(0, before), length: cut.shape[dim]).assign(cut)
      return out
    }
    guard size > 0, mode != "reflect" || Swift.max(before, after) < size else {
      throw Problem("pad: \(mode) of \(before) and \(after) needs more than \(size) elements")
    }
    var places: [Int] = []
    for i in -before..<(size + after) {
      switch mode {
      case "reflect":
        let period = Swift.max(1, 2 * (size - 1))
        let at = ((i % period) + period) % period
        places.append(at < size ? at : period - at)
      case "replicate": places.append(Swift.min(Swift.max(i, 0), size - 1))
      case "circular": places.append(((i % size) + size) % size)
      default:
        throw .unknown("mode", mode, among: ["constant", "reflect", "replicate", "circular"])
      }
    }
    return try indexSelect(dim, try Tensor(places))
  }
}
