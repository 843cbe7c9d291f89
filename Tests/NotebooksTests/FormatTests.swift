import Base
import Testing

@testable import Notebooks

@Suite struct FormatTests {
  private static let pieces = [
    "", "x = 1", "-- %% y", "-- -- %% [markdown]", "%% z", "%time f()", "-- %time f()", "%%bench",
    "-- %%bench", "```lua", "```", "````", "~~~", "<!-- %% end -->", "<!-- \\%% end -->",
    "<!-- %% begin -->", "---", "-- ---", "  indented", "# Title", "- [ ] task", "你好 🙂", "\r",
    "a\rb",
    "--", "-- ", "--x", "--[[", "]]", "%d", "-- %d", "{", "\t", "#!/usr/bin/env orrery",
    "text `code` ```lua", "    ```lua", "<!-- comment -->", "\u{2028}",
  ]

  private static let values: [JSONValue] = [
    1, 2.5, "a", "a b", "-- -->", "\"quoted\" \\ ` {", ["x", "y"], ["a": ["b": nil]], true, nil, [],
    "]", "line\nbreak",
  ]

  private static let keys = [
    "kind", "vendor", "id", "attachments", "a b", "x--y", "é", "title", "end",
  ]

  /// A notebook of awkward cells.
  static func notebook(_ random: inout SeededRandom) -> Notebook {
    var cells: [Cell] = []
    for position in 0..<random.nextInteger(below: 6) {
      let kind: Cell.Kind = [.code, .markdown, .markdown, .raw][random.nextInteger(below: 4)]
      var rows: [String] = []
      for _ in 0..<random.nextInteger(below: 5) {
        rows.append(FormatTests.pieces[random.nextInteger(below: FormatTests.pieces.count)])
      }
      var metadata = JSONObject()
      for _ in 0..<max(0, random.nextInteger(below: 5) - 2) {
        let key = FormatTests.keys[random.nextInteger(below: FormatTests.keys.count)]
        metadata[key] = FormatTests.values[random.nextInteger(below: FormatTests.values.count)]
      }
      let id = random.nextInteger(below: 2) == 0 ? "cell-\(position)--x" : nil
      var cell = Cell(kind, rows.joined(separator: "\n"), id: id, metadata: metadata)
      if kind == .markdown, random.nextInteger(below: 8) == 0 {
        cell.fields.insertSorted("attachments", ["a.png": ["image/png": "iVBO"]])
      }
      cells.append(cell)
    }
    var notebook = Notebook(cells: cells)
    switch random.nextInteger(below: 4) {
    case 0: notebook.metadata["orrery"] = ["shebang": "#!/usr/bin/env orrery"]
    case 1: notebook.metadata = ["a": ["b": "c: -- d"], "x y": [1, nil]]
    default: break
    }
    return notebook
  }

  @Test(
    "writing and reading gives the same notebook", arguments: [NotebookForm.lua, .markdown, .ipynb])
  func identity(form: NotebookForm) throws {
    for seed in 0..<2000 {
      var random = SeededRandom(seed: UInt64(seed))
      let before = FormatTests.notebook(&random)
      let text = form.format(before)
      let after = try NotebookFile(bytes: Array(text.utf8), path: "x", form: form).notebook
      // A new .ipynb has its keys in alphabetical order, as Jupyter writes it.
      let isSame =
        form == .ipynb
        ? after.document.formatted(sortKeys: true) == before.document.formatted(sortKeys: true)
        : after == before
      #expect(isSame, "seed \(seed)\n\(text)")
      if !isSame { return }
      #expect(form.format(after) == text)
    }
  }

  @Test func `a script as people write it becomes cells`() throws {
    let text = """
      #!/usr/bin/env orrery
      -- ---
      -- jupyter:
      --   kernelspec:
      --     display_name: Lua (Orrery)
      --     name: orrery
      -- ---

      -- %% [markdown] tags=["a", "b"]
      -- # Title
      --
      -- Text

      -- %% First numbers id="first"
      x = 1
      -- %time x

      -- %d stays a comment


      -- %%
      print(x)

      """
    let notebook = try PercentScript.parse(text)
    #expect(notebook.metadata["kernelspec"]?["name"] == "orrery")
    #expect(notebook.metadata["orrery"]?["shebang"] == "#!/usr/bin/env orrery")
    #expect(notebook.cells.map(\.kind) == [.markdown, .code, .code])
    #expect(notebook.cells[0].source == "# Title\n\nText")
    #expect(notebook.cells[0].tags == ["a", "b"])
    #expect(notebook.cells[1].id == "first")
    #expect(notebook.cells[1].metadata["title"] == "First numbers")
    #expect(notebook.cells[1].source == "x = 1\n%time x\n\n-- %d stays a comment\n")
    #expect(notebook.cells[2].source == "print(x)")
  }

  @Test func `a script without marks is one cell`() throws {
    let notebook = try PercentScript.parse("\nlocal x = 1\nprint(x)\n")
    #expect(notebook.cells.map(\.source) == ["local x = 1\nprint(x)"])
  }

  @Test func `plain Markdown becomes text and code`() throws {
    let text = """
      ---
      title: A page
      ---
      # Title

      Text

      ```python
      no = "cell"
      ```
      ```lua {tags=["slow"]}
      x = 1
      ```

      More
      """
    let notebook = try MarkdownNotebook.parse(text)
    #expect(notebook.cells.map(\.kind) == [.raw, .markdown, .code, .markdown])
    #expect(notebook.cells[0].source == "---\ntitle: A page\n---")
    #expect(notebook.cells[1].source == "# Title\n\nText\n\n```python\nno = \"cell\"\n```")
    #expect(notebook.cells[2].tags == ["slow"])
    #expect(notebook.cells[3].source == "More")
  }

  @Test func `a plain notebook is written without any marks it can do without`() throws {
    let cells = [Cell(.markdown, "# Title"), Cell(.code, "x = 1"), Cell(.markdown, "End")]
    let notebook = Notebook(cells: cells)
    #expect(MarkdownNotebook.format(notebook) == "# Title\n\n```lua\nx = 1\n```\n\nEnd\n")
    #expect(
      PercentScript.format(notebook)
        == "-- %% [markdown]\n-- # Title\n\n-- %%\nx = 1\n\n-- %% [markdown]\n-- End\n")
  }
}
