/// `if`, `switch`, `while` and `do`.
extension Lowering {
  /// The value of a condition; a variable that it declares is seen in what follows.
  func lower(_ condition: Condition) throws(Fault) -> Value {
    switch condition {
    case .expression(let expression):
      if case .assignment(nil, _, _) = expression.kind {
        warn("'=' assigns; '==' compares", at: expression.range)
      }
      let value = try self.condition(try lower(expression), at: expression)
      mark(expression.location)
      return value
    case .declaration(let variable):
      let made = try declareLocal(variable)
      return try self.condition(
        Value(made.type, made.place), at: Expression(.invalid, variable.range))
    }
  }

  /// Goes to a label where a condition is (or is not) so; this is the branch that counts.
  private func branch(
    to label: Label, on value: Value, isNegated: Bool, _ isCondition: Bool = true
  ) {
    guard case .operand(.register(let predicate)) = value.form else { return }
    builder.branch(to: label, if: Guard(predicate, isNegated: isNegated), isCondition: isCondition)
  }

  func lower(_ branch: IfStatement) throws(Fault) {
    let isTail = frame.isTail
    let saved = scope
    scope = Region(parent: scope)
    defer { scope = saved }
    frame.isTail = false
    if let initializer = branch.initializer { try lowerUnscoped(initializer) }
    let choice = try lower(branch.condition)
    if let known = choice.integer {
      // Only the arm that runs is written, so the other one need not even make sense.
      frame.isTail = isTail
      if known != 0 { return try lowerScoped(branch.then) }
      if let otherwise = branch.otherwise { try lowerScoped(otherwise) }
      return
    }
    if branch.isConstexpr {
      throw fail("the condition of 'if constexpr' is not constant", at: branch.condition.range)
    }
    let other = builder.makeLabel()
    self.branch(to: other, on: choice, isNegated: true)
    try lowerScoped(branch.then)
    guard let otherwise = branch.otherwise else { return builder.place(other) }
    let end = builder.makeLabel()
    mark(otherwise.range.start)
    builder.branch(to: end)
    builder.place(other)
    try lowerScoped(otherwise)
    builder.place(end)
  }

  /// A declaration whose names belong to the statement around it.
  func lowerUnscoped(_ statement: StatementSyntax) throws(Fault) { try lower(statement) }

  func lowerScoped(_ statement: StatementSyntax) throws(Fault) {
    try inside(Region(parent: scope)) { () throws(Fault) in try lower(statement) }
  }

  // MARK: Loops

  /// Body, then the step, then the condition that leads back: lanes that leave wait behind.
  func lowerLoop(
    _ condition: Condition?, step: Expression?, body: StatementSyntax, testsFirst: Bool
  ) throws(Fault) {
    if isEvaluating {
      frame.loops.append(
        LoopLabels(breakLabel: builder.makeLabel(), continueLabel: builder.makeLabel()))
      defer { frame.loops.removeLast() }
      return try evaluateLoop(condition, step: step, body: body, testsFirst: testsFirst)
    }
    let labels = (body: builder.makeLabel(), next: builder.makeLabel(), end: builder.makeLabel())
    let test = builder.makeLabel()
    let first = try condition.map { (c) throws(Fault) in try knownCondition(c) } ?? nil
    if testsFirst, first == false, let condition {
      // What it changes is changed once even though no turn follows.
      _ = try lower(condition)
      return
    }
    if testsFirst, condition != nil, first == nil {
      mark(condition?.range.start ?? body.range.start)
      builder.branch(to: test)
    }
    builder.place(labels.body)
    frame.loops.append(LoopLabels(breakLabel: labels.end, continueLabel: labels.next))
    try lowerScoped(body)
    frame.loops.removeLast()
    builder.place(labels.next)
    if let step { _ = try lowerStep(step) }
    builder.place(test)
    try lowerTest(condition, labels.body)
    builder.place(labels.end)
  }

  private func lowerStep(_ step: Expression) throws(Fault) {
    try lower(StatementSyntax(kind: .expression(step), range: step.range))
  }

