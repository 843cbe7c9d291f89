/// A stretch of source text, from its first character to just behind its last.
struct SourceRange: Hashable, Sendable {
  var start: SourceLocation
  var end: SourceLocation

  init(_ start: SourceLocation, _ end: SourceLocation) {
    self.start = start
    self.end = end
  }

  /// From the start of this range to the end of another.
  func through(_ other: SourceRange) -> SourceRange { SourceRange(start, other.end) }
}

/// The number of a declaration or lambda, unique in its translation unit: what a later phase files
/// things under, since syntax nodes are values.
struct NodeID: Hashable, Sendable {
  let number: Int
}

/// A word with its place.
struct Identifier: Hashable, Sendable {
  let text: String
  let range: SourceRange
}

/// A name as written, with its qualifiers: `::a::b<int>::c`.
struct QualifiedName: Sendable {
  /// True after a leading `::`.
  let isGlobal: Bool
  /// One part or more; the last one is what is named.
  let components: [NameComponent]
  let range: SourceRange

  /// What is named, without its qualifiers.
  var last: NameComponent { components[components.count - 1] }

  /// The word, where the name is one word without qualifiers or template arguments.
  var simple: String? {
    guard !isGlobal, components.count == 1, last.templateArguments == nil,
      case .identifier(let word) = last.kind
    else { return nil }
    return word
  }

  /// The name as text, for messages; template arguments become `<…>`.
  var spelling: String {
    (isGlobal ? "::" : "") + components.map(\.spelling).joined(separator: "::")
  }
}

/// One part of a qualified name.
struct NameComponent: Sendable {
  enum Kind: Hashable, Sendable {
    case identifier(String)
    /// `operator+`, `operator()` and so on.
    case operatorName(OverloadedOperator)
    /// `~T`.
    case destructor(String)
  }

  let kind: Kind
  /// What stands in `<…>`; nil without any, empty for `f<>`.
  let templateArguments: [TemplateArgument]?
  let range: SourceRange

  /// The part as text, for messages.
  var spelling: String {
    let name =
      switch kind {
      case .identifier(let word): word
      case .operatorName(let which): "operator" + which.rawValue
      case .destructor(let word): "~" + word
      }
    return templateArguments == nil ? name : name + "<…>"
  }
}

/// What a template is given.
///
/// A lone name whose meaning the parser cannot know (it is neither a type it saw declared nor a
/// value) comes as `.expression(.name)`; who looks names up may find a type or a template.
enum TemplateArgument: Sendable {
  case type(TypeSyntax)
  case expression(Expression)

  var range: SourceRange {
    switch self {
    case .type(let type): type.range
    case .expression(let expression): expression.range
    }
  }
}

/// An operator that a program may define, by its symbol.
enum OverloadedOperator: String, Sendable, Hashable, CaseIterable {
  case plus = "+", minus = "-", star = "*", slash = "/", percent = "%"
  case caret = "^", ampersand = "&", bar = "|", tilde = "~", exclamation = "!"
  case assign = "=", less = "<", greater = ">"
  case plusAssign = "+=", minusAssign = "-=", starAssign = "*=", slashAssign = "/="
  case percentAssign = "%=", caretAssign = "^=", ampersandAssign = "&=", barAssign = "|="
  case shiftLeft = "<<", shiftRight = ">>", shiftLeftAssign = "<<=", shiftRightAssign = ">>="
  case equal = "==", notEqual = "!=", lessOrEqual = "<=", greaterOrEqual = ">="
  case logicalAnd = "&&", logicalOr = "||", increment = "++", decrement = "--"
  case comma = ",", arrow = "->", call = "()", subscriptBrackets = "[]"
}
