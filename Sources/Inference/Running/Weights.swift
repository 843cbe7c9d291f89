import Base
import CTensors
import Tensors

/// A weight matrix `[rows, columns]` as it lies in the mapped file: y = W·x.
// @unchecked: the bytes belong to a read-only mapping that `file` keeps alive.
struct WeightMatrix: @unchecked Sendable {
  let rows: Int
  let columns: Int
  let format: BlockFormat
  private let data: UnsafeRawPointer
  private let file: MappedFile

  init(_ tensor: GGUFFile.Tensor, of file: GGUFFile, rows: Int, columns: Int) throws(Problem) {
    guard let format = tensor.type.format else {
      throw Problem(
        "\(file.path): tensor \"\(tensor.name)\" is stored as \(tensor.type.name), "
          + "which cannot be computed with",
        fix: "there are \(BlockFormat.catalog.names.joined(separator: ", "))")
    }
    let expected = rows == 1 ? [[columns], [columns, 1]] : [[columns, rows]]
    guard expected.contains(tensor.dimensions) else {
      throw Problem(
        "\(file.path): tensor \"\(tensor.name)\" should be \(expected[0]), is \(tensor.dimensions)")
    }
    guard let base = file.bytes(of: tensor).baseAddress else {
      throw Problem("\(file.path): tensor \"\(tensor.name)\" is empty")
    }
    self.rows = rows
    self.columns = columns
    self.format = format
    data = base
    self.file = file.mapping
  }

  private var kernelMatrix: ct_matrix {
    ct_matrix(
      data: data, rows: Int64(rows), cols: Int64(columns), format: format.kernelCode)
  }

  /// Multiplies `count` rows of x, one after another, into rows of y.
  func multiply(_ x: UnsafePointer<Float>, count: Int, into y: UnsafeMutablePointer<Float>) {
    var matrix = kernelMatrix
    ct_matmul_parallel(&matrix, x, Int64(columns), Int64(count), y, Int64(rows))
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
}

/// Hands out the tensors of a file by name and keeps count of them, so that a graph which leaves one
/// out is caught: it would compute something else than the model.
struct WeightReader {
  let file: GGUFFile
  private var used: Set<String> = []

  init(_ file: GGUFFile) { self.file = file }

  /// A matrix that must be there.
  mutating func matrix(_ name: String, rows: Int, columns: Int) throws(Problem) -> WeightMatrix {
    guard let tensor = file.tensor(name) else {
      throw Problem("\(file.path): there is no tensor \"\(name)\"", fix: "the file is not whole")
    }
    used.insert(name)
    return try WeightMatrix(tensor, of: file, rows: rows, columns: columns)
  }

  /// A vector that must be there.
  mutating func vector(_ name: String, count: Int) throws(Problem) -> [Float] {
    try matrix(name, rows: 1, columns: count).unpacked()
  }

  /// A vector that may be missing.
  mutating func optionalVector(_ name: String, count: Int) throws(Problem) -> [Float]? {
    file.tensor(name) == nil ? nil : try vector(name, count: count)
  }

  /// Fails for a tensor that nobody asked for.
  func finish(_ architecture: String) throws(Problem) {
    for tensor in file.tensors where !used.contains(tensor.name) {
      throw Problem(
        "\(file.path): tensor \"\(tensor.name)\" has no place in the \(architecture) graph",
        fix: "this variant of the architecture is not supported")
    }
  }
}
