import Base
import LuaBridge
import Notebooks
import Testing

@testable import Host

@Suite struct LuaInspectorTests {
  @Test func `a declared function shows its call, arguments, results and example`() throws {
    #expect(
      try text("workshop.run") == """
        workshop.run(engine, options?)
        Runs engines.

          engine  workshop.Engine

        named arguments:
          steps?   integer                 how many (in steps, at least 1, default 10)
          router?  "round-robin"|"random"  who decides (default "random")
          trace?   string                  file to write

        returns integer
        """)
  }

  @Test func `a method says what its arguments trade off`() throws {
    let shown = try text("e:start")
    #expect(shown.hasPrefix("workshop.Engine:start(gas)\nStarts it.\n"))
    #expect(shown.contains("gas  number  how much (0 to 1); more is louder"))
    #expect(shown.hasSuffix("returns workshop.Engine"))
  }

  @Test func `a type lists properties and methods`() throws {
    let shown = try text("e")
    #expect(shown.contains("  power  number in watts  What it gives."))
    #expect(shown.contains("  :start(gas)  Starts it."))
    #expect(shown.hasSuffix("example:\n  workshop.engine \"V8\""))
  }

  @Test("a type is found by its name, loaded or not", arguments: [true, false])
  func typeByName(isLoaded: Bool) throws {
    let lua = try Workshop.state(isLoaded: isLoaded)
    let inspector = LuaInspector(lua, modules: Workshop.modules)
    let shown = inspector.help(for: .text("workshop.Engine"))
    #expect(shown.hasPrefix("workshop.Engine\nAn engine with parts."))
    #expect(inspector.help(for: .text("Engine")) == shown)
    #expect(inspector.inspect("workshop.Engine", at: 15, detail: .brief)?.plain == shown)
    let method = inspector.help(for: .text("workshop.Engine:start"))
    #expect(method.hasPrefix("workshop.Engine:start(gas)\nStarts it."))
  }

  @Test func `a type that is taken for a value is told apart from a typing error`() throws {
    let lua = try Workshop.state()
    let error = #expect(throws: LuaError.self) { try lua.run("return workshop.Engine") }
    #expect(error?.message.contains("help \"workshop.Engine\" describes it") == true)
  }

  @Test func `a module lists what it holds, loaded or not`() throws {
    let loaded = try text("workshop")
    #expect(loaded.hasPrefix("workshop\nBuilds engines.\n\nworkshop(kind): Makes an engine"))
    let lua = try Workshop.state(isLoaded: false)
    let inspector = LuaInspector(lua, modules: Workshop.modules)
    #expect(inspector.inspect("workshop", at: 8, detail: .brief)?.plain == loaded)
  }

  @Test func `a Lua function shows its comment, its place, and in full its source`() throws {
    #expect(
      try text("greet") == """
        function greet(name) -- says hello
        Greets somebody.
        Twice, if need be.
        defined in cell 1, line 4
        """)
    let full = try text("greet", detail: .full)
    #expect(full.hasSuffix("\n\nfunction greet(name) -- says hello\n  return name\nend"))
  }

  @Test(
    "Lua's own functions and words are explained",
    arguments: [
      ("string.rep", "string.rep(s, n, separator?)\nThe string n times."),
      ("print", "print(...)\nWrites its arguments as text, with tabs between and a line break."),
      ("nil", "nil\nThe absence of a value; a field set to nil is removed."),
    ])
  func explains(_ name: String, _ expected: String) throws {
    #expect(try text(name) == expected)
  }

  @Test func `every function of Lua's libraries has its line`() throws {
    let lua = LuaState()
    for library in ["string", "table", "math", "coroutine", "utf8"] {
      for (key, value) in try #require(lua.globals[.text(library)].table).pairs {
        guard case .function = value, let name = key.text else { continue }
        #expect(LuaManual.line(for: "\(library).\(name)") != nil, "\(library).\(name)")
      }
    }
  }

  @Test func `inside a call the function is meant`() throws {
    let inspector = LuaInspector(try prepared(), modules: Workshop.modules)
    let code = "workshop.run(e, { steps = 3, "
    let shown = inspector.inspect(code, at: code.utf8.count, detail: .brief)?.plain
    #expect(shown?.hasPrefix("workshop.run(") == true)
  }

  @Test func `other values show their kind and what they hold`() throws {
    #expect(try text("config") == "table of 3 elements\n{ 1, 2, 3, name = \"x\" }")
    #expect(try text("half") == "number (float)\n0.5")
    let inspector = LuaInspector(try prepared(), modules: Workshop.modules)
    #expect(inspector.inspect("nothing_here", at: 3, detail: .brief) == nil)
  }

  @Test func `help takes values and names, and says what was probably meant`() throws {
    let lua = try prepared()
    let inspector = LuaInspector(lua, modules: Workshop.modules)
    #expect(inspector.help(for: .text("workshop.rated")).hasPrefix("workshop.rated(plate)"))
    #expect(inspector.help(for: lua.globals["workshop"]).hasPrefix("workshop\n"))
    #expect(inspector.help(for: .text("worksop")).contains("did you mean \"workshop\""))
  }

  private func text(_ code: String, detail: InspectionDetail = .brief) throws -> String {
    let source = Self.source
    let inspector = LuaInspector(try prepared(), modules: Workshop.modules) { chunk in
      chunk == "cell 1" ? source : nil
    }
    return try #require(inspector.inspect(code, at: code.utf8.count, detail: detail)).plain
  }

  private func prepared() throws -> LuaState {
    let lua = try Workshop.state()
    try lua.run(Self.source, chunkName: "cell 1")
    return lua
  }

  private static let source = """
    e, half, config = workshop.engine("V8"), 0.5, { 1, 2, 3, name = "x" }
    -- Greets somebody.
    --- Twice, if need be.
    function greet(name) -- says hello
      return name
    end
    """
}
