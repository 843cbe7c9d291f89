public import Base
internal import CTensors

// Reading and writing at places given by an index tensor along one dimension.

/// How values that meet in one place become one.
enum Combination: String, CaseIterable {
  case replace, sum, prod, amax, amin, mean
}

extension Tensor {
  /// Picks whole slices of a dimension in the order of a list.
  public func indexSelect(_ dim: Int, _ index: Tensor) throws(Problem) -> Tensor {
    let dim = try Shape.dimension(dim, rank: rank, for: "index_select")
    guard index.rank <= 1 else {
      throw Problem("index_select: the index is a list, got \(index.summary)")
    }
    guard rank > 0 else { throw Problem("index_select: the tensor is a scalar") }
    var items = [IndexItem](repeating: .slice(start: nil, stop: nil, step: 1), count: dim)
    items.append(.places(try index.reshaped([index.count])))
    return try indexed(items)
  }

  /// Picks along a dimension, for each place of the index: `out[i][j] = x[index[i][j]][j]`.
  public func gather(_ dim: Int, _ index: Tensor) throws(Problem) -> Tensor {
    let places = try positions(index, dim, "gather")
    let source = try contiguous()
    let out = try Tensor.empty(index.shape, dtype)
    let offsets = places.map { Int64($0 * dtype.size) }
    withExtendedLifetime((source.storage, out.storage)) {
      ct_take(out.pointer, source.pointer, offsets, Int64(offsets.count), Int64(dtype.size))
    }
    return out
  }

  /// A copy in which values were written along a dimension at the places of the index.
  func scattered(
    _ dim: Int, _ index: Tensor, _ source: Tensor, _ how: Combination, includeSelf: Bool = true,
    call: String
  ) throws(Problem) -> Tensor {
    guard source.rank == index.rank, zip(index.shape, source.shape).allSatisfy({ $0 <= $1 }) else {
      throw Problem(
        "\(call): the index is \(Shape.text(index.shape)), the source \(Shape.text(source.shape)) has no value for each"
      )
    }
    var values = source
    for (d, size) in index.shape.enumerated() {
      values = try values.narrowed(d, start: 0, length: size)
    }
    return try combined(try positions(index, dim, call), values, how, includeSelf: includeSelf)
  }

  /// A copy in which values were combined with the elements at positions of the dense order.
  func combined(
    _ places: [Int], _ values: Tensor, _ how: Combination, includeSelf: Bool = true
  ) throws(Problem) -> Tensor {
    if dtype.isFloat {
      var elements = doubles
      mix(
        &elements, places, values.doubles, how, includeSelf, minimum: -.infinity, maximum: .infinity
      ) {
        $0.isNaN || $1.isNaN ? .nan : Swift.max($0, $1)
      } least: {
        $0.isNaN || $1.isNaN ? .nan : Swift.min($0, $1)
      } divide: {
        $0 / Double($1)
      } add: {
        $0 + $1
      } multiply: {
        $0 * $1
      }
      return try Tensor(elements, shape: shape, dtype: dtype)
    }
    var elements = integers
    mix(&elements, places, values.integers, how, includeSelf, minimum: .min, maximum: .max) {
      Swift.max($0, $1)
    } least: {
      Swift.min($0, $1)
    } divide: {
      $0 / $1
    } add: {
      $0 &+ $1
    } multiply: {
      $0 &* $1
    }
    return try Tensor(elements, shape: shape, dtype: dtype)
  }

  /// A copy in which values, which broadcast, were added to what entries select; several values for
  /// one place all count.
  public func accumulated(_ values: Tensor, at items: [IndexItem]) throws(Problem) -> Tensor {
    let everywhere = try Tensor(Array(0..<count), shape: shape)
    let selected = try everywhere.indexed(items)
    return try combined(selected.integers, try values.expanded(selected.shape), .sum)
  }

  private func mix<T: Numeric>(
    _ elements: inout [T], _ places: [Int], _ values: [T], _ how: Combination, _ includeSelf: Bool,
    minimum: T, maximum: T, greatest: (T, T) -> T, least: (T, T) -> T, divide: (T, Int) -> T,
    add: (T, T) -> T, multiply: (T, T) -> T
  ) {
    var counts = [Int](repeating: includeSelf ? 1 : 0, count: elements.count)
    if !includeSelf {
      let start: T = how == .prod ? 1 : how == .amax ? minimum : how == .amin ? maximum : 0
      for place in places { elements[place] = start }
    }
    for (place, value) in zip(places, values) {
      counts[place] += 1
      switch how {
      case .replace: elements[place] = value
      case .sum, .mean: elements[place] = add(elements[place], value)
      case .prod: elements[place] = multiply(elements[place], value)
      case .amax: elements[place] = greatest(elements[place], value)
      case .amin: elements[place] = least(elements[place], value)
      }
    }
    guard how == .mean else { return }
    for place in Set(places) where counts[place] > 0 {
      elements[place] = divide(elements[place], counts[place])
    }
  }

  /// A copy in which whole slices along a dimension were combined with those of a source.
  func slicesCombined(
    _ dim: Int, _ index: Tensor, _ source: Tensor, _ how: Combination, call: String
  ) throws(Problem) -> Tensor {
    let dim = try Shape.dimension(dim, rank: rank, for: call)
    guard rank > 0, index.rank <= 1 else {
      throw Problem("\(call): the index is a list, got \(index.summary)")
    }
    var expected = shape
    expected[dim] = index.count
    let values = try source.expanded(expected)
    var view = [Int](repeating: 1, count: rank)
    view[dim] = index.count
    let everywhere = try index.reshaped(view).expanded(expected)
    return try combined(try positions(everywhere, dim, call), values, how)
  }

  /// Where each place of an index lies in the dense order of this tensor.
  private func positions(_ index: Tensor, _ dim: Int, _ call: String) throws(Problem) -> [Int] {
    guard index.dtype.category == .integer else {
      throw Problem("\(call): the index holds whole numbers, got \(index.dtype.name)")
    }
    let dim = try Shape.dimension(dim, rank: rank, for: call)
    guard index.rank == rank else {
      throw Problem("\(call): the index has \(index.rank) dimensions, the tensor \(rank)")
    }
    let size = rank == 0 ? 1 : shape[dim]
    for d in shape.indices where d != dim && index.shape[d] > shape[d] {
      throw Problem(
        "\(call): the index is \(Shape.text(index.shape)), longer than \(Shape.text(shape)) in dimension \(d + 1)"
      )
    }
    let dense = Shape.denseStrides(shape)
    var places = index.integers
    var at = [Int](repeating: 0, count: rank)
    for i in places.indices {
      let place = places[i]
      guard place >= -size, place < size else {
        throw Problem.outOfRange(place, size: size, dim: dim, of: self, for: call)
      }
      var position = 0
      for d in at.indices {
        let coordinate = d == dim ? (place < 0 ? place + size : place) : at[d]
        position += coordinate * dense[d]
      }
      places[i] = position
      var d = rank - 1
      while d >= 0 {
        at[d] += 1
        if at[d] < index.shape[d] { break }
        at[d] = 0
        d -= 1
      }
    }
    return places
  }
}
