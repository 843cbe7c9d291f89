import Base
import CLua
import CLuaSupport
import LuaBridge

extension LuaState {
  /// Runs code under limits and tells in a word how it ended.
  func ending(of code: String, within limits: LuaLimits = LuaLimits()) -> String {
    let outcome = run(within: limits) { () throws(LuaError) in try run(code) }
    switch outcome {
    case .finished(let values): return "finished" + values.map { " \($0.shown)" }.joined()
    case .stopped(let stop, _): return "stopped: \(stop)"
    case .failed(let error): return "failed: \(error)"
    }
  }

  /// Opens one of Lua's own libraries beside ours, under another name.
  func openStock(_ name: String, _ opener: @escaping lua_CFunction) throws {
    lua_pushstring(stack, name)
    lua_pushcclosure(stack, opener, 0)
    guard lb_protect(stack, lb_op_require, 2, 0) == LUA_OK else {
      throw Problem("cannot open \(name)")
    }
  }
}

extension LuaValue {
  /// The value as a test compares it.
  var shown: String {
    if let text { return text }
    if let number { return String(number) }
    return String(describing: self)
  }
}
