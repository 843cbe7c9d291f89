import Base
import LuaBridge

/// The named values of a table inside an argument; a name that is not known is an error.
struct FieldTable {
  /// What the table is, in messages.
  let subject: String
  /// The table.
  let table: LuaTable

  /// Takes a table whose names are all among these.
  init(_ table: LuaTable, _ subject: String, _ names: [String]) throws(Problem) {
    self.table = table
    self.subject = subject
    for (key, value) in table.pairs {
      guard let name = key.text else {
        throw Problem(
          "\(subject) holds \(value.kindName) without a name",
          fix: "write \(names.first ?? "name") = …; there are \(names.joined(separator: ", "))")
      }
      if !names.contains(name) {
        throw .unknown("field of \(subject)", name, value: value.number, among: names)
      }
    }
  }

  /// Takes a list.
  init(unnamed table: LuaTable, _ subject: String) {
    self.table = table
    self.subject = subject
  }

  /// A number in a range; nil where the name is not there.
  func number(_ name: String, _ range: ClosedRange<Double> = 0...1e300) throws(Problem) -> Double? {
    let value = table[.text(name)]
    if value == .nil { return nil }
    guard let number = value.number ?? value.integer.map(Double.init), range.contains(number) else {
      throw bad(name, "number from \(shown(range.lowerBound)) to \(shown(range.upperBound))", value)
    }
    return number
  }

  /// A whole number in a range; nil where the name is not there.
  func integer(_ name: String, _ range: ClosedRange<Int> = 0...Int(1e15)) throws(Problem) -> Int? {
    let value = table[.text(name)]
    if value == .nil { return nil }
    let bounds = Double(range.lowerBound)...Double(range.upperBound)
    guard let number = value.number, bounds.contains(number), number == number.rounded() else {
      throw bad(
        name, "integer from \(shown(bounds.lowerBound)) to \(shown(bounds.upperBound))", value)
    }
    return Int(number)
  }

  /// A truth value; false where the name is not there.
  func flag(_ name: String) throws(Problem) -> Bool {
    switch table[.text(name)] {
    case .nil: false
    case .boolean(let value): value
    default: throw bad(name, "boolean", table[.text(name)])
    }
  }

  /// A text; nil where the name is not there.
  func text(_ name: String) throws(Problem) -> String? {
    let value = table[.text(name)]
    if value == .nil { return nil }
    guard let text = value.text else { throw bad(name, "text", value) }
    return text
  }

  /// A fault of one field.
  func bad(_ name: String, _ expected: String, _ found: LuaValue) -> Problem {
    Problem("\(subject): \(name): expected \(expected), got \(found.kindName)")
  }

  private func shown(_ value: Double) -> String {
    guard abs(value) < 1e18, value == value.rounded() else { return "\(value)" }
    return abs(value) >= 1e12 && value.truncatingRemainder(dividingBy: 1e9) == 0
      ? "\(Int(value / 1e9))e9" : "\(Int(value))"
  }
}

extension LuaValue {
  /// What kind of value it is, in Lua's words, with the value where it is a number.
  fileprivate var kindName: String {
    switch self {
    case .nil: "nil"
    case .boolean: "boolean"
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .string: "string"
    case .table: "table"
    case .function: "function"
    case .thread: "coroutine"
    case .userdata, .pointer: "userdata"
    }
  }
}
