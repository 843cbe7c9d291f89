public import Base

extension JSONValue {
  /// Reads comma-separated values whose first line names the columns: an array of objects of texts.
  public init(table text: String, file: String) throws(Problem) {
    var lines = text.split(whereSeparator: \.isNewline)
    guard let first = lines.first else { throw Problem("\(file) is empty") }
    let names = Self.fields(first)
    lines.removeFirst()
    var rows: [JSONValue] = []
    rows.reserveCapacity(lines.count)
    for (number, line) in lines.enumerated() {
      let fields = Self.fields(line)
      guard fields.count == names.count else {
        throw Problem(
          "\(file), line \(number + 2): \(fields.count) fields for \(names.count) columns")
      }
      var row = JSONObject()
      for (name, field) in zip(names, fields) { row[name] = .string(field) }
      rows.append(.object(row))
    }
    self = .array(rows)
  }

  /// The fields of a line; a field in quotes may hold commas, and a doubled quote stands for one.
  private static func fields(_ line: Substring) -> [String] {
    var fields: [String] = []
    var field = ""
    var isQuoted = false
    for character in line {
      switch character {
      case "\"":
        if !isQuoted, !field.isEmpty { field.append(character) }
        isQuoted.toggle()
      case "," where !isQuoted:
        fields.append(field)
        field = ""
      default: field.append(character)
      }
    }
    return fields + [field]
  }

  /// The number that a column's text says.
  func column<Number: LosslessStringConvertible>(_ name: String, as: Number.Type) throws(Problem)
    -> Number
  {
    guard let text = self[name]?.string, let number = Number(text) else {
      throw Problem("column \(name) holds \(self[name]?.string ?? "nothing")", fix: "a number")
    }
    return number
  }
}
