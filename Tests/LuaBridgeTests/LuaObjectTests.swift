import Base
import CLuaSupport
import Foundation
import LuaBridge
import Testing

@Suite struct LuaObjectTests {
  let lua = LuaState()
  let census = Census()

  init() throws {
    try lua.register(Geometry.module)
    lua.provideCounted(census)
  }

  @Test func `boxed objects are released and memory stays flat`() throws {
    let code = "for i = 1, ... do local c = counted(); assert(c:ping() == 'pong') end"
    try lua.run(code, arguments: [1000])
    lua.settle()
    let before = lua.memoryUsed.count
    try lua.run(code, arguments: [.integer(repetitions(1_000_000))])
    lua.settle()
    #expect(census.alive == 0)
    #expect(abs(lua.memoryUsed.count - before) < 4096)
  }

  @Test func `closing the state releases what is left`() throws {
    try lua.run("kept = {} for i = 1, 10 do kept[i] = counted() end")
    #expect(census.alive == 10)
    lua.close()
    #expect(census.alive == 0)
  }

  @Test func `a closed object says so`() throws {
    try lua.run("do local c <close> = counted(); closed = c end")
    #expect(census.alive == 0)
    let error = try #require(throws: LuaError.self) { try lua.run("closed:ping()") }
    #expect(error.message == "test.Counted is closed")
    #expect(try lua.run("return tostring(closed)") == ["closed test.Counted"])
  }

  @Test func `an object resurrected by a finalizer is closed`() throws {
    try lua.run(
      """
      local holder = setmetatable({ c = counted() }, { __gc = function(h) risen = h.c end })
      """)
    lua.collectGarbage()
    lua.collectGarbage()
    let values = try lua.run("return pcall(function() return risen:ping() end)")
    #expect(values.first == false)
    #expect(values.last?.text?.hasSuffix("test.Counted is closed") == true)
  }

  @Test func `an object that keeps Lua values lets them go`() throws {
    try lua.run(
      "for i = 1, 100 do local c = counted(); c.kept = { i } ; c.kept = function() return i end end"
    )
    lua.collectGarbage()
    lua.collectGarbage()
    #expect(census.alive == 0)
  }

  @Test func `identity is kept where it is asked for`() throws {
    let unique = Unique(7)
    lua.globals.write("a", unique)
    lua.globals.write("b", unique)
    lua.globals.write("c", Unique(8))
    #expect(
      try lua.run("return rawequal(a, b), rawequal(a, c), a == b, a == c, c.number")
        == [true, false, true, false, 8])
    try lua.run("a, b, c = nil, nil, nil")
    lua.collectGarbage()
    lua.globals.write("a", unique)
    #expect(try lua.run("return a.number") == [7])
  }

  @Test func `objects of classes are equal when they are the same`() throws {
    let counted = Counted(census)
    lua.globals.write("a", counted)
    lua.globals.write("b", counted)
    #expect(try lua.run("return rawequal(a, b), a == b, a == counted()") == [false, true, false])
  }

  @Test func `bytes outside the heap bring collections`() throws {
    lua.globals["heavy"] = .function(lua.makeFunction("heavy") { [census] _ in Heavy(census) })
    lua.globals["peak"] = .function(
      lua.makeFunction("peak") { [census] _ in census.alive })
    let peak = try lua.run(
      "local most = 0 for i = 1, 2000 do heavy(); most = math.max(most, peak()) end return most")
    #expect(try #require(peak.first?.integer) <= 130)
    lua.collectGarbage()
    lua.collectGarbage()
    #expect(lua.externalBytes == census.alive << 20)
  }

  @Test func `foreign userdata is refused`() throws {
    let error = try #require(throws: LuaError.self) {
      try lua.run("local f = counted().ping; f(io.stdout)")
    }
    #expect(
      error.message.hasPrefix("calling 'ping' on a bad object (test.Counted expected, got FILE*"))
    let other = try #require(throws: LuaError.self) { try lua.run("counted().ping(geometry(1))") }
    #expect(other.message.contains("got geometry.Rectangle"))
  }

  @Test func `the peeked layout is the library's own`() {
    // When this fails the bridge still works, at about half its speed: see lb_peek.h.
    #expect(lb_peeks() == 1)
  }
}
