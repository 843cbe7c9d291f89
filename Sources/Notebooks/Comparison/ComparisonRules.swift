internal import Base

/// How the outputs of one cell are compared: tolerances, and what tags and comments in it ask for.
struct ComparisonRules {
  /// How far two numbers may be apart, as a share of the stored one.
  var relative = 1e-6
  /// How far two numbers may be apart beside that.
  var absolute = 1e-9
  /// True when tolerances hold for whole numbers too, as a cell must ask for.
  var includesWhole = false
  /// Text that is dropped on both sides before comparing.
  var ignored: [Regex<AnyRegexOutput>] = []
  /// Text that the fresh outputs must contain; comparing is then left out.
  var contained: [String] = []
  /// False when the outputs are not compared.
  var isCompared = true
  /// True when a tag or a comment speaks of comparing.
  var isMarked = false

  /// Reads the rules of a cell on top of those of the whole run.
  init(of cell: Cell, base: ComparisonRules) throws(Problem) {
    self = base
    if cell.hasTag("ignore-output") || cell.hasTag("skip-check")
      || cell.hasTag("nbval-ignore-output")
      || cell.hasTag("nbval-skip")
    {
      isCompared = false
    }
    if cell.hasTag("check-output") || cell.hasTag("nbval-check-output") { isMarked = true }
    if let text = cell.tagValue("approx") {
      guard let tolerance = Double(text), tolerance >= 0 else {
        throw Problem("the tag approx:\(text) names no tolerance", fix: "write approx:1e-3")
      }
      (relative, absolute, includesWhole, isMarked) = (tolerance, tolerance, true, true)
    }
    for row in NotebookText.rows(cell.source) { try read(row) }
  }

  /// Creates the rules of a run.
  init(relative: Double? = nil, absolute: Double? = nil) {
    if let relative { self.relative = relative }
    if let absolute { self.absolute = absolute }
  }

  /// True when two numbers count as equal.
  func agree(_ a: Double, _ b: Double, isWhole: Bool) -> Bool {
    if a == b || a.isNaN && b.isNaN { return true }
    if isWhole, !includesWhole { return false }
    return abs(a - b) <= absolute + relative * abs(a)
  }

  // MARK: Comments

  private mutating func read(_ row: String) throws(Problem) {
    let row = NotebookText.trimmed(row)
    guard row.hasPrefix(Language.lua.comment) else { return }
    let comment = NotebookText.trimmed(row.dropFirst(Language.lua.comment.count))
    switch comment {
    case "NBVAL_IGNORE_OUTPUT", "NBVAL_SKIP", "PYTEST_VALIDATE_IGNORE_OUTPUT": isCompared = false
    case "NBVAL_CHECK_OUTPUT": isMarked = true
    default:
      guard comment.hasPrefix("test:") else { return }
      isMarked = true
      try readSettings(String(comment.dropFirst("test:".count)))
    }
  }

  private mutating func readSettings(_ text: String) throws(Problem) {
    var rest = NotebookText.trimmed(text)[...]
    while !rest.isEmpty {
      guard let equals = rest.firstIndex(of: "=") else {
        throw Problem("\"-- test: \(rest)\" is not understood", fix: "write -- test: rtol=1e-3")
      }
      let name = NotebookText.trimmed(rest[..<equals])
      rest = rest[rest.index(after: equals)...]
      let value = try ComparisonRules.takeValue(&rest, of: name)
      try set(name, value)
      rest = rest.drop { $0 == "," || $0 == " " }
    }
  }

  private static func takeValue(_ rest: inout Substring, of name: String) throws(Problem) -> String
  {
    guard let mark = rest.first, mark == "/" || mark == "\"" || mark == "'" else {
      let value = rest.prefix { $0 != "," && $0 != " " }
      rest = rest.dropFirst(value.count)
      return String(value)
    }
    rest = rest.dropFirst()
    var value = ""
    while let character = rest.popFirst() {
      if character == mark { return value }
      // Only the closing mark itself needs a backslash.
      if character == "\\", rest.first == mark { continue }
      value.append(character)
    }
    throw Problem("\(name) in a \"-- test:\" comment lacks its closing \(mark)")
  }

  private mutating func set(_ name: String, _ value: String) throws(Problem) {
    switch name {
    case "rtol": (relative, includesWhole) = (try ComparisonRules.tolerance(name, value), true)
    case "atol": (absolute, includesWhole) = (try ComparisonRules.tolerance(name, value), true)
    case "contains": contained.append(value)
    case "ignore":
      let pattern = LuaPattern.regularExpression(value)
      guard let regex = try? Regex(pattern) else {
        throw Problem("ignore=/\(value)/ is not a pattern")
      }
      ignored.append(regex)
    default:
      throw .unknown(
        "setting of \"-- test:\"", name, among: ["rtol", "atol", "ignore", "contains"])
    }
  }

  private static func tolerance(_ name: String, _ text: String) throws(Problem) -> Double {
    guard let value = Double(text), value >= 0 else {
      throw Problem("\(name)=\(text) is not a tolerance", fix: "write \(name)=1e-3")
    }
    return value
  }
}

/// Patterns as Lua writes them, for people who write `ignore=/0x%x+/`.
enum LuaPattern {
  /// The same as a regular expression; frontiers and balanced pairs are not known.
  static func regularExpression(_ pattern: String) -> String {
    let classes: [Character: String] = [
      "a": "[A-Za-z]", "d": "[0-9]", "l": "[a-z]", "u": "[A-Z]", "s": "\\s", "w": "[A-Za-z0-9]",
      "x": "[0-9A-Fa-f]", "p": "[!-/:-@\\[-`{-~]", "c": "[\\x00-\\x1f]",
    ]
    var result = ""
    var isInSet = false
    var rest = pattern[...]
    while let character = rest.popFirst() {
      switch character {
      case "%":
        guard let next = rest.popFirst() else { return result + "%" }
        let known = classes[next]
        let inside = known.map { $0.hasPrefix("[") ? String($0.dropFirst().dropLast()) : $0 }
        result += (isInSet ? inside : known) ?? escaped(next)
      case "[": (isInSet, result) = (true, result + "[")
      case "]": (isInSet, result) = (false, result + "]")
      case "-" where !isInSet && !result.isEmpty: result += "*?"
      case "{", "}", "|", "\\": result += escaped(character)
      default: result.append(character)
      }
    }
    return result
  }

  private static func escaped(_ character: Character) -> String {
    character.isLetter || character.isNumber ? String(character) : "\\\(character)"
  }
}
