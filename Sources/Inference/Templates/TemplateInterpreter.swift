import Base

/// Runs the steps of a template and collects its text.
struct TemplateInterpreter {
  private(set) var output = ""
  private var scopes: [[String: TemplateValue]]
  private var steps = 0
  private var line = 0

  /// A template that takes more steps is broken or hostile.
  private static let mostSteps = 1_000_000

  init(_ globals: [String: TemplateValue]) { scopes = [globals] }

  mutating func run(_ nodes: [TemplateNode]) throws(Problem) {
    for node in nodes {
      try count()
      switch node {
      case .text(let text): output += text
      case .output(let expression, let line):
        self.line = line
        output += try evaluate(expression).text
      case .branches(let branches, let line):
        self.line = line
        try runFirst(branches)
      case .loop(let names, let over, let filter, let body, let otherwise, let line):
        self.line = line
        try loop(names, over, filter, body, otherwise)
      case .set(let name, let member, let expression, let line):
        self.line = line
        try assign(name, member, try evaluate(expression))
      case .capture(let name, let body):
        let before = output
        output = ""
        try run(body)
        scopes[scopes.count - 1][name] = .string(output)
        output = before
      }
    }
  }

  // MARK: Statements

  private mutating func runFirst(
    _ branches: [(condition: TemplateExpression?, body: [TemplateNode])]
  ) throws(Problem) {
    for branch in branches {
      let holds = try branch.condition.map { (condition) throws(Problem) in
        try evaluate(condition).isTrue
      }
      if holds ?? true { return try run(branch.body) }
    }
  }

  private mutating func loop(
    _ names: [String], _ over: TemplateExpression, _ filter: TemplateExpression?,
    _ body: [TemplateNode], _ otherwise: [TemplateNode]
  ) throws(Problem) {
    var items = try elements(of: try evaluate(over))
    scopes.append([:])
    defer { scopes.removeLast() }
    if let filter {
      var kept: [TemplateValue] = []
      for item in items {
        try bind(names, item)
        if try evaluate(filter).isTrue { kept.append(item) }
      }
      items = kept
    }
    if items.isEmpty { return try run(otherwise) }
    for (index, item) in items.enumerated() {
      scopes[scopes.count - 1] = ["loop": position(index, of: items)]
      try bind(names, item)
      try run(body)
    }
  }

  private func position(_ index: Int, of items: [TemplateValue]) -> TemplateValue {
    .map([
      ("index", .integer(index + 1)), ("index0", .integer(index)),
      ("first", .boolean(index == 0)), ("last", .boolean(index == items.count - 1)),
      ("length", .integer(items.count)), ("revindex", .integer(items.count - index)),
      ("previtem", index > 0 ? items[index - 1] : .undefined),
      ("nextitem", index + 1 < items.count ? items[index + 1] : .undefined),
    ])
  }

  private mutating func bind(_ names: [String], _ item: TemplateValue) throws(Problem) {
    if names.count == 1 {
      scopes[scopes.count - 1][names[0]] = item
      return
    }
    guard case .list(let parts) = item, parts.count == names.count else {
      throw fault("\(item.kindName) cannot be taken apart into \(names.joined(separator: ", "))")
    }
    for (name, part) in zip(names, parts) { scopes[scopes.count - 1][name] = part }
  }

  private mutating func assign(_ name: String, _ member: String?, _ value: TemplateValue)
    throws(Problem)
  {
    guard let member else {
      scopes[scopes.count - 1][name] = value
      return
    }
    guard case .namespace(let space) = lookUp(name) else {
      throw fault("\"\(name)\" is not a namespace, so its members cannot be set")
    }
    space.values[member] = value
  }

  // MARK: Expressions

