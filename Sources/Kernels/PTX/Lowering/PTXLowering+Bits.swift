extension PTXLowering {
  mutating func lowerLogic(_ bits: Binary, _ logic: PredicateLogic) throws(PTXFault) {
    try expectOperands(3...3)
    let type = try type()
    let result = try destination(0, type)
    let sources = [try source(1, type), try source(2, type)]
    if type == .pred {
      emit(.logic(logic), .predicate, to: [result], from: sources)
    } else {
      emit(.binary(bits), type.value, to: [result], from: sources)
    }
  }

  mutating func lowerNot() throws(PTXFault) {
    try expectOperands(2...2)
    let type = try type()
    let result = try destination(0, type)
    let value = try source(1, type)
    emit(
      type == .pred ? .logic(.not) : .unary(.not), type.value, to: [result], from: [value])
  }

  mutating func lowerLogicalNot() throws(PTXFault) {
    try expectOperands(2...2)
    let type = try type()
    let isZero = compute(.compare(.equal), type.value, try source(1, type), .immediate(0))
    emit(
      .select, type.value, to: [try destination(0, type)],
      from: [.immediate(1), .immediate(0), isZero])
  }

  mutating func lowerShift() throws(PTXFault) {
    try expectOperands(3...3)
    let type = try type()
    let result = try destination(0, type)
    let value = try source(1, type)
    let count = try source(2, .u32)
    emit(
      .binary(instruction.name == "shl" ? .shiftLeft : .shiftRight), type.value, to: [result],
      from: [value, count])
  }

  mutating func lowerFunnelShift() throws(PTXFault) {
    try expectOperands(4...4)
    let isClamped = instruction.has("clamp")
    let operation: Ternary
    if instruction.has("l") {
      operation = isClamped ? .funnelShiftLeftClamped : .funnelShiftLeft
    } else {
      operation = isClamped ? .funnelShiftRightClamped : .funnelShiftRight
    }
    emit(
      .ternary(operation), .u32, to: [try destination(0, .b32)],
      from: [try source(1, .b32), try source(2, .b32), try source(3, .b32)])
  }

  mutating func lowerLogic3() throws(PTXFault) {
    guard instruction.operands.count == 5, case .integer(let table) = instruction.operands[4]
    else { throw fault("lop3.b32 takes a result, three values and a table from 0 to 255") }
    emit(
      .ternary(.logic3), .u32, to: [try destination(0, .b32)],
      from: [
        try source(1, .b32), try source(2, .b32), try source(3, .b32), .immediate(table & 255),
      ])
  }

  mutating func lowerBitFieldExtract() throws(PTXFault) {
    try expectOperands(4...4)
    let type = try type()
    let position = try fieldCount(2)
    let count = try fieldCount(3)
    emit(
      .ternary(.bitFieldExtract), type.value, to: [try destination(0, type)],
      from: [try source(1, type), position, count])
  }

  mutating func lowerBitFieldInsert() throws(PTXFault) {
    try expectOperands(5...5)
    let type = try type()
    let position = try fieldCount(3)
    let count = try fieldCount(4)
    emit(
      .ternary(.bitFieldInsert), type.value, to: [try destination(0, type)],
      from: [try source(1, type), try source(2, type), position, count])
  }

  /// A position or length: PTX reads its low 8 bits.
  private mutating func fieldCount(_ index: Int) throws(PTXFault) -> Operand {
    let value = try source(index, .u32)
    if case .immediate(let bits) = value { return .immediate(bits & 255) }
    return compute(.binary(.and), .u32, value, .word(255))
  }

  mutating func lowerFindBit() throws(PTXFault) {
    try expectOperands(2...2)
    let type = try type()
    let result = try destination(0, .b32)
    let value = try source(1, type)
    guard instruction.has("shiftamt") else {
      emit(.unary(.highestBit), type.value, to: [result], from: [value])
      return
    }
    let place = compute(.unary(.highestBit), type.value, value, as: .word)
    let amount = compute(.binary(.subtract), .u32, .word(type.bytes * 8 - 1), place)
    let isMissing = compute(.compare(.equal), .u32, place, .word(-1))
    emit(.select, .u32, to: [result], from: [.word(-1), amount, isMissing])
  }

  mutating func lowerBitMask() throws(PTXFault) {
    try expectOperands(3...3)
    let place = try source(1, .u32)
    let count = try source(2, .u32)
    if instruction.has("wrap") { throw unsupported() }
    let below = compute(.binary(.shiftLeft), .u32, .word(1), count)
    let ones = compute(.binary(.subtract), .u32, below, .word(1))
    emit(
      .binary(.shiftLeft), .u32, to: [try destination(0, .b32)], from: [ones, place])
  }

  mutating func lowerSizeExtension() throws(PTXFault) {
    try expectOperands(3...3)
    let type = try type()
    if instruction.has("wrap") { throw unsupported() }
    let value = try source(1, type)
    let count = try source(2, .u32)
    emit(
      .ternary(.bitFieldExtract), type.value, to: [try destination(0, .b32)],
      from: [value, .word(0), count])
  }

  mutating func lowerPermute() throws(PTXFault) {
    try expectOperands(4...4)
    let result = try destination(0, .b32)
    let a = try source(1, .b32)
    let b = try source(2, .b32)
    var selector = try source(3, .b32)
    if let mode = instruction.modifiers.last, mode != "b32" {
      selector = try permuteSelector(mode, selector)
    }
    emit(.ternary(.permuteBytes), .u32, to: [result], from: [a, b, selector])
  }

  /// The general selectors of a named mode: one of four by the low two bits.
  private mutating func permuteSelector(
    _ mode: String, _ choice: Operand
  ) throws(PTXFault) -> Operand {
    let tables: [String: [Int]] = [
      "f4e": [0x3210, 0x4321, 0x5432, 0x6543], "b4e": [0x5670, 0x6701, 0x7012, 0x0123],
      "rc8": [0x0000, 0x1111, 0x2222, 0x3333], "ecl": [0x3210, 0x3211, 0x3222, 0x3333],
      "ecr": [0x0000, 0x1110, 0x2210, 0x3210], "rc16": [0x1010, 0x3232, 0x1010, 0x3232],
    ]
    guard let table = tables[mode] else { throw unsupported() }
    if case .immediate(let bits) = choice { return .word(table[Int(bits & 3)]) }
    let packed = table.enumerated().reduce(UInt64(0)) {
      $0 | UInt64($1.element) << (16 * $1.offset)
    }
    let low = compute(.binary(.and), .u32, choice, .word(3))
    let shift = compute(.binary(.shiftLeft), .u32, low, .word(4))
    let moved = compute(.binary(.shiftRight), .u64, .immediate(packed), shift)
    return compute(.convert(from: .u64, .towardZero, saturates: false), .u32, moved)
  }

  mutating func lowerCount(_ operation: Unary) throws(PTXFault) {
    try expectOperands(2...2)
    let type = try type()
    emit(
      .unary(operation), type.value, to: [try destination(0, .b32)],
      from: [try source(1, type)])
  }

  /// The place of the n-th set bit at or above a base (below it for a negative n): 32 steps.
  mutating func lowerFindNthSet() throws(PTXFault) {
    try expectOperands(4...4)
    let mask = try source(1, .b32)
    let base = try source(2, .b32)
    let number = try source(3, .s32)
    let isUp = compute(.compare(.greaterOrEqual), .s32, number, .word(0))
    let steps = compute(.unary(.absolute), .s32, number)
    let atBase = compute(.compare(.equal), .s32, number, .word(0))
    let wanted = compute(.select, .u32, .word(1), steps, atBase)
    let found = temporary(.word)
    let count = temporary(.word)
    move(.u32, to: found, from: .word(-1))
    move(.u32, to: count, from: .word(0))
    for step in 0..<32 {
      let above = compute(.binary(.add), .u32, base, .word(step))
      let below = compute(.binary(.subtract), .u32, base, .word(step))
      let place = compute(.select, .u32, above, below, isUp)
      let bit = compute(.ternary(.bitFieldExtract), .u32, mask, place, .word(1))
      let isInside = compute(.compare(.less), .u32, place, .word(32))
      let counted = compute(.select, .u32, bit, .word(0), isInside)
      emit(.binary(.add), .u32, to: [count], from: [.register(count), counted])
      let isLast = compute(.compare(.equal), .u32, .register(count), wanted)
      let isSet = compute(.compare(.notEqual), .u32, counted, .word(0))
      var hit = compute(.logic(.and), .predicate, isLast, isSet)
      if step > 0 { hit = compute(.logic(.andNot), .predicate, hit, atBase) }
      emit(.select, .u32, to: [found], from: [place, .register(found), hit])
    }
    move(.u32, to: try destination(0, .b32), from: .register(found))
  }

  // MARK: Video instructions

  /// Instructions on four bytes or two halves at once; false for another name.
  mutating func lowerVideo() throws(PTXFault) -> Bool {
    guard let count = instruction.name.last.flatMap({ $0.wholeNumberValue }),
      count == 2 || count == 4
    else { return false }
    let found = try types(3)
    try expectOperands(4...4)
    guard !instruction.has("sat"), found[1] == found[2] else { throw unsupported() }
    let a = try source(1, .b32)
    let b = try source(2, .b32)
    let c = try source(3, .b32)
    var result: Operand = instruction.has("add") ? c : .word(0)
    let bits = 32 / count
    for place in 0..<count {
      let left = try bitField(a, from: place * bits, count: bits, found[1])
      let right = try bitField(b, from: place * bits, count: bits, found[2])
      let value = try videoLane(left, right, found[1])
      if instruction.has("add") {
        result = compute(.binary(.add), .u32, result, value)
      } else {
        result = compute(
          .ternary(.bitFieldInsert), .u32, value, result, .word(place * bits), .word(bits))
      }
    }
    move(.u32, to: try destination(0, .b32), from: result)
    return true
  }

  private mutating func videoLane(
    _ a: Operand, _ b: Operand, _ type: PTXType
  ) throws(PTXFault) -> Operand {
    switch instruction.name.dropLast() {
    case "vadd": return compute(.binary(.add), .u32, a, b)
    case "vsub": return compute(.binary(.subtract), .u32, a, b)
    case "vmin": return compute(.binary(.minimum), type.value, a, b)
    case "vmax": return compute(.binary(.maximum), type.value, a, b)
    case "vavrg": return compute(.binary(.averageRounded), type.value, a, b)
    case "vabsdiff": return compute(.ternary(.sumOfDifferences), type.value, a, b, .word(0))
    case "vset":
      let holds = try compare(comparisonName(), a, b, type)
      return compute(.select, .u32, .word(1), .word(0), holds)
    default: throw unsupported()
    }
  }
}
