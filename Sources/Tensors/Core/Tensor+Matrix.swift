public import Base
internal import CTensors

extension Tensor {
  /// The matrix product by NumPy's rules: lists count as one row or column, leading dimensions
  /// broadcast.
  ///
  /// Floats narrower than f32 multiply in f32 with one rounding at the end; whole numbers wrap.
  public func matmul(_ other: Tensor) throws(Problem) -> Tensor {
    guard rank > 0, other.rank > 0 else {
      throw Problem("matmul: a scalar is no matrix", fix: "use * for a product with a number")
    }
    let left = rank == 1 ? try unsqueezed(0) : self
    let right = other.rank == 1 ? try other.unsqueezed(1) : other
    guard left.shape[left.rank - 1] == right.shape[right.rank - 2] else {
      throw Problem(
        "matmul: \(Shape.text(shape)) times \(Shape.text(other.shape)): \(left.shape[left.rank - 1]) columns meet \(right.shape[right.rank - 2]) rows",
        fix: "the last size of the left must equal the last but one of the right")
    }
    var result = try left.batchedProduct(right, DType.promoted(dtype, other.dtype))
    if other.rank == 1 { result = try result.selected(result.rank - 1, 0) }
    if rank == 1 { result = try result.selected(result.rank - (other.rank == 1 ? 1 : 2), 0) }
    return result
  }

  private func batchedProduct(_ other: Tensor, _ dtype: DType) throws(Problem) -> Tensor {
    let batch = try Shape.broadcast(
      Array(shape.dropLast(2)), Array(other.shape.dropLast(2)), for: "matmul")
    let (m, k, n) = (shape[rank - 2], shape[rank - 1], other.shape[other.rank - 1])
    let work: DType = dtype == .f64 ? .f64 : dtype.isFloat ? .f32 : .i64
    // One matrix on the right for all on the left is one tall product.
    if other.shape.dropLast(2).allSatisfy({ $0 == 1 }), rank > 2, isContiguous {
      let tall = try reshaped([count / Swift.max(k, 1), k])
      if k > 0 {
        let matrix = try other.reshaped([k, n])
        return try tall.batchedProduct(matrix, dtype).reshaped(batch + [m, n])
      }
    }
    let a = try cast(to: work).readable()
    let b = try other.cast(to: work).readable()
    let left = try a.expanded(batch + [m, k])
    let right = try b.expanded(batch + [k, n])
    let out = try Tensor.empty(batch + [m, n], work)
    let batches = batch.reduce(1, *)
    let leftOffsets = try left.batchOffsets()
    let rightOffsets = try right.batchOffsets()
    for i in 0..<batches {
      let stopped = left.multiply(leftOffsets[i], right, rightOffsets[i], into: out, i * m * n)
      try Tensor.check(stopped, "matmul")
    }
    return try out.cast(to: dtype == .bool ? .i64 : dtype)
  }

  /// The tensor if each matrix of it has rows or columns without gaps, otherwise a dense copy.
  private func readable() throws(Problem) -> Tensor {
    let (rows, columns) = (strides[rank - 2], strides[rank - 1])
    let (m, k) = (shape[rank - 2], shape[rank - 1])
    let plain = (columns == 1 || k <= 1) && rows >= Swift.max(k, 1)
    let turned = (rows == 1 || m <= 1) && columns >= Swift.max(m, 1)
    return dtype != .i64 && (plain || turned) ? self : try contiguous()
  }

  /// Where each matrix begins, in elements from the first.
  private func batchOffsets() throws(Problem) -> [Int] {
    let outer = Tensor(
      storage: storage, dtype: dtype, shape: Array(shape.dropLast(2)),
      strides: Array(strides.dropLast(2)), offset: offset)
    var offsets = [Int64](repeating: 0, count: outer.count)
    var view = outer.kernelView
    // One number per matrix.
    if outer.count > 0 { ct_offsets(&view, &offsets) }
    return offsets.map { Int($0) / dtype.size }
  }

  private func multiply(
    _ start: Int, _ other: Tensor, _ otherStart: Int, into out: Tensor, _ outStart: Int
  ) -> Int32 {
    let (m, k, n) = (
      Int64(shape[rank - 2]), Int64(shape[rank - 1]), Int64(other.shape[other.rank - 1])
    )
    let (ta, lda) = layout()
    let (tb, ldb) = other.layout()
    let size = dtype.size
    let a = pointer + start * size
    let b = other.pointer + otherStart * size
    let c = out.pointer + outStart * size
    // The storages hold m*k, k*n and m*n elements in the layouts that were just asked for.
    return withExtendedLifetime((storage, other.storage, out.storage)) {
      switch dtype {
      case .f64:
        ct_gemm_f64(
          ta, tb, m, n, k, a.assumingMemoryBound(to: Double.self), lda,
          b.assumingMemoryBound(to: Double.self), ldb, c.assumingMemoryBound(to: Double.self), n)
      case .f32:
        ct_gemm_f32(
          ta, tb, m, n, k, a.assumingMemoryBound(to: Float.self), lda,
          b.assumingMemoryBound(to: Float.self), ldb, c.assumingMemoryBound(to: Float.self), n)
      default:
        ct_gemm_i64(
          m, n, k, a.assumingMemoryBound(to: Int64.self), b.assumingMemoryBound(to: Int64.self),
          c.assumingMemoryBound(to: Int64.self))
      }
    }
  }

  /// Whether the library sees the matrix transposed, and the distance of its rows.
  private func layout() -> (transposed: Int32, leading: Int64) {
    let (rows, columns) = (strides[rank - 2], strides[rank - 1])
    let (m, k) = (shape[rank - 2], shape[rank - 1])
    if (columns == 1 || k <= 1), rows >= Swift.max(k, 1) { return (0, Int64(rows)) }
    if (rows == 1 || m <= 1), columns >= Swift.max(m, 1) { return (1, Int64(columns)) }
    return (0, Int64(Swift.max(k, 1)))
  }
}
