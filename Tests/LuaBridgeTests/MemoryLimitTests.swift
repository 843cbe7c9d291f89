import Base
import CLuaSupport
import LuaBridge
import Testing

@Suite struct MemoryLimitTests {
  /// Touches every kind of allocation: strings, tables, closures, coroutines, objects, errors.
  private static let workload = """
    local parts = {}
    for i = 1, 20 do parts[i] = ("%d-%s"):format(i, ("x"):rep(50)) end
    local joined = table.concat(parts, ",")
    local co = coroutine.wrap(function(a) local b = coroutine.yield(a .. "y"); return b end)
    local first, second = co("z"), co(12)
    local c = counted()
    c.kept = { joined = joined }
    local r = geometry.rectangle(3, 4)
    local left, right = r:split(0.5, "half")
    local ok, message = pcall(geometry.fail, "as told")
    local sum = 0
    for side in r:sides() do sum = sum + side end
    geometry.apply(function(t) sum = sum + #t end, { 1, 2, 3 })
    return first, second, #joined, sum, c.kept.joined == joined, ok, #geometry.widths{ left, right }
    """

  private static let expected: [LuaValue] = ["zy", 12, 1070, .number(10), true, false, 2]

  private func makeState(_ census: Census) throws -> LuaState {
    let lua = LuaState()
    try lua.register(Geometry.module)
    lua.provideCounted(census)
    return lua
  }

  @Test("each allocation may fail", arguments: [2, Int64.max])
  func injection(span: Int64) throws {
    var failures = 0
    for position in 1...100_000 {
      let census = Census()
      let lua = try makeState(census)
      let context = lb_context(lua.stack)
      context?.pointee.fail_at = Int64(position)
      context?.pointee.fail_count = span
      let outcome = Result { try lua.run(Self.workload) }
      let isOver = context?.pointee.fail_at ?? 0 > 1
      context?.pointee.fail_at = 0
      if case .failure(let error as LuaError) = outcome {
        failures += 1
        #expect(error.kind == .memory, "allocation \(position): \(error)")
      }
      // Whatever happened, the state goes on and everything can be released.
      #expect(try lua.run(Self.workload) == Self.expected, "after allocation \(position)")
      lua.close()
      #expect(census.alive == 0, "after allocation \(position)")
      if isOver { break }
    }
    #expect(failures > 100)
  }

  @Test func `a state that ran out of memory goes on`() throws {
    let lua = LuaState(memoryLimit: Bytes(4 << 20))
    let error = try #require(throws: LuaError.self) {
      try lua.run("local t = {} for i = 1, 1e9 do t[i] = ('x'):rep(1000) .. i end")
    }
    #expect(error.kind == .memory)
    #expect(error.message == "not enough memory")
    #expect(try lua.run("return #('x'):rep(1000)") == [1000])
  }

  @Test func `one string over the limit is refused`() throws {
    let lua = LuaState(memoryLimit: Bytes(4 << 20))
    let error = try #require(throws: LuaError.self) {
      try lua.run("return ('x'):rep(100 * 1024 * 1024)")
    }
    #expect(error.kind == .memory)
  }

  @Test func `garbage that Swift makes does not count against the limit`() throws {
    let lua = LuaState(memoryLimit: Bytes(4 << 20))
    lua.globals["make"] = .function(
      lua.makeFunction("make") { _ in String(repeating: "x", count: 100_000) })
    #expect(
      try lua.run("local n = 0 for i = 1, 2000 do n = n + #make() end return n")
        == [200_000_000])
  }

  @Test func `what Swift makes and Lua keeps meets the limit`() throws {
    let lua = LuaState(memoryLimit: Bytes(4 << 20))
    lua.globals["make"] = .function(
      lua.makeFunction("make") { frame in String(repeating: "x", count: 100_000 + frame.count) })
    let error = try #require(throws: LuaError.self) {
      try lua.run("local t = {} for i = 1, 1000 do t[i] = make() .. i end")
    }
    #expect(error.kind == .memory)
    #expect(lua.memoryUsed.count < 8 << 20)
    #expect(try lua.run("return 5") == [5])
  }

  @Test func `pcall cannot keep more than the limit`() throws {
    let lua = LuaState(memoryLimit: Bytes(4 << 20))
    let values = try lua.run(
      """
      local kept, failed = {}, 0
      for i = 1, 10000 do
        if not pcall(function() kept[#kept + 1] = ("x"):rep(10000) .. i end) then failed = failed + 1 end
      end
      return failed > 0
      """)
    #expect(values == [true])
    #expect(lua.memoryUsed.count <= 4 << 20)
  }
}
