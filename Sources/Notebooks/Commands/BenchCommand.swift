internal import Base

/// Runs code again and again until the median of its time stands still.
struct BenchCommand: CellCommand {
  let info = Info(
    "bench", "Repeats code until its median time is stable; prints median, spread and count.",
    detail: """
      The code is put into a function that runs in batches of at least 10 ms; what it prints is \
      dropped. The spread is from the 25th to the 75th percentile of the batches.
      """,
    example: "%bench math.sin(1)",
    parameters: [
      Parameter(
        name: "seconds", kind: .number, unit: .seconds, defaultValue: "3",
        summary: "most time to spend"),
      Parameter(
        name: "repeats", kind: .integer, defaultValue: "100", range: 1...100_000,
        summary: "most batches to time"),
    ])
  let form = CellCommandForm.both
  let rest = CellCommandRest.code

  func run(_ call: CommandCall) throws(Problem) -> Evaluation {
    let budget = try call.arguments.number("seconds", default: 3)
    let most = try call.arguments.integer("repeats", default: 100, in: 1...100_000)
    var bench = Bench(call: call, budget: budget, most: most)
    if let failure = bench.measure() { return failure }
    call.print(bench.report)
    return Evaluation(status: .ok)
  }
}

/// One measurement of `%bench`.
private struct Bench {
  let call: CommandCall
  let budget: Double
  let most: Int
  private let clock = Stopwatch()
  private let sink = SilentPublisher()
  private var loops = 1
  private var perRun: [Double] = []

  init(call: CommandCall, budget: Double, most: Int) {
    (self.call, self.budget, self.most) = (call, budget, most)
  }

  /// Times batches; gives back what ended the code early.
  mutating func measure() -> Evaluation? {
    let isExpression = call.session.interpreter.isExpression(call.code)
    while true {
      let source = Language.lua.loop(call.code, count: loops, isExpression: isExpression)
      let batch = Stopwatch()
      let evaluation = call.session.interpreter.evaluate(
        EvaluationRequest(
          code: source, chunkName: "bench", timeLimitSeconds: call.run.options.timeLimitSeconds,
          isRestricted: call.run.options.isRestricted), into: sink)
      let seconds = batch.elapsed
      if evaluation.status != .ok || evaluation.exitStatus != nil { return evaluation }
      if call.session.isInterrupted {
        return Evaluation(problem: Problem("the measurement was interrupted", kind: .interrupted))
      }
      if perRun.isEmpty, seconds < 0.01, loops < 1 << 30 {
        loops = nextCount(after: seconds)
        continue
      }
      perRun.append(seconds / Double(loops))
      if perRun.count >= most || isStable || clock.elapsed >= budget, isEnough { return nil }
    }
  }

  private func nextCount(after seconds: Double) -> Int {
    let wanted = Double(loops) * 0.012 / max(seconds, 1e-7)
    return min(1 << 30, max(loops * 2, min(Int(wanted), loops * 100)))
  }

  // One batch of slow code says little, but nobody waits for three of ten minutes each.
  private var isEnough: Bool { perRun.count >= min(3, most) || clock.elapsed >= 4 * budget }

  // The standard error of a median of normal noise is 1.86 MAD / √n; 1 % of the median is enough.
  private var isStable: Bool {
    guard perRun.count >= 10, let median = Quantiles(perRun).at(0.5) else { return false }
    let deviation = Quantiles(perRun.map { abs($0 - median) }).at(0.5) ?? 0
    return 1.86 * deviation / Double(perRun.count).squareRoot() < 0.01 * median
  }

  var report: String {
    let quantiles = Quantiles(perRun)
    func at(_ fraction: Double) -> String { formatted(seconds: quantiles.at(fraction) ?? 0) }
    let total = perRun.count * loops
    return "median \(at(0.5)) per run, from \(at(0.25)) to \(at(0.75)), least \(at(0)); "
      + "\(perRun.count) batches of \(loops), \(total) runs in \(formatted(seconds: clock.elapsed))"
  }
}

extension Interpreter {
  /// True for code that is an expression, so that its value can be returned.
  fileprivate func isExpression(_ code: String) -> Bool {
    completeness(of: Language.lua.loop(code, count: 1, isExpression: true)) == .complete
  }
}

extension Language {
  /// Writes a loop that calls the code in a function; line numbers stay as they are.
  func loop(_ code: String, count: Int, isExpression: Bool) -> String {
    let body = isExpression ? "return \(code)" : code
    return "local function run(...) \(body)\nend for _ = 1, \(count) do run() end"
  }
}
