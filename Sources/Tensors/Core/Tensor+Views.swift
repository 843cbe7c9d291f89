public import Base

// Views: new shapes over the same bytes. Dimensions and positions count from 0, ranges are half-open.

extension Tensor {
  private func view(_ shape: [Int], _ strides: [Int], _ offset: Int) -> Tensor {
    Tensor(storage: storage, dtype: dtype, shape: shape, strides: strides, offset: offset)
  }

  /// Exchanges two dimensions.
  public func transposed(_ a: Int, _ b: Int) throws(Problem) -> Tensor {
    let a = try Shape.dimension(a, rank: rank, for: "transpose")
    let b = try Shape.dimension(b, rank: rank, for: "transpose")
    if rank == 0 { return self }
    var (shape, strides) = (shape, strides)
    shape.swapAt(a, b)
    strides.swapAt(a, b)
    return view(shape, strides, offset)
  }

  /// Puts the dimensions into another order; each is named once.
  public func permuted(_ order: [Int]) throws(Problem) -> Tensor {
    guard order.count == rank else {
      throw Problem("permute: \(order.count) dimensions named, the tensor has \(rank)")
    }
    var checked: [Int] = []
    for dim in order {
      let dim = try Shape.dimension(dim, rank: rank, for: "permute")
      guard !checked.contains(dim) else { throw Problem("permute: a dimension is named twice") }
      checked.append(dim)
    }
    return view(checked.map { shape[$0] }, checked.map { strides[$0] }, offset)
  }

  /// Moves dimensions to other places; the rest keep their order.
  public func movedDimensions(_ source: [Int], to destination: [Int]) throws(Problem) -> Tensor {
    guard source.count == destination.count else {
      throw Problem("movedim: \(source.count) dimensions go to \(destination.count) places")
    }
    var order = [Int?](repeating: nil, count: rank)
    var taken = Set<Int>()
    for (from, to) in zip(source, destination) {
      let from = try Shape.dimension(from, rank: rank, for: "movedim")
      let to = try Shape.dimension(to, rank: rank, for: "movedim")
      guard rank > 0 else { continue }
      guard order[to] == nil, taken.insert(from).inserted else {
        throw Problem("movedim: a dimension is named twice")
      }
      order[to] = from
    }
    var rest = (0..<rank).filter { !taken.contains($0) }.makeIterator()
    return try permuted(order.map { $0 ?? rest.next() ?? 0 })
  }

  /// Keeps `length` places of a dimension from `start` on.
  public func narrowed(_ dim: Int, start: Int, length: Int) throws(Problem) -> Tensor {
    let dim = try checkedDimension(dim, for: "narrow")
    let first = start < 0 ? start + shape[dim] : start
    guard first >= 0, length >= 0, first + length <= shape[dim] else {
      throw Problem(
        "narrow: \(length) places from place \(first + 1) on do not lie in a dimension of "
          + "\(shape[dim]) (\(summary))")
    }
    var shape = shape
    shape[dim] = length
    return view(shape, strides, offset + first * strides[dim])
  }

  /// Takes one place of a dimension, which disappears.
  public func selected(_ dim: Int, _ index: Int) throws(Problem) -> Tensor {
    let dim = try checkedDimension(dim, for: "select")
    let place = index < 0 ? index + shape[dim] : index
    guard place >= 0, place < shape[dim] else {
      throw Problem.outOfRange(index, size: shape[dim], dim: dim, of: self, for: "index")
    }
    var (newShape, newStrides) = (shape, strides)
    newShape.remove(at: dim)
    newStrides.remove(at: dim)
    return view(newShape, newStrides, offset + place * strides[dim])
  }

  /// Takes places of a dimension as Python's `start:stop:step` does; bounds clamp to the dimension.
  public func sliced(
    _ dim: Int, start: Int? = nil, stop: Int? = nil, step: Int = 1
  ) throws(Problem) -> Tensor {
    let dim = try checkedDimension(dim, for: "slice")
    guard step != 0 else { throw Problem("slice: the step is 0") }
    let size = shape[dim]
    func clamped(_ bound: Int?, _ fallback: Int) -> Int {
      guard var bound else { return fallback }
      if bound < 0 { bound += size }
      return step > 0 ? min(max(bound, 0), size) : min(max(bound, -1), size - 1)
    }
    let first = clamped(start, step > 0 ? 0 : size - 1)
    let end = clamped(stop, step > 0 ? size : -1)
    let length =
      step > 0 ? max(0, (end - first + step - 1) / step) : max(0, (first - end - step - 1) / -step)
    var (shape, strides) = (shape, strides)
    shape[dim] = length
    let at = length == 0 ? 0 : first * strides[dim]
    strides[dim] *= step
    return view(shape, strides, offset + at)
  }