  mutating func evaluate(_ expression: TemplateExpression) throws(Problem) -> TemplateValue {
    try count()
    switch expression {
    case .literal(let value): return value
    case .name(let name): return lookUp(name)
    case .list(let values): return .list(try evaluateAll(values))
    case .map(let pairs):
      var result: [(key: String, value: TemplateValue)] = []
      for (key, value) in pairs { result.append((try evaluate(key).text, try evaluate(value))) }
      return .map(result)
    case .member(let value, let name): return try evaluate(value)[name]
    case .item(let value, let key): return try item(try evaluate(value), try evaluate(key))
    case .slice(let value, let from, let to, let step):
      return try slice(try evaluate(value), try bound(from), try bound(to), try bound(step) ?? 1)
    case .call(let function, let arguments): return try call(function, arguments)
    case .filter(let value, let name, let arguments):
      return try filter(name, try evaluate(value), try evaluate(arguments))
    case .test(let value, let name, let arguments, let negated):
      let holds = try test(name, try evaluate(value), try evaluate(arguments))
      return .boolean(holds != negated)
    case .unary("not", let value): return .boolean(!(try evaluate(value).isTrue))
    case .unary(_, let value): return try arithmetic("-", .integer(0), try evaluate(value))
    case .binary("and", let left, let right):
      let value = try evaluate(left)
      return value.isTrue ? try evaluate(right) : value
    case .binary("or", let left, let right):
      let value = try evaluate(left)
      return value.isTrue ? value : try evaluate(right)
    case .binary(let symbol, let left, let right):
      return try binary(symbol, try evaluate(left), try evaluate(right))
    case .choice(let condition, let then, let otherwise):
      return try evaluate(condition).isTrue ? try evaluate(then) : try evaluate(otherwise)
    }
  }

  private mutating func evaluateAll(_ expressions: [TemplateExpression]) throws(Problem)
    -> [TemplateValue]
  {
    var values: [TemplateValue] = []
    for expression in expressions { values.append(try evaluate(expression)) }
    return values
  }

  private mutating func evaluate(_ arguments: TemplateArguments) throws(Problem)
    -> TemplateCallArguments
  {
    var named: [String: TemplateValue] = [:]
    for (name, value) in arguments.named { named[name] = try evaluate(value) }
    return TemplateCallArguments(values: try evaluateAll(arguments.values), named: named)
  }

  private mutating func bound(_ expression: TemplateExpression?) throws(Problem) -> Int? {
    guard let expression else { return nil }
    switch try evaluate(expression) {
    case .integer(let value): return value
    case .none, .undefined: return nil
    case let other: throw fault("a slice needs whole numbers, got \(other.kindName)")
    }
  }

  private mutating func call(_ function: TemplateExpression, _ arguments: TemplateArguments)
    throws(Problem) -> TemplateValue
  {
    let values = try evaluate(arguments)
    if case .member(let object, let name) = function {
      let owner = try evaluate(object)
      return try method(name, of: owner, values)
    }
    guard case .name(let name) = function else { throw fault("this cannot be called") }
    return try self.function(name, values)
  }

  private func lookUp(_ name: String) -> TemplateValue {
    for scope in scopes.reversed() { if let value = scope[name] { return value } }
    return .undefined
  }

  private mutating func count() throws(Problem) {
    steps += 1
    guard steps <= Self.mostSteps, output.utf8.count <= 1 << 26 else {
      throw Problem("chat template, line \(line): it does not come to an end", kind: .limit)
    }
  }

  func fault(_ what: String, fix: String? = nil) -> Problem {
    Problem("chat template, line \(line): \(what)", fix: fix)
  }
}

/// Arguments with their values.
struct TemplateCallArguments {
  let values: [TemplateValue]
  let named: [String: TemplateValue]

  /// An argument by place, or undefined.
  subscript(index: Int) -> TemplateValue {
    index < values.count ? values[index] : .undefined
  }

  /// An argument by place or by name.
  subscript(index: Int, name: String) -> TemplateValue {
    index < values.count ? values[index] : named[name] ?? .undefined
  }
}
