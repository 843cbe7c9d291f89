internal import Base

/// One cell on its way through a session: commands, inspection, then code.
struct CellRun {
  let session: Session
  let publisher: any SessionPublisher
  let options: RunOptions
  let number: Int?

  /// Runs the whole cell; a fault of a command becomes the cell's error.
  func evaluate(_ source: String) -> Evaluation {
    let parsed = CellSource(source)
    if let inspection = parsed.inspection { return show(inspection) }
    for command in parsed.lineCommands {
      let evaluation = run(command, body: nil)
      if evaluation.status != .ok || evaluation.exitStatus != nil { return evaluation }
    }
    if let command = parsed.cellCommand { return run(command, body: parsed.code) }
    if !parsed.lineCommands.isEmpty, NotebookText.trimmed(parsed.code).isEmpty {
      return Evaluation(status: .ok)
    }
    return run(code: parsed.code)
  }

  /// Runs code and shows its value, unless a ";" at its end asks for silence.
  func run(code: String, number: Int?, isRestricted: Bool = false) -> Evaluation {
    var request = EvaluationRequest(
      code: code, chunkName: name, number: number, timeLimitSeconds: options.timeLimitSeconds,
      isScript: options.isScript)
    request.isRestricted = options.isRestricted || isRestricted
    if options.isStopped() {
      return Evaluation(problem: Problem("stopped before it began", kind: .interrupted))
    }
    let evaluation = session.interpreter.evaluate(request, into: publisher)
    if let result = evaluation.result, !CellSource.asksForSilence(code) {
      publisher.result(result, number: number)
    }
    return evaluation
  }

  /// Runs code as the cell's own.
  func run(code: String) -> Evaluation { run(code: code, number: number) }

  private var name: String { options.name ?? number.map { "cell \($0)" } ?? "chunk" }

  private func run(_ line: CellSource.CommandLine, body: String?) -> Evaluation {
    do throws(Problem) {
      let command = try CellCommands.all[line.name]
      let arguments = try CommandArguments(
        parsing: line.arguments, of: command, hasBody: body != nil)
      return try command.run(CommandCall(run: self, arguments: arguments, body: body))
    } catch {
      return Evaluation(problem: error)
    }
  }

  private func show(_ inspection: CellSource.Inspection) -> Evaluation {
    let name = inspection.name
    if let command = CellCommands.named(atStartOf: name) {
      publisher.display(command.help, id: nil, isUpdate: false)
      return Evaluation(status: .ok)
    }
    guard
      let bundle = session.interpreter.inspect(name, at: name.utf8.count, detail: inspection.detail)
    else {
      return Evaluation(problem: Problem("nothing is known about \"\(name)\"", kind: .missing))
    }
    publisher.display(bundle, id: nil, isUpdate: false)
    return Evaluation(status: .ok)
  }
}

extension Evaluation {
  /// The failure of something other than code: a command, an inspection.
  init(problem: Problem) {
    let status: Status = problem.kind == .interrupted ? .interrupted : .failed
    self.init(
      status: status,
      error: EvaluationError(
        name: problem.kind == .interrupted ? "Interrupted" : "Problem",
        message: problem.description, report: [problem.description]))
  }
}