  /// Adds a dimension of size 1.
  public func unsqueezed(_ dim: Int) throws(Problem) -> Tensor {
    let dim = try Shape.dimension(dim, rank: rank + 1, for: "unsqueeze")
    var (newShape, newStrides) = (shape, strides)
    newStrides.insert(dim < rank ? shape[dim] * strides[dim] : 1, at: dim)
    newShape.insert(1, at: dim)
    return view(newShape, newStrides, offset)
  }

  /// Drops dimensions of size 1: the named ones (others among them stay), or all.
  public func squeezed(_ dims: [Int]? = nil) throws(Problem) -> Tensor {
    let candidates = try Shape.dimensions(dims, rank: rank, for: "squeeze")
    let kept = (0..<rank).filter { !(candidates.contains($0) && shape[$0] == 1) }
    return view(kept.map { shape[$0] }, kept.map { strides[$0] }, offset)
  }

  /// Stretches dimensions of size 1, and adds dimensions at the front; -1 keeps a size.
  public func expanded(_ sizes: [Int]) throws(Problem) -> Tensor {
    guard sizes.count >= rank else {
      throw Problem("expand: \(sizes.count) sizes for a tensor of \(rank) dimensions")
    }
    let added = sizes.count - rank
    var (newShape, newStrides) = (sizes, [Int](repeating: 0, count: sizes.count))
    for d in 0..<sizes.count where d >= added || sizes[d] < 0 {
      guard d >= added else { throw Problem("expand: -1 stands for a dimension that is not there") }
      let old = shape[d - added]
      newStrides[d] = strides[d - added]
      if sizes[d] == -1 || sizes[d] == old {
        newShape[d] = old
      } else if old == 1, sizes[d] >= 0 {
        newStrides[d] = 0
      } else {
        throw Problem(
          "expand: \(Shape.text(shape)) does not stretch to \(Shape.text(sizes))",
          fix: "only dimensions of size 1 stretch, dimension \(d - added + 1) has \(old)")
      }
    }
    _ = try Shape.count(newShape, of: "expand")
    return view(newShape, newStrides, offset)
  }

  /// The elements where two dimensions run together, `offset` above the main diagonal, as the last
  /// dimension.
  public func diagonal(offset k: Int = 0, _ a: Int = 0, _ b: Int = 1) throws(Problem) -> Tensor {
    let a = try checkedDimension(a, for: "diagonal")
    let b = try checkedDimension(b, for: "diagonal")
    guard a != b else { throw Problem("diagonal: needs two different dimensions") }
    let length = max(0, k >= 0 ? min(shape[a], shape[b] - k) : min(shape[a] + k, shape[b]))
    let first = length == 0 ? 0 : k >= 0 ? k * strides[b] : -k * strides[a]
    let kept = (0..<rank).filter { $0 != a && $0 != b }
    return view(
      kept.map { shape[$0] } + [length], kept.map { strides[$0] } + [strides[a] + strides[b]],
      offset + first)
  }

  /// Windows of `size` places, `step` apart, along a dimension; the window is a new last dimension.
  public func unfolded(_ dim: Int, size: Int, step: Int) throws(Problem) -> Tensor {
    let dim = try Shape.dimension(dim, rank: rank, for: "unfold")
    let length = rank == 0 ? 1 : shape[dim]
    guard size >= 0, size <= length, step > 0 else {
      throw Problem(
        "unfold: windows of \(size), \(step) apart, do not fit a dimension of \(length)")
    }
    if rank == 0 { return view([size], [1], offset) }
    var (newShape, newStrides) = (shape, strides)
    newShape[dim] = (length - size) / step + 1
    newStrides[dim] *= step
    return view(newShape + [size], newStrides + [strides[dim]], offset)
  }

  private func checkedDimension(_ dim: Int, for call: String) throws(Problem) -> Int {
    guard rank > 0 else { throw Problem("\(call): the tensor is a scalar and has no dimensions") }
    return try Shape.dimension(dim, rank: rank, for: call)
  }
}

extension Problem {
  /// A place outside a dimension; the text counts from 1, as Lua does.
  static func outOfRange(
    _ index: Int, size: Int, dim: Int, of tensor: Tensor, for call: String
  ) -> Problem {
    Problem(
      "\(call): \(index < 0 ? index : index + 1) is out of range in dimension \(dim + 1)",
      fix: size == 0
        ? "the dimension is empty (\(tensor.summary))"
        : "1 to \(size) or -1 to -\(size) are there (\(tensor.summary))")
  }
}
