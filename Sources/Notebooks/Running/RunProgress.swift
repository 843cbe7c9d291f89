internal import Base

/// Shows a run on standard error while it goes on.
final class RunProgress: RunObserver {
  /// How progress is shown.
  enum Mode: String, CaseIterable {
    /// One line that is redrawn, as a terminal can; failures stay.
    case line
    /// One line per cell.
    case plain
    /// One JSON object per event and line.
    case json
    case none
  }

  private let mode: Mode
  private let showsOutput: Bool
  private let columns: Int
  /// What stands before each line, to tell several runs apart.
  private let prefix: String
  private let put: (String) -> Void
  private let putOutput: ([UInt8]) -> Void

  init(
    mode: Mode, showsOutput: Bool, columns: Int = 80, prefix: String = "",
    put: @escaping (String) -> Void,
    putOutput: @escaping ([UInt8]) -> Void
  ) {
    self.mode = mode
    self.showsOutput = showsOutput
    self.columns = columns
    self.prefix = prefix
    self.put = put
    self.putOutput = putOutput
  }

  func cellStarted(_ cell: CellReport, place: Int, of count: Int) {
    switch mode {
    case .line:
      put("\r\u{1B}[K" + "\(head(place, count)) \(cell.label)".truncated(toWidth: columns))
    case .json: event("start", cell, ["place": .integer(place + 1), "of": .integer(count)])
    case .plain, .none: break
    }
  }

  func cellEnded(_ cell: CellReport, place: Int, of count: Int) {
    let text =
      "\(head(place, count)) \(cell.label)  \(formatted(seconds: cell.seconds))  \(cell.status.words)"
    switch mode {
    case .line:
      put("\r\u{1B}[K" + text.truncated(toWidth: columns))
      if cell.status.isFailure || showsOutput { put("\n") }
      if place + 1 == count, !cell.status.isFailure { put("\r\u{1B}[K") }
    case .plain: put(prefix + text + "\n")
    case .json:
      var more = cell.json
      more["place"] = .integer(place + 1)
      more["of"] = .integer(count)
      more["ms"] = .integer(Int(cell.seconds * 1000))
      event("end", cell, more)
    case .none: break
    }
  }

  func publisher(for cell: CellReport) -> (any SessionPublisher)? {
    if mode == .json { return EventPublisher { self.event($0, cell, $1) } }
    if showsOutput { return TextPublisher(putOutput) }
    return nil
  }

  private func head(_ place: Int, _ count: Int) -> String {
    let total = String(count)
    return "[\(String(place + 1).padded(toWidth: total.count, alignRight: true))/\(total)]"
  }

  private func event(_ name: String, _ cell: CellReport, _ more: JSONObject = [:]) {
    var object: JSONObject = [
      "event": .string(name), "cell": .integer(cell.index + 1),
      "id": cell.id.map(JSONValue.string) ?? .null,
    ]
    for (key, value) in more { object[key] = value }
    put(JSONValue.object(object).formatted() + "\n")
  }
}

/// Shows outputs as plain text.
final class TextPublisher: SessionPublisher {
  private let put: ([UInt8]) -> Void

  init(_ put: @escaping ([UInt8]) -> Void) { self.put = put }

  func write(_ bytes: UnsafeRawBufferPointer, to stream: OutputStreamName) {
    put(Array(bytes))
  }
  func display(_ bundle: MIMEBundle, id: String?, isUpdate: Bool) {
    put(Array((bundle.plain + "\n").utf8))
  }
  func clear(wait: Bool) {}
  func readLine(prompt: String, isPassword: Bool) -> String? { nil }
  func result(_ bundle: MIMEBundle, number: Int?) { put(Array((bundle.plain + "\n").utf8)) }
  func failure(_ error: EvaluationError) {}
}

/// Turns outputs into events of `--progress json`.
private final class EventPublisher: SessionPublisher {
  private let event: (String, JSONObject) -> Void

  init(_ event: @escaping (String, JSONObject) -> Void) { self.event = event }

  func write(_ bytes: UnsafeRawBufferPointer, to stream: OutputStreamName) {
    let text = String(decoding: bytes, as: UTF8.self)
    event("output", ["stream": .string(stream.rawValue), "text": .string(text)])
  }
  func display(_ bundle: MIMEBundle, id: String?, isUpdate: Bool) {
    let name = isUpdate ? "update" : "display"
    event(
      name, ["types": .array(bundle.types.map(JSONValue.string)), "text": .string(bundle.plain)])
  }
  func clear(wait: Bool) { event("clear", ["wait": .boolean(wait)]) }
  func readLine(prompt: String, isPassword: Bool) -> String? { nil }
  func result(_ bundle: MIMEBundle, number: Int?) {
    event(
      "result",
      ["types": .array(bundle.types.map(JSONValue.string)), "text": .string(bundle.plain)])
  }
  func failure(_ error: EvaluationError) {
    event("error", ["name": .string(error.name), "message": .string(error.message)])
  }
}
