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
        "params", "set the parameters of a .json or .yaml file", value: "FILE",
        aliases: ["param-file"]),
      CommandOption("allow-unknown", "set parameters that the notebook does not declare"),
      CommandOption("inspect-params", "list the parameters and run nothing"),
      CommandOption(
        "jobs", "run so many notebooks at once, each in its own process", value: "N", letter: "j"),
      CommandOption("save-every", "save this often while a cell runs (5s)", value: "TIME"),
      CommandOption(
        "progress", "line, plain, json or none", value: "MODE",
        choices: RunProgress.Mode.allCases.map(\.rawValue)),
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
    let mode =
      parsed.value("progress").flatMap(RunProgress.Mode.init)
      ?? (context.isErrorTerminal ? .line : .plain)
    let run = RunOfFiles(
      target: target, settings: settings, parameters: parameters,
      allowsUnknown: parsed.has("allow-unknown"), mode: mode,
      showsOutput: parsed.has("stream-output"),
      saveInterval: try parsed.seconds("save-every") ?? 5, context: context)
    if parsed.has("inspect-params") {
      return { () throws(Problem) in try RunSubcommand.inspect(files, context) }
    }
    let jobs = try parsed.integer("jobs") ?? 1
    if jobs != 1, files.count > 1 {
      let parallel = ParallelRun(run, parsed, jobs: jobs)
      return { () throws(Problem) in try parallel.run(files) }
    }
    return { () throws(Problem) in try run.run(files) }
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
  /// Between two saves of a notebook whose cell runs on, in seconds.
  let saveInterval: Double
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
    let saver = makeSaver(source)
    runner.saveInterval = saveInterval
    if let saver {
      runner.checkpoint = { (notebook, isLast) throws(Problem) in
        try saver.save(notebook, isLast: isLast)
      }
    }
    let progress = RunProgress(
      mode: mode, showsOutput: showsOutput(of: source.form), columns: context.columns,
      put: { context.writeError(Array($0.utf8)) }, putOutput: context.write)
    runner.observer = progress
    let report = try StopSignals.watching(session) { () throws(Problem) in try runner.run() }
    try saver?.finish(runner.notebook)
    if let warning = saver?.warning { context.note(warning) }
    return report
  }

  /// What nothing keeps is shown, unless events carry it.
  func showsOutput(of form: NotebookForm) -> Bool {
    if showsOutput { return true }
    if case .file = target { return false }
    return form != .ipynb && mode != .json
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

  /// Tells how a run went.
  func finish(_ report: RunReport) {
    if mode == .json {
      var event: JSONObject = ["event": "report"]
      for (key, value) in report.json { event[key] = value }
      return context.note(JSONValue.object(event).formatted())
    }
    if let failure = report.firstFailure { context.tell(failure, in: report.name) }
    if case .file("-") = target {
      context.note(report.summary)
    } else {
      context.print(report.summary)
    }
  }
}
