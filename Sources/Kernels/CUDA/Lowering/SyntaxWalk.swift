/// Walks over syntax, for questions that need no types.
extension Expression {
  /// Calls a closure with this expression and all below it, outer ones first.
  func visit(_ body: (Expression) -> Void) {
    body(self)
    for child in children { child.visit(body) }
    if case .lambda(let lambda) = kind { lambda.body.visit(body) }
  }

  private var children: [Expression] {
    switch kind {
    case .unary(_, let operand), .cast(_, _, let operand), .member(let operand, _, _): [operand]
    case .binary(_, let left, let right): [left, right]
    case .assignment(_, let target, let value): [target, value]
    case .conditional(let condition, let then, let otherwise): [condition, then, otherwise]
    case .call(let callee, let arguments): [callee] + arguments
    case .subscripted(let base, let index): [base, index]
    case .construct(_, let arguments, _): arguments
    case .list(let list): list.elements.map(\.value)
    default: []
    }
  }

  /// The variable at the root of `a.b[i].c`.
  var rootName: String? {
    switch kind {
    case .name(let name): name.simple
    case .subscripted(let base, _), .member(let base, _, _), .unary(_, let base),
      .cast(_, _, let base):
      base.rootName
    default: nil
    }
  }

  /// The word, where the expression is nothing else.
  var plainName: String? { if case .name(let name) = kind { name.simple } else { nil } }

  /// True where a word is used somewhere inside.
  func mentions(_ word: String) -> Bool {
    var found = false
    visit { if case .name(let name) = $0.kind, name.simple == word { found = true } }
    return found
  }

  /// True where evaluating may touch memory or change something, as far as syntax tells.
  var mayHaveEffects: Bool {
    var found = false
    visit { expression in
      switch expression.kind {
      case .assignment, .subscripted, .lambda: found = true
      case .unary(let op, _):
        if [.dereference, .preIncrement, .preDecrement, .postIncrement, .postDecrement].contains(op)
        {
          found = true
        }
      case .member(_, _, isArrow: true): found = true
      default: break
      }
    }
    return found
  }
}

extension StatementSyntax {
  /// Calls a closure with all expressions inside.
  func visit(_ body: (Expression) -> Void) {
    switch kind {
    case .expression(let expression): expression.visit(body)
    case .declaration(let declarations):
      for case .variable(let variable) in declarations { variable.initializer?.visit(body) }
    case .block(let statements): for statement in statements { statement.visit(body) }
    case .ifElse(let branch):
      branch.initializer?.visit(body)
      branch.condition.visit(body)
      branch.then.visit(body)
      branch.otherwise?.visit(body)
    case .forLoop(let loop):
      loop.initializer?.visit(body)
      loop.condition?.visit(body)
      loop.step?.visit(body)
      loop.body.visit(body)
    case .whileLoop(let condition, let inner, _):
      condition.visit(body)
      inner.visit(body)
    case .doWhile(let inner, let condition, _):
      inner.visit(body)
      condition.visit(body)
    case .switchCase(let choice):
      choice.initializer?.visit(body)
      choice.condition.visit(body)
      for section in choice.sections {
        for statement in section.statements { statement.visit(body) }
      }
    case .returnValue(let value): value?.visit(body)
    case .empty, .breakLoop, .continueLoop, .invalid: break
    }
  }

  /// Calls a closure with all variables declared inside, in order.
  func visitVariables(_ body: (VariableDeclaration) -> Void) {
    switch kind {
    case .declaration(let declarations):
      for case .variable(let variable) in declarations { body(variable) }
    case .block(let statements): for statement in statements { statement.visitVariables(body) }
    case .ifElse(let branch):
      branch.then.visitVariables(body)
      branch.otherwise?.visitVariables(body)
    case .forLoop(let loop):
      loop.initializer?.visitVariables(body)
      loop.body.visitVariables(body)
    case .whileLoop(_, let inner, _), .doWhile(let inner, _, _): inner.visitVariables(body)
    case .switchCase(let choice):
      for section in choice.sections {
        for statement in section.statements { statement.visitVariables(body) }
      }
    default: break
    }
  }

  /// True where a variable of this name is assigned, stepped, or has its address taken.
  func changes(_ word: String) -> Bool {
    var found = false
    visit { expression in
      switch expression.kind {
      case .assignment(_, let target, _): if target.rootName == word { found = true }
      case .unary(let op, let operand):
        switch op {
        case .preIncrement, .preDecrement, .postIncrement, .postDecrement, .addressOf:
          if operand.rootName == word { found = true }
        default: break
        }
      default: break
      }
    }
    return found
  }
}

extension Condition {
  func visit(_ body: (Expression) -> Void) {
    switch self {
    case .expression(let expression): expression.visit(body)
    case .declaration(let variable): variable.initializer?.visit(body)
    }
  }
}

extension VariableDeclaration.Initializer {
  func visit(_ body: (Expression) -> Void) {
    switch self {
    case .copy(let expression): expression.visit(body)
    case .direct(let expressions): for expression in expressions { expression.visit(body) }
    case .braced(let list): for element in list.elements { element.value.visit(body) }
    }
  }
}
