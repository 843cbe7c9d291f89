/// How JSON under a schema is written and bounded.
public struct JSONSchemaOptions: Sendable, Hashable {
  /// True for line ends and indentation after brackets and commas may be written.
  public var allowsLineBreaks: Bool
  /// How many items an array has at most where the schema does not say; nothing is without bound.
  public var maxItems: Int?
  /// How many letters a string has at most where the schema does not say; nothing is without bound.
  public var maxLength: Int?
  /// How deep schemas that refer to themselves, and values of any kind, may nest.
  public var maxDepth: Int

  /// Creates options.
  public init(
    allowsLineBreaks: Bool = false, maxItems: Int? = nil, maxLength: Int? = nil, maxDepth: Int = 8
  ) {
    self.allowsLineBreaks = allowsLineBreaks
    self.maxItems = maxItems
    self.maxLength = maxLength
    self.maxDepth = maxDepth
  }
}
