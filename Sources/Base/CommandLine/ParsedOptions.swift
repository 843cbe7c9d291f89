/// What stood on a command line, taken apart by the options that a command has.
public struct ParsedOptions: Sendable {
  /// What is no option, in order.
  public private(set) var words: [String] = []
  private var values: [String: [String]] = [:]
  private var given: [(name: String, value: String?)] = []

  /// Takes words apart: `--name value`, `--name=value`, `-x value`, `-xvalue`, letters together;
  /// `--` ends the options.
  ///
  /// With `stopsAtFirstWord` all from the first word outside options on is left as it is, so that a
  /// script gets its own options.
  /// - Throws: a problem of the kind `usage`.
  public init(
    _ arguments: [String], options: [CommandOption], stopsAtFirstWord: Bool = false
  ) throws(Problem) {
    do throws(Problem) {
      try takeAll(arguments, options, stopsAtFirstWord: stopsAtFirstWord)
    } catch {
      throw error.of(.usage)
    }
  }

  private mutating func takeAll(
    _ arguments: [String], _ options: [CommandOption], stopsAtFirstWord: Bool
  ) throws(Problem) {
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
        guard stopsAtFirstWord else { continue }
        words += rest
        return
      }
    }
  }

  private mutating func takeLong(
    _ argument: String, _ options: [CommandOption], _ rest: inout ArraySlice<String>
  ) throws(Problem) {
    let equals = argument.firstIndex(of: "=")
    let name = String(argument[..<(equals ?? argument.endIndex)].dropFirst(2))
    guard let option = options.first(where: { $0.name == name || $0.aliases.contains(name) }) else {
      throw .unknown(
        "option", "--\(name)", among: options.map { "--\($0.name)" }, list: "--help lists them")
    }
    if let equals {
      guard option.value != nil else { throw Problem("--\(name) takes no value") }
      try add(option, String(argument[argument.index(after: equals)...]))
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
        throw .unknown("option", "-\(letter)", among: known, list: "--help lists them")
      }
      if option.value != nil, !letters.isEmpty {
        try add(option, String(letters))
        return
      }
      try take(option, &rest)
    }
  }

  private mutating func take(_ option: CommandOption, _ rest: inout ArraySlice<String>)
    throws(Problem)
  {
    guard let value = option.value else { return try add(option, "") }
    guard let text = rest.popFirst() else {
      throw Problem("--\(option.name) takes a value", fix: "write --\(option.name) \(value)")
    }
    try add(option, text)
  }

  private mutating func add(_ option: CommandOption, _ value: String) throws(Problem) {
    if !option.choices.isEmpty, !option.choices.contains(value) {
      throw .unknown("value of --\(option.name)", value, among: option.choices)
    }
    values[option.name, default: []].append(value)
    given.append((option.name, option.value == nil ? nil : value))
  }

  // MARK: Values

  /// True when the option stands there.
  public func has(_ name: String) -> Bool { values[name] != nil }
  /// The last value of an option.
  public func value(_ name: String) -> String? { values[name]?.last }
  /// The options as words of a command line, but for some of them.
  public func optionWords(leavingOut names: Set<String>) -> [String] {
    given.filter { !names.contains($0.name) }.map { option in
      option.value.map { "--\(option.name)=\($0)" } ?? "--\(option.name)"
    }
  }

  /// All values of an option.
  public func all(_ name: String) -> [String] { values[name] ?? [] }

  /// A time in seconds: "30s", "500ms", "2m", "1.5".
  public func seconds(_ name: String) throws(Problem) -> Double? {
    try read(name) { text throws(Problem) in try parseSeconds(text) }
  }

  /// An amount of memory: "2GiB", "512M".
  public func bytes(_ name: String) throws(Problem) -> Bytes? {
    try read(name) { text throws(Problem) in try Bytes(parsing: text) }
  }

  /// A whole number in a range.
  public func integer(_ name: String, in range: ClosedRange<Int> = 0...Int.max) throws(Problem)
    -> Int?
  {
    try read(name) { text throws(Problem) in
      if let number = Int(text), range.contains(number) { return number }
      let end = range.upperBound == Int.max ? "up" : "to \(range.upperBound)"
      throw Problem("\"\(text)\" is not a whole number from \(range.lowerBound) \(end)")
    }
  }

  /// A number from 0 up.
  public func number(_ name: String) throws(Problem) -> Double? {
    try read(name) { text throws(Problem) in
      if let number = Double(text), number >= 0 { return number }
      throw Problem("\"\(text)\" is not a number from 0 up")
    }
  }

  private func read<Value>(_ name: String, _ body: (String) throws(Problem) -> Value)
    throws(Problem) -> Value?
  {
    guard let text = value(name) else { return nil }
    do throws(Problem) { return try body(text) } catch {
      throw Problem("--\(name): \(error.message)", fix: error.fix, kind: .usage)
    }
  }
}

/// Reads "30", "30s", "500ms", "5m", "2h" as seconds.
public func parseSeconds(_ text: String) throws(Problem) -> Double {
  let number = text.prefix { $0.isNumber || $0 == "." }
  let factors: [Substring: Double] = ["": 1, "s": 1, "ms": 1e-3, "m": 60, "min": 60, "h": 3600]
  guard let value = Double(number), let factor = factors[text.dropFirst(number.count)], value > 0
  else {
    throw Problem("\"\(text)\" is not a time", fix: "write a number and a unit, as in 30s")
  }
  return value * factor
}
