public import Base

/// Columns of equal length with names: what is exported, stored and drawn.
public struct ResultTable: Hashable, Sendable {
  /// One column.
  public struct Column: Hashable, Sendable {
    /// Its name, with its unit at the end where it has one.
    public let name: String
    /// What stands in it.
    public let values: Values

    /// Creates a column.
    public init(_ name: String, _ values: Values) {
      self.name = name
      self.values = values
    }
  }

  /// The values of a column; NaN stands for none.
  public enum Values: Hashable, Sendable {
    case numbers([Double])
    case integers([Int])
    case texts([String])

    /// How many there are.
    public var count: Int {
      switch self {
      case .numbers(let values): values.count
      case .integers(let values): values.count
      case .texts(let values): values.count
      }
    }
  }

  /// The columns in order.
  public private(set) var columns: [Column]
  /// How many rows there are.
  public let count: Int

  /// Creates a table of columns of equal length.
  public init(_ columns: [Column]) {
    count = columns.first?.values.count ?? 0
    precondition(
      columns.allSatisfy { [count] in $0.values.count == count }, "columns differ in length")
    self.columns = columns
  }

  /// The names of the columns.
  public var names: [String] { columns.map(\.name) }

  /// A column; the error for an unknown name lists the nearest ones.
  public subscript(name: String) -> Values {
    get throws(Problem) {
      guard let column = columns.first(where: { $0.name == name }) else {
        throw .unknown("column", name, among: names)
      }
      return column.values
    }
  }

  /// A column as numbers; texts become NaN.
  public func numbers(_ name: String) throws(Problem) -> [Double] {
    switch try self[name] {
    case .numbers(let values): values
    case .integers(let values): values.map(Double.init)
    case .texts(let values): values.map { Double($0) ?? .nan }
    }
  }

  /// One value as JSON; what is not finite is null.
  public func value(_ row: Int, _ column: Int) -> JSONValue {
    switch columns[column].values {
    case .numbers(let values): values[row].isFinite ? .number(values[row]) : .null
    case .integers(let values): .integer(values[row])
    case .texts(let values): .string(values[row])
    }
  }
}

extension ResultTable {
  /// The table as comma-separated lines with a line of names above (RFC 4180, ends of lines as Unix has
  /// them); numbers are written so that they come back exactly, and NaN is an empty field.
  public var csv: [UInt8] {
    var bytes = ResultBytes()
    for (index, name) in names.enumerated() {
      if index > 0 { bytes.put(",") }
      bytes.field(name)
    }
    bytes.put("\n")
    for row in 0..<count {
      for index in columns.indices {
        if index > 0 { bytes.put(",") }
        write(row, index, &bytes)
      }
      bytes.put("\n")
    }
    return bytes.bytes
  }

  private func write(_ row: Int, _ column: Int, _ bytes: inout ResultBytes) {
    switch columns[column].values {
    case .numbers(let values): if values[row].isFinite { bytes.number(values[row]) }
    case .integers(let values): bytes.integer(values[row])
    case .texts(let values): bytes.field(values[row])
    }
  }

  /// The rows as a list of JSON objects.
  public var json: JSONValue {
    .array(
      (0..<count).map { row in
        var object = JSONObject()
        for index in columns.indices { object[columns[index].name] = value(row, index) }
        return .object(object)
      })
  }
}

/// Text that is built byte by byte: exports have millions of numbers.
struct ResultBytes {
  private(set) var bytes: [UInt8] = []

  mutating func put(_ text: StaticString) {
    bytes.append(
      contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  mutating func text(_ text: String) { bytes.append(contentsOf: text.utf8) }

  /// The shortest decimal form that gives the same number again; whole ones without a fraction.
  mutating func number(_ value: Double) {
    if abs(value) < 1e15, value == value.rounded() { return integer(Int(value)) }
    text(value.description)
  }

  mutating func integer(_ value: Int) {
    if value < 0 { return text(String(value)) }
    var (rest, digits) = (value, 1)
    while rest >= 10 {
      rest /= 10
      digits += 1
    }
    let start = bytes.count
    bytes.append(contentsOf: repeatElement(0x30, count: digits))
    rest = value
    for place in (start..<start + digits).reversed() {
      bytes[place] = 0x30 + UInt8(rest % 10)
      rest /= 10
    }
  }

  /// A field of a comma-separated line, in quotes where it needs them.
  mutating func field(_ value: String) {
    guard value.utf8.contains(where: { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }) else {
      return text(value)
    }
    put("\"")
    for byte in value.utf8 {
      if byte == 0x22 { bytes.append(0x22) }
      bytes.append(byte)
    }
    put("\"")
  }
}
