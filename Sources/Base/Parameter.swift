/// One named argument or option: its kind, unit, default, range and what it trades off.
public struct Parameter: Sendable {
  /// What kind of value is taken.
  public enum Kind: Sendable, Hashable {
    case integer, number, boolean, string, function, any
    /// A table read as a sequence or a map; the text says of what, as in "number[]".
    case table(String)
    /// A value of a type declared with `Exported`, by its Lua name.
    case object(String)
    /// One of these words.
    case choice([String])
    /// One of several kinds.
    indirect case either([Kind])
  }

  /// The snake_case name, with its unit where it has one.
  public let name: String
  /// What kind of value is taken.
  public let kind: Kind
  /// The unit of a number.
  public let unit: Unit?
  /// The default as Lua would write it; nil where the argument is required.
  public let defaultValue: String?
  /// True where the argument may be left out.
  public let isOptional: Bool
  /// The least and the greatest number taken.
  public let range: ClosedRange<Double>?
  /// What it means, one line.
  public let summary: String
  /// What a larger or smaller value buys and costs.
  public let tradeOff: String?
  /// The words that a text is likely to be, as of now: completion offers them, others are taken too.
  public let words: (@Sendable () -> [String])?

  /// Creates a parameter from all of its parts.
  public init(
    name: String, kind: Kind, unit: Unit? = nil, defaultValue: String? = nil,
    isOptional: Bool = false, range: ClosedRange<Double>? = nil, summary: String,
    tradeOff: String? = nil, words: (@Sendable () -> [String])? = nil
  ) {
    self.name = name
    self.kind = kind
    self.unit = unit
    self.defaultValue = defaultValue
    self.isOptional = isOptional || defaultValue != nil
    self.range = range
    self.summary = summary
    self.tradeOff = tradeOff
    self.words = words
  }
}
