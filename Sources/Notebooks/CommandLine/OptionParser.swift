internal import Base

/// One option of a command.
struct CommandOption: Sendable {
  /// The long name without its dashes.
  let name: String
  /// A one-letter name.
  let letter: Character?
  /// Other long names that mean the same.
  let aliases: [String]
  /// What stands for the value in help; nil for a flag.
  let value: String?
  /// What it does.
  let summary: String

  init(
    _ name: String, _ summary: String, value: String? = nil, letter: Character? = nil,
    aliases: [String] = []
  ) {
    self.name = name
    self.letter = letter
    self.aliases = aliases
    self.value = value
    self.summary = summary
  }

  /// The names as help shows them.
  var usage: String {
    let head = (letter.map { "-\($0), " } ?? "    ") + "--\(name)"
    return value.map { "\(head) \($0)" } ?? head
  }
}

/// What stood on a command line, taken apart by the options that a command has.
struct ParsedOptions {
  /// What is no option, in order.
  private(set) var words: [String] = []
  private var values: [String: [String]] = [:]
  private var given: [(name: String, value: String?)] = []

  init(_ arguments: [String], options: [CommandOption]) throws(Problem) {
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      if argument == "--" {
        words += rest
        return
      }
      if argument.hasPrefix("--") {
        try takeLong(argument, options, &rest)
      } else if argument.hasPrefix("-"), argument != "-" {
        try takeLetters(argument, options, &rest)
      } else {
        words.append(argument)
      }
    }
  }

  private mutating func takeLong(
    _ argument: String, _ options: [CommandOption], _ rest: inout ArraySlice<String>
  ) throws(Problem) {
    let equals = argument.firstIndex(of: "=")
    let name = String(argument[..<(equals ?? argument.endIndex)].dropFirst(2))
    guard let option = options.first(where: { $0.name == name || $0.aliases.contains(name) }) else {
      throw .unknown("option", "--\(name)", among: options.map { "--\($0.name)" })
    }
    if let equals {
      guard option.value != nil else { throw Problem("--\(name) takes no value") }
      add(option, String(argument[argument.index(after: equals)...]))
    } else {
      try take(option, &rest)
    }
  }

  private mutating func takeLetters(
    _ argument: String, _ options: [CommandOption], _ rest: inout ArraySlice<String>
  ) throws(Problem) {
    var letters = argument.dropFirst()
    while let letter = letters.popFirst() {
      guard let option = options.first(where: { $0.letter == letter }) else {
        let known = options.compactMap { option in option.letter.map { "-\($0)" } }
        throw .unknown("option", "-\(letter)", among: known)
      }
      if option.value != nil, !letters.isEmpty {
        add(option, String(letters))
        return
      }
      try take(option, &rest)
    }
  }

  private mutating func take(_ option: CommandOption, _ rest: inout ArraySlice<String>)
    throws(Problem)
  {
    guard let value = option.value else { return add(option, "") }
    guard let text = rest.popFirst() else {
      throw Problem("--\(option.name) takes a value", fix: "write --\(option.name) \(value)")
    }
    add(option, text)
  }

  private mutating func add(_ option: CommandOption, _ value: String) {
    values[option.name, default: []].append(value)
    given.append((option.name, option.value == nil ? nil : value))
  }

  /// True when the option stands there.
  func has(_ name: String) -> Bool { values[name] != nil }
  /// The last value of an option.
  func value(_ name: String) -> String? { values[name]?.last }
  /// The options as words of a command line, but for some of them.
  func optionWords(leavingOut names: Set<String>) -> [String] {
    given.filter { !names.contains($0.name) }.map { option in
      option.value.map { "--\(option.name)=\($0)" } ?? "--\(option.name)"
    }
  }

  /// All values of an option.
  func all(_ name: String) -> [String] { values[name] ?? [] }

  /// A time in seconds.
  func seconds(_ name: String) throws(Problem) -> Double? {
    guard let text = value(name) else { return nil }
    return try naming(name) { () throws(Problem) in try parseSeconds(text) }
  }

  /// An amount of memory in bytes.
  func bytes(_ name: String) throws(Problem) -> Int? {
    guard let text = value(name) else { return nil }
    return try naming(name) { () throws(Problem) in try Bytes(parsing: text).count }
  }

  /// A whole number from 0 up.
  func integer(_ name: String) throws(Problem) -> Int? {
    guard let text = value(name) else { return nil }
    guard let number = Int(text), number >= 0 else {
      throw Problem("--\(name) takes a whole number from 0 up, not \"\(text)\"")
    }
    return number
  }

  /// A number from 0 up.
  func number(_ name: String) throws(Problem) -> Double? {
    guard let text = value(name) else { return nil }
    guard let number = Double(text), number >= 0 else {
      throw Problem("--\(name) takes a number from 0 up, not \"\(text)\"")
    }
    return number
  }

  private func naming<Value>(_ name: String, _ body: () throws(Problem) -> Value) throws(Problem)
    -> Value
  {
    do throws(Problem) { return try body() } catch {
      throw Problem("--\(name): \(error.message)", fix: error.fix, kind: error.kind)
    }
  }
}
