import Base
internal import CKernels

extension Assembler {
  /// The machine's instruction for one of the program's, without its guard and target.
  mutating func lower(_ it: Instruction) throws(Problem) -> ok_instruction {
    switch it.operation {
    case .move: try alu(it, OK_K_MOVE, 0, sources: [it.type])
    case .unary(let unary): try lowerUnary(it, unary)
    case .binary(let binary): try lowerBinary(it, binary)
    case .ternary(let ternary): try lowerTernary(it, ternary)
    case .compare(let comparison):
      try alu(it, OK_K_COMPARE, comparison.rawValue, sources: [it.type, it.type])
    case .select: try alu(it, OK_K_SELECT, 0, sources: [it.type, it.type, .predicate])
    case .logic(let logic):
      try alu(
        it, OK_K_LOGIC, logic.rawValue,
        sources: [ValueType](repeating: .predicate, count: logic == .not ? 1 : 2))
    case .convert(let from, let rounding, let saturates):
      try lowerConvert(it, from, rounding, saturates)
    case .load(let space, let hint): try lowerAccess(it, OK_K_LOAD, space, hint)
    case .store(let space, let hint): try lowerAccess(it, OK_K_STORE, space, hint)
    case .atomic(let space, let atomic): try lowerAtomic(it, space, atomic)
    case .shuffle(let shuffle):
      try alu(it, OK_K_SHUFFLE, shuffle.rawValue, sources: [it.type, .u32, .u32, .u32], least: 2)
    case .vote(let vote):
      try alu(it, OK_K_VOTE, vote.rawValue, sources: [.predicate, .u32], least: 1)
    case .match(let match):
      try alu(it, OK_K_MATCH, match.rawValue, sources: [it.type, .u32], least: 1)
    case .reduce(let atomic):
      try alu(it, OK_K_REDUCE, atomic.rawValue, sources: [it.type, .u32], least: 1)
    case .activeMask: try alu(it, OK_K_ACTIVE_MASK, 0, sources: [])
    case .barrier(let barrier):
      try alu(it, OK_K_BARRIER, barrier.rawValue, sources: [.u32, .u32, .predicate], least: 0)
    case .warpBarrier: try alu(it, OK_K_WARP_BARRIER, 0, sources: [.u32], least: 0)
    case .fence: make(OK_K_FENCE)
    case .branch(let isCondition): lowerBranch(it, isCondition)
    case .exit: make(OK_K_EXIT)
    case .trap(let message): numbered(OK_K_TRAP, message)
    case .print(let format, let types): try lowerPrint(it, format, types)
    case .clock: try alu(it, OK_K_CLOCK, 0, sources: [])
    case .texture(let unit, let texture): try lowerTexture(it, unit, texture)
    case .matrix(let matrix): try lowerMatrix(it, matrix)
    }
  }

  private func numbered(_ kind: ok_kind, _ number: Int) -> ok_instruction {
    var made = make(kind)
    made.offset = Int64(number)
    return made
  }

  private mutating func lowerBranch(_ it: Instruction, _ isCondition: Bool) -> ok_instruction {
    var made = make(OK_K_BRANCH)
    made.site = addSite(.branch, .global, 0, it.location, isCondition: isCondition)
    return made
  }

  /// An instruction with up to four sources of the given types and up to two results.
  private mutating func alu(
    _ it: Instruction, _ kind: ok_kind, _ operation: UInt8, sources types: [ValueType],
    least: Int? = nil
  ) throws(Problem) -> ok_instruction {
    guard it.sources.count >= least ?? types.count, it.sources.count <= types.count else {
      throw unsupported(it, "\(it.operation) with \(it.sources.count) operands")
    }
    var made = make(kind)
    made.operation = operation
    made.type = it.type.rawValue
    let places = zip(it.sources, types).map { (operand: Operand, type: ValueType) in
      // A register knows its class better than the table does: shift counts, for one.
      offset(operand, as: type.register, type: type)
    }
    if places.count > 0 { made.a = places[0] }
    if places.count > 1 { made.b = places[1] }
    if places.count > 2 { made.c = places[2] }
    if places.count > 3 { made.x = places[3] }
    setResults(of: it, &made)
    return made
  }

  private func setResults(of it: Instruction, _ made: inout ok_instruction) {
    if let first = it.destinations.first {
      made.d = offset(first)
      if first.kind == .wide { made.flags |= UInt16(OK_WIDE_RESULT.rawValue) }
      if first.kind == .predicate { made.flags |= UInt16(OK_PREDICATE_RESULT.rawValue) }
    }
    if it.destinations.count > 1 { made.e = offset(it.destinations[1]) }
  }

  private mutating func lowerUnary(_ it: Instruction, _ unary: Unary) throws(Problem)
    -> ok_instruction
  {
    try alu(it, OK_K_UNARY, unary.rawValue, sources: [it.type])
  }

  private mutating func lowerBinary(_ it: Instruction, _ binary: Binary) throws(Problem)
    -> ok_instruction
  {
    var second = it.type
    switch binary {
    case .shiftLeft, .shiftRight: second = .u32
    case .scaleByPower: second = .s32
    default: break
    }
    var made = try alu(it, OK_K_BINARY, binary.rawValue, sources: [it.type, second])
    if case .register(let register) = it.sources[1], register.kind == .wide, second == .u32 {
      made.flags |= UInt16(OK_WIDE_COUNT.rawValue)
    }
    return made
  }

  private mutating func lowerTernary(_ it: Instruction, _ ternary: Ternary) throws(Problem)
    -> ok_instruction
  {
    let types: [ValueType]
    switch ternary {
    case .multiplyAddWide: types = [it.type, it.type, it.type.bytes == 4 ? .u64 : .u32]
    case .bitFieldExtract: types = [it.type, .u32, .u32]
    case .bitFieldInsert: types = [it.type, it.type, .u32, .u32]
    case .logic3: types = [.u32, .u32, .u32, .u32]
    case .funnelShiftLeft, .funnelShiftRight, .funnelShiftLeftClamped, .funnelShiftRightClamped,
      .permuteBytes:
      types = [.u32, .u32, .u32]
    default: types = [it.type, it.type, it.type]
    }
    return try alu(it, OK_K_TERNARY, ternary.rawValue, sources: types)
  }

  private mutating func lowerConvert(
    _ it: Instruction, _ from: ValueType, _ rounding: Rounding, _ saturates: Bool
  ) throws(Problem) -> ok_instruction {
    var made = try alu(it, OK_K_CONVERT, 0, sources: [from])
    made.from = from.rawValue
    made.rounding = rounding.rawValue
    if saturates { made.flags |= UInt16(OK_SATURATES.rawValue) }
    return made
  }

  private mutating func lowerPrint(_ it: Instruction, _ format: Int, _ types: [ValueType])
    throws(Problem) -> ok_instruction
  {
    guard it.sources.count == types.count else {
      throw unsupported(it, "a print of \(it.sources.count) values with \(types.count) types")
    }
    var made = numbered(OK_K_PRINT, format)
    made.count = UInt8(clamping: types.count)
    made.list = UInt32(code.lists.count)
    code.prints[code.instructions.count] = types
    for (operand, type) in zip(it.sources, types) {
      code.lists.append(offset(operand, as: type.register, type: type))
      code.lists.append(type.register == .wide ? 8 : type.register == .word ? 4 : 0)
    }
    return made
  }
}
