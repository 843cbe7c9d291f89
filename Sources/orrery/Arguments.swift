import Base

/// A command line taken apart by the options that a command declares.
struct Arguments {
  /// What stands outside options, in order.
  private(set) var positional: [String] = []
  private var values: [String: [String]] = [:]

  /// Takes words apart: `--name value`, `--name=value`, `-x value`; `--` ends the options.
  ///
  /// With `stopsAtFirstWord` everything from the first word outside options on is positional, so
  /// that a script gets its own options untouched.
  init(
    _ words: some Sequence<String>, options: [Option], stopsAtFirstWord: Bool = false
  ) throws(Problem) {
    do throws(Problem) {
      try takeAll(Array(words)[...], options: options, stopsAtFirstWord: stopsAtFirstWord)
    } catch {
      throw error.of(.usage)
    }
  }

  private mutating func takeAll(
    _ words: ArraySlice<String>, options: [Option], stopsAtFirstWord: Bool
  ) throws(Problem) {
    var rest = words
    while let word = rest.popFirst() {
      if word == "--" || (stopsAtFirstWord && !word.isOption) {
        positional += (word == "--" ? [] : [word]) + rest
        return
      }
      guard word.isOption else {
        positional.append(word)
        continue
      }
      try take(word, from: &rest, options: options)
    }
  }

  private mutating func take(
    _ word: String, from rest: inout ArraySlice<String>, options: [Option]
  ) throws(Problem) {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    guard let option = options.first(where: { $0.name == name || $0.short == name }) else {
      throw .unknown("option", name, among: options.map(\.name), list: "--help lists them")
    }
    guard option.value != nil else {
      if parts.count > 1 { throw Problem("\(option.name) takes no value, got \"\(parts[1])\"") }
      values[option.name, default: []].append("")
      return
    }
    guard let value = parts.count > 1 ? String(parts[1]) : rest.popFirst() else {
      throw Problem("\(option.name) needs a value", fix: "write \(option.spelling)")
    }
    if !option.choices.isEmpty, !option.choices.contains(value) {
      throw .unknown("value of \(option.name)", value, among: option.choices)
    }
    values[option.name, default: []].append(value)
  }

  /// True when an option was given.
  func has(_ name: String) -> Bool { values[name] != nil }

  /// The last value of an option.
  func value(_ name: String) -> String? { values[name]?.last }

  /// All values of an option in order.
  func all(_ name: String) -> [String] { values[name] ?? [] }

  /// The value of an option as a duration in seconds: "30s", "500ms", "2m", "1.5".
  func seconds(_ name: String) throws(Problem) -> Double? {
    guard let text = value(name) else { return nil }
    let number = text.prefix { $0.isNumber || $0 == "." }
    let factors = ["": 1.0, "s": 1, "ms": 1e-3, "m": 60, "min": 60, "h": 3600]
    guard let amount = Double(number), let factor = factors[String(text.dropFirst(number.count))],
      amount * factor > 0
    else {
      throw Problem(
        "\(name): \"\(text)\" is not a time", fix: "write a number and s, ms, m or h", kind: .usage)
    }
    return amount * factor
  }

  /// The value of an option as an amount of memory: "2GiB", "512M".
  func bytes(_ name: String) throws(Problem) -> Bytes? {
    guard let text = value(name) else { return nil }
    do throws(Problem) {
      return try Bytes(parsing: text)
    } catch {
      throw Problem("\(name): \(error.message)", fix: error.fix, kind: .usage)
    }
  }

  /// The value of an option as a whole number in a range.
  func integer(_ name: String, in range: ClosedRange<Int>) throws(Problem) -> Int? {
    guard let text = value(name) else { return nil }
    guard let number = Int(text), range.contains(number) else {
      throw Problem(
        "\(name): \"\(text)\" is not a whole number from \(range.lowerBound) to \(range.upperBound)"
      )
    }
    return number
  }
}

extension String {
  fileprivate var isOption: Bool { count > 1 && hasPrefix("-") }
}
