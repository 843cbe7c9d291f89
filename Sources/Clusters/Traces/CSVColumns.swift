import Base

/// The columns of a file with a line of names above; fields are split at commas, quotes are not looked at.
struct CSVColumns<Field: Sendable>: Sendable {
  let names: [String]
  let rowCount: Int
  private let path: String
  private let columns: [[Field]]

  /// Reads a file, gzipped or not.
  init(path: String, field: (UnsafeRawBufferPointer) -> Field) throws(Problem) {
    var reader = try LineReader(path: path)
    var (names, columns): ([String], [[Field]]) = ([], [])
    var fields: [Range<Int>] = []
    var rows = 0
    try reader.forEach { (line, number) throws(Problem) in
      if line.isEmpty { return true }
      Fields.split(line, into: &fields)
      if names.isEmpty {
        names = fields.map { Fields.text(UnsafeRawBufferPointer(rebasing: line[$0])) }
        columns = names.map { _ in [] }
        return true
      }
      guard fields.count == names.count else {
        throw Problem(
          "\(path): line \(number) has \(fields.count) fields, expected \(names.count)")
      }
      for (index, range) in fields.enumerated() {
        columns[index].append(field(UnsafeRawBufferPointer(rebasing: line[range])))
      }
      rows += 1
      return true
    }
    guard !names.isEmpty else { throw Problem("\(path) is empty") }
    self.names = names
    self.columns = columns
    self.path = path
    rowCount = rows
  }

  /// A column by its name.
  subscript(name: String) -> [Field] {
    get throws(Problem) {
      guard let index = names.firstIndex(of: name) else {
        throw .unknown("column", name, among: names, list: path)
      }
      return columns[index]
    }
  }
}

/// Whole numbers out of a column that was read as numbers.
func wholeNumbers(_ numbers: [Double], _ name: String, path: String) throws(Problem) -> [Int] {
  var whole: [Int] = []
  for (row, value) in numbers.enumerated() {
    guard let integer = Int(exactly: value) else {
      throw Problem("\(path): line \(row + 2): \(name) is \(value), expected a whole number")
    }
    whole.append(integer)
  }
  return whole
}
