internal import Base

/// Ends the reading of a construct whose error is already reported.
enum ParseFailure: Error {
  /// Reading goes on behind the construct.
  case syntax
  /// A limit was passed: nothing more is read.
  case stop
}

/// Reads the words of a translation unit into its syntax tree, by recursive descent.
///
/// The grammar of C++ depends on which names are types and templates, so scopes are kept while
/// reading. Nesting is bounded, every loop consumes words, so any input ends.
struct Parser {
  /// How deep statements, types and brackets may nest.
  static let depthLimit = 160
  /// How many levels of operands an expression may have.
  static let heightLimit = 300

  let tokens: [Token]
  var position = 0
  var diagnostics: DiagnosticList
  var scope: Scope
  let uses: [MacroUse]
  var depth = 0
  /// True where a `>` closes template arguments and is no operator.
  var isInTemplateArguments = false
  /// Names of member templates seen, after which `.name<` opens arguments.
  var memberTemplates: Set<String> = []
  /// Records that were skipped as host code, by name, with the reason.
  var skippedTypes: [String: Diagnostic] = [:]
  /// The sort of the last error, by which skipped host code is told from broken code.
  var lastFailure = FailureSort.syntax
  /// True inside `extern "C"`.
  var isExternC = false
  /// The parameters read for the declaration that follows them.
  var pendingTemplate: [TemplateParameter]?
  private var nodes = 0

  enum FailureSort { case syntax, unknownType, unsupported }

  init(tokens: [Token], uses: [MacroUse], diagnostics: DiagnosticList) {
    self.tokens = Self.prepared(tokens)
    self.uses = uses
    self.diagnostics = diagnostics
    scope = KnownNames.makeScope()
  }

  /// Splits `>>`, whose halves may close two lists of template arguments, and spells `and` as `&&`.
  private static func prepared(_ tokens: [Token]) -> [Token] {
    var result: [Token] = []
    result.reserveCapacity(tokens.count + 16)
    for var token in tokens {
      if token.kind == .identifier, let symbol = spelledOperators[token.text] {
        (token.kind, token.text) = (.punctuator, symbol)
      }
      guard token.isPunctuator(">>") else {
        result.append(token)
        continue
      }
      var first = token
      (first.text, first.isGlued) = (">", true)
      first.end.column = first.location.column + 1
      var second = token
      second.text = ">"
      (second.startsLine, second.hasSpaceBefore) = (false, false)
      if token.expansion < 0 { second.location.column += 1 }
      result += [first, second]
    }
    return result
  }

  private static let spelledOperators = [
    "and": "&&", "or": "||", "not": "!", "bitand": "&", "bitor": "|", "xor": "^", "compl": "~",
    "and_eq": "&=", "or_eq": "|=", "xor_eq": "^=", "not_eq": "!=",
  ]

  mutating func makeNode() -> NodeID {
    nodes += 1
    return NodeID(number: nodes)
  }

  // MARK: Words

  var current: Token { tokens[position] }

  /// The word just read.
  var previous: Token { tokens[max(position - 1, 0)] }

  /// A word further on; the end of the file repeats.
  func peek(_ ahead: Int = 1) -> Token { tokens[min(position + ahead, tokens.count - 1)] }

  /// The word at an index, the first or last one outside.
  func token(at index: Int) -> Token { tokens[max(0, min(index, tokens.count - 1))] }

  var isAtEnd: Bool { current.kind == .endOfFile }

  @discardableResult
  mutating func advance() -> Token {
    let token = current
    if position < tokens.count - 1 { position += 1 }
    return token
  }

  /// True if the current word is this symbol or keyword.
  func at(_ text: String) -> Bool {
    current.text == text && (current.kind == .punctuator || current.kind == .identifier)
  }

  /// Reads a symbol or keyword if it is there.
  @discardableResult
  mutating func accept(_ text: String) -> Bool {
    guard at(text) else { return false }
    advance()
    return true
  }

  /// Reads a symbol that must be there; the context ends "expected X …".
  @discardableResult
  mutating func expect(_ text: String, _ context: String) throws(ParseFailure) -> Token {
    guard at(text) else { throw fail("expected \"\(text)\" \(context)", isAfterPrevious: true) }
    return advance()
  }

  /// Reads a word that names something.
  mutating func expectIdentifier(_ context: String) throws(ParseFailure) -> Identifier {
    guard current.kind == .identifier, !Keywords.all.contains(current.text) else {
      throw fail("expected \(context)")
    }
    let token = advance()
    return Identifier(text: token.text, range: token.range)
  }

