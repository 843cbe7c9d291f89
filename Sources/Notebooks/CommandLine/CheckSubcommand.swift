internal import Base

/// `orrery notebook check`: looks for faults without running anything.
struct CheckSubcommand: NotebookSubcommand {
  let name = "check"
  let summary = "Looks for faults without running: form, ids, run numbers, syntax, names, secrets."
  let usage = "check FILE… [OPTIONS]"
  let options = [
    CommandOption("fix", "mend ids and run numbers, raise the format to 4.5"),
    CommandOption("strict", "exit with 1 for warnings too"),
    CommandOption("form-only", "check the file, not the code in it"),
  ]

  func prepare(_ parsed: ParsedOptions, _ context: CommandContext) throws(Problem)
    -> () throws(Problem) -> Int32
  {
    let files = try files(parsed)
    let (fixes, isStrict) = (parsed.has("fix"), parsed.has("strict"))
    let formOnly = parsed.has("form-only")
    return { () throws(Problem) in
      let interpreter = formOnly ? nil : try context.makeInterpreter(InterpreterOptions())
      let linter = NotebookLinter(interpreter: interpreter)
      var status: Int32 = 0
      for path in files {
        let findings = try CheckSubcommand.check(path, linter, fixes: fixes)
        for finding in findings { context.print(finding.text(in: path)) }
        let isBad = findings.contains { isStrict || $0.severity == .error }
        let isBroken = findings.contains { $0.rule == "schema" }
        status = max(status, isBroken ? 3 : isBad ? 1 : 0)
        if findings.isEmpty { context.print("\(path): ok") }
      }
      return status
    }
  }

  /// Checks one file; with `fixes`, what could be mended is left out of the findings.
  private static func check(_ path: String, _ linter: NotebookLinter, fixes: Bool) throws(Problem)
    -> [NotebookLinter.Finding]
  {
    var findings: [NotebookLinter.Finding] = []
    if NotebookForm(path: path) == .ipynb {
      findings = NotebookLinter.formFindings(
        try JSONValue(keepingNumbersOf: FileIO.read(path), file: path))
      if findings.contains(where: { $0.rule == "schema" }) { return findings }
    }
    var file = try NotebookFile(reading: path)
    findings += linter.findings(in: file.notebook)
    if fixes, file.form == .ipynb {
      NotebookLinter.fix(&file.notebook)
      try file.save()
      findings.removeAll(where: \.isFixable)
    }
    return findings
  }
}
