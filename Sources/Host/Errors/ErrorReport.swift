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
    if let position = error.position, let text = source(position.chunk) {
      lines += SourceExcerpt(text: text, line: position.line, message: message, note: hint).lines
    } else if let hint {
      lines.append("  \(hint)")
    }
    lines += trace
    return EvaluationError(
      name: name, message: hint.map { "\(message); \($0)" } ?? message, report: lines,
      line: error.position?.line)
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
    guard let position = error.position else { return "\(name): \(message)" }
    return "\(position.chunk):\(position.line): \(message)"
  }

  private var lineText: String? {
    guard let position = error.position, let text = source(position.chunk) else { return nil }
    return SourceExcerpt.line(position.line, of: text)
  }

  /// The call levels of Lua code, without what the host put below them.
  private var trace: [String] {
    guard error.kind != .syntax, let traceback = error.traceback else { return [] }
    var levels: [String] = []
    for line in traceback.split(separator: "\n").dropFirst() {
      let level = line.drop { $0 == "\t" }
      if level == "[C]: in ?" || level.hasPrefix("[C]: in function 'error'") { continue }
      levels.append("  " + level)
    }
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
