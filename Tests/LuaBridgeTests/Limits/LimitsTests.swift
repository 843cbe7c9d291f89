import Base
import LuaBridge
import Testing

@Suite struct LimitsTests {
  @Test(
    "an instruction limit always stops at the same place",
    arguments: [
      "while true do n = n + 1 end",
      "local co = coroutine.wrap(function() while true do n = n + 1 coroutine.yield() end end)"
        + " while true do co() end",
      "while true do coroutine.wrap(function() n = n + 1 end)() end",
      "while true do pcall(function() for i = 1, 100 do n = n + 1 end error() end) end",
      "while true do n = n + 1 string.find(('a'):rep(300), '.-.-b') end",
    ])
  func deterministicBudget(code: String) {
    let counts = (0..<3).map { _ in
      let lua = LuaState()
      lua.globals["n"] = .integer(0)
      #expect(
        lua.ending(of: code, within: LuaLimits(instructions: 200_000))
          == "stopped: instructionLimit")
      return lua.globals["n"].number ?? -1
    }
    #expect(counts[0] > 0)
    #expect(counts.allSatisfy { $0 == counts[0] }, "\(counts)")
  }

  @Test(
    "a budget is about as many instructions as it says", arguments: [1_000, 100_000, 1_000_000])
  func budgetSize(instructions: Int) {
    let lua = LuaState()
    let code = "local n = 0 while true do n = n + 1 count = n end"
    #expect(
      lua.ending(of: code, within: LuaLimits(instructions: instructions))
        == "stopped: instructionLimit")
    // Four instructions a turn: add, its metamethod slot that is skipped, set, jump.
    let turns = lua.globals["count"].number ?? 0
    #expect(abs(turns * 3 - Double(instructions)) < Double(instructions) * 0.01 + 10)
  }

  @Test func `short coroutines do not escape a budget`() {
    let lua = LuaState()
    lua.globals["n"] = .integer(0)
    let code = "while true do coroutine.wrap(function() for i = 1, 20 do n = n + 1 end end)() end"
    _ = lua.ending(of: code, within: LuaLimits(instructions: 100_000))
    #expect((lua.globals["n"].number ?? 0) < 100_000)
  }

  @Test func `code within its budget is left alone and the budget ends with the run`() {
    let lua = LuaState()
    let limits = LuaLimits(instructions: 10_000)
    #expect(lua.ending(of: "for i = 1, 1000 do end return 1", within: limits) == "finished 1.0")
    #expect(lua.ending(of: "for i = 1, 100000 do end return 2") == "finished 2.0")
  }

  @Test func `an inner budget takes from the outer one`() {
    let lua = LuaState()
    let inner = lua.makeFunction("inner") { frame in
      LuaValue.text(
        frame.state.ending(of: "while true do end", within: LuaLimits(instructions: 1_000)))
    }
    lua.globals["inner"] = .function(inner)
    lua.globals["n"] = .integer(0)
    #expect(
      lua.ending(
        of: "while true do inner() n = n + 1 end", within: LuaLimits(instructions: 10_500))
        == "stopped: instructionLimit")
    #expect(lua.globals["n"].number == 10)
  }

  @Test(
    "a memory limit is an error that the state survives",
    arguments: [
      "local t = {} for i = 1, 1e9 do t[i] = {} end",
      "local s = 'x' while true do s = s .. s end",
      "return ('x'):rep(1e9)",
      "local t = {} for i = 1, 1e9 do t[i] = 'abc' end return table.concat(t)",
      "return ('x'):rep(1e6):gsub('x', ('y'):rep(100))",
      "local t = {} while true do t = setmetatable({ t }, {}) end",
      "return string.format('%s%s', ('x'):rep(2e7), ('x'):rep(2e7))",
      "local t = {} while true do t[#t + 1] = table.pack(('x'):rep(1e5):byte(1, -1)) end",
    ])
  func memoryLimit(code: String) {
    let lua = LuaState(memoryLimit: Bytes(32 << 20))
    for _ in 1...3 { #expect(lua.ending(of: code) == "stopped: outOfMemory") }
    #expect(lua.ending(of: "return #('x'):rep(1e6)") == "finished 1000000.0")
  }

  @Test func `Lua code can catch that memory has run out`() {
    let lua = LuaState(memoryLimit: Bytes(8 << 20))
    let code = "return select(2, pcall(string.rep, 'x', 1e8))"
    #expect(lua.ending(of: code) == "finished not enough memory")
  }

  @Test func `a run's memory limit ends with the run`() {
    let lua = LuaState()
    let code = "return #('x'):rep(2e7)"
    #expect(
      lua.ending(of: code, within: LuaLimits(memory: Bytes(16 << 20))) == "stopped: outOfMemory")
    #expect(lua.ending(of: code) == "finished 20000000.0")
  }

  @Test func `an interrupt while nothing runs has no effect`() {
    let lua = LuaState()
    lua.interrupt()
    #expect(lua.ending(of: "for i = 1, 1000 do end return 1") == "finished 1.0")
    let interrupter = lua.interrupter
    lua.close()
    interrupter.interrupt()
  }

  @Test func `a finalizer that is not stopped works as Lua's own`() {
    let lua = LuaState()
    let code = """
      collectgarbage("stop")
      local log = {}
      local mt = { __gc = function(t) log[#log + 1] = t.name end }
      for i = 1, 3 do setmetatable({ name = i }, mt) end
      collectgarbage()
      mt.__gc({ name = "by hand" })
      setmetatable({}, { __gc = function() error("lost") end })
      setmetatable({}, { __gc = function() coroutine.yield() end })
      collectgarbage()
      setmetatable({ name = "last" }, mt)
      collectgarbage()
      return table.concat(log, " ")
      """
    #expect(lua.ending(of: code) == "finished 3 2 1 by hand last")
  }
}
