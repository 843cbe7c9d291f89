internal import Base

/// `orrery notebook export`: writes a page to be read.
struct ExportSubcommand: NotebookSubcommand {
  let name = "export"
  let summary = "Writes a notebook as one self-contained HTML page, as Markdown or as a script."
  let usage = "export FILE [-t html|md|lua] [OPTIONS]"
  let options = [
    CommandOption("to", "html (default), md or lua", value: "FORM", letter: "t"),
    CommandOption("output", "the file; - is standard output", value: "FILE", letter: "o"),
    CommandOption("no-input", "leave out code"),
    CommandOption("toc", "add a table of contents"),
    CommandOption("title", "the title of the page", value: "TEXT"),
  ]

  func prepare(_ parsed: ParsedOptions, _ context: CommandContext) throws(Problem)
    -> () throws(Problem) -> Int32
  {
    let path = try file(parsed)
    let form = parsed.value("to") ?? ExportSubcommand.form(of: parsed.value("output"))
    guard ["html", "md", "lua"].contains(form) else {
      throw .unknown("form", form, among: ["html", "md", "lua"])
    }
    let target = parsed.value("output") ?? ExportSubcommand.target(path, form)
    let page = HTMLExporter.Options(
      showsInput: !parsed.has("no-input"), showsContents: parsed.has("toc"),
      title: parsed.value("title"))
    return { () throws(Problem) in
      let notebook = try NotebookFile(reading: path).notebook
      let text: String
      switch form {
      case "md": text = MarkdownExporter.text(notebook, showsInput: page.showsInput)
      case "lua": text = PercentScript.format(notebook)
      default: text = ExportSubcommand.html(notebook, path, page, context)
      }
      if target == "-" {
        context.write(Array(text.utf8))
      } else {
        try FileIO.write(Array(text.utf8), to: target)
        context.note(target)
      }
      return 0
    }
  }

  private static func form(of target: String?) -> String {
    guard let target, let dot = target.lastIndex(of: ".") else { return "html" }
    return String(target[target.index(after: dot)...])
  }

  private static func target(_ path: String, _ form: String) -> String {
    guard path != "-" else { return "-" }
    let dot = path.lastIndex(of: ".") ?? path.endIndex
    return "\(path[..<dot]).\(form)"
  }

  private static func html(
    _ notebook: Notebook, _ path: String, _ options: HTMLExporter.Options, _ context: CommandContext
  ) -> String {
    let folder = FileIO.directory(of: path)
    var exporter = HTMLExporter(
      notebook, name: FileIO.name(of: path), options: options, highlighter: context.highlighter
    ) { name in
      // Only pictures below the notebook are taken in, so that a page tells nothing else.
      guard !name.hasPrefix("/"), !name.split(separator: "/").contains("..") else { return nil }
      return try? FileIO.read("\(folder)/\(name)")
    }
    return exporter.page()
  }
}
