import Base
import Bindings
import Figures
import LuaBridge
import TestSupport
import Testing

/// The modules `plot` and `display` as Lua code uses them, in a state of their own.
@Suite struct PlotTests {
  private func makeState() throws -> LuaState {
    let lua = LuaState()
    for name in ["plot", "display"] {
      try lua.register(try #require(StandardModules.declaration(name)))
    }
    return lua
  }

  private func figure(_ code: String) throws -> Figure {
    let lua = try makeState()
    defer { lua.close() }
    let value = try lua.run("return " + code).first
    guard case .userdata(let object)? = value, let figure = object.object(Figure.self) else {
      throw Problem("\(code) gives no figure")
    }
    return figure
  }

  private func chart(_ code: String) throws -> Chart {
    guard case .chart(let chart) = try figure(code) else { throw Problem("\(code) is no chart") }
    return chart
  }

  private func failure(_ code: String) throws -> String {
    let lua = try makeState()
    do {
      try lua.run(code)
      return "no error"
    } catch {
      return error.message
    }
  }

  @Test(
    "a line is read from every form of its data",
    arguments: [
      "plot.line({ 4, 5, 6 })", "plot.line({ 1, 2, 3 }, { 4, 5, 6 })",
      "plot.line({ 4, 5, 6 }, { title = 't' })",
      "plot.line({ 1, 2, 3 }, { 4, 5, 6 }, { title = 't' })",
      "plot.line{ { y = { 4, 5, 6 } } }", "plot.line{ y = { 4, 5, 6 } }",
      "plot.line{ x = { 1, 2, 3 }, y = { 4, 5, 6 }, title = 't' }",
      "plot.line{ 4, 5, 6, title = 't' }",
      "plot.line{ { x = { 1, 2, 3 }, y = { 4, 5, 6 } }, title = 't' }", "plot.line{ { 4, 5, 6 } }",
      "plot.line{ a = { 4, 5, 6 } }",
    ])
  func forms(code: String) throws {
    let chart = try chart(code)
    #expect(chart.marks.map(\.shape) == [.line(Series(x: [1, 2, 3], y: [4, 5, 6]))])
    #expect(chart.title == (code.contains("title") ? "t" : ""))
  }

  @Test func `an object that gives a table is as good as one`() throws {
    let lua = try makeState()
    try lua.register(
      LuaModule("numbers", "Numbers.") {
        Numbers.exported
        Numbers.function("three", "Three.") { Numbers() }
      })
    let value = try lua.run("return plot.line(numbers.three()), plot.cdf{ a = numbers.three() }")
    #expect(value.count == 2)
  }

  @Test func `options set axes, names and colours`() throws {
    let chart = try chart(
      """
      plot.scatter({ { y = { 1, 2 } }, { y = { 3, 4 } } }, { x_label = "load", x_unit = "s",
        x_log = true, y_min = 0, labels = { "a", "b" }, colors = { "red", "#112233" },
        width_pixels = 300, legend = "none" })
      """)
    #expect(chart.x == Axis("load", unit: "s", kind: .log))
    #expect(chart.y.minimum == 0)
    #expect(chart.marks.map(\.name) == ["a", "b"])
    #expect(chart.marks.map(\.paint) == [.series(1), .fixed(Color(0x112233))])
    #expect(chart.size == Size(width: 300, height: 380))
    #expect(chart.legend == .none)
  }

  @Test func `bars take names`() throws {
    let pairs = try chart("plot.bar({ b = 2, a = 1 })")
    #expect(pairs.x.categories == ["a", "b"])
    let series = try chart(
      "plot.bar({ 'x', 'y' }, { { y = { 1, 2 }, label = 'p' }, { y = { 3, 4 } } }, { stacked = true })"
    )
    #expect(series.barLayout == .stacked)
    #expect(series.marks.count == 2 && series.marks[0].name == "p")
  }

  @Test func `charts are laid over one another`() throws {
    let chart = try chart(
      "plot.line({ 1, 2 }, { title = 't' }) + plot.rule{ y = 1.5, label = 'SLO' }"
        + " + plot.text{ { x = 1, y = 1, text = 'here' } }")
    #expect(chart.marks.count == 3)
    #expect(chart.title == "t")
    #expect(try failure("return plot.line({ 1 }) + plot.table({})").contains("only charts"))
  }

  @Test func `tables, grids and timelines are read`() throws {
    guard case .table(let table) = try figure("plot.table({ { name = 'a', n = 1 }, { n = 2 } })")
    else { throw Problem("no table") }
    #expect(table.columns.map(\.name) == ["n", "name"])
    #expect(table.rows == [[.number(1), .text("a")], [.number(2), .empty]])
    guard
      case .grid(let grid) = try figure(
        "plot.grid({ 'a', { label = 'b', group = 'g' }, 'c' }, { columns = 2 })")
    else { throw Problem("no grid") }
    #expect(grid.rows.map(\.count) == [2, 1])
    guard
      case .timeline(let timeline) = try figure(
        "plot.timeline({ { lane = 'l', from = 0, to = 1 }, { lane = 'l', at = 0.5 } })")
    else { throw Problem("no timeline") }
    #expect(timeline.spans.count == 1 && timeline.instants.count == 1)
  }

  @Test(
    "a wrong call says what is wrong",
    arguments: [
      ("plot.line()", "nothing to draw"), ("plot.line('abc')", "takes numbers, but the text"),
      ("plot.line({ 1, 'a' })", "element 1"),
      ("plot.line({ 1, 2 }, { 1 })", "x has 2 numbers, y has 1"),
      ("plot.line({ 1 }, { titel = 'x' })", "did you mean \"title\"?"),
      ("plot.line({ 1 }, { title = 3 })", "'title'"),
      ("plot.line({ 1 }, { colors = { 'blu' } })", "blue"),
      ("plot.heatmap({ 1, 2 })", "rows of numbers"),
      ("plot.bar({ 'a' }, { 1, 2 })", "1 names, but 2 values"),
      ("plot.histogram({ 1 }, { bins = 0 })", "from 1 to 2000"), ("plot.rule{}", "x or y"),
      ("plot.line({ 1 }):save('x.gif')", ".svg, .png, .html or .txt"),
      ("plot.timeline({ { lane = 'a' } })", "from and to"), ("display.png('abc')", "no PNG"),
      ("display.json({ 1, a = 2 })", "one or the other"),
    ])
  func faults(code: String, words: String) throws {
    let message = try failure("return " + code)
    #expect(message.contains(words), "\(code): \(message)")
  }

  @Test func `every example runs`() throws {
    for name in ["plot", "display"] {
      let module = try #require(StandardModules.declaration(name))
      let examples =
        [module.example] + module.entries.map(\.example)
        + module.types.flatMap { [$0.example] + $0.entries.map(\.example) }
      for example in examples.compactMap(\.self) {
        let lua = try makeState()
        lua.globals["print"] = .function(lua.makeFunction("print") { _ in Spread([LuaValue]()) })
        do {
          do { try lua.run("local _ = " + example) } catch { try lua.run(example) }
        } catch {
          Issue.record("\(example): \(error.message)")
        }
      }
      for entry in module.entries { #expect(entry.example != nil, "\(name).\(entry.name)") }
    }
  }

  @Test func `a figure is saved in each format`() throws {
    try withTemporaryFolder { folder in
      let lua = try makeState()
      for ending in ["svg", "png", "html", "txt"] {
        try lua.run("plot.bar({ 1, 2 }):save('\(folder)/a.\(ending)')")
        #expect(try FileIO.read("\(folder)/a.\(ending)").count > 50)
      }
      lua.isRestricted = true
      #expect(throws: LuaError.self) { try lua.run("plot.bar({ 1 }):save('\(folder)/b.svg')") }
      #expect(!FileIO.exists("\(folder)/b.svg"))
    }
  }

  @Test func `a session's display gets every form`() throws {
    let lua = try makeState()
    let port = RecordingPort()
    lua[DisplayPortBox.self] = DisplayPortBox(port)
    try lua.run(
      """
      display(plot.line({ 1, 2 }))
      display(plot.table({ { 1 } }))
      display({ ["text/html"] = "<b>" }, { id = "k" })
      display.update("k", 42)
      display.json({ a = { 1, 2 } })
      display(setmetatable({}, { __mime = function() return { ["text/html"] = "<i>" } end }))
      """)
    #expect(
      port.shown.map { $0.forms.map(\.type) } == [
        ["text/plain", "image/svg+xml"], ["text/plain", "text/html"], ["text/plain", "text/html"],
        ["text/plain"], ["text/plain", "application/json"], ["text/plain", "text/html"],
      ])
    #expect(port.ids == [nil, nil, "k", "k (update)", nil, nil])
    #expect(try lua.run("return tostring(plot.line({ 1, 2 }))").first?.text?.contains("┤") == true)
  }
}

private final class RecordingPort: DisplayPort {
  var shown: [DisplayForms] = []
  var ids: [String?] = []

  func display(_ forms: DisplayForms, id: String?, isUpdate: Bool) {
    shown.append(forms)
    ids.append(id.map { $0 + (isUpdate ? " (update)" : "") })
  }
  func clear(wait: Bool) {}
  func readLine(prompt: String, isPassword: Bool) -> String? { nil }
  var columns: Int { 60 }
  var usesColour: Bool { false }
}

private struct Numbers: LuaExported {
  static let luaName = "numbers.Numbers"
  static let exported = Exported<Numbers>("Three numbers.") {
    method("to_table", "The numbers.") { _ in [1.0, 2, 3] }
  }
}
