/// How one direction of a chart is read: its label, unit, kind of scale and ends.
public struct Axis: Hashable, Sendable {
  /// How values are laid along the axis.
  public enum Kind: Hashable, Sendable {
    /// Equal differences are equal distances.
    case linear
    /// Equal ratios are equal distances; values at or below 0 are left out with a note.
    case log
    /// Values are seconds since 1970 in UTC; ticks stand at calendar boundaries.
    case time
    /// The value k stands for the k-th of these names, counted from 0.
    case categories([String])
  }

  /// What is measured, as in "latency"; empty for none.
  public var label: String
  /// The unit, as in "s"; units that take SI prefixes get one where it makes ticks short.
  public var unit: String
  /// How values are laid along the axis.
  public var kind: Kind
  /// Where the axis starts; nil lets the data decide.
  public var minimum: Double?
  /// Where the axis ends; nil lets the data decide.
  public var maximum: Double?

  /// Creates an axis.
  public init(
    _ label: String = "", unit: String = "", kind: Kind = .linear, minimum: Double? = nil,
    maximum: Double? = nil
  ) {
    self.label = label
    self.unit = unit
    self.kind = kind
    self.minimum = minimum
    self.maximum = maximum
  }

  /// The names along a categorical axis; nil on others.
  public var categories: [String]? {
    if case .categories(let names) = kind { names } else { nil }
  }
}
