import Base
import LuaBridge

/// A Lua table that knows which names it may have: reading any other is an error with the nearest one,
/// since nil would pass for "not given" in the call that the value goes to.
struct SettingsTable {
  private let metatable: LuaTable
  private let state: LuaState

  /// Makes tables of these names.
  ///
  /// - Parameters:
  ///   - noun: What a name stands for, in messages, as in "setting of the point".
  ///   - names: The names that exist; one that has no value is nil.
  ///   - state: Where the tables live.
  init(_ noun: String, _ names: [String], in state: LuaState) {
    self.state = state
    let known = Set(names)
    let index = state.makeFunction("__index") { frame in
      // What looks for a list or for a metamethod finds none.
      guard let name = frame[2].text, !name.hasPrefix("__"), !known.contains(name) else {
        return LuaValue.nil
      }
      throw Problem.unknown(
        noun, name, among: names, list: "rawget(point, \"\(name)\") is nil where there is none")
    }
    metatable = state.makeTable(fields: ["__index": .function(index)])
  }

  /// A table of values by their names.
  func table(_ fields: [String: LuaValue]) -> LuaTable {
    let table = state.makeTable(fields: fields)
    table.metatable = metatable
    return table
  }
}
