import Base
import LuaBridge

extension JSONValue {
  /// Creates the JSON of a Lua value: a table with elements from 1 on is an array, another one an
  /// object; an empty table is an object.
  ///
  /// - Throws: a problem that names the place of what JSON has no form for.
  init(_ value: LuaValue, at place: String = "value", depth: Int = 0) throws(Problem) {
    switch value {
    case .nil: self = .null
    case .boolean(let flag): self = .boolean(flag)
    case .integer(let number): self = .integer(number)
    case .number(let number):
      guard number.isFinite else {
        throw Problem("\(place) is \(number), which JSON cannot hold", fix: "use a string or nil")
      }
      self = .number(number)
    case .string(let text): self = .string(text.text)
    case .table(let table):
      guard depth < 100 else {
        throw Problem("\(place) is nested more than 100 deep", fix: "break the cycle")
      }
      self = try Self.container(table, place, depth)
    default: throw Problem("\(place) is a \(value.typeName), which JSON cannot hold")
    }
  }

  private static func container(_ table: LuaTable, _ place: String, _ depth: Int) throws(Problem)
    -> JSONValue
  {
    let count = table.count
    if count > 0 {
      var elements: [JSONValue] = []
      for (index, element) in table.elements.enumerated() {
        elements.append(try JSONValue(element, at: "\(place)[\(index + 1)]", depth: depth + 1))
      }
      guard table.pairs.count == count else {
        throw Problem("\(place) has elements and named fields", fix: "JSON takes one or the other")
      }
      return .array(elements)
    }
    var fields: [(String, JSONValue)] = []
    for (key, value) in table.pairs {
      guard let name = LuaNumbers.text(key) else {
        throw Problem("\(place) has a key that is a \(key.typeName)")
      }
      fields.append((name, try JSONValue(value, at: "\(place).\(name)", depth: depth + 1)))
    }
    var object: JSONObject = [:]
    for (name, value) in fields.sorted(by: { $0.0 < $1.0 }) { object[name] = value }
    return .object(object)
  }
}
