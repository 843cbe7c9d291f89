internal import Base
internal import Glibc

/// `orrery notebook run`: runs a notebook and saves its outputs.
struct RunSubcommand: NotebookSubcommand {
  let name = "run"
  let summary = "Runs notebooks and saves what their cells show, after every cell."
  let usage = "run FILE… [OPTIONS]"
  let options =
    RunSettings.options + [
      CommandOption("output", "write to this file instead", value: "FILE", letter: "o"),
      CommandOption("in-place", "write to the file itself (the default for .ipynb)"),
      CommandOption("no-save", "write nothing"),
      CommandOption("param", "set a parameter; JSON, else text", value: "NAME=VALUE", letter: "p"),
      CommandOption(
        "params", "set the parameters of a JSON file", value: "FILE", aliases: ["param-file"]),
      CommandOption("allow-unknown", "set parameters that the notebook does not declare"),
      CommandOption("inspect-params", "list the parameters and run nothing"),
      CommandOption("progress", "line, plain, json or none", value: "MODE"),
      CommandOption("stream-output", "show outputs while cells run"),
    ]

  func prepare(_ parsed: ParsedOptions, _ context: CommandContext) throws(Problem)
    -> () throws(Problem) -> Int32
  {
    let files = try files(parsed)
    let target = try RunTarget(parsed, files)
    let settings = try RunSettings(parsed)
    var parameters = NotebookParameters()
    for path in parsed.all("params") { try parameters.add(file: path) }
    for text in parsed.all("param") { try parameters.add(assignment: text) }
    let mode = try progressMode(parsed, context)
    let run = RunOfFiles(
      target: target, settings: settings, parameters: parameters,
      allowsUnknown: parsed.has("allow-unknown"), mode: mode,
      showsOutput: parsed.has("stream-output"), context: context)
    if parsed.has("inspect-params") {
      return { () throws(Problem) in try RunSubcommand.inspect(files, context) }
    }
    return { () throws(Problem) in try run.run(files) }
  }

  private func progressMode(_ parsed: ParsedOptions, _ context: CommandContext) throws(Problem)
    -> RunProgress.Mode
  {
    guard let text = parsed.value("progress") else {
      return context.isErrorTerminal ? .line : .plain
    }
    guard let mode = RunProgress.Mode(rawValue: text) else {
      throw .unknown("progress mode", text, among: RunProgress.Mode.allCases.map(\.rawValue))
    }
    return mode
  }

  private static func inspect(_ files: [String], _ context: CommandContext) throws(Problem) -> Int32
  {
    for path in files {
      let declared = try NotebookParameters.declared(in: NotebookFile(reading: path).notebook)
      let width = declared.map(\.name.displayWidth).max() ?? 0
      for parameter in declared {
        let comment = parameter.comment.isEmpty ? "" : "  -- \(parameter.comment)"
        context.print(
          "\(parameter.name.padded(toWidth: width)) = \(parameter.defaultText)\(comment)")
      }
      if declared.isEmpty { context.note("\(path): no cell is tagged \"parameters\"") }
    }
    return 0
  }
}

/// Where the outputs of a run go.
enum RunTarget {
  case file(String)
  case inPlace
  case nowhere

  init(_ parsed: ParsedOptions, _ files: [String]) throws(Problem) {
    let chosen = ["output", "in-place", "no-save"].filter(parsed.has)
    guard chosen.count <= 1 else {
      throw Problem("--\(chosen[0]) and --\(chosen[1]) exclude each other")
    }
    if let output = parsed.value("output") {
      guard files.count == 1 else { throw Problem("--output takes one notebook, not several") }
      guard output == "-" || NotebookForm(path: output) != nil else {
        throw Problem("cannot tell the form of \(output)", fix: "name it .ipynb, .lua or .md")
      }
      self = .file(output)
    } else {
      self = parsed.has("no-save") ? .nowhere : .inPlace
    }
  }
}

/// Runs files one after the other, each in an interpreter of its own.
struct RunOfFiles {
  let target: RunTarget
  let settings: RunSettings
  let parameters: NotebookParameters
  let allowsUnknown: Bool
  let mode: RunProgress.Mode
  let showsOutput: Bool
  let context: CommandContext

  func run(_ files: [String]) throws(Problem) -> Int32 {
    settings.applyEnvironment()
    var reports: [RunReport] = []
    for path in files {
      guard let report = try run(path) else { return 2 }
      reports.append(report)
      finish(report)
      if report.status == 130 { break }
    }
    try settings.writeDocuments(reports)
    return reports.map(\.status).max() ?? 0
  }

  /// Runs one file; nil when the command line does not fit it.
  private func run(_ path: String) throws(Problem) -> RunReport? {
    let source = try NotebookFile(reading: path)
    var notebook = source.notebook
    var plan: RunPlan
    do throws(Problem) {
      try parameters.inject(into: &notebook, allowsUnknown: allowsUnknown)
      plan = try RunPlan(notebook, selection: settings.selection)
    } catch {
      context.fail("orrery notebook run: \(path)", error)
      return nil
    }
    settings.apply(to: &plan, path: path)
    let session = Session(try context.makeInterpreter(settings.interpreter))
    let runner = NotebookRunner(notebook, plan: plan, session: session, name: path)
    var saver = makeSaver(source)
    runner.checkpoint = { (notebook, isLast) throws(Problem) in
      try saver?.save(notebook, isLast: isLast, context)
    }
    let isSilent = saver == nil && source.form != .ipynb
    let progress = RunProgress(
      mode: mode, showsOutput: showsOutput || isSilent && mode != .json, columns: context.columns,
      put: { context.writeError(Array($0.utf8)) }, putOutput: context.write)
    runner.observer = progress
    let report = try StopSignals.watching(session) { () throws(Problem) in try runner.run() }
    try saver?.finish(runner.notebook)
    return report
  }

  private func makeSaver(_ source: NotebookFile) -> RunSaver? {
    switch target {
    case .nowhere: nil
    // A script has no place for outputs, so it is left as it is.
    case .inPlace: source.form == .ipynb && source.path != "-" ? RunSaver(source) : nil
    case .file(let path):
      RunSaver(
        path == source.path
          ? source
          : source.copy(to: path))
    }
  }

  private func finish(_ report: RunReport) {
    if let failure = report.firstFailure {
      for line in failure.traceback { context.note(line) }
      context.note(
        "\(report.name):\(failure.index + 1):\(failure.line ?? 1): "
          + (failure.message ?? failure.status.words))
    }
    if case .file("-") = target {
      context.note(report.summary)
    } else if mode != .json {
      context.print(report.summary)
    }
  }
}

/// Saves a notebook after each cell.
private struct RunSaver {
  private var file: NotebookFile
  private var hasWarned = false

  init(_ file: NotebookFile) { self.file = file }

  /// Writes to standard output, when that is where it goes.
  mutating func finish(_ notebook: Notebook) throws(Problem) {
    guard file.path == "-" else { return }
    file.notebook = notebook
    try file.save()
  }

  mutating func save(_ notebook: Notebook, isLast: Bool, _ context: CommandContext) throws(Problem)
  {
    file.notebook = notebook
    // Standard output is written once, at the end.
    if file.path == "-" { return }
    let written = try file.save(isLast: isLast)
    if written != file.path, !hasWarned {
      hasWarned = true
      context.note("\(file.path) was changed meanwhile: outputs go to \(written)")
    }
  }
}
