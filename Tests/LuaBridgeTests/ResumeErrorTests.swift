import Base
import LuaBridge
import Testing

@Suite struct ResumeErrorTests {
  /// Starts code with a rectangle `r` and leaves it where `r:wait()` yields.
  private func suspended(_ code: String) throws -> (LuaState, LuaThread) {
    let lua = LuaState()
    try lua.register(Geometry.module)
    let function = try lua.load("local r = geometry.rectangle(3, 4) " + code, chunkName: "test")
    let thread = lua.makeThread(function)
    #expect(thread.step(from: lua.stack) == .yielded)
    return (lua, thread)
  }

  @Test func `an error pushed for a resume is raised where the code had yielded`() throws {
    let (lua, thread) = try suspended("return pcall(r.wait, r)")
    thread.pushError("stop that")
    var results: Int32 = 0
    #expect(thread.step(from: lua.stack, arguments: 2, results: &results) == .finished)
    #expect(results == 2)
    #expect(LuaFrame(thread.stack)[2] == "stop that")
  }

  @Test func `nobody catching it, the coroutine fails with that very value`() throws {
    let (lua, thread) = try suspended("r:wait()")
    let table = lua.makeTable([1])
    thread.pushError(LuaValue.table(table))
    var results: Int32 = 0
    #expect(thread.step(from: lua.stack, arguments: 2, results: &results) == .failed)
    #expect(thread.failure().value == .table(table))
  }

  @Test func `without one the values of the resume are the results`() throws {
    let (lua, thread) = try suspended("return r:wait()")
    LuaFrame(thread.stack).push(7)
    var results: Int32 = 0
    #expect(thread.step(from: lua.stack, arguments: 1, results: &results) == .finished)
    #expect(results == 1 && LuaFrame(thread.stack)[1] == 7)
  }

  @Test(arguments: ["m.sum(1, 2)", "m:sum(1, 2)"])
  func `a function that allows it is called with a dot or a colon`(call: String) throws {
    enum Sums: LuaDeclarations {
      static let module = LuaModule("sums", "Sums.") {
        function("sum", "Adds.", .moduleCall, .number("a"), .number("b")) { _, a, b in a + b }
      }
    }
    let lua = LuaState()
    let values = try lua.run(
      "local m = ...; return \(call)",
      arguments: [
        .table(lua.makeModule(Sums.module))
      ])
    #expect(values == [3.0])
  }
}
