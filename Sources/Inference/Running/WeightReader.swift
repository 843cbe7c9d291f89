import Base
import CTensors
import Models
import Tensors

/// Hands out the tensors of a file by name and keeps count of them, so that an architecture which
/// leaves one out is caught: it would compute something else than the model.
struct WeightReader {
  let file: GGUFFile
  let spec: ModelSpec
  private let arithmetic: Arithmetic
  private let memory = PackedMemory()
  private var used: Set<String> = []
  /// What the repacked copies take that were made so far.
  private(set) var packedBytes = Bytes(0)

  init(_ file: GGUFFile, _ spec: ModelSpec, _ arithmetic: Arithmetic) {
    self.file = file
    self.spec = spec
    self.arithmetic = arithmetic
  }

  /// True where the file has a tensor.
  func has(_ name: String) -> Bool { file.tensor(name) != nil }

  /// A matrix as it lies in the file, for looking rows up.
  mutating func table(_ name: String, rows: Int, columns: Int) throws(Problem) -> WeightMatrix {
    guard let tensor = file.tensor(name) else {
      throw Problem("\(file.path): there is no tensor \"\(name)\"", fix: "the file is not whole")
    }
    used.insert(name)
    let expected = rows == 1 ? [[columns], [columns, 1]] : [[columns, rows]]
    guard expected.contains(tensor.dimensions) else {
      throw Problem(
        "\(file.path): tensor \"\(name)\" should be \(expected[0]), is \(tensor.dimensions)")
    }
    return try stored(tensor, rows: rows, columns: columns)
  }

  /// A stack of matrices, as of a mixture's experts.
  mutating func tables(_ name: String, count: Int, rows: Int, columns: Int) throws(Problem)
    -> [WeightMatrix]
  {
    guard let tensor = file.tensor(name) else {
      throw Problem("\(file.path): there is no tensor \"\(name)\"", fix: "the file is not whole")
    }
    used.insert(name)
    guard tensor.dimensions == [columns, rows, count] else {
      throw Problem(
        "\(file.path): tensor \"\(name)\" should be \([columns, rows, count]), is \(tensor.dimensions)"
      )
    }
    let all = try stored(tensor, rows: rows * count, columns: columns)
    return (0..<count).map { ready(all.slice($0 * rows..<($0 + 1) * rows)) }
  }

  /// A matrix to multiply with; `rows` may be some of a larger tensor's.
  mutating func matrix(_ name: String, rows: Int, columns: Int) throws(Problem) -> WeightMatrix {
    ready(try table(name, rows: rows, columns: columns))
  }

  /// Several matrices that lie one under another in one tensor.
  mutating func stacked(_ name: String, rows: [Int], columns: Int) throws(Problem)
    -> [WeightMatrix]
  {
    let all = try table(name, rows: rows.reduce(0, +), columns: columns)
    var first = 0
    return rows.map { count in
      defer { first += count }
      return ready(all.slice(first..<first + count))
    }
  }

  /// A vector that must be there.
  mutating func vector(_ name: String, count: Int) throws(Problem) -> [Float] {
    try table(name, rows: 1, columns: count).unpacked()
  }

  /// A vector that may be missing.
  mutating func optionalVector(_ name: String, count: Int) throws(Problem) -> [Float]? {
    has(name) ? try vector(name, count: count) : nil
  }

  /// Says that a tensor may be there and is not used.
  mutating func ignore(_ name: String) { used.insert(name) }

  /// Fails for a tensor that nobody asked for.
  func finish() throws(Problem) {
    for tensor in file.tensors where !used.contains(tensor.name) {
      throw Problem(
        "\(file.path): tensor \"\(tensor.name)\" has no place in the \(spec.architecture) graph",
        fix: "this variant of the architecture is not supported")
    }
  }

  // MARK: Parts

  private func stored(_ tensor: GGUFFile.Tensor, rows: Int, columns: Int) throws(Problem)
    -> WeightMatrix
  {
    guard let format = tensor.type.format else {
      throw Problem(
        "\(file.path): tensor \"\(tensor.name)\" is stored as \(tensor.type.name), "
          + "which cannot be computed with",
        fix: "there are \(BlockFormat.catalog.names.joined(separator: ", "))")
    }
    guard let base = file.bytes(of: tensor).baseAddress else {
      throw Problem("\(file.path): tensor \"\(tensor.name)\" is empty")
    }
    guard columns % format.blockSize == 0 else {
      throw Problem(
        "\(file.path): tensor \"\(tensor.name)\" has rows of \(columns) values, "
          + "which are no whole \(format.info.name) blocks of \(format.blockSize)")
    }
    return WeightMatrix(
      rows: rows, columns: columns, format: format, data: base, owner: file.mapping)
  }

  /// Repacks a matrix where the engine is to be fast, and lets the file's pages go.
  private mutating func ready(_ matrix: WeightMatrix) -> WeightMatrix {
    guard arithmetic == .fast else { return matrix }
    var matrix = matrix
    matrix.pack(in: memory)
    packedBytes = Bytes(packedBytes.count + matrix.packedBytes)
    matrix.letGo(of: file.mapping)
    return matrix
  }
}
