import Base

/// Reads one expression from the words of a tag; the weakest binding first.
struct ExpressionParser {
  let line: Int
  /// The closing word that a statement began with, where it is one.
  var closing = ""
  private let tokens: [TemplateToken]
  private var index = 0
  private var depth = 0

  init(_ tokens: [TemplateToken], line: Int) {
    self.tokens = tokens
    self.line = line
  }

  var isAtEnd: Bool { index >= tokens.count }

  /// An expression and nothing behind it.
  mutating func whole() throws(Problem) -> TemplateExpression {
    let result = try expression()
    try end()
    return result
  }

  func end() throws(Problem) {
    if !isAtEnd { throw fault("unexpected \(describe(tokens[index]))") }
  }

  mutating func keyword() throws(Problem) -> String {
    guard !isAtEnd, case .name(let word) = tokens[index] else { throw fault("a name is missing") }
    index += 1
    return word
  }

  mutating func skip(_ symbol: String) -> Bool {
    guard !isAtEnd, tokens[index] == .symbol(symbol) else { return false }
    index += 1
    return true
  }

  mutating func skipName(_ word: String) -> Bool {
    guard !isAtEnd, tokens[index] == .name(word) else { return false }
    index += 1
    return true
  }

  func fault(_ what: String, fix: String? = nil) -> Problem {
    Problem("chat template, line \(line): \(what)", fix: fix)
  }

  // MARK: Weak to strong

  /// `a if c else b`, and everything stronger.
  mutating func expression() throws(Problem) -> TemplateExpression {
    depth += 1
    defer { depth -= 1 }
    guard depth < 64 else { throw fault("expressions are nested too deep") }
    let value = try withoutChoice()
    guard skipName("if") else { return value }
    let condition = try withoutChoice()
    let otherwise = skipName("else") ? try expression() : .literal(.undefined)
    return .choice(condition: condition, then: value, otherwise: otherwise)
  }

  /// An expression that leaves a following `if` alone, as `for x in y if …` needs it.
  mutating func withoutChoice() throws(Problem) -> TemplateExpression {
    var left = try conjunction()
    while skipName("or") { left = .binary("or", left, try conjunction()) }
    return left
  }

  private mutating func conjunction() throws(Problem) -> TemplateExpression {
    var left = try negation()
    while skipName("and") { left = .binary("and", left, try negation()) }
    return left
  }

  private mutating func negation() throws(Problem) -> TemplateExpression {
    guard skipName("not") else { return try comparison() }
    depth += 1
    defer { depth -= 1 }
    guard depth < 64 else { throw fault("expressions are nested too deep") }
    return .unary("not", try negation())
  }

  private mutating func comparison() throws(Problem) -> TemplateExpression {
    var left = try sum()
    while true {
      if let symbol = ["==", "!=", "<=", ">=", "<", ">"].first(where: { skip($0) }) {
        left = .binary(symbol, left, try sum())
      } else if skipName("in") {
        left = .binary("in", left, try sum())
      } else if !isAtEnd, tokens[index] == .name("not"), index + 1 < tokens.count,
        tokens[index + 1] == .name("in")
      {
        index += 2
        left = .unary("not", .binary("in", left, try sum()))
      } else {
        return left
      }
    }
  }

  private mutating func sum() throws(Problem) -> TemplateExpression {
    var left = try product()
    while let symbol = ["+", "-", "~"].first(where: { skip($0) }) {
      left = .binary(symbol, left, try product())
    }
    return left
  }

  private mutating func product() throws(Problem) -> TemplateExpression {
    var left = try signed()
    while let symbol = ["*", "//", "/", "%"].first(where: { skip($0) }) {
      left = .binary(symbol, left, try signed())
    }
    return left
  }

  private mutating func signed() throws(Problem) -> TemplateExpression {
    if skip("-") { return .unary("-", try postfix(primary())) }
    return try postfix(primary())
  }

  /// Members, items, calls, filters and tests behind a value.
  private mutating func postfix(_ start: TemplateExpression) throws(Problem) -> TemplateExpression {
    var value = start
    while true {
      if skip(".") {
        value = .member(value, try keyword())
      } else if skip("[") {
        value = try subscripted(value)
      } else if skip("(") {
        value = .call(value, try arguments())
      } else if skip("|") {
        let name = try keyword()
        value = .filter(value, name, skip("(") ? try arguments() : TemplateArguments())
      } else if skipName("is") {
        let negated = skipName("not")
        let name = try keyword()
        value = .test(
          value, name, skip("(") ? try arguments() : TemplateArguments(), negated: negated)
      } else {
        return value
      }
    }
  }

  private mutating func subscripted(_ value: TemplateExpression) throws(Problem)
    -> TemplateExpression
  {
    var bounds: [TemplateExpression?] = []
    var current: TemplateExpression?
    while !skip("]") {
      if skip(":") {
        bounds.append(current)
        current = nil
      } else {
        current = try expression()
      }
    }
    if bounds.isEmpty {
      guard let current else { throw fault("an index is missing") }
      return .item(value, current)
    }
    bounds.append(current)
    guard bounds.count <= 3 else { throw fault("a slice has at most two colons") }
    return .slice(value, from: bounds[0], to: bounds[1], step: bounds.count > 2 ? bounds[2] : nil)
  }

  private mutating func arguments() throws(Problem) -> TemplateArguments {
    var arguments = TemplateArguments()
    while !skip(")") {
      if index + 1 < tokens.count, case .name(let name) = tokens[index],
        tokens[index + 1] == .symbol("=")
      {
        index += 2
        arguments.named.append((name, try expression()))
      } else {
        arguments.values.append(try expression())
      }
      if !skip(",") {
        guard skip(")") else { throw fault("\")\" is missing") }
        break
      }
    }
    return arguments
  }

  private mutating func primary() throws(Problem) -> TemplateExpression {
    guard !isAtEnd else { throw fault("an expression is missing") }
    let token = tokens[index]
    index += 1
    switch token {
    case .string(let text): return .literal(.string(text))
    case .integer(let value): return .literal(.integer(value))
    case .number(let value): return .literal(.number(value))
    case .name(let word): return Self.constants[word].map { .literal($0) } ?? .name(word)
    case .symbol("("):
      let value = try expression()
      guard skip(")") else { throw fault("\")\" is missing") }
      return value
    case .symbol("["):
      var values: [TemplateExpression] = []
      while !skip("]") {
        values.append(try expression())
        if !skip(","), !isAtEnd, tokens[index] != .symbol("]") { throw fault("\"]\" is missing") }
      }
      return .list(values)
    case .symbol("{"): return try map()
    default: throw fault("unexpected \(describe(token))")
    }
  }

  private mutating func map() throws(Problem) -> TemplateExpression {
    var pairs: [(key: TemplateExpression, value: TemplateExpression)] = []
    while !skip("}") {
      let key = try expression()
      guard skip(":") else { throw fault("\":\" is missing") }
      pairs.append((key, try expression()))
      if !skip(","), !isAtEnd, tokens[index] != .symbol("}") { throw fault("\"}\" is missing") }
    }
    return .map(pairs)
  }

  private static var constants: [String: TemplateValue] {
    [
      "true": .boolean(true), "True": .boolean(true), "false": .boolean(false),
      "False": .boolean(false), "none": .none, "None": .none,
    ]
  }

  private func describe(_ token: TemplateToken) -> String {
    switch token {
    case .name(let text), .symbol(let text): "\"\(text)\""
    case .string(let text): "string \"\(text)\""
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    }
  }
}
