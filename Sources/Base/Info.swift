/// What people and tools know about one named thing: everything else is derived from it.
public struct Info: Sendable {
  /// The name in the field's own words, as in "prefix-cache".
  public let name: String
  /// What it is, in one line.
  public let summary: String
  /// More, in paragraphs; empty where the summary says it all.
  public let detail: String
  /// One line of Lua that shows it at work; a test runs it.
  public let example: String?
  /// Its options.
  public let parameters: [Parameter]
  /// Where its facts come from.
  public let source: String?

  /// Creates a declaration.
  public init(
    _ name: String, _ summary: String, detail: String = "", example: String? = nil,
    parameters: [Parameter] = [], source: String? = nil
  ) {
    self.name = name
    self.summary = summary
    self.detail = detail
    self.example = example
    self.parameters = parameters
    self.source = source
  }
}

/// A thing that carries its own declaration.
public protocol Described {
  /// What people and tools know about it.
  var info: Info { get }
}
