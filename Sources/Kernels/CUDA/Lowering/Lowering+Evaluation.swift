/// `constexpr` functions with known arguments, run while compiling.
///
/// The walk itself runs them: every condition is known, so each statement is met in the order in
/// which it would run, and a variable simply is its latest value.
extension Lowering {
  /// The most turns of loops in one evaluation.
  static let evaluationLimit = 200_000

  /// What a call gives, where all of it is known; nil where something is not.
  func evaluated(
    _ entity: FunctionEntity, _ arguments: [Value], _ object: Value?,
    _ body: () throws(Fault) -> Value
  ) -> Value? {
    guard !isEvaluating, object == nil || entity.owner == nil || entity.isStatic,
      entity.declaration.specifiers.contains(.constexpr)
    else { return nil }
    for argument in arguments {
      guard let value = try? rvalue(argument), value.isConstant else { return nil }
    }
    isEvaluating = true
    evaluationSteps = 0
    defer { isEvaluating = false }
    guard let value = try? detached(body), let result = try? rvalue(value), result.isConstant
    else { return nil }
    return result
  }

  /// A loop whose every condition is known.
  func evaluateLoop(
    _ condition: Condition?, step: Expression?, body: StatementSyntax, testsFirst: Bool
  ) throws(Fault) {
    var tests = testsFirst
    while true {
      if tests, let condition {
        guard let goesOn = try lower(condition).integer else {
          throw fail("this condition is not constant", at: condition.range)
        }
        if goesOn == 0 { return }
      }
      tests = true
      evaluationSteps += 1
      guard evaluationSteps < Self.evaluationLimit else {
        throw fail("a constant takes more than \(Self.evaluationLimit) turns", at: body.range)
      }
      try lowerScoped(body)
      switch frame.signal {
      case .leave?: return
      case .endLoop?:
        frame.signal = nil
        return
      default: frame.signal = nil
      }
      if let step { _ = try value(step) }
    }
  }

  /// The sections of a `switch` from the one that fits on.
  func evaluate(_ choice: SwitchStatement, _ value: Value) throws(Fault) {
    guard let number = value.integer else {
      throw fail("what 'switch' tests is not constant", at: choice.condition.range)
    }
    var start: Int?
    var other: Int?
    for (index, section) in choice.sections.enumerated() {
      for label in section.labels {
        guard let label else {
          other = index
          continue
        }
        if try convert(try constant(label), to: value.type).integer == number {
          start = start ?? index
        }
      }
    }
    guard let first = start ?? other else { return }
    for section in choice.sections[first...] {
      for statement in section.statements where frame.signal == nil { try lower(statement) }
    }
    if frame.signal == .endLoop { frame.signal = nil }
  }
}

/// What ends the statements of a body while it is evaluated.
enum Signal { case endLoop, nextTurn, leave }
