import Base
import LuaBridge
import Notebooks
import TestSupport
import Testing

@testable import Host

@Suite struct LuaCompleterTests {
  @Test(
    "candidates at the end of the source",
    arguments: [
      ("pri", ["print"]), ("x = string.fo", ["string.format".after(".")]),
      ("loc", ["local"]),
      ("local count = 1; co", ["count", "collectgarbage", "config", "coroutine"]),
      ("function f(alpha, beta) return al", ["alpha"]),
      ("for index, value in pairs(t) do in", ["index", "in"]),
      ("workshop.", ["engine", "limit", "rated", "run"]), ("workshop.en", ["engine"]),
      ("e.", ["valve", "power", "twin", "name"]), ("e:", ["start", "label"]), ("e.va", ["valve"]),
      ("e.valve:st", ["start"]), ("e[\"a", ["a belt"]), ("e[\"a belt\"]:la", ["label"]),
      ("e:st", ["start"]),
      ("e.twin.twin:la", ["label"]), ("e.name:up", ["upper"]), ("('x'):rep", ["rep"]),
      ("e:start(1):la", ["label"]), ("e:label():low", ["lower"]),
      ("workshop.engine('V8'):st", ["start"]), ("workshop'V8':st", ["start"]),
      ("local z = workshop.engine('V8')\nz:st", ["start"]),
      ("local s = 'x'; s:upp", ["upper"]),
      ("workshop.run(e, {", ["steps = ", "router = ", "trace = "]),
      ("workshop.run(e, { ro", ["router = ", "rawequal", "rawget", "rawlen", "rawset"].prefix(1)),
      ("workshop.run(e, { steps = 3, ", ["router = ", "trace = "]),
      ("workshop.run(e, { router = \"", ["round-robin", "random"]),
      ("workshop.engine \"V", ["V6", "V8"]), ("workshop.engine(\"W", ["W-12 (long)"]),
      ("workshop \"v8", ["V8"]), ("require \"work", ["workshop"]), ("require('stri", ["string"]),
      ("workshop.rated \"H1", ["H100-SXM5-80GB"]), ("workshop.rated('h200", ["H200"]),
      ("config[\"a k", ["a key"]), ("config.in", ["inner"]), ("config.inner.", ["deep"]),
      ("derived.ba", ["base_field"]), ("lazy.", []), ("-- pri", []), ("x = 1e", []),
      ("goto pri", []), ("unknown.fie", []), ("\"text\".", []), ("WORKSHO", ["workshop"]),
    ] as [(String, ArraySlice<String>)])
  func completes(_ code: String, _ expected: ArraySlice<String>) throws {
    let lua = try prepared()
    let completion = LuaCompleter(lua, modules: Workshop.modules)
      .complete(code, at: code.utf8.count)
    #expect(completion.items.map(\.text) == Array(expected))
  }

  @Test func `what is replaced is the word before the cursor, wherever it stands`() throws {
    let completer = LuaCompleter(try prepared(), modules: Workshop.modules)
    let code = "你好 = workshop.en + 1"
    let completion = completer.complete(code, at: 20)
    #expect(completion.range == 18..<20)
    #expect(completion.items.map(\.text) == ["engine"])
    let string = completer.complete("workshop.engine \"V8\"", at: 19)
    #expect(string.range == 17..<19)
  }

  @Test func `a module that is not loaded is completed from its declaration alone`() throws {
    let lua = try Workshop.state(isLoaded: false)
    let completer = LuaCompleter(lua, modules: Workshop.modules)
    #expect(completer.complete("works", at: 5).items.map(\.text) == ["workshop"])
    #expect(completer.complete("workshop.e", at: 10).items.map(\.text) == ["engine"])
    #expect(completer.complete("workshop.engine('V8'):s", at: 23).items.map(\.text) == ["start"])
    #expect(lua.globals["workshop"].isNil)
  }

  @Test func `hints say what is known`() throws {
    let completer = LuaCompleter(try prepared(), modules: Workshop.modules)
    func hint(_ code: String) -> String? {
      completer.complete(code, at: code.utf8.count).items.first?.hint
    }
    #expect(hint("workshop.en") == "engine(kind): Makes an engine.")
    #expect(hint("e.po") == "number in watts: What it gives.")
    #expect(hint("greet") == "greet(name, ...)")
    #expect(hint("string.rep") == "string.rep(s, n, separator?): The string n times.")
    #expect(
      hint("workshop.run(e, { st")
        == "integer: how many (in steps, at least 1, default 10)")
    #expect(hint("worksh") == "Builds engines.")
  }

  @Test func `no code of the person's runs`() throws {
    let lua = try Workshop.state()
    try lua.run(
      """
      calls = 0
      trap = setmetatable({}, {__index = function() calls = calls + 1 return {} end})
      setmetatable(_G, {__index = function() calls = calls + 1 end})
      """)
    let completer = LuaCompleter(lua, modules: Workshop.modules)
    for code in ["trap.", "trap.a.b.", "trap:", "missing.", "missing", "trap['", "require 'm"] {
      _ = completer.complete(code, at: code.utf8.count)
    }
    #expect(lua.globals["calls"] == 0)
  }

  @Test func `other strings are file names`() throws {
    try withTemporaryFolder { folder in
      try FileIO.write([], to: "\(folder)/data.csv")
      try FileIO.makeDirectory("\(folder)/deep")
      let completer = LuaCompleter(try prepared(), modules: Workshop.modules)
      let code = "io.open(\"\(folder)/d"
      let items = completer.complete(code, at: code.utf8.count).items
      #expect(items.map(\.text) == ["\(folder)/data.csv", "\(folder)/deep/"])
      #expect(items.map(\.kind) == ["file", "file"])
    }
  }

  @Test func `among very many globals the one that was meant is found`() throws {
    let lua = try prepared()
    try lua.run("for i = 1, 100000 do _G['name_' .. i] = i end")
    let completer = LuaCompleter(lua, modules: Workshop.modules)
    #expect(completer.complete("name_99999", at: 10).items.map(\.text) == ["name_99999"])
    let many = completer.complete("name_", at: 5).items
    #expect(many.count == 2_000)
  }

  private func prepared() throws -> LuaState {
    let lua = try Workshop.state()
    try lua.run(
      """
      e = workshop.engine("V8")
      config = { ["a key"] = 1, inner = { deep = 2 } }
      derived = setmetatable({}, { __index = { base_field = 1 } })
      lazy = setmetatable({}, { __index = function() return {} end })
      function greet(name, ...) return name end
      """)
    return lua
  }
}

extension String {
  /// The part behind the last mark.
  fileprivate func after(_ mark: Character) -> String {
    lastIndex(of: mark).map { String(self[index(after: $0)...]) } ?? self
  }
}
