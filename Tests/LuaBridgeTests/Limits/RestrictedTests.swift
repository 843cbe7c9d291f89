import Base
import LuaBridge
import Testing

@Suite struct RestrictedTests {
  let lua: LuaState
  let environment: LuaTable

  init() throws {
    lua = LuaState(memoryLimit: Bytes(64 << 20))
    lua.restrict()
    environment = try lua.makeRestrictedEnvironment()
  }

  func ending(of code: String, in table: LuaTable? = nil) -> String {
    let outcome = lua.run(within: LuaLimits(wallSeconds: 5)) { () throws(LuaError) in
      try lua.load(code, chunkName: "x", environment: table ?? environment).call()
    }
    switch outcome {
    case .finished(let values): return values.map(\.shown).joined(separator: " ")
    case .stopped(let stop, _): return "stopped: \(stop)"
    case .failed(let error): return "failed: \(error.message)"
    }
  }

  @Test(
    "an escape is refused",
    arguments: [
      "os.execute('true')", "os.exit()", "os.getenv('HOME')", "io.open('/etc/passwd')",
      "io.popen('true')", "require('os')", "package.loadlib('x', 'y')", "package.loaded.os.time()",
      "debug.getregistry()", "debug.sethook()", "dofile('/etc/passwd')", "loadfile('/dev/null')()",
      "string.dump(print)", "('').dump(function() end)", "getmetatable('').__index.rep = 1",
      "getmetatable('').__index()", "assert(load('\\27Lua', 'b', 'b'))", "assert(load('\\27Lua'))",
      "assert(load(function() return '\\27Lua' end))",
      "assert(load(('').dump(function() end)))",
      "setmetatable({}, { __gc = function() end })", "setmetatable({}, { __gc = true })",
      "setmetatable(_G, { __gc = 1 })", "collectgarbage('stop')", "collectgarbage('generational')",
      "collectgarbage('setpause', 1)", "collectgarbage('step', 1)", "load('os.exit()')()",
      "load('return io', 'n', 't')().open('x')", "(load('return os', 'n', 't', {})()).time()",
      "coroutine.wrap(function() return os.time() end)()", "pcall(os.time) ; os.time()",
      "_ENV.os.time()", "_G._G.io.read()", "rawget(_G, 'debug').getinfo(1)", "warn('@on')",
      "_G.package.searchers[1]('os')", "error(getmetatable(print).__index)",
      "select(2, pcall(error, io)).read()", "setmetatable('', {})",
      "xpcall(function() error() end, debug.traceback)", "rawset(getmetatable(''), 'x', 1)",
      "math.huge.x()", "string.rep.dump()", "('x'):rep(1e9):len()",
    ])
  func escape(code: String) {
    let ending = ending(of: code)
    #expect(
      ending.hasPrefix("failed: ") || ending == "stopped: outOfMemory", "\(code) gave \(ending)")
  }

  @Test(
    "ordinary code runs",
    arguments: [
      ("return ('x'):rep(3)", "xxx"), ("return #string.format('%5d', 1)", "5.0"),
      ("local t = setmetatable({}, { __index = function() return 7 end }) return t.x", "7.0"),
      ("return load('return 1 + 1')()", "2.0"), ("x = 5 return _G.x", "5.0"),
      ("return load('y = 6 return y')() + y", "12.0"),
      ("return load(function() local s = s0 s0 = nil return s end) and 1", "1.0"),
      ("return table.concat({ 1, 2 }, ',')", "1,2"), ("return math.max(1, 2)", "2.0"),
      ("return utf8.char(228)", "ä"), ("return type(collectgarbage('count'))", "number"),
      ("return coroutine.wrap(function() coroutine.yield(1) end)()", "1.0"),
      ("return tostring(getmetatable('x'))", "nil"), ("return _VERSION", "Lua 5.4"),
      ("return select(2, pcall(error, 'e', 0))", "e"),
    ])
  func ordinary(code: String, expected: String) {
    #expect(ending(of: code) == expected)
  }

  @Test func `what one session changes, another does not see`() throws {
    let other = try lua.makeRestrictedEnvironment()
    let changes = """
      string.rep = nil table.concat = nil math = nil x = 1 _G.print = 7 coroutine.wrap = nil
      return 1
      """
    #expect(ending(of: changes) == "1.0")
    let probe = """
      return tostring(x), type(string.rep), type(math), type(print), ('y'):rep(2),
        type(coroutine.wrap), type(table.concat)
      """
    #expect(ending(of: probe, in: other) == "nil function table function yy function function")
  }
}
