import Base
import LuaBridge
import Testing

@Suite struct LuaThreadTests {
  let lua = LuaState()

  init() throws { try lua.register(Geometry.module) }

  private func thread(_ code: String) throws -> LuaThread {
    lua.makeThread(try #require(try lua.run(code, chunkName: "t").first?.function))
  }

  @Test func `values pass both ways`() throws {
    let thread = try thread(
      "return function(a) local b = coroutine.yield(a + 1); return b * 2, 'end' end")
    guard case .yielded(let first) = try thread.resume([1]) else { throw Problem("no yield") }
    #expect(first == [2])
    #expect(thread.status == .suspended)
    guard case .returned(let last) = try thread.resume([21]) else { throw Problem("no end") }
    #expect(last == [42, "end"])
    #expect(thread.status == .finished)
    let error = try #require(throws: LuaError.self) { try thread.resume() }
    #expect(error.message == "cannot resume a finished coroutine")
  }

  @Test func `a Swift method yields and gives back what the resume brings`() throws {
    let thread = try thread(
      "return function() local r = geometry(3); return r:wait() + r:wait() end")
    guard case .yielded(let width) = try thread.resume() else { throw Problem("no yield") }
    #expect(width == [.number(3)])
    _ = try thread.resume([10])
    guard case .returned(let sum) = try thread.resume([5]) else { throw Problem("no end") }
    #expect(sum == [15])
  }

  @Test func `a yield passes through pcall`() throws {
    let thread = try thread(
      "return function() return pcall(function() geometry(3):wait(); error('late', 0) end) end")
    _ = try thread.resume()
    guard case .returned(let values) = try thread.resume() else { throw Problem("no end") }
    #expect(values == [false, "late"])
  }

  @Test func `a yield across a call from Swift is refused`() throws {
    let thread = try thread(
      "return function() geometry.apply(function() geometry(3):wait() end) end")
    let error = try #require(throws: LuaError.self) { try thread.resume() }
    #expect(error.message == "attempt to yield across a C-call boundary")
  }

  @Test func `a yield outside a coroutine is refused`() throws {
    let error = try #require(throws: LuaError.self) { try lua.run("geometry(3):wait()") }
    #expect(error.message == "attempt to yield from outside a coroutine")
  }

  @Test func `an error keeps its place and the coroutine's traceback`() throws {
    let thread = try thread(
      """
      local function inner() error("broken") end
      return function() inner() end
      """)
    let error = try #require(throws: LuaError.self) { try thread.resume() }
    #expect(error.position == LuaError.Position(chunk: "t", line: 1))
    #expect(error.traceback?.contains("in upvalue 'inner'") == true)
    #expect(thread.status == .failed)
  }

  @Test func `an event loop steps without allocating in Lua`() throws {
    let thread = try thread("return function() while true do coroutine.yield() end end")
    let stack = lua.stack
    #expect(thread.step(from: stack) == .yielded)
    lua.settle()
    let before = lua.memoryUsed
    for _ in 0..<10_000 { #expect(thread.step(from: stack) == .yielded) }
    #expect(lua.memoryUsed == before)
  }

  @Test func `closing a coroutine closes its variables`() throws {
    try lua.run("closed = 0")
    let thread = try thread(
      """
      return function()
        local c <close> = setmetatable({}, { __close = function() closed = closed + 1 end })
        coroutine.yield()
      end
      """)
    _ = try thread.resume()
    try thread.close()
    #expect(lua.globals["closed"] == 1)
  }

  @Test func `a coroutine that nobody keeps is collected`() throws {
    func make(_ count: Int) throws {
      let body = try #require(
        try lua.run("return function() geometry(3):wait() end").first?.function)
      for _ in 0..<count { _ = lua.makeThread(body).step(from: lua.stack) }
    }
    try make(10)
    lua.settle()
    let before = lua.memoryUsed.count
    try make(10_000)
    lua.settle()
    #expect(abs(lua.memoryUsed.count - before) < 16_384)
  }
}
