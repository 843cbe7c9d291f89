import Base
import LuaBridge

/// Lua values read as numbers: tables, nested tables, objects that give tables.
enum LuaNumbers {
  /// Numbers in order; nil where the value is no sequence of numbers.
  static func sequence(_ value: LuaValue) throws -> [Double]? {
    switch value {
    case .table(let table):
      guard table.count > 0 || table.pairs.isEmpty else { return nil }
      return table.read(as: [Double].self)
    case .userdata: return try content(of: value).flatMap { try sequence($0) }
    default: return nil
    }
  }

  /// Rows of numbers; nil where the value is no table of sequences.
  static func rows(_ value: LuaValue) throws -> [[Double]]? {
    switch value {
    case .table(let table):
      guard table.count > 0 || table.pairs.isEmpty else { return nil }
      var rows: [[Double]] = []
      for element in table.elements {
        guard let row = try sequence(element) else { return nil }
        rows.append(row)
      }
      return rows
    case .userdata: return try content(of: value).flatMap { try rows($0) }
    default: return nil
    }
  }

  /// The table that an object gives for its content.
  ///
  /// A tensor has a method `to_table`, a statistic its values: whoever has one of these names can be
  /// drawn, and pictures know no type of either.
  static func content(of value: LuaValue) throws -> LuaValue? {
    guard case .userdata(let object) = value else { return nil }
    for name in ["to_table", "totable", "values", "samples"] {
      guard let member = try? object.get(.text(name)) else { continue }
      switch member {
      case .table: return member
      case .function(let function):
        if case .table(let table)? = try function.call([value]).first { return .table(table) }
      default: continue
      }
    }
    return nil
  }

  /// Texts in order, numbers as text; nil where the value is no such sequence.
  static func texts(_ value: LuaValue) -> [String]? {
    guard case .table(let table) = value, table.count > 0 || table.pairs.isEmpty else { return nil }
    var texts: [String] = []
    for element in table.elements {
      guard let text = text(element) else { return nil }
      texts.append(text)
    }
    return texts
  }

  /// A text, or a number or boolean as text; nil for anything else.
  static func text(_ value: LuaValue) -> String? {
    switch value {
    case .string(let text): text.text
    case .integer(let number): String(number)
    case .number(let number):
      number == number.rounded() && abs(number) < 1e15 ? String(Int(number)) : "\(number)"
    case .boolean(let flag): flag ? "true" : "false"
    default: nil
    }
  }
}
