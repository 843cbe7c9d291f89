public import Base
internal import CTensors

extension Tensor {
  /// The same elements in another shape over the same bytes; one size may be -1.
  ///
  /// Refused where no strides can express it; `reshaped` copies then.
  public func viewed(_ shape: [Int]) throws(Problem) -> Tensor {
    let shape = try resolved(shape, for: "view")
    guard let strides = viewStrides(shape) else {
      throw Problem(
        "view: \(Shape.text(self.shape)) with strides \(strides) cannot be seen as "
          + "\(Shape.text(shape)) without copying", fix: "use reshape, or contiguous first")
    }
    return Tensor(storage: storage, dtype: dtype, shape: shape, strides: strides, offset: offset)
  }

  /// The same elements in another shape, as a view where that is possible; one size may be -1.
  public func reshaped(_ shape: [Int]) throws(Problem) -> Tensor {
    let shape = try resolved(shape, for: "reshape")
    if let strides = viewStrides(shape) {
      return Tensor(storage: storage, dtype: dtype, shape: shape, strides: strides, offset: offset)
    }
    return try contiguous().viewed(shape)
  }

  /// Joins the dimensions from one to another into one.
  public func flattened(_ start: Int = 0, _ end: Int = -1) throws(Problem) -> Tensor {
    let first = try Shape.dimension(start, rank: rank, for: "flatten")
    let last = try Shape.dimension(end, rank: rank, for: "flatten")
    guard first <= last else { throw Problem("flatten: the first dimension comes after the last") }
    if rank == 0 { return try reshaped([1]) }
    let joined = shape[first...last].reduce(1, *)
    return try reshaped(shape[..<first] + [joined] + shape[(last + 1)...])
  }

  /// The tensor itself when it is dense, otherwise a dense copy.
  public func contiguous() throws(Problem) -> Tensor { isContiguous ? self : try copied() }

  /// A dense copy.
  public func copied() throws(Problem) -> Tensor { try cast(to: dtype, copying: true) }

  /// The elements in another dtype; the tensor itself when it has it, unless `copying`.
  ///
  /// Floats to integers truncate toward zero: 32 and 64 bit clamp, 8 bit wraps, NaN gives 0.
  /// Integers to narrower ones wrap. Floats round once, to nearest even. fp8 overflow saturates
  /// unless `saturating` is false: then e4m3 gives NaN and e5m2 infinity.
  public func cast(
    to dtype: DType, copying: Bool = false, saturating: Bool = true
  ) throws(Problem) -> Tensor {
    if dtype == self.dtype && !copying { return self }
    let out = try Tensor.empty(shape, dtype)
    try out.fill(from: self, saturating: saturating)
    return out
  }

  /// Writes the elements of a tensor of the same shape into this one's places, converting.
  func fill(from source: Tensor, saturating: Bool = true) throws(Problem) {
    guard count > 0 else { return }
    var (to, from) = (kernelView, source.kernelView)
    let stopped = withExtendedLifetime((storage, source.storage)) {
      ct_copy(&to, &from, saturating ? 1 : 0)
    }
    try Tensor.check(stopped, "copy")
  }

  /// Copies another tensor into this one's places; it broadcasts and is converted.
  public func assign(_ source: Tensor) throws(Problem) {
    var source = source
    if source.shape != shape {
      let stretched = try Shape.broadcast(shape, source.shape, for: "assign")
      guard stretched == shape || (source.rank > rank && source.count == count) else {
        throw Problem(
          "assign: \(Shape.text(source.shape)) does not fit into \(Shape.text(shape))",
          fix: "sizes must be equal or 1")
      }
      source = stretched == shape ? try source.expanded(shape) : try source.reshaped(shape)
    }
    if sharesStorage(with: source), !hasSameLayout(as: source) { source = try source.copied() }
    try fill(from: source)
  }

  /// Sets every element to a number.
  public func assign(_ value: Scalar) throws(Problem) {
    try assign(try Tensor(value, dtype: value.promoted(with: dtype)))
  }

  func hasSameLayout(as other: Tensor) -> Bool {
    dtype == other.dtype && offset == other.offset && shape == other.shape
      && strides == other.strides
  }

  private func resolved(_ wanted: [Int], for call: String) throws(Problem) -> [Int] {
    var shape = wanted
    if let open = wanted.firstIndex(of: -1) {
      shape[open] = 1
      let known = try Shape.count(shape, of: call)
      guard known > 0, count % known == 0 else {
        throw Problem(
          "\(call): \(count) elements do not divide into \(Shape.text(wanted))",
          fix: "-1 must come out whole")
      }
      shape[open] = count / known
    }
    guard try Shape.count(shape, of: call) == count else {
      throw Problem(
        "\(call): shape \(Shape.text(wanted)) has \(try Shape.count(shape, of: call)) elements, "
          + "the tensor has \(count) (\(summary))")
    }
    return shape
  }

  /// Finds strides for a shape of the same count: groups of dimensions that one stride walks may be
  /// divided anew, others may not.
  func viewStrides(_ new: [Int]) -> [Int]? {
    if count == 0 { return new == shape ? strides : Shape.denseStrides(new) }
    var result = [Int](repeating: 0, count: new.count)
    var target = new.count - 1
    var groupSize = 1
    var groupStride = strides.last ?? 1
    for d in shape.indices.reversed() {
      groupSize *= shape[d]
      let ends = d == 0 || (shape[d - 1] != 1 && strides[d - 1] != groupSize * groupStride)
      guard ends else { continue }
      var filled = 1
      while target >= 0, filled < groupSize || new[target] == 1 {
        result[target] = filled * groupStride
        filled *= new[target]
        target -= 1
      }
      if filled != groupSize { return nil }
      if d > 0 {
        groupStride = strides[d - 1]
        groupSize = 1
      }
    }
    while target >= 0, new[target] == 1 {
      result[target] = shape.isEmpty ? 1 : groupStride
      target -= 1
    }
    return target < 0 ? result : nil
  }
}
