/// Something with a value.
struct Expression: Sendable {
  indirect enum Kind: Sendable {
    case integer(IntegerLiteral)
    case floating(FloatingLiteral)
    /// A character constant, its value as an `int`-sized code.
    case character(Int)
    /// Neighbouring literals are joined and escapes are resolved; no zero at the end.
    case string([UInt8])
    case boolean(Bool)
    case nullPointer
    case this
    /// A variable, function, enumerator, or (after `f<…>`) a template with its arguments.
    case name(QualifiedName)
    case unary(UnaryOperator, Expression)
    case binary(BinaryOperator, Expression, Expression)
    /// `a = b`, or `a += b` with its operator.
    case assignment(BinaryOperator?, target: Expression, value: Expression)
    case conditional(Expression, then: Expression, otherwise: Expression)
    /// `f(a, b)`. The callee may turn out to name a type where the parser could not know
    /// (`T(x)` with a type that is declared later); `construct` is the case it knew.
    case call(Expression, arguments: [Expression])
    case subscripted(Expression, index: Expression)
    /// `a.b`, `p->b`, `a.template f<T>`; the name may be qualified.
    case member(Expression, QualifiedName, isArrow: Bool)
    case cast(CastKind, TypeSyntax, Expression)
    /// `T(a, b)` or `T{a, b}`.
    case construct(TypeSyntax, arguments: [Expression], isBraced: Bool)
    /// `{a, b}` where a value is expected.
    case list(InitializerList)
    case sizeOfType(TypeSyntax)
    case sizeOfValue(Expression)
    case alignOfType(TypeSyntax)
    case lambda(LambdaExpression)
    /// What could not be read; its error is already reported.
    case invalid
  }

  let kind: Kind
  let range: SourceRange
  /// Where a caret points: the operator of a binary expression, the start of others.
  let location: SourceLocation
  /// How many levels of operands it has; the parser bounds it, so recursion over them is safe.
  let height: Int

  init(_ kind: Kind, _ range: SourceRange, at location: SourceLocation? = nil) {
    self.kind = kind
    self.range = range
    self.location = location ?? range.start
    self.height = 1 + kind.operandHeight
  }
}

extension Expression.Kind {
  /// The height of the tallest operand.
  fileprivate var operandHeight: Int {
    switch self {
    case .unary(_, let a), .cast(_, _, let a), .sizeOfValue(let a), .member(let a, _, _): a.height
    case .binary(_, let a, let b), .assignment(_, let a, let b), .subscripted(let a, let b):
      max(a.height, b.height)
    case .conditional(let a, let b, let c): max(a.height, b.height, c.height)
    case .call(let callee, let arguments):
      max(callee.height, arguments.lazy.map(\.height).max() ?? 0)
    case .construct(_, let arguments, _): arguments.lazy.map(\.height).max() ?? 0
    case .list(let list): list.elements.lazy.map(\.value.height).max() ?? 0
    default: 0
    }
  }
}

/// An integer constant as written.
struct IntegerLiteral: Hashable, Sendable {
  let value: UInt64
  /// `u` was written.
  let isUnsigned: Bool
  /// How many `l` were written.
  let longs: Int
  /// Decimal constants never become unsigned by their size; hexadecimal, octal and binary ones may.
  let isDecimal: Bool
}

/// A floating constant as written.
struct FloatingLiteral: Hashable, Sendable {
  /// The value rounded to double.
  let value: Double
  /// The value rounded once to float, which differs from rounding the double now and then.
  let single: Float
  /// `f` was written.
  let isFloat: Bool
}

/// The operators with one operand.
enum UnaryOperator: String, Hashable, Sendable, CaseIterable {
  case plus = "+", minus = "-", not = "!", complement = "~"
  case dereference = "*", addressOf = "&"
  case preIncrement = "++x", preDecrement = "--x"
  case postIncrement = "x++", postDecrement = "x--"
}

/// The operators with two operands; assignments name theirs too.
enum BinaryOperator: String, Hashable, Sendable, CaseIterable {
  case multiply = "*", divide = "/", remainder = "%"
  case add = "+", subtract = "-"
  case shiftLeft = "<<", shiftRight = ">>"
  case less = "<", lessOrEqual = "<=", greater = ">", greaterOrEqual = ">="
  case equal = "==", notEqual = "!="
  case bitAnd = "&", bitXor = "^", bitOr = "|"
  case logicalAnd = "&&", logicalOr = "||"
  case comma = ","
}

/// How a conversion was written.
enum CastKind: String, Hashable, Sendable {
  /// `(T)e`.
  case cStyle = "(T)"
  case staticCast = "static_cast"
  case reinterpretCast = "reinterpret_cast"
  case constCast = "const_cast"
}

/// `{a, b}` or `{.x = a, .y = b}`.
struct InitializerList: Sendable {
  struct Element: Sendable {
    /// `.x`, or nil.
    let designator: Identifier?
    let value: Expression
  }

  let elements: [Element]
  let range: SourceRange
}

/// `[captures](parameters) -> result { body }`.
struct LambdaExpression: Sendable {
  enum CaptureDefault: Hashable, Sendable { case none, byCopy, byReference }

  struct Capture: Sendable {
    let name: Identifier
    let isByReference: Bool
    /// `[x = e]`.
    let initializer: Expression?
  }

  let id: NodeID
  let captureDefault: CaptureDefault
  let captures: [Capture]
  /// `[this]` or `[*this]`.
  let capturesThis: Bool
  let parameters: [ParameterDeclaration]
  let result: TypeSyntax?
  let isMutable: Bool
  /// `__device__`, `__host__` and `constexpr` as written.
  let specifiers: FunctionSpecifiers
  /// A block.
  let body: StatementSyntax
}
