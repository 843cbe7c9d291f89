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
  private let changes: WeightChanges
  private let memory = PackedMemory()
  private var used: Set<String> = []
  /// What the repacked copies take that were made so far.
  private(set) var packedBytes = Bytes(0)
  /// The matrices that adapters can add to, by their tensors' names without ".weight".
  var targets: [String: AdapterTarget] = [:]

  init(
    _ file: GGUFFile, _ spec: ModelSpec, _ arithmetic: Arithmetic,
    _ changes: WeightChanges = WeightChanges()
  ) {
    self.file = file
    self.spec = spec
    self.arithmetic = arithmetic
    self.changes = changes
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
    var result: [WeightMatrix] = []
    for index in 0..<count {
      result.append(try ready(all.slice(index * rows..<(index + 1) * rows), name))
    }
    return result
  }

  /// A matrix to multiply with; `rows` may be some of a larger tensor's.
  mutating func matrix(_ name: String, rows: Int, columns: Int) throws(Problem) -> WeightMatrix {
    try ready(try table(name, rows: rows, columns: columns), name)
  }

  /// Several matrices that lie one under another in one tensor.
  mutating func stacked(_ name: String, rows: [Int], columns: Int) throws(Problem)
    -> [WeightMatrix]
  {
    let all = try table(name, rows: rows.reduce(0, +), columns: columns)
    var first = 0
    var result: [WeightMatrix] = []
    for count in rows {
      result.append(try ready(all.slice(first..<first + count), name))
      first += count
    }
    return result
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

  /// Makes the changes that were asked for, repacks a matrix where the engine is to be fast, and lets
  /// the file's pages go.
  private mutating func ready(_ matrix: WeightMatrix, _ name: String) throws(Problem)
    -> WeightMatrix
  {
    var result = try changes.applied(to: matrix, tensor: name, in: file)
    if arithmetic == .fast { result.pack(in: memory) }
    packedBytes = Bytes(packedBytes.count + result.packedBytes)
    if result.owner !== matrix.owner || result.packedBytes > 0 { matrix.letGo(of: file.mapping) }
    return result
  }
}
