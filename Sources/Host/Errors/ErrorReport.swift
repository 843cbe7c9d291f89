import Base
import LuaBridge
import Notebooks

/// Turns a Lua error into what a person reads: message, source excerpt with a caret, call levels.
struct ErrorReport {
  let error: LuaError
  /// The error value as a person reads it, for values that are no text.
  let valueText: String
  /// Finds the source text of a chunk by the name that messages use.
  let source: (String) -> String?
  /// Says what was probably meant, where the message names something unknown.
  let suggestion: (UnknownName) -> String?

  /// The report in the form that fronts show.
  var evaluationError: EvaluationError {
    let message = error.value.text == nil ? valueText : error.message
    let hint = UnknownName(message: message, line: lineText).flatMap(suggestion)
    var lines = [heading(message)]
    if let position, let text = source(position.chunk) {
      lines += SourceExcerpt(text: text, line: position.line, message: message, note: hint).lines
    } else if let hint {
      lines.append("  \(hint)")
    }
    lines += trace
    return EvaluationError(
      name: name, message: hint.map { "\(message); \($0)" } ?? message, report: lines,
      line: position?.line)
  }

  private var name: String {
    switch error.kind {
    case .runtime: "LuaError"
    case .syntax: "SyntaxError"
    case .memory: "OutOfMemory"
    case .interrupted: "Interrupted"
    case .timeLimit: "TimeLimit"
    case .stepLimit: "StepLimit"
    case .exit: "Exit"
    }
  }

  private func heading(_ message: String) -> String {
    if let position {
      return "\(position.chunk):\(position.line): \(message)"
    }
    // What ended the run says so itself: "Interrupted", "Time limit reached".
    return isEnding ? message.prefix(1).uppercased() + message.dropFirst() : "\(name): \(message)"
  }

  /// True when the code did nothing wrong and was ended from outside or by a limit.
  private var isEnding: Bool {
    switch error.kind {
    case .interrupted, .timeLimit, .stepLimit, .memory: true
    case .runtime, .syntax, .exit: false
    }
  }

  /// Where it was raised; what ends code from outside has no position, but call levels.
  private var position: LuaError.Position? {
    error.position ?? (isEnding ? levels.lazy.compactMap(Self.position).first : nil)
  }

  /// The place that a call level names, as in "cell 1:3: in function 'f'".
  private static func position(_ level: String) -> LuaError.Position? {
    guard let place = level.firstRange(of: ": in ") else { return nil }
    let parts = level[..<place.lowerBound].split(separator: ":")
    guard parts.count > 1, let last = parts.last, let line = Int(last) else { return nil }
    return LuaError.Position(chunk: parts.dropLast().joined(separator: ":"), line: line)
  }

  private var lineText: String? {
    guard let position, let text = source(position.chunk) else { return nil }
    return SourceExcerpt.line(position.line, of: text)
  }

  /// The call levels of Lua code, without what the host put below them.
  private var levels: [String] {
    guard error.kind != .syntax, let traceback = error.traceback else { return [] }
    let levels = traceback.split(separator: "\n").dropFirst().map { $0.drop { $0 == "\t" } }
    return levels.filter { $0 != "[C]: in ?" && !$0.hasPrefix("[C]: in function 'error'") }
      .map(String.init)
  }

  private var trace: [String] {
    let levels = levels.map { "  " + $0 }
    // One level says what the heading has said.
    guard levels.count > 1 else { return [] }
    let shown = levels.count > 12 ? levels.prefix(8) + ["  …"] + levels.suffix(3) : levels[...]
    return ["stack traceback:"] + shown
  }
}

/// A name in an error message that stands for nothing.
struct UnknownName: Equatable {
  /// The name.
  let name: String
  /// What it was looked up in, as the source spells it ("tensor", "a.b"); nil for a global.
  let owner: String?

  /// Finds the name in Lua's messages about nil values, with the source line it stands in.
  init?(message: String, line: String?) {
    let isAboutNil = message.contains("a nil value")
    guard isAboutNil, let open = message.firstIndex(of: "("),
      let close = message.lastIndex(of: ")"),
      open < close
    else { return nil }
    let words = message[message.index(after: open)..<close].split(separator: " ", maxSplits: 1)
    guard words.count == 2, words[1].count > 2 else { return nil }
    name = String(words[1].dropFirst().dropLast())
    switch words[0] {
    case "global": owner = nil
    case "field", "method":
      guard let path = line.flatMap({ UnknownName.path(before: words[1], in: $0) }) else {
        return nil
      }
      owner = path
    default: return nil
    }
  }

  /// The dotted path that stands before ".name" or ":name" in a line.
  private static func path(before quoted: Substring, in line: String) -> String? {
    let name = quoted.dropFirst().dropLast()
    for separator in [".", ":"] {
      guard let range = line.range(ofText: "\(separator)\(name)") else { continue }
      let path = line[..<range.lowerBound].reversed().prefix { character in
        character.isLetter || character.isNumber || character == "_" || character == "."
      }
      if !path.isEmpty { return String(path.reversed()) }
    }
    return nil
  }
}
