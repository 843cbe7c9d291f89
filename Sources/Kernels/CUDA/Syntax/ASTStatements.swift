/// A step of a function's body.
struct StatementSyntax: Sendable {
  indirect enum Kind: Sendable {
    case empty
    case expression(Expression)
    /// Everything one declaration declares, in order; types defined on the way come first.
    case declaration([Declaration])
    case block([StatementSyntax])
    case ifElse(IfStatement)
    case forLoop(ForStatement)
    case whileLoop(Condition, body: StatementSyntax, unroll: UnrollHint)
    case doWhile(body: StatementSyntax, Expression, unroll: UnrollHint)
    case switchCase(SwitchStatement)
    case breakLoop
    case continueLoop
    case returnValue(Expression?)
    /// What could not be read; its error is already reported.
    case invalid
  }

  let kind: Kind
  let range: SourceRange
}

/// What `if`, `while`, `for` and `switch` test.
indirect enum Condition: Sendable {
  case expression(Expression)
  /// `if (T *p = f())`: the variable is what is tested.
  case declaration(VariableDeclaration)

  var range: SourceRange {
    switch self {
    case .expression(let expression): expression.range
    case .declaration(let variable): variable.range
    }
  }
}

/// `if (init; condition) then else otherwise`.
struct IfStatement: Sendable {
  let isConstexpr: Bool
  /// A declaration or an expression statement before the condition.
  let initializer: StatementSyntax?
  let condition: Condition
  let then: StatementSyntax
  let otherwise: StatementSyntax?
}

/// `for (init; condition; step) body`.
struct ForStatement: Sendable {
  /// A declaration, an expression or nothing.
  let initializer: StatementSyntax?
  /// Nil runs on.
  let condition: Condition?
  let step: Expression?
  let body: StatementSyntax
  let unroll: UnrollHint
}

/// What `#pragma unroll` before a loop asked for.
enum UnrollHint: Sendable {
  case none
  /// As far as the trip count is known.
  case full
  /// `#pragma unroll n`; 1 forbids it.
  case count(Expression)
}

/// `switch (init; condition) { … }`: statements from one label on run through the sections behind.
struct SwitchStatement: Sendable {
  struct Section: Sendable {
    /// The labels in front, `default` as nil.
    let labels: [Expression?]
    let statements: [StatementSyntax]
    let range: SourceRange
  }

  let initializer: StatementSyntax?
  let condition: Condition
  let sections: [Section]
}
