import Base
import Testing

@testable import Notebooks

@Suite struct ExportTests {
  private func page(
    _ cells: [Cell], options: HTMLExporter.Options = HTMLExporter.Options(),
    highlighter: Highlighter? = nil
  ) -> String {
    var exporter = HTMLExporter(
      Notebook(cells: cells), name: "a.ipynb", options: options, highlighter: highlighter
    ) { $0 == "here.png" ? [1, 2, 3] : nil }
    return exporter.page()
  }

  private func shown(_ bundle: MIMEBundle) -> String {
    var cell = Cell(.code, "x")
    cell.outputs = [.display(bundle)]
    return page([cell])
  }

  // MARK: Markdown

  @Test func `text becomes HTML with tables, tasks and anchors`() {
    let html = page([
      Cell(
        .markdown,
        """
        # Title 你好

        | a | b |
        |---|--:|
        | 1 | ~~2~~ |

        - [x] done

        www.example.org <script>alert(1)</script> [bad](javascript:alert(1))

        ## Part & two
        """)
    ])
    #expect(html.contains("<h1 id=\"title-你好\">Title 你好</h1>"))
    #expect(html.contains("<h2 id=\"part-two\">Part &amp; two</h2>"))
    #expect(html.contains("<td align=\"right\"><del>2</del></td>"))
    #expect(html.contains("<input type=\"checkbox\" checked=\"\" disabled=\"\" />"))
    #expect(html.contains("href=\"http://www.example.org\""))
    #expect(html.contains("<title>Title 你好</title>"))
    #expect(!html.contains("<script") && !html.contains("javascript:"))
  }

  @Test func `pictures of a text are taken into the page`() {
    var cell = Cell(.markdown, "![a](attachment:a.png) ![b](here.png) ![c](gone.png)")
    cell.fields["attachments"] = ["a.png": ["image/png": "AAAA"]]
    let html = page([cell])
    #expect(html.contains("src=\"data:image/png;base64,AAAA\""))
    #expect(html.contains("src=\"data:image/png;base64,AQID\""))
    #expect(html.contains("src=\"gone.png\""))
  }

  @Test func `a table of contents lists the headings below the title`() {
    var options = HTMLExporter.Options()
    options.showsContents = true
    let html = page([Cell(.markdown, "# T\n## A\n### B\n## A")], options: options)
    #expect(html.contains("<li class=\"l0\"><a href=\"#a\">A</a></li>"))
    #expect(html.contains("<li class=\"l1\"><a href=\"#b\">B</a></li>"))
    #expect(html.contains("<a href=\"#a-2\">A</a>") && !html.contains("href=\"#t\""))
  }

  // MARK: Code

  @Test func `code is coloured by the caller and escaped`() {
    let html = page([Cell(.code, "if <x")]) { _ in [HighlightSpan(0..<2, .keyword)] }
    #expect(html.contains("<code><span class=\"hke\">if</span> &lt;x</code>"))
  }

  @Test(
    "tags and options hide what they name",
    arguments: [
      ("remove-input", false, true), ("remove-output", true, false), ("remove-cell", false, false),
      ("hide-input", true, true), ("other", true, true),
    ])
  func tags(tag: String, showsInput: Bool, showsOutput: Bool) {
    var cell = Cell(.code, "source-text")
    cell.tags = [tag]
    cell.outputs = [.stream(.stdout, "output-text")]
    let html = page([cell])
    #expect(html.contains("source-text") == showsInput)
    #expect(html.contains("output-text") == showsOutput)
    #expect(html.contains("<details") == (tag == "hide-input"))
    var options = HTMLExporter.Options()
    options.showsInput = false
    #expect(!page([cell], options: options).contains("source-text"))
  }

  // MARK: Outputs

  @Test func `drawings of one page share no ids`() {
    let svg = """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><defs><linearGradient id="g"/>\
      </defs><rect fill="url(#g)" style="stroke:url(#g)"/><use href="#g"/></svg>
      """
    var bundle = MIMEBundle(plain: "a figure")
    bundle["image/svg+xml"] = .text(svg)
    var cell = Cell(.code, "x")
    cell.outputs = [.display(bundle), .display(bundle)]
    let html = page([cell])
    for prefix in ["o1-", "o2-"] {
      #expect(html.contains("<linearGradient id=\"\(prefix)g\"/>"))
      #expect(html.contains("fill=\"url(#\(prefix)g)\" style=\"stroke:url(#\(prefix)g)\""))
      #expect(html.contains("<use href=\"#\(prefix)g\"/>"))
    }
    #expect(html.contains("viewBox=\"0 0 9 9\""))
  }

