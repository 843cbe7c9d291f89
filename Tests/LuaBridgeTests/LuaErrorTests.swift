import Base
import Foundation
import LuaBridge
import Testing

@Suite struct LuaErrorTests {
  let lua = LuaState()

  init() throws { try lua.register(Geometry.module) }

  private func failure(_ code: String) throws -> LuaError {
    try #require(throws: LuaError.self) { try lua.run(code, chunkName: "t") }
  }

  @Test func `an error five levels deep has its position once`() throws {
    let error = try failure(
      """
      local function deep(n)
        if n == 0 then error("bottom") end
        geometry.apply(deep, n - 1)
      end
      deep(5)
      """)
    #expect(error.description == "t:2: bottom")
    #expect(error.position == LuaError.Position(chunk: "t", line: 2))
    #expect(error.traceback?.contains("in function 'geometry.apply'") == true)
  }

  @Test func `a Swift error five levels deep has its position once and keeps its cause`() throws {
    let error = try failure(
      """
      local function deep(n)
        if n == 0 then geometry.fail("no luck") end
        geometry.apply(deep, n - 1)
      end
      deep(5)
      """)
    #expect(error.description == "t:2: no luck: do not call it")
    #expect(
      error.cause as? Problem == Problem("no luck", fix: "do not call it", kind: .missing))
  }

  @Test func `a table crosses by identity`() throws {
    let values = try lua.run(
      """
      local mark = setmetatable({}, { __tostring = function() return "marked" end })
      local ok, caught = pcall(geometry.apply, function() geometry.apply(error, mark) end)
      return mark, caught
      """)
    #expect(values[0] == values[1])
    let error = try failure("error(setmetatable({}, { __tostring = function() return 'm' end }))")
    #expect(error.description == "m")
    #expect(error.position == nil)
  }

  @Test(
    "any value can be an error",
    arguments: [
      ("nil", "nil", "nil"), ("42", "42", "42"), ("2.5", "2.5", "2.5"),
      ("true", "true", "true"), ("'plain'", "t:1: plain", "t:1: plain"),
    ])
  func value(code: String, shown: String, caught: String) throws {
    let error = try failure("error(\(code))")
    #expect(error.description == shown)
    let again = try lua.run(
      "return tostring(select(2, pcall(geometry.apply, function() error(\(code)) end)))",
      chunkName: "t")
    #expect(again.first?.text == caught)
  }

  @Test func `an error in a finalizer does no harm`() throws {
    try lua.run("setmetatable({}, { __gc = function() error('in gc') end })")
    try lua.run(
      "setmetatable({}, { __gc = function() geometry.fail('in gc, from Swift') end })")
    lua.collectGarbage()
    #expect(try lua.run("return 1 + 1") == [2])
  }

  @Test func `an error in a closing variable replaces the first`() throws {
    let error = try failure(
      """
      local c <close> = setmetatable({}, { __close = function(_, e) error("closing after " .. e, 0) end })
      error("first", 0)
      """)
    #expect(error.description == "closing after first")
  }

  @Test func `an error in tostring of an error is told`() throws {
    let error = try failure(
      "error(setmetatable({}, { __tostring = function() error('again') end }))")
    #expect(error.description == "(an error object whose __tostring fails)")
  }

  @Test func `an error in a message handler ends in Lua`() throws {
    let values = try lua.run("return xpcall(error, function() error('in the handler') end, 'x')")
    #expect(values.first == false)
    #expect(try lua.run("return 2") == [2])
  }

  @Test func `endless recursion is an error and the state goes on`() throws {
    let error = try failure("local function f() return 1 + f() end return f()")
    #expect(error.message.contains("stack overflow"))
    #expect(try lua.run("return 3") == [3])
  }

  @Test func `a syntax error says where`() throws {
    let error = try failure("local x =\n= 2")
    #expect(error.kind == .syntax)
    #expect(error.position?.line == 2)
    #expect(error.message == "unexpected symbol near '='")
  }

  @Test func `recursion through Swift stops at the limit on a small stack`() throws {
    let outcome = onSmallStack { () -> String in
      let lua = LuaState()
      do {
        try lua.register(Geometry.module)
        try lua.run("local function f() geometry.apply(f) end f()")
        return "no error"
      } catch {
        let after = (try? lua.run("return 4").first?.integer) ?? 0
        return "\((error as? LuaError)?.message ?? "another error") \(after)"
      }
    }
    #expect(outcome == "C stack overflow 4" || outcome == "error in error handling 4")
  }

  @Test func `errors from Lua to Swift leave memory flat`() throws {
    let made = try lua.run("return function(x) error(x) end", chunkName: "thrower")
    let function = try #require(made.first?.function)
    func fail(_ count: Int) {
      for _ in 0..<count { _ = try? function.call([.text("again")]) }
    }
    fail(1000)
    lua.settle()
    let before = lua.memoryUsed.count
    fail(repetitions(1_000_000))
    lua.settle()
    #expect(abs(lua.memoryUsed.count - before) < 4096)
  }

  @Test func `errors from Swift to Lua leave memory flat and objects dead`() throws {
    let census = Census()
    lua.provideCounted(census)
    let fail = lua.makeFunction("fail") { frame in
      frame.push(Counted(census))
      throw Problem("number \(frame.count)")
    }
    lua.globals["fail"] = .function(fail)
    let code = "for i = 1, ... do pcall(fail) end"
    try lua.run(code, arguments: [1000])
    lua.settle()
    let before = lua.memoryUsed.count
    try lua.run(code, arguments: [.integer(repetitions(1_000_000))])
    lua.settle()
    #expect(abs(lua.memoryUsed.count - before) < 4096)
    #expect(census.alive == 0)
  }
}

/// Runs a closure on a thread with half a megabyte of stack, or two where nothing is optimised.
private func onSmallStack(_ body: @escaping @Sendable () -> String) -> String {
  final class Outcome: @unchecked Sendable {
    // Unchecked: written once before the semaphore is raised, read after.
    var text = ""
  }
  let (outcome, done) = (Outcome(), DispatchSemaphore(value: 0))
  let thread = Thread {
    outcome.text = body()
    done.signal()
  }
  #if DEBUG
  thread.stackSize = 2 << 20
  #else
  thread.stackSize = 512 << 10
  #endif
  thread.start()
  done.wait()
  return outcome.text
}
