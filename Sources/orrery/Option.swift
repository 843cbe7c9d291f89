/// One option of a command, declared once: parsing, help and shell completion come from it.
struct Option: Sendable {
  /// The long spelling with its dashes, as in "--memory".
  let name: String
  /// The one-letter spelling, as in "-q", where there is one.
  let short: String?
  /// What stands for the value in help, as in "SIZE"; nil for a switch.
  let value: String?
  /// What it does, in one line.
  let summary: String
  /// The words that the value may be, where they are few.
  let choices: [String]

  init(
    _ name: String, short: String? = nil, value: String? = nil, _ summary: String,
    choices: [String] = []
  ) {
    self.name = name
    self.short = short
    self.value = value
    self.summary = summary
    self.choices = choices
  }

  /// How help spells it, as in "-q, --quiet" or "--memory SIZE".
  var spelling: String {
    let names = [short, name].compactMap(\.self).joined(separator: ", ")
    return value.map { "\(names) \($0)" } ?? names
  }
}
