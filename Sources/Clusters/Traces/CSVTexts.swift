public import Base

/// A table of texts and numbers with a line of names above, column by column.
public struct CSVTexts: Sendable {
  /// The names of the columns.
  public var names: [String] { columns.names }
  /// How many rows there are.
  public var rowCount: Int { columns.rowCount }
  /// Where it was read from.
  public let path: String
  private let columns: CSVColumns<String>

  /// Reads a file, gzipped or not.
  public init(path: String) throws(Problem) {
    self.path = path
    columns = try CSVColumns(path: path) { Fields.text($0) }
  }

  /// A column of texts.
  public func texts(_ name: String) throws(Problem) -> [String] { try columns[name] }

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
    let numbers = try numbers(name, in: bounds, empty: empty.map(Double.init))
    return try wholeNumbers(numbers, name, path: path)
  }
}