  @Test func `pictures are data and text has its colours`() {
    var bundle = MIMEBundle(plain: "a \"plot\"")
    bundle["image/png"] = .bytes([0x89, 0x50])
    #expect(
      shown(bundle).contains("<img alt=\"a &quot;plot&quot;\" src=\"data:image/png;base64,iVA=\">"))
    let text = TerminalText.html("a\u{1B}[1;31mred\u{1B}[0m<\u{1B}[38;5;208mx\u{1B}[39my\u{1B}[K")
    #expect(
      text == "a<span class=\"f1 bo\">red</span>&lt;<span style=\"color:#ff8700\">x</span>y")
    #expect(TerminalText.html("10%\r100%\nend") == "100%\nend")
  }

  @Test(
    "markup of a cell keeps what is harmless",
    arguments: [
      ("<b>x</b>", "<b>x</b>"),
      ("<table><tr><td colspan=2>1", "<table><tr><td colspan=\"2\">1</td></tr></table>"),
      ("a < b > c & d", "a &lt; b &gt; c & d"), ("<script>alert(1)</script>x", "x"),
      ("<SCRIPT src=x>y</ScRiPt >z", "z"), ("<img src=x onerror=alert(1)>", "<img>"),
      ("<a href=\"javascript:x\">y</a>", "<a>y</a>"),
      ("<a href=' java\tscript:x'>y</a>", "<a>y</a>"),
      ("<a href=\"https://a.b\" onclick=x>y</a>", "<a href=\"https://a.b\">y</a>"),
      ("<p style=\"color:red\" id=i>t", "<p style=\"color:red\" id=\"p-i\">t</p>"),
      ("<p style=\"background:url(http://x)\">t</p>", "<p>t</p>"),
      ("</div></main>x", "x"), ("<iframe src=x>y</iframe>z", "z"), ("<form><input></form>", ""),
      ("<!-- c --><style>p{}</style><br/>", "<br>"),
      ("<svg><script>x</script></svg>", "<svg></svg>"),
      ("<svg><foreignObject><p>x</p></foreignObject></svg>", "<svg></svg>"),
      ("<svg><style>.a{fill:red}</style></svg>", "<svg><style>.a{fill:red}</style></svg>"),
      ("<svg><style>@import 'x'</style></svg>", "<svg></svg>"),
      ("<svg><image href=\"http://x\"/></svg>", "<svg><image/></svg>"),
      ("<b", "<b></b>"),
      (
        "<a title='\"><script>'>x</a>",
        "<a title=\"&quot;>&lt;script>\">x</a>".replacing("&lt;script>", with: "&lt;script>")
      ),
    ])
  func markup(markup: String, expected: String) {
    #expect(MarkupSanitizer.clean(markup, prefix: "p-") == expected)
  }

  @Test func `whatever the markup, no handler and no script is left`() {
    let pieces = [
      "<script>", "</script>", "<svg", "<svg>", "</svg>", " onload=x", ">", "<img src=x onerror=y>",
      "<style>", "</style>", "<!--", "-->", "<![CDATA[", "\"", "'", "<a href=javascript:x>", "=",
      "/",
      "<title>", "</title>", "<math>", "<textarea>", "x", "<p ", "<", "&lt;", "<foreignObject>",
    ]
    for seed in 0..<1000 {
      var random = SeededRandom(seed: UInt64(seed))
      var markup = ""
      for _ in 0..<random.nextInteger(below: 16) {
        markup += pieces[random.nextInteger(below: pieces.count)]
      }
      let clean = MarkupSanitizer.clean(markup, prefix: "p-")
      #expect(!clean.contains("<script"), "seed \(seed): \(markup)")
      #expect(!clean.contains("href=\"javascript"), "seed \(seed): \(markup)")
      let tags = clean.split(separator: "<", omittingEmptySubsequences: false).dropFirst()
      for tag in tags.map({ $0.prefix { $0 != ">" } }) {
        // What stands outside of quotes.
        let bare = tag.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
          .filter { $0.offset % 2 == 0 }.map { String($0.element) }.joined(separator: "\"")
        #expect(!bare.contains(" on"), "seed \(seed): \(markup)")
      }
      #expect(MarkupSanitizer.clean(clean, prefix: "") == clean, "seed \(seed): \(markup)")
    }
  }

  @Test func `Markdown with outputs can be read`() {
    var cell = Cell(.code, "print(1)")
    cell.outputs = [.stream(.stdout, "1\n"), .result(MIMEBundle(plain: "2"), number: 1)]
    let text = MarkdownExporter.text(
      Notebook(cells: [Cell(.markdown, "# T"), cell]), showsInput: true)
    #expect(text == "# T\n\n```lua\nprint(1)\n```\n\n```text\n1\n```\n\n```text\n2\n```\n")
  }
}
