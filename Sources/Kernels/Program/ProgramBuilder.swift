/// Writes the statements of one kernel: hands out registers and labels and keeps the source line.
public struct ProgramBuilder: Sendable {
  /// What was written so far.
  public private(set) var statements: [Statement] = []
  /// How many registers were handed out.
  public private(set) var registerNumbers = 0
  /// How many labels were handed out.
  public private(set) var labelNumbers = 0
  /// The source line that instructions are written for.
  public var location = SourceLocation()

  /// Creates an empty text.
  public init() {}

  /// Hands out a register.
  public mutating func makeRegister(_ kind: RegisterClass) -> Register {
    defer { registerNumbers += 1 }
    return Register(registerNumbers, kind)
  }

  /// Hands out a label; `place` says where it stands.
  public mutating func makeLabel() -> Label {
    defer { labelNumbers += 1 }
    return Label(labelNumbers)
  }

  /// Puts a label here.
  public mutating func place(_ label: Label) { statements.append(.label(label)) }

  /// Writes an instruction; it takes the current location unless it has one.
  public mutating func emit(_ instruction: Instruction) {
    var instruction = instruction
    if instruction.location.line == 0 { instruction.location = location }
    statements.append(.instruction(instruction))
  }

  /// Writes an instruction with one result in a new register of its type's class.
  public mutating func compute(
    _ operation: Operation, _ type: ValueType, _ sources: Operand...
  ) -> Operand {
    let kind: RegisterClass
    switch operation {
    case .compare, .logic: kind = .predicate
    case .binary(.multiplyWide), .ternary(.multiplyAddWide): kind = .wide
    default: kind = type.register
    }
    let result = makeRegister(kind)
    emit(Instruction(operation, type, to: [result], from: sources))
    return .register(result)
  }

  /// Takes back what was written from a place on; registers and labels stay handed out.
  public mutating func discard(from count: Int) { statements.removeSubrange(count...) }

  /// Writes a branch; a condition of the source's `if`, `for` or `while` counts as one for divergence.
  public mutating func branch(
    to target: Label, if condition: Guard? = nil, isCondition: Bool = false
  ) {
    emit(Instruction(.branch(isCondition: isCondition), target: target, if: condition))
  }
}
