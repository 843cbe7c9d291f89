/// One option of a command, declared once: parsing, help and shell completion come from it.
public struct CommandOption: Sendable {
  /// The long name without its dashes.
  public let name: String
  /// A one-letter name.
  public let letter: Character?
  /// Other long names that mean the same.
  public let aliases: [String]
  /// What stands for the value in help, as in "SIZE"; nil for a flag.
  public let value: String?
  /// What it does, in one line.
  public let summary: String
  /// The words that the value may be, where they are few.
  public let choices: [String]

  /// Declares an option.
  public init(
    _ name: String, _ summary: String, value: String? = nil, letter: Character? = nil,
    aliases: [String] = [], choices: [String] = []
  ) {
    self.name = name
    self.letter = letter
    self.aliases = aliases
    self.value = value
    self.summary = summary
    self.choices = choices
  }

  /// The names as a command line has them, as in "-q" and "--quiet".
  public var spellings: [String] { (letter.map { ["-\($0)"] } ?? []) + ["--\(name)"] }

  /// Options as two aligned columns, one option a line.
  public static func table(_ options: [CommandOption]) -> [String] {
    let heads = options.map { option in
      let names = (option.letter == nil ? "    " : "") + option.spellings.joined(separator: ", ")
      return option.value.map { "\(names) \($0)" } ?? names
    }
    let width = heads.map(\.displayWidth).max() ?? 0
    return zip(heads, options).map { "  \($0.padded(toWidth: width))  \($1.summary)" }
  }
}
