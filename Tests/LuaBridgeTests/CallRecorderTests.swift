import Base
import LuaBridge
import Testing

@Suite struct CallRecorderTests {
  enum Liar: LuaDeclarations {
    static let module = LuaModule("liar", "Says one thing and returns another.") {
      function("number", "A number.") { "text" }.returns("number")
      function("maybe", "Text or nothing.") { nil as String? }
      function("several", "Two.") { Several(1, "x") }
      function("spread", "Any number.") { Spread([1.5, 2.5]) }
      function("list", "A list.") { [1, 2] }
      function("word", "A word.") { "b" }.returns("\"a\"|\"b\"")
      rawFunction("wide", "One, returns two.", returns: ["integer"]) { frame in
        frame.push(1)
        frame.push(2)
        return .values(2)
      }
    }
  }

  @Test func `calls and wrong results are noted`() throws {
    let lua = LuaState()
    let recorder = CallRecorder()
    lua.recorder = recorder
    try lua.register(Liar.module)
    try lua.register(Geometry.module)
    try lua.run(
      """
      for _, name in ipairs { "number", "maybe", "several", "spread", "list", "word", "wide" } do
        liar[name]()
      end
      local r = geometry(2)
      r:scaled(2).height = 3
      """)
    #expect(recorder.calls["geometry.Rectangle.scaled"] == 1)
    #expect(recorder.calls["geometry.Rectangle.height"] == 1)
    #expect(Set(recorder.mismatches.map(\.entry)) == ["liar.number", "liar.wide"])
    #expect(recorder.uncalled.contains("geometry.area"))
    #expect(!recorder.uncalled.contains("liar.list"))
  }

  @Test func `a declaration tells its whole signature`() throws {
    let split = try #require(Rectangle.exported.type.entry("split"))
    #expect(split.signature == "split(share, label?)")
    #expect(split.parameters.map(\.kind) == [.number, .string])
    #expect(split.parameters.first?.range == 0...1)
    #expect(split.results.map(\.type) == ["geometry.Rectangle", "geometry.Rectangle", "string?"])
    let area = try #require(Geometry.module.entry("area"))
    #expect(area.options.map(\.name) == ["width", "height", "label"])
    #expect(area.options.map(\.defaultValue) == [nil, "1", nil])
    #expect(Geometry.module.entry("sum")?.signature == "sum(...)")
    #expect(Geometry.module.entry("half")?.results.map(\.type) == ["integer?", "string?"])
    #expect(Geometry.module.types.map(\.name) == ["geometry.Rectangle", "geometry.Palette"])
    #expect(
      Geometry.module.entry("widths")?.parameters.first?.kind == .table("geometry.Rectangle[]"))
    #expect(Rectangle.exported.type.entry("sides")?.results.map(\.type) == ["fun(): number"])
  }

  @Test func `a value leads back to its declaration`() throws {
    let lua = LuaState()
    try lua.register(Geometry.module)
    let values = try lua.run(
      "return geometry.area, geometry, geometry(1), geometry(1).split, print")
    let found = values.map { value in
      switch lua.description(of: value) {
      case .entry(let entry, let owner): "\(owner).\(entry.name)"
      case .module(let module): module.name
      case .type(let type): type.name
      case nil: "nothing"
      }
    }
    #expect(
      found == [
        "geometry.area", "geometry", "geometry.Rectangle", "geometry.Rectangle.split", "nothing",
      ])
  }
}
