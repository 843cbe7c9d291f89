public import Base
internal import CTensors

/// One entry of an index: what it does to the next dimension.
public enum IndexItem: Sendable {
  /// One place, which removes the dimension; negative counts from the end.
  case at(Int)
  /// Places as in Python's `start:stop:step`.
  case slice(start: Int?, stop: Int?, step: Int)
  /// All dimensions that the other entries leave over.
  case ellipsis
  /// A new dimension of size 1.
  case new
  /// Places listed in a tensor of whole numbers, or those where a mask is true.
  case places(Tensor)
}

extension Tensor {
  /// Selects by entries as NumPy does: a view, unless an entry lists places.
  public func indexed(_ items: [IndexItem]) throws(Problem) -> Tensor {
    let (view, lists) = try basicIndex(items)
    if lists.allSatisfy({ $0 == nil }) { return view }
    let selection = try ListedPlaces(view, lists)
    return try selection.gathered()
  }

  /// Writes values to what the entries select; they broadcast and are converted.
  ///
  /// Of several values for one place the last in row-major order stays.
  public func assign(_ values: Tensor, at items: [IndexItem]) throws(Problem) {
    let (view, lists) = try basicIndex(items)
    if lists.allSatisfy({ $0 == nil }) {
      try view.assign(values)
      return
    }
    let selection = try ListedPlaces(view, lists)
    try selection.scatter(values)
  }

  /// Applies all entries but lists of places; those keep their dimensions and come back beside them.
  private func basicIndex(_ items: [IndexItem]) throws(Problem) -> (Tensor, [Tensor?]) {
    var consumed = 0
    var ellipses = 0
    for item in items {
      switch item {
      case .new: break
      case .ellipsis: ellipses += 1
      case .places(let list) where list.dtype == .bool: consumed += list.rank
      default: consumed += 1
      }
    }
    guard ellipses <= 1 else { throw Problem("index: \"...\" stands twice") }
    guard consumed <= rank else {
      throw Problem("index: \(consumed) indices for \(rank) dimensions (\(summary))")
    }
    var result = self
    var lists: [Tensor?] = []
    var dim = 0
    func keep(_ count: Int) {
      for _ in 0..<count { lists.append(nil) }
      dim += count
    }
    for item in items {
      switch item {
      case .at(let index):
        guard result.shape[dim] > (index < 0 ? -index - 1 : index) else {
          throw Problem.outOfRange(index, size: result.shape[dim], dim: dim, of: self, for: "index")
        }
        result = try result.selected(dim, index)
      case .slice(let start, let stop, let step):
        result = try result.sliced(dim, start: start, stop: stop, step: step)
        keep(1)
      case .ellipsis: keep(rank - consumed)
      case .new:
        result = try result.unsqueezed(dim)
        keep(1)
      case .places(let list) where list.dtype == .bool:
        for position in try mask(list, on: result, at: dim) { lists.append(position) }
        dim += list.rank
      case .places(let list):
        guard list.dtype.category == .integer else {
          throw Problem("index: places are whole numbers or a mask, got \(list.dtype.name)")
        }
        lists.append(list)
        dim += 1
      }
    }
    while lists.count < result.rank { lists.append(nil) }
    return (result, lists)
  }

  /// The places, one list per dimension, where a mask over dimensions from `dim` on is true.
  private func mask(_ mask: Tensor, on target: Tensor, at dim: Int) throws(Problem) -> [Tensor] {
    let covered = Array(target.shape[dim..<(dim + mask.rank)])
    guard covered == mask.shape else {
      throw Problem(
        "index: a mask of \(Shape.text(mask.shape)) does not fit dimensions \(Shape.text(covered))")
    }
    let found = mask.nonzeroPositions()
    let count = mask.rank == 0 ? 0 : found.count / mask.rank
    var lists: [Tensor] = []
    for d in 0..<mask.rank {
      lists.append(try Tensor((0..<count).map { found[$0 * mask.rank + d] }))
    }
    return lists
  }

