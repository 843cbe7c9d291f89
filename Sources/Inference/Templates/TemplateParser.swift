import Base

/// A step of a template.
indirect enum TemplateNode {
  case text(String)
  case output(TemplateExpression, line: Int)
  /// Branches in order; the last may have no condition.
  case branches([(condition: TemplateExpression?, body: [TemplateNode])], line: Int)
  case loop(
    names: [String], over: TemplateExpression, filter: TemplateExpression?, body: [TemplateNode],
    otherwise: [TemplateNode], line: Int)
  case set(name: String, member: String?, to: TemplateExpression, line: Int)
  /// `{% set name %}…{% endset %}`
  case capture(name: String, body: [TemplateNode])
}

/// Something that has a value.
indirect enum TemplateExpression {
  case literal(TemplateValue)
  case name(String)
  case list([TemplateExpression])
  case map([(key: TemplateExpression, value: TemplateExpression)])
  case member(TemplateExpression, String)
  case item(TemplateExpression, TemplateExpression)
  case slice(
    TemplateExpression, from: TemplateExpression?, to: TemplateExpression?,
    step: TemplateExpression?)
  case call(TemplateExpression, TemplateArguments)
  case filter(TemplateExpression, String, TemplateArguments)
  case test(TemplateExpression, String, TemplateArguments, negated: Bool)
  case unary(String, TemplateExpression)
  case binary(String, TemplateExpression, TemplateExpression)
  case choice(
    condition: TemplateExpression, then: TemplateExpression, otherwise: TemplateExpression)
}

/// What stands between the parentheses of a call.
struct TemplateArguments {
  var values: [TemplateExpression] = []
  var named: [(name: String, value: TemplateExpression)] = []
}

/// Builds the steps of a template from its parts, by recursive descent.
struct TemplateParser {
  private let parts: [TemplatePart]
  private var index = 0

  init(_ source: String) throws(Problem) {
    var lexer = TemplateLexer(source)
    parts = try lexer.parts()
  }

  mutating func parse() throws(Problem) -> [TemplateNode] {
    let (body, _) = try nodes(until: [], depth: 0)
    return body
  }

  /// Steps up to one of the closing words, whose statement is handed back.
  private mutating func nodes(until ends: [String], depth: Int) throws(Problem)
    -> (body: [TemplateNode], end: ExpressionParser?)
  {
    guard depth < 64 else { throw Problem("chat template: statements are nested too deep") }
    var body: [TemplateNode] = []
    while index < parts.count {
      let part = parts[index]
      index += 1
      switch part {
      case .text(let text): body.append(.text(text))
      case .output(let tokens, let line):
        var parser = ExpressionParser(tokens, line: line)
        body.append(.output(try parser.whole(), line: line))
      case .statement(let tokens, let line):
        var parser = ExpressionParser(tokens, line: line)
        let word = try parser.keyword()
        if ends.contains(word) {
          parser.closing = word
          return (body, parser)
        }
        body.append(try statement(word, &parser, depth: depth))
      }
    }
    if let first = ends.last { throw Problem("chat template: \"\(first)\" is missing at the end") }
    return (body, nil)
  }

  private mutating func statement(_ word: String, _ parser: inout ExpressionParser, depth: Int)
    throws(Problem) -> TemplateNode
  {
    switch word {
    case "if": return try branches(&parser, depth: depth)
    case "for": return try loop(&parser, depth: depth)
    case "set": return try assignment(&parser, depth: depth)
    case "generation", "endgeneration":
      // Marks what the assistant says, for training; it prints nothing.
      try parser.end()
      return .text("")
    default:
      throw parser.fault(
        "statement \"\(word)\" is not supported", fix: "there are if, for, set")
    }
  }

  private mutating func branches(_ parser: inout ExpressionParser, depth: Int) throws(Problem)
    -> TemplateNode
  {
    let line = parser.line
    var branches: [(condition: TemplateExpression?, body: [TemplateNode])] = []
    var condition: TemplateExpression? = try parser.whole()
    while true {
      let (body, end) = try nodes(until: ["elif", "else", "endif"], depth: depth + 1)
      branches.append((condition, body))
      guard var next = end, next.closing != "endif" else {
        return .branches(branches, line: line)
      }
      condition = next.closing == "elif" ? try next.whole() : nil
    }
  }

  private mutating func loop(_ parser: inout ExpressionParser, depth: Int) throws(Problem)
    -> TemplateNode
  {
    let line = parser.line
    var names = [try parser.keyword()]
    while parser.skip(",") { names.append(try parser.keyword()) }
    guard try parser.keyword() == "in" else { throw parser.fault("\"in\" is missing") }
    let over = try parser.withoutChoice()
    let filter = parser.skipName("if") ? try parser.expression() : nil
    try parser.end()
    let (body, end) = try nodes(until: ["else", "endfor"], depth: depth + 1)
    var otherwise: [TemplateNode] = []
    if end?.closing == "else" { (otherwise, _) = try nodes(until: ["endfor"], depth: depth + 1) }
    return .loop(
      names: names, over: over, filter: filter, body: body, otherwise: otherwise, line: line)
  }

  private mutating func assignment(_ parser: inout ExpressionParser, depth: Int) throws(Problem)
    -> TemplateNode
  {
    let line = parser.line
    let name = try parser.keyword()
    let member = parser.skip(".") ? try parser.keyword() : nil
    if parser.isAtEnd, member == nil {
      let (body, _) = try nodes(until: ["endset"], depth: depth + 1)
      return .capture(name: name, body: body)
    }
    guard parser.skip("=") else { throw parser.fault("\"=\" is missing") }
    return .set(name: name, member: member, to: try parser.whole(), line: line)
  }
}
