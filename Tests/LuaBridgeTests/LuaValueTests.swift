import Base
import Foundation
import LuaBridge
import Testing

@Suite struct LuaValueTests {
  let lua = LuaState()

  @Test(
    "a value comes back as it went",
    arguments: [
      .nil, true, false, 0, -1, .integer(.max), .integer(.min), 2.5, .number(3), .number(.infinity),
      .number(-0.0), "", "text", .text("模型"), .string(LuaString([0, 255, 128, 10])),
      .text(String(repeating: "x", count: 100_000)),
    ] as [LuaValue])
  func roundTrip(value: LuaValue) throws {
    let identity = try #require(try lua.run("return function(x) return x end").first?.function)
    #expect(try identity.call([value]) == [value])
    lua.globals["x"] = value
    #expect(lua.globals["x"] == value)
  }

  @Test func `integers and floats stay apart`() throws {
    let values = try lua.run(
      "return 1, 1.0, 1 // 1, 2^53, math.type(...), 7 // 2.0", arguments: [3])
    #expect(values == [1, .number(1), 1, .number(9007199254740992), "integer", .number(3)])
    #expect(LuaValue.integer(1) != LuaValue.number(1))
  }

  @Test(
    "an integer is read from integral numbers only",
    arguments: [("3", 3), ("3.0", 3), ("3.5", nil), ("'3'", nil), ("2^63", nil), ("nil", nil)]
      as [(String, Int?)])
  func integer(code: String, expected: Int?) throws {
    try lua.run("x = \(code)")
    #expect(lua.globals.read("x", as: Int.self) == expected)
  }

  @Test func `sequences and maps come back`() throws {
    let numbers = [1.5, 2.5]
    let words = ["a": 1, "b": 2]
    lua.globals.write("numbers", numbers)
    lua.globals.write("words", words)
    lua.globals.write("nested", [[1, 2], [], [3]])
    #expect(lua.globals.read("numbers") == numbers)
    #expect(lua.globals.read("words") == words)
    #expect(lua.globals.read("nested", as: [[Int]].self) == [[1, 2], [], [3]])
    #expect(lua.globals.read("words", as: [Int].self) == [])
    #expect(try lua.run("return #nested, nested[1][2], words.b") == [3, 2, 2])
    #expect(lua.globals.read("numbers", as: [String].self) == nil)
  }

  @Test func `a table is the same table`() throws {
    let table = lua.makeTable([1, 2], fields: ["name": "x"])
    lua.globals["t"] = .table(table)
    try lua.run("t[3] = t.name; t.name = nil; t.self = t")
    #expect(table.elements == [1, 2, "x"])
    #expect(table["self"] == .table(table))
    #expect(table["name"] == .nil)
    #expect(table.count == 3)
    #expect(table.pairs.count == 4)
    #expect(Set([table, table]).count == 1)
  }

  @Test func `metamethods answer get and set and may fail`() throws {
    let made = try lua.run(
      """
      return setmetatable({}, {
        __index = function(_, k) return k .. "!" end,
        __newindex = function(_, k) error("no " .. k, 0) end,
      })
      """)
    let table = try #require(made.first?.table)
    #expect(try table.get("x") == "x!")
    #expect(table["x"] == .nil)
    let error = try #require(throws: LuaError.self) { try table.set("y", 1) }
    #expect(error.description == "no y")
    #expect(table.metatable != nil)
  }

  @Test func `a key that Lua refuses is dropped`() {
    let table = lua.makeTable()
    table[.nil] = 1
    table[.number(.nan)] = 2
    #expect(table.pairs.isEmpty)
  }

  @Test func `typed calls read one result or say what came`() throws {
    let made = try lua.run(
      "return function(a, b, c, d) return (a or 1) + (b or 0) + (c or 0) + (d or 0) end")
    let sum = try #require(made.first?.function)
    let (none, one, two): (Int, Double, Int) = (try sum(), try sum(2.5), try sum(1, 2))
    #expect((none, one, two) == (1, 2.5, 3))
    let (three, four): (Double, Int) = (try sum(1, 2, 3.5), try sum(1, 2, 3, 4))
    #expect((three, four) == (6.5, 10))
    let error = try #require(throws: LuaError.self) { let _: String = try sum(1) }
    #expect(error.message == "a function returned number where string is expected")
  }

  @Test func `a reference may be dropped on another thread`() async throws {
    let before = lua.memoryUsed.count
    for _ in 0..<20 {
      let value = try #require(try lua.run("return { ('x'):rep(10000) .. 1 }").first)
      await Task.detached { withExtendedLifetime(value) {} }.value
    }
    lua.collectGarbage()
    #expect(lua.memoryUsed.count - before < 100_000)
  }

  @Test func `a reference outlives its state`() throws {
    let other = LuaState()
    let function = try #require(try other.run("return print").first?.function)
    other.close()
    let error = try #require(throws: LuaError.self) { try function.call() }
    #expect(error.message == "the Lua state is closed")
  }

  @Test func `a host finds what it keeps with the state`() {
    lua[Census.self] = Census()
    lua[Census.self]?.alive = 3
    #expect(lua[Census.self]?.alive == 3)
    #expect(lua[Counted.self] == nil)
  }
}