  /// The multi-dimensional positions of the elements that are not zero, one after another.
  func nonzeroPositions() -> [Int] {
    var result: [Int] = []
    var at = [Int](repeating: 0, count: rank)
    for flag in booleans {
      if flag { result += at }
      var d = rank - 1
      while d >= 0 {
        at[d] += 1
        if at[d] < shape[d] { break }
        at[d] = 0
        d -= 1
      }
    }
    return result
  }
}

/// Dimensions of a tensor indexed together by lists of places that broadcast.
///
/// As in NumPy the lists' shape stands where they stood when they are neighbours, else in front.
struct ListedPlaces {
  let tensor: Tensor
  /// Where each selected block begins, in bytes from the first element.
  private let offsets: [Int]
  private let listShape: [Int]
  private let rest: [Int]
  private let front: Int

  init(_ tensor: Tensor, _ lists: [Tensor?]) throws(Problem) {
    var listShape: [Int] = []
    for list in lists {
      if let list { listShape = try Shape.broadcast(listShape, list.shape, for: "index") }
    }
    let count = listShape.reduce(1, *)
    var offsets = [Int](repeating: 0, count: count)
    for (dim, list) in lists.enumerated() {
      guard let list else { continue }
      let size = tensor.shape[dim]
      let stride = tensor.strides[dim] * tensor.dtype.size
      for (i, place) in try list.expanded(listShape).integers.enumerated() {
        guard place >= -size, place < size else {
          throw Problem.outOfRange(place, size: size, dim: dim, of: tensor, for: "index")
        }
        offsets[i] += (place < 0 ? place + size : place) * stride
      }
    }
    let indexed = lists.indices.filter { lists[$0] != nil }
    let neighbours = (indexed.last ?? 0) - (indexed.first ?? 0) + 1 == indexed.count
    self.tensor = tensor
    self.offsets = offsets
    self.listShape = listShape
    rest = lists.indices.filter { lists[$0] == nil }
    front = neighbours ? rest.filter { $0 < indexed.first ?? 0 }.count : 0
  }

  /// A view of one block: the dimensions without a list.
  private var block: Tensor {
    Tensor(
      storage: tensor.storage, dtype: tensor.dtype, shape: rest.map { tensor.shape[$0] },
      strides: rest.map { tensor.strides[$0] }, offset: tensor.offset)
  }

  /// Byte offsets of every selected element, list first, then block.
  private func elementOffsets() -> [Int] {
    let block = block
    var inner = [Int64](repeating: 0, count: max(block.count, 1))
    if block.count > 0 {
      var view = block.kernelView
      // One offset per element of the block.
      withExtendedLifetime(block.storage) { ct_offsets(&view, &inner) }
    }
    var all: [Int] = []
    all.reserveCapacity(offsets.count * block.count)
    for outer in offsets {
      for i in 0..<block.count { all.append(outer + Int(inner[i])) }
    }
    return all
  }

  private var blockShape: [Int] { rest.map { tensor.shape[$0] } }

  /// From list-first to the order of the result.
  private func arranged(_ result: Tensor) throws(Problem) -> Tensor {
    guard front > 0 else { return result }
    let lists = listShape.count
    return try result.permuted(
      Array(lists..<(lists + front)) + Array(0..<lists) + Array((lists + front)..<result.rank))
  }

  func gathered() throws(Problem) -> Tensor {
    let result = try Tensor.empty(listShape + blockShape, tensor.dtype)
    guard result.count > 0 else { return try arranged(result) }
    let size = tensor.dtype.size
    // A dense block is copied as one run; otherwise each element has its own offset.
    let whole = block.isContiguous
    let places = (whole ? offsets : elementOffsets()).map(Int64.init)
    withExtendedLifetime(tensor.storage) {
      ct_take(
        result.pointer, tensor.pointer, places, Int64(places.count),
        Int64(whole ? size * block.count : size))
    }
    return try arranged(result).contiguous()
  }

  func scatter(_ values: Tensor) throws(Problem) {
    let dense = try Tensor.empty(listShape + blockShape, tensor.dtype)
    try arranged(dense).assign(values)
    let places = elementOffsets().map(Int64.init)
    withExtendedLifetime(tensor.storage) {
      ct_put(
        tensor.pointer, dense.pointer, places, Int64(places.count), Int64(tensor.dtype.size))
    }
  }
}
