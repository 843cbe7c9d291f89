/// `for`, and unrolling it where that lets arrays live in registers.
extension Lowering {
  /// The most turns of a loop that is unrolled, and the most copies of a body in all.
  static let mostTurns = 128
  static let mostCopies = 4096

  func lower(_ loop: ForStatement) throws(Fault) {
    let saved = scope
    scope = Region(parent: scope)
    defer { scope = saved }
    if let initializer = loop.initializer {
      if !isEvaluating, let turns = try unrollable(loop) { return try unroll(loop, turns) }
      try lower(initializer)
    }
    try lowerLoop(loop.condition, step: loop.step, body: loop.body, testsFirst: true)
  }

  // MARK: Unrolling

  /// The values of the loop's variable, turn by turn, where the loop is to be unrolled.
  private func unrollable(_ loop: ForStatement) throws(Fault) -> (VariableDeclaration, [Value])? {
    guard case .declaration(let declarations)? = loop.initializer?.kind, declarations.count == 1,
      case .variable(let variable) = declarations[0], let name = variable.name.simple,
      case .expression(let condition)? = loop.condition, let step = loop.step,
      !loop.body.changes(name), wantsUnrolling(loop, name)
    else { return nil }
    if case .count(let count) = loop.unroll, try constantInteger(count, for: "an unroll count") <= 1
    {
      return nil
    }
    guard let turns = try turns(variable, name, condition, step), turns.count > 0,
      turns.count * unrollFactor <= Self.mostCopies
    else { return nil }
    return (variable, turns)
  }

  /// Unrolling pays where the body indexes an array in registers by the loop's variable, or by one
  /// that the body computes from it.
  private func wantsUnrolling(_ loop: ForStatement, _ name: String) -> Bool {
    var derived: Set<String> = [name]
    loop.body.visitVariables { variable in
      guard let word = variable.name.simple else { return }
      var isDerived = false
      variable.initializer?.visit { expression in
        if case .name(let used) = expression.kind, let simple = used.simple,
          derived.contains(simple)
        {
          isDerived = true
        }
      }
      if isDerived { derived.insert(word) }
    }
    var found = false
    loop.body.visit { expression in
      guard !found, case .subscripted(let base, let index) = expression.kind,
        derived.contains(where: { index.mentions($0) }), isInRegisters(base)
      else { return }
      found = true
    }
    return found
  }

  /// True where an expression names a part of an array that lives in registers.
  private func isInRegisters(_ base: Expression) -> Bool {
    guard let root = base.rootName else { return false }
    for region in scope.chain {
      guard let entity = region.entities[root] else {
        if region.record?.path(to: root) != nil { return isThisInRegisters }
        continue
      }
      guard case .variable(let variable) = entity, case .cell(let cell) = variable.place else {
        return false
      }
      switch cell.content {
      case .members: return true
      case .fixed(let value): return value.pointer?.cells != nil
      default: return false
      }
    }
    return false
  }

  private var isThisInRegisters: Bool {
    if case .cell(let cell)? = frame.this, case .members = cell.content { true } else { false }
  }

  private func turns(
    _ variable: VariableDeclaration, _ name: String, _ condition: Expression, _ step: Expression
  ) throws(Fault) -> [Value]? {
    let declared = variable.type.mentionsAuto ? nil : try resolve(variable.type)
    let first = try detached { () throws(Fault) in
      try initialValue(variable.initializer, as: declared, at: variable.range)
    }
    guard var value = first, value.integer != nil, value.type.isInteger else { return nil }
    var values: [Value] = []
    while values.count <= Self.mostTurns {
      let region = Region(parent: scope)
      region.define(name, .value(value))
      let goesOn = try inside(region) { () throws(Fault) in
        try detached { () throws(Fault) in
          try self.condition(try lower(condition), at: condition).integer
        }
      }
      guard let goesOn else { return nil }
      if goesOn == 0 { return values }
      values.append(value)
      guard let next = try inside(region, { () throws(Fault) in try stepped(value, name, step) })
      else { return nil }
      value = next
    }
    return nil
  }

  /// The variable's value after a step such as `i++`, `i += 4`, `i = i * 2`.
  private func stepped(
    _ value: Value, _ name: String, _ step: Expression
  ) throws(Fault) -> Value? {
    switch step.kind {
    case .unary(let op, let operand):
      guard case .name(let word) = operand.kind, word.simple == name else { return nil }
      let isUp = op == .preIncrement || op == .postIncrement
      guard isUp || op == .preDecrement || op == .postDecrement else { return nil }
      return try convert(
        try arithmetic(isUp ? .add : .subtract, value, .integer(1), at: step), to: value.type)
    case .assignment(let op, let target, let operand):
      guard case .name(let word) = target.kind, word.simple == name else { return nil }
      let amount = try constant(operand)
      guard amount.integer != nil else { return nil }
      guard let op else { return try convert(amount, to: value.type) }
      let next = try detached { () throws(Fault) in try arithmetic(op, value, amount, at: step) }
      guard next.integer != nil else { return nil }
      return try convert(next, to: value.type)
    default: return nil
    }
  }

  private func unroll(
    _ loop: ForStatement, _ plan: (VariableDeclaration, [Value])
  ) throws(Fault) {
    let (variable, values) = plan
    let end = builder.makeLabel()
    let factor = unrollFactor
    unrollFactor *= max(1, values.count)
    defer { unrollFactor = factor }
    for value in values {
      let next = builder.makeLabel()
      let region = Region(parent: scope)
      let cell = Cell(
        type: value.type, key: module.keys.variable(on: frame.path, number(of: variable.id)),
        root: 0,
        content: .fixed(value))
      region.define(
        variable.name.simple ?? "",
        .variable(
          Variable(
            name: variable.name.spelling, type: QualifiedType(value.type), place: .cell(cell),
            location: variable.range.start)))
      frame.loops.append(LoopLabels(breakLabel: end, continueLabel: next))
      try inside(region) { () throws(Fault) in try lowerScoped(loop.body) }
      frame.loops.removeLast()
      builder.place(next)
    }
    builder.place(end)
  }
}
