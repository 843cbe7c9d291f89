extension Parser {
  /// Reads `T x : a) body` of a range-based `for`, as a loop over the places of an array.
  mutating func parseRangeFor(_ unroll: UnrollHint) throws(ParseFailure) -> StatementSyntax.Kind {
    let head = try parseHead()
    guard let base = head.type else { throw failType() }
    let declarator = try parseDeclarator(base, style: .variable)
    guard let name = declarator.name, let word = name.simple else { throw fail("expected a name") }
    try expect(":", "between the variable and the array of the for loop")
    if at("{") { throw unsupported("range-based for over a list") }
    let array = try parseBracketedExpression()
    guard array.isNamedObject else {
      throw unsupported("range-based for over what is no named array", at: previous)
    }
    try expect(")", "after the array of the for loop")
    scope.declare(word, .value)
    let body = try parseBody()
    let index = RangeIndex(array: array, number: makeNode())
    let element = VariableDeclaration(
      id: makeNode(), name: name, type: declarator.type, specifiers: head.variable,
      alignment: head.alignment, bitWidth: nil, initializer: .copy(index.element),
      templateParameters: nil, range: range(from: head.start))
    let turn = StatementSyntax(
      kind: .block([
        StatementSyntax(kind: .declaration([.variable(element)]), range: element.range), body,
      ]), range: body.range)
    return .forLoop(
      ForStatement(
        initializer: index.declaration, condition: .expression(index.test), step: index.step,
        body: turn, unroll: unroll))
  }
}

/// The variable that counts the elements of a range-based `for`, and what is done with it.
private struct RangeIndex {
  let array: Expression
  let number: NodeID

  private var range: SourceRange { array.range }

  /// A name that no source has.
  private var name: QualifiedName {
    let word = NameComponent(
      kind: .identifier("(index \(number.number))"), templateArguments: nil, range: range)
    return QualifiedName(isGlobal: false, components: [word], range: range)
  }

  private var type: TypeSyntax { TypeSyntax(kind: .builtin(.int), range: range) }
  private var use: Expression { Expression(.name(name), range) }

  private func literal(_ value: UInt64) -> Expression {
    Expression(
      .integer(IntegerLiteral(value: value, isUnsigned: false, longs: 0, isDecimal: true)), range)
  }

  var declaration: StatementSyntax {
    let variable = VariableDeclaration(
      id: number, name: name, type: type, specifiers: [], alignment: nil, bitWidth: nil,
      initializer: .copy(literal(0)), templateParameters: nil, range: range)
    return StatementSyntax(kind: .declaration([.variable(variable)]), range: range)
  }

  var element: Expression { Expression(.subscripted(array, index: use), range) }
  var step: Expression { Expression(.unary(.preIncrement, use), range) }

  var test: Expression {
    let first = Expression(.subscripted(array, index: literal(0)), range)
    let (whole, one) = (
      Expression(.sizeOfValue(array), range), Expression(.sizeOfValue(first), range)
    )
    let count = Expression(
      .cast(.cStyle, type, Expression(.binary(.divide, whole, one), range)), range)
    return Expression(.binary(.less, use, count), range)
  }
}

extension Expression {
  /// True of what can be named again without doing anything twice.
  fileprivate var isNamedObject: Bool {
    switch kind {
    case .name, .this: true
    case .member(let base, _, _): base.isNamedObject
    case .subscripted(let base, let index): base.isNamedObject && !index.mayHaveEffects
    case .unary(.dereference, let base): base.isNamedObject
    default: false
    }
  }
}
