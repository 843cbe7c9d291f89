internal import Base
internal import Glibc

/// `orrery notebook convert`: writes a notebook in another form.
struct ConvertSubcommand: NotebookSubcommand {
  let name = "convert"
  let summary = "Writes a notebook in another form: .ipynb, .lua or .md."
  let usage = "convert FROM TO [OPTIONS]"
  let options = [
    CommandOption("sync", "keep the outputs that TO has for cells that are the same"),
    CommandOption("test", "convert, convert back and compare; write nothing"),
    CommandOption(
      "to", "the form, where TO is - or only FROM is given", value: "FORM", letter: "t"),
  ]

  func prepare(_ parsed: ParsedOptions, _ context: CommandContext) throws(Problem)
    -> () throws(Problem) -> Int32
  {
    let words = try files(parsed)
    let target = words.count > 1 ? words[1] : "-"
    guard words.count <= 2 else { throw Problem("two files are taken", fix: usage) }
    var form = NotebookForm(path: target)
    if let text = parsed.value("to") {
      form = NotebookForm(path: "x.\(text)")
      if form == nil { throw .unknown("form", text, among: NotebookForm.allCases.map(\.rawValue)) }
    }
    guard let form else {
      throw Problem(
        "cannot tell the form of \(target)", fix: "name it .ipynb, .lua or .md, or pass --to")
    }
    let (isTest, isSync) = (parsed.has("test"), parsed.has("sync"))
    return { () throws(Problem) in
      let source = try NotebookFile(reading: words[0])
      if isTest { return try ConvertSubcommand.test(source, form, context) }
      var notebook = source.notebook
      if source.form == .ipynb { notebook.upgrade() }
      if isSync, FileIO.exists(target) {
        notebook.takeOutputs(from: try NotebookFile(reading: target).notebook)
      }
      if form != .ipynb { notebook.clearOutputs() }
      var file =
        source.form == form
        ? source.copy(to: target) : NotebookFile(notebook, path: target, form: form)
      file.notebook = notebook
      try file.save()
      return 0
    }
  }

  private static func test(_ source: NotebookFile, _ form: NotebookForm, _ context: CommandContext)
    throws(Problem) -> Int32
  {
    var before = source.notebook
    before.upgrade()
    before.clearOutputs()
    let text = form.format(before)
    let after = try NotebookFile(bytes: Array(text.utf8), path: source.path, form: form).notebook
    let (a, b) = [before, after].map { $0.document.formatted(.indented(1), sortKeys: true) }.pair
    if a == b { return 0 }
    let (x, y) = (NotebookText.rows(a), NotebookText.rows(b))
    for line in UnifiedDiff.lines(x, y, agree: { x[$0] == y[$1] }) { context.print(line) }
    context.note("\(source.path): the way to .\(form.rawValue) and back changes it")
    return 1
  }
}

extension [String] {
  /// The first two elements.
  fileprivate var pair: (String, String) { (self[0], self[1]) }
}

extension Notebook {
  /// Takes outputs and run numbers of cells that stand unchanged in another notebook.
  ///
  /// Cells match by id and source, or by source alone where ids differ.
  mutating func takeOutputs(from other: Notebook) {
    var bySource: [String: Cell] = [:]
    for cell in other.cells where cell.kind == .code { bySource[cell.source] = cell }
    for index in cells.indices where cells[index].kind == .code {
      let source = cells[index].source
      let sameID = other.cells.first { $0.id == cells[index].id && $0.source == source }
      guard let match = sameID ?? bySource[source] else { continue }
      cells[index].outputs = match.outputs
      cells[index].executionCount = match.executionCount
    }
  }
}

/// `orrery notebook clean`: strips outputs, as a git filter does.
struct CleanSubcommand: NotebookSubcommand {
  let name = "clean"
  let summary = "Strips outputs and run numbers, in place or from - to standard output."
  let usage = "clean FILE… [OPTIONS]"
  let options = [
    CommandOption("output", "write to this file instead", value: "FILE", letter: "o"),
    CommandOption("check", "change nothing; exit with 1 when there is something to strip"),
  ]

  func prepare(_ parsed: ParsedOptions, _ context: CommandContext) throws(Problem)
    -> () throws(Problem) -> Int32
  {
    let files = try files(parsed)
    let output = parsed.value("output")
    guard output == nil || files.count == 1 else {
      throw Problem("--output takes one notebook, not several")
    }
    let isCheck = parsed.has("check")
    return { () throws(Problem) in
      var status: Int32 = 0
      for path in files {
        let source = try NotebookFile(reading: path)
        var file = output.map(source.copy) ?? source
        file.notebook.clearOutputs()
        file.notebook.clearRunMarks()
        if isCheck {
          if file.notebook != source.notebook {
            context.print("\(path): has outputs")
            status = 1
          }
        } else {
          try file.save()
        }
      }
      return status
    }
  }
}

extension Notebook {
  /// Removes what a run leaves in metadata.
  mutating func clearRunMarks() {
    for index in cells.indices {
      guard var own = cells[index].metadata["orrery"]?.object, own["status"] != nil else {
        continue
      }
      own["status"] = nil
      cells[index].metadata.place("orrery", own.isEmpty ? nil : .object(own))
    }
  }
}

/// `orrery notebook new`: makes a notebook to start from.
struct NewSubcommand: NotebookSubcommand {
  let name = "new"
  let summary = "Makes a notebook to start from."
  let usage = "new FILE [OPTIONS]"
  let options = [
    CommandOption("title", "the heading (from the file's name)", value: "TEXT"),
    CommandOption("force", "replace an existing file", letter: "f"),
  ]

  func prepare(_ parsed: ParsedOptions, _ context: CommandContext) throws(Problem)
    -> () throws(Problem) -> Int32
  {
    let path = try file(parsed)
    guard let form = NotebookForm(path: path) else {
      throw Problem("cannot tell the form of \(path)", fix: "name it .ipynb, .lua or .md")
    }
    let title = parsed.value("title") ?? NewSubcommand.title(of: path)
    let force = parsed.has("force")
    return { () throws(Problem) in
      if FileIO.exists(path), !force {
        throw Problem("\(path) exists", fix: "--force replaces it")
      }
      var file = NotebookFile(NewSubcommand.starter(title), path: path, form: form)
      try file.save()
      context.print("\(path): orrery notebook run \(path)")
      return 0
    }
  }

  private static func starter(_ title: String) -> Notebook {
    Notebook(cells: [
      Cell(.markdown, "# \(title)\n\nWhat is the question?", id: "title"),
      Cell(
        .code, "seed = 1 -- of everything random\nmath.randomseed(seed);", id: "parameters",
        metadata: ["tags": ["parameters"]]),
      Cell(.code, "local sum = 0\nfor i = 1, 100 do sum = sum + i end\nsum", id: "first"),
    ])
  }

  /// Makes a heading from a file's name: "02-queues.ipynb" becomes "Queues".
  private static func title(of path: String) -> String {
    let name = FileIO.name(of: path).prefix { $0 != "." }.drop { $0.isNumber || $0 == "-" }
    let words = name.map { $0 == "-" || $0 == "_" ? " " : $0 }
    return (words.first.map { $0.uppercased() } ?? "Notebook") + String(words.dropFirst())
  }
}
