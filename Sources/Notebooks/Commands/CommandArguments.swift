internal import Base

/// The options of a command line and what stands behind them.
///
/// Options are `--name value`, `--name=value`, `-n value` by first letter, and `--name` for a
/// boolean one. They end at the first word that is none.
public struct CommandArguments: Sendable {
  /// The values of options by name.
  private(set) var options: [String: String] = [:]
  /// The words behind the options; quotes keep spaces together.
  public private(set) var words: [String] = []
  /// The text behind the options as it stands.
  public private(set) var code = ""

  init(parsing text: String, of command: any CellCommand, hasBody: Bool) throws(Problem) {
    try CommandArguments.check(command, hasBody: hasBody)
    var rest = text[...]
    while rest.hasPrefix("-") {
      let word = rest.prefix { $0 != " " }
      guard word.count > 1, word != "--" else { break }
      // A negative number or an expression is code, not an option.
      guard word.dropFirst().first?.isLetter == true || word.hasPrefix("--") else { break }
      rest = rest.dropFirst(word.count).drop { $0 == " " }
      try takeOption(word, of: command, &rest)
    }
    code = String(rest)
    words = CommandArguments.split(rest)
    try check(command, hasBody: hasBody)
  }

  private mutating func takeOption(
    _ word: Substring, of command: any CellCommand, _ rest: inout Substring
  ) throws(Problem) {
    let equals = word.firstIndex(of: "=")
    let name = word[..<(equals ?? word.endIndex)]
    let bare = String(name.drop { $0 == "-" })
    let parameters = command.info.parameters
    let found =
      parameters.first { $0.name == bare }
      ?? (name.hasPrefix("--") || bare.count != 1
        ? nil : parameters.first { $0.name.hasPrefix(bare) })
    guard let parameter = found else {
      throw .unknown(
        "option of %\(command.info.name)", String(name), among: parameters.map { "--\($0.name)" })
    }
    if let equals {
      options[parameter.name] = String(word[word.index(after: equals)...])
    } else if parameter.kind == .boolean {
      options[parameter.name] = "true"
    } else {
      let value = rest.prefix { $0 != " " }
      guard !value.isEmpty else {
        throw Problem(
          "--\(parameter.name) of %\(command.info.name) takes a value: \(command.usage)")
      }
      options[parameter.name] = String(value)
      rest = rest.dropFirst(value.count).drop { $0 == " " }
    }
  }

  private static func check(_ command: any CellCommand, hasBody: Bool) throws(Problem) {
    let name = command.info.name
    if hasBody, command.form == .line {
      throw Problem("%\(name) stands on a line, not over a cell", fix: "write \(command.usage)")
    }
    if !hasBody, command.form == .cell {
      throw Problem("%%\(name) stands over a cell", fix: "write it as the first line of one")
    }
  }

  private func check(_ command: any CellCommand, hasBody: Bool) throws(Problem) {
    switch command.rest {
    case .nothing where !words.isEmpty:
      throw Problem("%\(command.info.name) takes nothing else", fix: "write \(command.usage)")
    case .words(_, let least) where words.count < least:
      throw Problem("%\(command.info.name) takes more", fix: "write \(command.usage)")
    case .code where !hasBody && code.isEmpty:
      throw Problem("%\(command.info.name) has nothing to run", fix: "write \(command.usage)")
    default: break
    }
  }

  /// The whole number of an option, or its default.
  func integer(_ name: String, default fallback: Int, in range: ClosedRange<Int>) throws(Problem)
    -> Int
  {
    guard let text = options[name] else { return fallback }
    guard let value = Int(text), range.contains(value) else {
      throw Problem(
        "--\(name) takes a whole number from \(range.lowerBound) to \(range.upperBound), not \(text)"
      )
    }
    return value
  }

  /// The number of an option, or its default.
  func number(_ name: String, default fallback: Double) throws(Problem) -> Double {
    guard let text = options[name] else { return fallback }
    guard let value = Double(text), value > 0, value.isFinite else {
      throw Problem("--\(name) takes a number above 0, not \(text)")
    }
    return value
  }

  /// True when a boolean option is set.
  func flag(_ name: String) -> Bool { options[name] == "true" }

  private static func split(_ text: Substring) -> [String] {
    var words: [String] = []
    var word = ""
    var quote: Character?
    var isOpen = false
    for character in text {
      if let open = quote {
        if character == open { quote = nil } else { word.append(character) }
      } else if character == "\"" || character == "'" {
        (quote, isOpen) = (character, true)
      } else if character == " " || character == "\t" {
        if isOpen || !word.isEmpty { words.append(word) }
        (word, isOpen) = ("", false)
      } else {
        word.append(character)
      }
    }
    if isOpen || !word.isEmpty { words.append(word) }
    return words
  }
}
