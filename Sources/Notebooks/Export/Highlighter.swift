/// Finds the parts of source code to be coloured; given by whoever knows the language.
public typealias Highlighter = @Sendable (_ code: String) -> [HighlightSpan]

/// A part of source code and what it is; parts stand in order and do not overlap.
public struct HighlightSpan: Hashable, Sendable {
  /// What a part of code is.
  public enum Style: String, Sendable, CaseIterable {
    case keyword, constant, number, string, escape, comment, name, function, field, symbol, invalid
  }

  /// The range in UTF-8 bytes.
  public var range: Range<Int>
  /// What it is.
  public var style: Style

  /// Creates a span.
  public init(_ range: Range<Int>, _ style: Style) {
    self.range = range
    self.style = style
  }
}
