public import Base

/// A table of texts and numbers with a line of names above, column by column.
///
/// Fields are split at commas; quotes are not looked at.
public struct TextTable: Sendable {
  /// The names of the columns.
  public let names: [String]
  /// How many rows there are.
  public let rowCount: Int
  /// Where it was read from.
  public let path: String
  private let columns: [[String]]

  /// Reads a file, gzipped or not.
  public init(path: String) throws(Problem) {
    var reader = try LineReader(path: path)
    var (names, columns): ([String], [[String]]) = ([], [])
    var fields: [Range<Int>] = []
    var rows = 0
    try reader.forEach { (line, number) throws(Problem) in
      if line.isEmpty { return true }
      Fields.split(line, into: &fields)
      let texts = fields.map { Fields.text(UnsafeRawBufferPointer(rebasing: line[$0])) }
      if names.isEmpty {
        names = texts
        columns = names.map { _ in [] }
        return true
      }
      guard texts.count == names.count else {
        throw Problem("\(path): line \(number) has \(texts.count) fields, expected \(names.count)")
      }
      for (index, text) in texts.enumerated() { columns[index].append(text) }
      rows += 1
      return true
    }
    guard !names.isEmpty else { throw Problem("\(path) is empty") }
    self.names = names
    self.columns = columns
    self.path = path
    rowCount = rows
  }

  /// A column of texts.
  public func texts(_ name: String) throws(Problem) -> [String] {
    guard let index = names.firstIndex(of: name) else {
      throw .unknown("column", name, among: names, list: path)
    }
    return columns[index]
  }

  /// A column of numbers in a range; an empty field is a number only where it is said which.
  public func numbers(
    _ name: String, in range: ClosedRange<Double> = -1e300...1e300, empty: Double? = nil
  ) throws(Problem) -> [Double] {
    var numbers: [Double] = []
    for (row, text) in try texts(name).enumerated() {
      if text.isEmpty, let empty {
        numbers.append(empty)
        continue
      }
      let value = Array(text.utf8).withUnsafeBytes { Fields.double($0) }
      guard let value, range.contains(value) else {
        throw Problem(
          "\(path): line \(row + 2): \(name) is \"\(text.truncated(toWidth: 40))\"",
          fix: "a number from \(range.lowerBound) to \(range.upperBound) is expected")
      }
      numbers.append(value)
    }
    return numbers
  }

  /// A column of whole numbers in a range.
  public func integers(
    _ name: String, in range: ClosedRange<Int> = 0...1 << 40, empty: Int? = nil
  ) throws(Problem) -> [Int] {
    let bounds = Double(range.lowerBound)...Double(range.upperBound)
    var whole: [Int] = []
    for (row, value) in try numbers(name, in: bounds, empty: empty.map(Double.init)).enumerated() {
      guard let integer = Int(exactly: value) else {
        throw Problem("\(path): line \(row + 2): \(name) is \(value), expected a whole number")
      }
      whole.append(integer)
    }
    return whole
  }
}