  private func lowerTest(_ condition: Condition?, _ body: Label) throws(Fault) {
    guard let condition else { return builder.branch(to: body) }
    let value = try lower(condition)
    if let known = value.integer {
      if known != 0 { builder.branch(to: body) }
    } else {
      branch(to: body, on: value, isNegated: false)
    }
  }

  /// The value of a condition that does not depend on what runs.
  private func knownCondition(_ condition: Condition) throws(Fault) -> Bool? {
    guard case .expression(let expression) = condition else { return nil }
    let value = try detached { () throws(Fault) in
      try self.condition(try lower(expression), at: expression)
    }
    return value.integer.map { $0 != 0 }
  }

  func lowerWhile(_ condition: Condition, _ body: StatementSyntax) throws(Fault) {
    if case .declaration = condition { return try lowerDeclaringWhile(condition, body) }
    try lowerLoop(condition, step: nil, body: body, testsFirst: true)
  }

  /// `while (T x = f())`: the variable is made anew before each turn.
  private func lowerDeclaringWhile(
    _ condition: Condition, _ body: StatementSyntax
  ) throws(Fault) {
    let (start, end) = (builder.makeLabel(), builder.makeLabel())
    builder.place(start)
    frame.loops.append(LoopLabels(breakLabel: end, continueLabel: start))
    try inside(Region(parent: scope)) { () throws(Fault) in
      let value = try lower(condition)
      branch(to: end, on: value, isNegated: true)
      try lowerScoped(body)
    }
    frame.loops.removeLast()
    builder.branch(to: start)
    builder.place(end)
  }

  func lowerDoWhile(_ body: StatementSyntax, _ condition: Expression) throws(Fault) {
    try lowerLoop(.expression(condition), step: nil, body: body, testsFirst: false)
  }

  // MARK: Switch

  func lower(_ choice: SwitchStatement) throws(Fault) {
    let saved = scope
    scope = Region(parent: scope)
    defer { scope = saved }
    if let initializer = choice.initializer { try lower(initializer) }
    let value = try switchValue(choice.condition)
    if isEvaluating {
      frame.loops.append(LoopLabels(breakLabel: builder.makeLabel(), continueLabel: nil))
      defer { frame.loops.removeLast() }
      return try evaluate(choice, value)
    }
    let end = builder.makeLabel()
    let labels = choice.sections.map { _ in builder.makeLabel() }
    try dispatch(value, choice, labels, end)
    frame.loops.append(LoopLabels(breakLabel: end, continueLabel: nil))
    scope = Region(parent: scope)
    for (section, label) in zip(choice.sections, labels) {
      builder.place(label)
      for statement in section.statements { try lower(statement) }
    }
    frame.loops.removeLast()
    builder.place(end)
  }

  private func switchValue(_ condition: Condition) throws(Fault) -> Value {
    var value: Value
    switch condition {
    case .expression(let expression): value = try self.value(expression)
    case .declaration(let variable):
      let made = try declareLocal(variable)
      value = try rvalue(Value(made.type, made.place))
    }
    if value.type.record != nil {
      value = try convertImplicitly(value, to: .int, as: "what 'switch' tests", at: condition.range)
    }
    guard let number = value.type.arithmetic, number.isInteger else {
      throw fail(
        "'switch' needs a whole number, got '\(value.qualifiedType.spelling)'", at: condition.range)
    }
    return try convert(value, to: .arithmetic(number.promoted))
  }

  private func dispatch(
    _ value: Value, _ choice: SwitchStatement, _ labels: [Label], _ end: Label
  ) throws(Fault) {
    let kept = keep(value)
    var (seen, other) = (Set<Int>(), end)
    for (section, label) in zip(choice.sections, labels) {
      for test in section.labels {
        guard let test else {
          other = label
          continue
        }
        let constant = try convert(try self.constant(test), to: kept.type)
        guard let number = constant.integer else {
          throw fail("a 'case' needs a constant whole number", at: test.range)
        }
        guard seen.insert(number).inserted else {
          throw fail("'case \(number)' occurs twice", at: test.range)
        }
        mark(test.location)
        if let known = kept.integer {
          if known == number { return builder.branch(to: label) }
        } else {
          branch(to: label, on: compare(.equal, kept, constant), isNegated: false, false)
        }
      }
    }
    builder.branch(to: other)
  }
}
