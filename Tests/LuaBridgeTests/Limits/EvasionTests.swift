import Base
import Glibc
import LuaBridge
import Testing

/// A way to run on after Ctrl-C or a time limit.
struct Evasion: CustomTestStringConvertible, Sendable {
  let name: String
  let code: String

  init(_ name: String, _ code: String) {
    self.name = name
    self.code = code
  }

  var testDescription: String { name }
}

@Suite(.serialized) struct EvasionTests {
  static let evasions = [
    Evasion("a loop", "while true do end"),
    Evasion("a loop in a coroutine", "coroutine.wrap(function() while true do end end)()"),
    Evasion(
      "pcall that swallows errors",
      "while true do pcall(function() while true do end end) end"),
    Evasion(
      "pcall around a coroutine",
      "while true do pcall(coroutine.wrap(function() while true do end end)) end"),
    Evasion(
      "resume that swallows errors",
      "while true do coroutine.resume(coroutine.create(function() while true do end end)) end"),
    Evasion(
      "a loop in __close",
      "local x <close> = setmetatable({}, { __close = function() while true do end end })"),
    Evasion(
      "a loop in __close of a coroutine that is closed",
      """
      local co = coroutine.create(function()
        local x <close> = setmetatable({}, { __close = function() while true do end end })
        coroutine.yield()
      end)
      coroutine.resume(co)
      coroutine.close(co)
      """),
    Evasion("an endless xpcall handler", "xpcall(error, function() while true do end end)"),
    Evasion(
      "xpcall handlers in a loop",
      "while true do xpcall(function() while true do end end, function() while true do end end) end"
    ),
    Evasion(
      "loops in __gc",
      """
      for i = 1, 20 do
        setmetatable({}, { __gc = function() while true do pcall(string.rep, "x", 10) end end })
      end
      collectgarbage()
      while true do end
      """),
    Evasion("a pattern that backtracks", "string.find(('a'):rep(200), '.-.-.-.-b$')"),
    Evasion("a pattern that scans", "string.find(('a'):rep(1e6), '(a*)%1b')"),
    Evasion("long gsub calls", "while true do string.gsub(('a'):rep(1e6), 'a', 'b') end"),
    Evasion("gsub with a C function", "string.gsub(('a'):rep(1e8), 'a', string.upper)"),
    Evasion("gmatch in a loop", "while true do for w in ('a '):rep(1e5):gmatch('%a+') do end end"),
    Evasion("concat in a loop", "while true do table.concat({ 1, 2, 3 }) end"),
    Evasion(
      "concat over an endless list",
      "table.concat(setmetatable({}, { __index = function() return '' end }), '', 1, 1e15)"),
    Evasion(
      "sort with a bad comparator",
      "while true do table.sort({ 3, 1, 2, 5, 4 }, function() return math.random() < 0.5 end) end"),
    Evasion(
      "sort of a long list",
      "local t = {} for i = 1, 4e6 do t[i] = i * 7919 % 4000037 end table.sort(t) table.sort(t)"),
    Evasion("move of nothing", "table.move({}, 1, 1e15, 2)"),
    Evasion(
      "insert into a list that lies",
      "table.insert(setmetatable({}, { __len = function() return 1e15 end }), 1, 1)"),
    Evasion(
      "remove from a list that lies",
      "table.remove(setmetatable({}, { __len = function() return 1e15 end }), 1)"),
    Evasion("unpack in a loop", "while true do pcall(table.unpack, {}, 1, 1e7) end"),
    Evasion("rep in a loop", "while true do pcall(string.rep, 'x', 2e8) end"),
    Evasion("reverse in a loop", "local s = ('x'):rep(2e8) while true do s:reverse() end"),
    Evasion("a wide format", "while true do pcall(string.format, '%99999d', 1) end"),
    Evasion("utf8 in a loop", "local s = ('é'):rep(1e6) while true do utf8.len(s) end"),
    Evasion("compiling long texts", "while true do load(('x = 1 '):rep(1e6)) end"),
    Evasion("a child process", "os.execute('sleep 20')"),
    Evasion("a child that ignores signals", "os.execute('trap \"\" TERM; sleep 20; sleep 20')"),
    Evasion("reading a pipe", "io.popen('sleep 20'):read()"),
    Evasion("closing a pipe", "io.popen('sleep 20'):close()"),
    Evasion("reading without end", "while true do pcall(io.open('/dev/zero').read, 1e8) end"),
    Evasion("sleeping", "sleep(20)"),
    Evasion("taking the hook away", "while true do debug.sethook() end"),
    Evasion(
      "an __index that calls itself",
      """
      local t = setmetatable({}, { __index = function(t, k) return t[k + 1] end })
      while true do pcall(function() return t[1] end) end
      """),
    Evasion("sorting with a C function", "while true do table.sort({ 1, 2, 3 }, rawequal) end"),
  ]