  func range(from start: SourceLocation) -> SourceRange { SourceRange(start, previous.end) }

  // MARK: Errors

  /// Reports what was expected here, to be thrown.
  ///
  /// Behind the previous word if a closing
  /// symbol is missing, at the current word otherwise.
  mutating func fail(
    _ message: String, isAfterPrevious: Bool = false, sort: FailureSort = .syntax
  ) -> ParseFailure {
    if current.kind == .stray { return failStray() }
    let found = "\(message), found \(current.quoted)"
    let isLater = isAfterPrevious && position > 0 && current.location.line != previous.end.line
    if isLater || isAtEnd, position > 0 {
      report(isAtEnd ? found : message, at: previous, location: previous.end, sort: sort)
    } else {
      report(found, at: current, sort: sort)
    }
    return .syntax
  }

  /// What is expected where an opening bracket is not closed.
  func closing(_ symbol: String, _ open: Token) -> String {
    let isNear = open.location.line == current.location.line
    return isNear
      ? "expected \"\(symbol)\""
      : "expected \"\(symbol)\" to close the \"\(open.text)\" of line \(open.location.line)"
  }

  private mutating func failStray() -> ParseFailure {
    let isQuote = current.text.first.map { "\"'".contains($0) } ?? false
    report(
      isQuote
        ? "the quote that begins here is never closed on its line"
        : "unexpected character \(current.quoted)", at: current)
    return .syntax
  }

  /// Reports a feature that is left out, by name.
  mutating func unsupported(_ feature: String, at token: Token? = nil) -> ParseFailure {
    report("not supported: \(feature)", at: token ?? current, sort: .unsupported)
    return .syntax
  }

  /// Adds an error, with a note where the word came out of a macro.
  mutating func report(
    _ message: String, at token: Token, location: SourceLocation? = nil,
    sort: FailureSort = .syntax, notes: [Diagnostic] = []
  ) {
    lastFailure = sort
    var notes = notes
    let source = token.expansion >= 0 ? token : previous
    if uses.indices.contains(Int(source.expansion)), source.location.line == token.location.line {
      let use = uses[Int(source.expansion)]
      notes.append(
        Diagnostic(.note, "expanded from macro \"\(use.name)\"", at: use.definition))
    }
    diagnostics.append(
      Diagnostic(
        .error, message, at: location ?? token.location, end: location ?? token.end, notes: notes))
  }

  /// Counts a level of nesting around `body`.
  mutating func nested<Result>(
    _ body: (inout Parser) throws(ParseFailure) -> Result
  ) throws(ParseFailure) -> Result {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.depthLimit else {
      report("nested more than \(Self.depthLimit) levels deep", at: current)
      throw .stop
    }
    return try body(&self)
  }

  // MARK: Recovery and skipping

  /// Goes on behind a broken construct: behind `;`, behind a block, or before a `}` of the outside.
  mutating func recover() {
    while !isAtEnd, !at("}") {
      if accept(";") { return }
      if current.kind == .stray, current.text.hasSuffix(";") {
        advance()
        return
      }
      if at("{") {
        skipBalanced()
        while accept("catch") {
          skipBalanced()
          skipBalanced()
        }
        // Behind a block in brackets the statement is not over.
        if at(")") || at("]") { continue }
        accept(";")
        return
      }
      advance()
    }
  }

  /// Skips from an opening bracket to behind its partner; false if there is none.
  @discardableResult
  mutating func skipBalanced() -> Bool {
    guard let end = endOfBalanced(at: position) else {
      position = tokens.count - 1
      return false
    }
    position = end
    return true
  }

  /// The index behind the partner of the bracket at an index.
  func endOfBalanced(at start: Int) -> Int? {
    let (open, close): (String, String)
    switch token(at: start).text {
    case "(": (open, close) = ("(", ")")
    case "[": (open, close) = ("[", "]")
    default: (open, close) = ("{", "}")
    }
    var level = 0
    var index = start
    while index < tokens.count {
      let token = tokens[index]
      index += 1
      guard token.kind == .punctuator else { continue }
      if token.text == open { level += 1 }
      if token.text == close {
        level -= 1
        if level == 0 { return index }
      }
    }
    return nil
  }

  /// Reads in an inner scope.
  mutating func scoped<Result>(
    _ kind: Scope.Kind, _ body: (inout Parser) throws(ParseFailure) -> Result
  ) throws(ParseFailure) -> Result {
    let outer = scope
    scope = Scope(kind, in: outer)
    defer { scope = outer }
    return try body(&self)
  }
}
