import Base
import CTensors
import Tensors

/// A weight matrix `[rows, columns]`, y = W·x: as it lies in a mapped file, and repacked for the fast
/// kernels where the engine asked for that.
// @unchecked: the bytes are never written after init and `owner` keeps them alive.
struct WeightMatrix: @unchecked Sendable {
  let rows: Int
  let columns: Int
  let format: BlockFormat
  private let data: UnsafeRawPointer
  let owner: AnyObject
  private var packed: PackedWeights?

  /// Takes rows of values that something else keeps alive.
  init(rows: Int, columns: Int, format: BlockFormat, data: UnsafeRawPointer, owner: AnyObject) {
    self.rows = rows
    self.columns = columns
    self.format = format
    self.data = data
    self.owner = owner
  }

  /// A matrix of its own floats.
  init(rows: Int, columns: Int, _ values: [Float]) {
    precondition(values.count == rows * columns, "\(values.count) values for \(rows) x \(columns)")
    let store = WeightStore(byteCount: values.count * 4)
    values.withUnsafeBytes {
      store.start.copyMemory(
        from: $0.baseAddress ?? UnsafeRawPointer(store.start), byteCount: $0.count)
    }
    self.init(
      rows: rows, columns: columns, format: .single, data: UnsafeRawPointer(store.start),
      owner: store)
  }

  /// Some of the rows.
  func slice(_ range: Range<Int>) -> WeightMatrix {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows && packed == nil)
    return WeightMatrix(
      rows: range.count, columns: columns, format: format,
      data: data + range.lowerBound * bytesPerRow, owner: owner)
  }

  /// What a row takes.
  var bytesPerRow: Int { format.byteCount(of: columns) }
  /// What the matrix takes where it is read from by products.
  var byteCount: Int { packed?.byteCount ?? rows * bytesPerRow }
  /// What the repacked copy takes.
  var packedBytes: Int { packed?.byteCount ?? 0 }

  /// Makes the repacked copy, where this processor has a kernel for the format.
  mutating func pack(in memory: PackedMemory) { packed = PackedWeights(kernelMatrix, memory) }

  /// Lets the file's pages go once products read from a copy; they come back when touched.
  func letGo(of file: MappedFile) {
    guard owner === file else { return }
    file.letGo(UnsafeRawBufferPointer(start: data, count: rows * bytesPerRow))
  }

  private var kernelMatrix: ct_matrix {
    ct_matrix(data: data, rows: Int64(rows), cols: Int64(columns), format: format.kernelCode)
  }

  /// Unpacks one row, as an embedding is looked up.
  func unpackRow(_ row: Int, into out: UnsafeMutablePointer<Float>) {
    precondition(row >= 0 && row < rows, "row \(row) of \(rows)")
    var matrix = kernelMatrix
    ct_matrix_row(&matrix, Int64(row), out)
  }

  /// All values of a small tensor, as of a norm.
  func unpacked() -> [Float] {
    let count = rows * columns
    return format.dequantise(
      UnsafeRawBufferPointer(start: data, count: format.byteCount(of: count)), count: count)
  }

  // MARK: Products

  /// Multiplies rows of x into rows of y; the result of a row does not depend on the other rows with
  /// repacked weights, and may in its last bits without.
  func multiply(_ x: Rows, into y: Rows, _ arena: Arena) {
    Self.multiply([self], x, into: [y], arena)
  }

  /// Multiplies rows on the calling thread, with the matrix as it was before any repacking.
  func multiplyHere(
    _ x: UnsafePointer<Float>, rows count: Int, into y: UnsafeMutablePointer<Float>
  ) {
    var matrix = kernelMatrix
    ct_matmul(
      &matrix, 0, Int64(rows), x, Int64(columns), Int64(count), y, Int64(rows),
      Int32(CT_SIMD_BEST.rawValue))
  }

  /// Multiplies the same rows with several matrices.
  static func multiply(_ matrices: [WeightMatrix], _ x: Rows, into results: [Rows], _ arena: Arena)
  {
    var products: [ct_product] = []
    products.reserveCapacity(matrices.count)
    for (matrix, y) in zip(matrices, results) {
      if let packed = matrix.packed {
        products.append(ct_product(w: packed.pointer, y: y.start, y_stride: Int64(y.columns)))
      } else {
        var plain = matrix.kernelMatrix
        ct_matmul_parallel(
          &plain, x.start, Int64(x.columns), Int64(x.count), y.start, Int64(y.columns))
      }
    }
    guard !products.isEmpty else { return }
    let mark = arena.mark
    let activations = arena.bytes(Int(ct_activation_bytes(Int64(x.count), Int64(x.columns))))
    overRows(x.count, floatsEach: x.columns) { rows in
      ct_quantise_activations(
        x.start, Int64(x.columns), Int64(rows.lowerBound), Int64(rows.upperBound),
        Int64(x.columns), activations)
    }
    ct_packed_matmul_parallel(&products, Int32(products.count), activations, Int64(x.count))
    arena.reset(to: mark)
  }
}

/// The repacked copy of a matrix.
private final class PackedWeights {
  /// What the kernels read.
  let pointer: UnsafeMutablePointer<ct_packed>
  let byteCount: Int
  private let memory: PackedMemory

  init?(_ matrix: ct_matrix, _ memory: PackedMemory) {
    var matrix = matrix
    byteCount = Int(ct_packed_bytes(&matrix))
    guard byteCount > 0 else { return nil }
    self.memory = memory
    pointer = .allocate(capacity: 1)
    pointer.initialize(
      to: ct_packed(
        data: memory.bytes(byteCount), rows: matrix.rows, cols: matrix.cols,
        format: matrix.format, layout: 0))
    let (source, target) = (matrix, pointer)
    // Groups of sixteen rows lie together, so pieces are whole groups.
    let each = 64
    inParallel((Int(matrix.rows) + each - 1) / each) { piece in
      var source = source
      let first = Int64(piece * each)
      ct_pack(&source, first, min(first + Int64(each), source.rows), target)
    }
  }

  deinit { pointer.deallocate() }
}
