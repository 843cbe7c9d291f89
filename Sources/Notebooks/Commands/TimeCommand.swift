internal import Base

/// Runs code once and says how long it took.
struct TimeCommand: CellCommand {
  let info = Info(
    "time", "Runs code once; prints wall time, processor time and memory.",
    example: "%time local s = 0 for i = 1, 1e6 do s = s + i end")
  let form = CellCommandForm.both
  let rest = CellCommandRest.code

  func run(_ call: CommandCall) throws(Problem) -> Evaluation {
    let before = call.session.interpreter.memoryUse()
    let clock = Stopwatch()
    let evaluation = call.run.run(code: call.code)
    let usage = clock.usage
    var text = "wall \(formatted(seconds: usage.wallSeconds))"
    text += ", cpu \(formatted(seconds: usage.cpuSeconds))"
    if let before, let after = call.session.interpreter.memoryUse() {
      text += ", memory \(signed(after.totalBytes - before.totalBytes))"
    }
    call.print(text + ", process peak \(Bytes(usage.peakMemoryBytes))")
    return evaluation
  }

  private func signed(_ bytes: Int) -> String {
    bytes < 0 ? "−\(Bytes(-bytes))" : "+\(Bytes(bytes))"
  }
}

extension MemoryUse {
  /// Bytes on the heap and outside together.
  var totalBytes: Int { heapBytes + externalBytes }
}
