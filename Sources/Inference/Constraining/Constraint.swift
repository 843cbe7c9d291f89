public import Base
import Synchronization

/// A form that generated text must have: a grammar, a JSON schema, a pattern or a list of choices.
///
/// A constraint is made once and used for any number of texts; `start` begins one.
public struct Constraint: Sendable, CustomStringConvertible {
  /// What sort of form it is.
  public enum Kind: String, Sendable {
    case grammar
    case jsonSchema = "json_schema"
    case regex
    case choice
  }

  /// What sort of form it is.
  public let kind: Kind
  /// The form as it was given, on one line.
  public let description: String
  /// The most bytes of a text; nothing leaves that to the number of tokens.
  public var maxBytes: Int?
  /// The grammar that texts are matched against.
  public let compiled: CompiledGrammar

  private let store: Store

  /// The workspace of the vocabulary that was used last.
  private final class Store: Sendable {
    let workspace = Mutex<MaskWorkspace?>(nil)
  }

  private init(_ kind: Kind, _ description: String, _ grammar: Grammar, _ maxBytes: Int?)
    throws(Problem)
  {
    self.kind = kind
    self.description = description
    self.maxBytes = maxBytes
    compiled = try CompiledGrammar(grammar)
    store = Store()
  }

  /// Text of a grammar in the form that `Grammar` reads.
  public static func grammar(_ text: String, maxBytes: Int? = nil) throws(Problem) -> Constraint {
    let grammar = try Grammar(parsing: text)
    let names = grammar.ruleNames.count == 1 ? "1 rule" : "\(grammar.ruleNames.count) rules"
    return try Constraint(.grammar, "a grammar of \(names)", grammar, maxBytes)
  }

  /// JSON that a schema describes.
  public static func json(
    schema: JSONValue, options: JSONSchemaOptions = JSONSchemaOptions(), maxBytes: Int? = nil
  ) throws(Problem) -> Constraint {
    let grammar = try Grammar(schema: schema, options: options)
    return try Constraint(.jsonSchema, "JSON by \(schema.formatted())", grammar, maxBytes)
  }

  /// Text that a regular expression matches from its beginning to its end.
  public static func regex(_ pattern: String, maxBytes: Int? = nil) throws(Problem) -> Constraint {
    let expression = try Pattern(pattern).whole
    let grammar = Grammar(
      rules: [Grammar.Rule(name: "root", expression: expression)],
      whenEmpty: Problem("pattern \"\(pattern)\": no text matches it"))
    return try Constraint(.regex, "text that matches \(pattern)", grammar, maxBytes)
  }

  /// One of some texts.
  public static func choice(_ texts: [String]) throws(Problem) -> Constraint {
    guard !texts.isEmpty else {
      throw Problem("a choice needs at least one text, got none", fix: "list what may come")
    }
    let expression = GrammarExpression.choice(texts.map { .text($0) })
    let grammar = Grammar(rules: [Grammar.Rule(name: "root", expression: expression)])
    let list = texts.map { JSONValue.string($0).formatted() }.joined(separator: ", ")
    return try Constraint(.choice, "one of \(list)", grammar, nil)
  }

  /// True for a whole text of this form.
  public func matches(_ text: String) -> Bool {
    if let maxBytes, text.utf8.count > maxBytes { return false }
    return compiled.matches(text)
  }

  /// Begins a text in the tokens of a vocabulary.
  public func start(_ trie: TokenTrie) -> ConstrainedText {
    let workspace = store.workspace.withLock { kept in
      if let kept, kept.trie === trie { return kept }
      let new = MaskWorkspace(compiled.program, trie)
      kept = new
      return new
    }
    return ConstrainedText(workspace, maxBytes: maxBytes)
  }
}
