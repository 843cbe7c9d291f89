public import Base

/// A matrix as text: one row a line, numbers between commas; a first line of names is skipped.
public enum CSVFile {
  /// Reads a matrix; every line has as many numbers as the first.
  public static func parse(_ bytes: [UInt8], file: String) throws(Problem) -> Tensor {
    var values: [Double] = []
    var columns = 0
    var rows = 0
    var start = 0
    for (number, line) in bytes.split(
      separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false
    ).enumerated() {
      let at = start
      start += line.count + 1
      let text = String(decoding: line, as: UTF8.self).filter { $0 != "\r" && $0 != " " }
      if text.isEmpty { continue }
      let fields = text.split(separator: ",", omittingEmptySubsequences: false)
      let numbers = fields.map { $0.isEmpty ? .nan : Double($0) }
      if number == 0, numbers.contains(where: { $0 == nil }) { continue }
      guard rows == 0 || fields.count == columns else {
        throw .inFile(
          file, at: at, expected: "\(columns) numbers in line \(number + 1)",
          found: "\(fields.count)")
      }
      columns = fields.count
      rows += 1
      for (field, value) in zip(fields, numbers) {
        guard let value else {
          throw .inFile(
            file, at: at, expected: "a number in line \(number + 1)", found: "\"\(field)\"")
        }
        values.append(value)
      }
    }
    return try Tensor(values, shape: [rows, columns], dtype: .f32)
  }

  /// Writes a list or a matrix with as many digits as bring every number back.
  public static func format(_ tensor: Tensor) throws(Problem) -> [UInt8] {
    guard tensor.rank == 1 || tensor.rank == 2 else {
      throw Problem("csv: holds a list or a matrix, got \(tensor.summary)", fix: "save as .npy")
    }
    let columns = tensor.rank == 2 ? tensor.shape[1] : 1
    let numbers: [String] =
      switch tensor.dtype {
      case .f64: tensor.doubles.map(\.description)
      case let dtype where dtype.isFloat: tensor.floats.map(\.description)
      default: tensor.integers.map(\.description)
      }
    var lines: [String] = []
    for row in stride(from: 0, to: numbers.count, by: Swift.max(columns, 1)) {
      lines.append(numbers[row..<(row + columns)].joined(separator: ","))
    }
    return Array(lines.map { $0 + "\n" }.joined().utf8)
  }
}
