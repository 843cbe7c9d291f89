internal import Base

/// `orrery notebook test`: runs notebooks afresh and compares outputs with the stored ones.
struct TestSubcommand: NotebookSubcommand {
  let name = "test"
  let summary = "Runs notebooks afresh, compares their outputs with the stored ones."
  let usage = "test FILE… [OPTIONS]"
  let options =
    RunSettings.options + [
      CommandOption("rtol", "relative tolerance of numbers (1e-6)", value: "X"),
      CommandOption("atol", "absolute tolerance of numbers (1e-9)", value: "X"),
      CommandOption("lax", "compare only cells that are marked for it"),
      CommandOption("update", "store the fresh outputs where they differ"),
      CommandOption("quiet", "print only what is wrong", letter: "q"),
    ]

  func prepare(_ parsed: ParsedOptions, _ context: CommandContext) throws(Problem)
    -> () throws(Problem) -> Int32
  {
    let test = TestOfFiles(
      settings: try RunSettings(parsed),
      tester: NotebookTester(
        rules: ComparisonRules(
          relative: try parsed.number("rtol"), absolute: try parsed.number("atol")),
        isLax: parsed.has("lax")),
      updates: parsed.has("update"), isQuiet: parsed.has("quiet"), context: context)
    let files = try files(parsed)
    return { () throws(Problem) in try test.run(files) }
  }
}

/// Tests files one after the other.
private struct TestOfFiles {
  let settings: RunSettings
  let tester: NotebookTester
  let updates: Bool
  let isQuiet: Bool
  let context: CommandContext

  func run(_ files: [String]) throws(Problem) -> Int32 {
    settings.applyEnvironment()
    var reports: [RunReport] = []
    for path in files {
      let report = try test(path)
      reports.append(report)
      if report.status == 130 { break }
    }
    try settings.writeDocuments(reports)
    return reports.map(\.status).max { severity($0) < severity($1) } ?? 0
  }

  // A failed cell says more than the outputs that differ because of it.
  private func severity(_ status: Int32) -> Int32 { status == 1 ? 5 : status == 5 ? 1 : status }

  private func test(_ path: String) throws(Problem) -> RunReport {
    var file = try NotebookFile(reading: path)
    let result = try fresh(file)
    for difference in result.differences where !updates || !isStored(difference.index, result) {
      let cell = file.notebook.cells[difference.index]
      context.print("--- \(path): cell \(difference.index + 1) \(cell.id ?? ""), stored")
      context.print("+++ \(path): cell \(difference.index + 1) \(cell.id ?? ""), fresh")
      for line in difference.lines { context.print(line) }
    }
    if updates, file.form == .ipynb, file.notebook != result.updated {
      file.notebook = result.updated
      try file.save()
      context.print("\(path): \(result.differences.count) cells updated")
    }
    var report = result.report
    if updates { accept(&report) }
    if let failure = report.firstFailure { context.tell(failure, in: path) }
    if !isQuiet || report.status != 0 { context.print(report.summary) }
    return report
  }

  private func isStored(_ index: Int, _ result: NotebookTester.Result) -> Bool {
    result.report.cells.contains { $0.index == index && $0.status == .differs }
  }

  // What has just been stored is no failure any more.
  private func accept(_ report: inout RunReport) {
    for index in report.cells.indices where report.cells[index].status == .differs {
      report.cells[index].status = .ok
    }
  }

  private func fresh(_ file: NotebookFile) throws(Problem) -> NotebookTester.Result {
    var plan = try RunPlan(file.notebook, selection: settings.selection)
    settings.apply(to: &plan, path: file.path)
    let session = Session(try context.makeInterpreter(settings.interpreter))
    let runner = NotebookRunner(file.notebook, plan: plan, session: session, name: file.path)
    let report = try StopSignals.watching(session) { () throws(Problem) in try runner.run() }
    if file.form != .ipynb {
      return NotebookTester.Result(report: report, updated: file.notebook)
    }
    return try tester.compare(file.notebook, fresh: runner.notebook, report: report)
  }
}
