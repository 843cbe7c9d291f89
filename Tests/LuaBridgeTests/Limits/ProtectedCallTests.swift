import LuaBridge
import Testing

@Suite struct ProtectedCallTests {
  @Test(
    "pcall, xpcall and coroutines work as Lua's own",
    arguments: [
      ("select('#', pcall(function() return 1, nil, 3 end))", "4.0"),
      ("select(2, pcall(error, 'x', 0))", "x"),
      ("select('#', pcall(error))", "2.0"),
      ("pcall(pcall) and 1 or 2", "2.0"),
      ("select(2, pcall(pcall))", "bad argument #1 to 'pcall' (value expected)"),
      ("select(2, xpcall(error, function(m) return m .. '!' end, 'x'))", "x!"),
      ("select('#', xpcall(function(...) return ... end, print, 1, 2))", "3.0"),
      (
        "select(2, pcall(xpcall, print))",
        "bad argument #2 to 'xpcall' (function expected, got no value)"
      ),
      ("(function() local t = {} return select(2, pcall(error, t)) == t end)() and 1", "1.0"),
      (
        "(function() local t = {} return select(2, xpcall(error, function(e) return e end, t)) == t end)() and 1",
        "1.0"
      ),
      (
        "(function() local t = {} return select(2, coroutine.resume(coroutine.create(error), t)) == t end)() and 1",
        "1.0"
      ),
      (
        "(function() local t = {} return select(2, pcall(coroutine.wrap(error), t)) == t end)() and 1",
        "1.0"
      ),
      ("select(2, coroutine.resume(coroutine.create(function() end), 1)) == nil and 1", "1.0"),
      ("select(2, coroutine.close(coroutine.create(print))) == nil and 1", "1.0"),
      (
        "select(2, pcall(coroutine.close, coroutine.running()))", "cannot close a running coroutine"
      ),
      (
        "select(2, pcall(coroutine.resume, 1))",
        "bad argument #1 to 'coroutine.resume' (coroutine expected, got number)"
      ),
      ("select(2, coroutine.resume(coroutine.running()))", "cannot resume non-suspended coroutine"),
      ("tostring(xpcall(function() local x = nil; x() end, debug.traceback))", "false"),
    ])
  func likeStock(code: String, expected: String) {
    #expect(LuaState().ending(of: "return " + code) == "finished " + expected)
  }

  @Test(
    "yields cross protected calls",
    arguments: [
      ("pcall(coroutine.yield, 1)", "true a"),
      ("pcall(pcall, coroutine.yield, 1)", "true true a"),
      ("pcall(function() return coroutine.yield(1), coroutine.yield(2) end)", "true a a"),
      ("xpcall(coroutine.yield, print, 1)", "true a"),
      (
        "xpcall(function() coroutine.yield(1) error('e', 0) end, function(m) return m .. '!' end)",
        "false e!"
      ),
      ("pcall(function() coroutine.yield(1) error('e', 0) end)", "false e"),
      (
        "pcall(function() local ok, e = pcall(function() coroutine.yield(1) error('in', 0) end)"
          + " coroutine.yield(2) error(e .. ' out', 0) end)", "false in out"
      ),
      (
        "pcall(function() local x <close> = setmetatable({}, { __close = function()"
          + " coroutine.yield(1) end }) return 'closed' end)", "true closed"
      ),
      ("pcall(coroutine.wrap(function() return coroutine.yield(1) end))", "true 1"),
    ])
  func yields(code: String, expected: String) {
    let lua = LuaState()
    let whole = """
      local results
      local co = coroutine.wrap(function() results = table.pack(\(code)) return 'end' end)
      while co('a') ~= 'end' do end
      for i = 1, results.n do results[i] = tostring(results[i]) end
      return table.concat(results, ' ')
      """
    #expect(lua.ending(of: whole) == "finished " + expected)
  }

  @Test func `closing a coroutine closes its variables and reports their errors`() {
    let code = """
      local log = {}
      local function closing(name, fails)
        return setmetatable({}, { __close = function(_, e)
          log[#log + 1] = name .. tostring(e)
          if fails then error(fails, 0) end
        end })
      end
      local co = coroutine.create(function()
        local a <close> = closing('a')
        local b <close> = closing('b', 'bad')
        coroutine.yield()
      end)
      coroutine.resume(co)
      local message = select(2, coroutine.close(co))
      log[#log + 1] = message
      log[#log + 1] = coroutine.status(co)
      local wrapped = coroutine.wrap(function()
        local c <close> = closing('c')
        error('thrown', 0)
      end)
      message = select(2, pcall(wrapped))
      log[#log + 1] = message
      return table.concat(log, ' ')
      """
    #expect(LuaState().ending(of: code) == "finished bnil abad bad dead cthrown thrown")
  }

  @Test func `a chain of closing coroutines ends in an error before the C stack does`() {
    let code = """
      local first
      for i = 1, 30000 do
        local inner = first
        first = coroutine.create(function()
          local x <close> = setmetatable({}, { __close = function()
            if inner then assert(coroutine.close(inner)) end
          end })
          coroutine.yield()
        end)
        coroutine.resume(first)
      end
      return tostring(select(2, coroutine.close(first))):match('C stack overflow') or 'closed'
      """
    #expect(LuaState().ending(of: code) == "finished C stack overflow")
  }
}
