internal import Base

/// Says what the session holds in memory.
struct MemoryCommand: CellCommand {
  let info = Info("mem", "Prints what the session holds in memory, and its largest variables.")
  let form = CellCommandForm.line
  let rest = CellCommandRest.nothing

  func run(_ call: CommandCall) throws(Problem) -> Evaluation {
    var rows: [(name: String, value: String)] = []
    if let use = call.session.interpreter.memoryUse() {
      rows.append(("heap", "\(Bytes(use.heapBytes))"))
      if use.externalBytes > 0 { rows.append(("outside the heap", "\(Bytes(use.externalBytes))")) }
      if let peak = use.peakBytes { rows.append(("peak", "\(Bytes(peak))")) }
      if let limit = use.limitBytes { rows.append(("limit", "\(Bytes(limit))")) }
    }
    rows.append(("process peak", "\(Bytes(Stopwatch().usage.peakMemoryBytes))"))
    let largest = call.session.interpreter.variables()
      .compactMap { variable in variable.sizeBytes.map { (variable.name, $0) } }
      .sorted { $0.1 > $1.1 }
    rows += largest.prefix(5).map { ("  \($0.0)", "\(Bytes($0.1))") }
    let width = rows.map(\.name.displayWidth).max() ?? 0
    call.print(
      rows.map { "\($0.name.padded(toWidth: width))  \($0.value)" }.joined(separator: "\n"))
    return Evaluation(status: .ok)
  }
}
