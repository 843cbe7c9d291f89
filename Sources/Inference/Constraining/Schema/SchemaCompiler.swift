public import Base

extension Grammar {
  /// The grammar of the JSON that a schema (draft 2020-12) describes.
  ///
  /// Properties come in the order in which they are declared, optional ones may be left out, and others
  /// come behind them, where the schema speaks of `additionalProperties` or declares none. `oneOf` is
  /// read as `anyOf`. White space is at most one space behind a comma or colon.
  ///
  /// - Throws: A problem that names keyword and JSON pointer of what a grammar cannot say, and of what
  ///   is not of its form; nothing is left out silently.
  public init(schema: JSONValue, options: JSONSchemaOptions = JSONSchemaOptions()) throws(Problem) {
    var compiler = try SchemaCompiler(schema, options)
    self.init(
      rules: try compiler.write(),
      whenEmpty: Problem(
        "JSON schema: no value meets the schema",
        fix: "look for bounds that exclude one another, and for values that must contain their like"
      ))
  }
}

/// Writes the rules of a schema.
struct SchemaCompiler {
  private struct Key: Hashable {
    let node: Int
    let level: Int
  }

  var graph: SchemaGraph
  let options: JSONSchemaOptions
  private var rules: [Grammar.Rule] = []
  private var numbers: [Key: Int] = [:]
  private var shared: [GrammarExpression: Int] = [:]
  private var open: [Key] = []
  /// The node that is being written.
  private var current = Key(node: 0, level: 0)

  fileprivate init(_ schema: JSONValue, _ options: JSONSchemaOptions) throws(Problem) {
    graph = try SchemaGraph(schema)
    self.options = options
  }

  fileprivate mutating func write() throws(Problem) -> [Grammar.Rule] {
    _ = rule(Key(node: 0, level: 0))
    while let key = open.popLast() {
      current = key
      var ways: [GrammarExpression] = []
      for shape in graph.shapes[key.node] { ways.append(try expression(shape)) }
      if let number = numbers[key] { rules[number].expression = .choice(ways) }
    }
    return rules
  }

  // MARK: Rules

  private mutating func rule(_ key: Key) -> Int {
    if let known = numbers[key] { return known }
    numbers[key] = rules.count
    let name = key == Key(node: 0, level: 0) ? "root" : "value-\(key.node)-\(key.level)"
    rules.append(Grammar.Rule(name: name, expression: .never))
    open.append(key)
    return rules.count - 1
  }

  /// A value inside the one that is being written.
  mutating func value(_ node: SchemaDocument.Node) throws(Problem) -> GrammarExpression {
    let child = try graph.number(of: node)
    let level = graph.level(of: child, in: current.node, at: current.level)
    return level > options.maxDepth ? .never : .rule(rule(Key(node: child, level: level)))
  }

  /// A rule for what stands in many places, so that its masks are made once.
  private mutating func sharing(_ name: String, _ expression: GrammarExpression)
    -> GrammarExpression
  {
    if let known = shared[expression] { return .rule(known) }
    shared[expression] = rules.count
    rules.append(Grammar.Rule(name: "\(name)-\(rules.count)", expression: expression))
    return .rule(rules.count - 1)
  }

  // MARK: Values

  private mutating func expression(_ shape: SchemaShape) throws(Problem) -> GrammarExpression {
    if let values = shape.values {
      var ways: [GrammarExpression] = []
      for value in values where try graph.allows(value, shape) { ways.append(literal(value)) }
      return .choice(ways)
    }
    var ways: [GrammarExpression] = []
    for type in JSONType.allCases where shape.types.contains(type) {
      switch type {
      case .null: ways.append(.text("null"))
      case .boolean: ways.append(.choice([.text("true"), .text("false")]))
      case .integer where shape.types.contains(.number): break
      case .integer:
        ways.append(sharing("integer", try NumberGrammar.integers(shape.low, shape.high)))
      case .number:
        ways.append(sharing("number", try NumberGrammar.numbers(shape.low, shape.high)))
      case .string: ways.append(sharing("string", try string(shape)))
      case .array: ways.append(try array(shape))
      case .object: ways.append(try object(shape))
      }
    }
    return .choice(ways)
  }

  private func string(_ shape: SchemaShape) throws(Problem) -> GrammarExpression {
    let most = shape.maxLength ?? options.maxLength.map { max($0, shape.minLength) }
    guard shape.minLength <= most ?? .max else { return .never }
    if shape.texts.isEmpty { return StringGrammar.any(shape.minLength, most) }
    return try StringGrammar.text(
      StringGrammar.language(shape.texts, shape.minLength, most))
  }

  private func literal(_ value: JSONValue) -> GrammarExpression {
    switch value {
    case .array(let items):
      enclosed("[", items.map(literal), "]")
    case .object(let object):
      enclosed(
        "{",
        object.map { .sequence([StringGrammar.literal($0.key), colon, literal($0.value)]) }, "}")
    default: .text(value.formatted())
    }
  }

  private func enclosed(_ open: String, _ parts: [GrammarExpression], _ close: String)
    -> GrammarExpression
  {
    var all: [GrammarExpression] = [.text(open)]
    for (index, part) in parts.enumerated() {
      all.append(index == 0 ? lineBreak : comma)
      all.append(part)
    }
    if !parts.isEmpty { all.append(lineBreak) }
    return .sequence(all + [.text(close)])
  }

  // MARK: Space

  private var space: GrammarExpression { .optional(.text(" ")) }

  /// Where a value may go on in the next line.
  var lineBreak: GrammarExpression {
    guard options.allowsLineBreaks else { return .empty }
    return .optional(.sequence([.text("\n"), .repeated(.text(" "), 0, 40)]))
  }

  var colon: GrammarExpression { .sequence([.text(":"), space]) }

  var comma: GrammarExpression {
    guard options.allowsLineBreaks else { return .sequence([.text(","), space]) }
    return .sequence([.text(","), .choice([space, lineBreak])])
  }
}