  @Test("a time limit stops", arguments: evasions)
  func timeLimit(evasion: Evasion) {
    let lua = LuaState(memoryLimit: Bytes(1 << 30))
    let start = monotonicSeconds()
    let ending = lua.ending(of: evasion.code, within: LuaLimits(wallSeconds: 0.1))
    let late = monotonicSeconds() - start - 0.1
    #expect(ending == "stopped: timeLimit" || ending == "stopped: outOfMemory", "\(evasion.name)")
    // Aimed at is 0.3 s; other work on the machine is allowed for.
    #expect(late < 2, "\(evasion.name) ran on for \(late) s")
    if late > 0.3 { print("\(evasion.name): stopped \(late) s late") }
    #expect(lua.ending(of: "return 1 + 1") == "finished 2.0", "the state goes on")
  }

  @Test("another thread stops", arguments: evasions.prefix(8))
  func otherThread(evasion: Evasion) {
    let lua = LuaState()
    let stopper = Stopper(lua.interrupter, after: 0.05)
    #expect(lua.ending(of: evasion.code) == "stopped: interrupted")
    stopper.join()
  }

  @Test func `a stop reaches code below a Swift function`() throws {
    let lua = LuaState()
    let inner = lua.makeFunction("inner") { frame in
      // What Swift swallows here goes on in the Lua code that called it.
      _ = try? frame.state.run("while true do end")
      return LuaValue.nil
    }
    lua.globals["inner"] = .function(inner)
    #expect(
      lua.ending(
        of: "while true do pcall(inner) end", within: LuaLimits(wallSeconds: 0.05))
        == "stopped: timeLimit")
  }

  @Test func `an inner limit leaves the outer run alone`() throws {
    let lua = LuaState()
    let inner = lua.makeFunction("inner") { frame in
      LuaValue.text(
        frame.state.ending(of: "while true do end", within: LuaLimits(wallSeconds: 0.03)))
    }
    lua.globals["inner"] = .function(inner)
    #expect(
      lua.ending(of: "return inner() .. inner()", within: LuaLimits(wallSeconds: 20))
        == "finished stopped: timeLimitstopped: timeLimit")
  }

  @Test func `an outer limit ends the inner run too`() throws {
    let lua = LuaState()
    let inner = lua.makeFunction("inner") { frame in
      LuaValue.text(
        frame.state.ending(of: "while true do end", within: LuaLimits(wallSeconds: 20)))
    }
    lua.globals["inner"] = .function(inner)
    #expect(
      lua.ending(of: "inner() while true do end", within: LuaLimits(wallSeconds: 0.05))
        == "stopped: timeLimit")
  }

  @Test func `a stop ends what runs in a second state on the same thread`() throws {
    let lua = LuaState()
    let other = LuaState()
    let inner = lua.makeFunction("inner") { _ in
      LuaValue.text(other.ending(of: "while true do end"))
    }
    lua.globals["inner"] = .function(inner)
    #expect(
      lua.ending(of: "inner() while true do end", within: LuaLimits(wallSeconds: 0.05))
        == "stopped: timeLimit")
    #expect(other.ending(of: "return 1") == "finished 1.0")
  }

  @Test func `a coroutine that was stopped cannot loop while it is closed later`() {
    let lua = LuaState()
    let code = """
      co = coroutine.create(function()
        local x <close> = setmetatable({}, { __close = function() while true do end end })
        while true do end
      end)
      coroutine.resume(co)
      """
    #expect(lua.ending(of: code, within: LuaLimits(wallSeconds: 0.05)) == "stopped: timeLimit")
    #expect(
      lua.ending(of: "return (coroutine.close(co))", within: LuaLimits(wallSeconds: 1))
        .hasPrefix("finished"))
  }

  @Test func `a coroutine that was left suspended runs on after a stop`() {
    let lua = LuaState()
    let code = """
      co = coroutine.create(function(...) while true do n = coroutine.yield(...) end end)
      while true do coroutine.resume(co, 1, 2, 3) end
      """
    #expect(lua.ending(of: code, within: LuaLimits(wallSeconds: 0.05)) == "stopped: timeLimit")
    #expect(
      lua.ending(of: "return select('#', coroutine.resume(co, 7))").hasPrefix("finished"))
  }

  @Test func `os exit ends the run with its status`() {
    let lua = LuaState()
    #expect(lua.ending(of: "pcall(os.exit, 3)") == "stopped: exit(status: 3)")
    #expect(lua.ending(of: "os.exit(false)") == "stopped: exit(status: 1)")
    #expect(
      lua.ending(of: "coroutine.wrap(function() os.exit(true, true) end)()")
        == "stopped: exit(status: 0)")
  }
}

/// Interrupts a state from a thread of its own.
final class Stopper: @unchecked Sendable {
  // Unchecked: the thread's number is written before anybody reads it.
  private var thread = pthread_t()
  private let interrupter: LuaInterrupter
  private let delay: Double

  init(_ interrupter: LuaInterrupter, after delay: Double) {
    self.interrupter = interrupter
    self.delay = delay
    pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        let stopper = Unmanaged<Stopper>.fromOpaque(argument).takeRetainedValue()
        usleep(UInt32(stopper.delay * 1e6))
        stopper.interrupter.interrupt()
        return nil
      }, Unmanaged.passRetained(self).toOpaque())
  }

  func join() { pthread_join(thread, nil) }
}
