public import Base

/// A table of numbers with a line of names above, column by column.
public struct CSVTable: Sendable {
  /// The names of the columns.
  public let names: [String]
  /// How many rows there are.
  public let rowCount: Int
  private let path: String
  private let columns: [[Double]]

  /// Reads a file, gzipped or not; what is no number becomes NaN and is a fault once it is asked for.
  public init(path: String) throws(Problem) {
    var reader = try LineReader(path: path)
    var (names, columns): ([String], [[Double]]) = ([], [])
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
        columns[index].append(
          Fields.double(UnsafeRawBufferPointer(rebasing: line[range])) ?? .nan)
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

  /// True when there is a column of a name.
  public func has(_ name: String) -> Bool { names.contains(name) }

  /// A column of numbers.
  public func numbers(_ name: String) throws(Problem) -> [Double] {
    guard let index = names.firstIndex(of: name) else {
      throw .unknown("column", name, among: names, list: path)
    }
    if let row = columns[index].firstIndex(where: \.isNaN) {
      throw Problem("\(path): line \(row + 2): \(name) is not a number")
    }
    return columns[index]
  }

  /// A column of whole numbers.
  public func integers(_ name: String) throws(Problem) -> [Int] {
    var whole: [Int] = []
    for (row, value) in try numbers(name).enumerated() {
      guard let integer = Int(exactly: value) else {
        throw Problem("\(path): line \(row + 2): \(name) is \(value), expected a whole number")
      }
      whole.append(integer)
    }
    return whole
  }
}
