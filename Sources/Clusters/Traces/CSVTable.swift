public import Base

/// A table of numbers with a line of names above, column by column.
public struct CSVTable: Sendable {
  /// The names of the columns.
  public var names: [String] { columns.names }
  /// How many rows there are.
  public var rowCount: Int { columns.rowCount }
  private let path: String
  private let columns: CSVColumns<Double>

  /// Reads a file, gzipped or not; what is no number becomes NaN and is a fault once it is asked for.
  public init(path: String) throws(Problem) {
    self.path = path
    columns = try CSVColumns(path: path) { Fields.double($0) ?? .nan }
  }

  /// True when there is a column of a name.
  public func has(_ name: String) -> Bool { names.contains(name) }

  /// A column of numbers.
  public func numbers(_ name: String) throws(Problem) -> [Double] {
    let numbers = try columns[name]
    if let row = numbers.firstIndex(where: \.isNaN) {
      throw Problem("\(path): line \(row + 2): \(name) is not a number")
    }
    return numbers
  }

  /// A column of whole numbers.
  public func integers(_ name: String) throws(Problem) -> [Int] {
    try wholeNumbers(numbers(name), name, path: path)
  }
}
