extension PTXLowering {
  private static let comparisons: Set<String> = [
    "eq", "ne", "lt", "le", "gt", "ge", "lo", "ls", "hi", "hs", "equ", "neu", "ltu", "leu", "gtu",
    "geu", "num", "nan",
  ]

  /// The comparison in the name.
  func comparisonName() throws(PTXFault) -> String {
    guard let name = instruction.modifiers.first(where: { Self.comparisons.contains($0) }) else {
      throw fault("\(instruction.fullName) names no comparison such as .lt")
    }
    return name
  }

  func comparison(_ name: String, _ type: PTXType) -> Comparison {
    switch name {
    case "eq": .equal
    // A float that is no number differs from nothing in PTX's ordered "ne".
    case "ne": type.isFloating ? .notEqualOrdered : .notEqual
    case "lt", "lo": .less
    case "le", "ls": .lessOrEqual
    case "gt", "hi": .greater
    case "ge", "hs": .greaterOrEqual
    case "equ": .equalOrUnordered
    case "neu": .notEqual
    case "ltu": .lessOrUnordered
    case "leu": .lessOrEqualOrUnordered
    case "gtu": .greaterOrUnordered
    case "geu": .greaterOrEqualOrUnordered
    case "num": .ordered
    default: .unordered
    }
  }

  mutating func compare(
    _ name: String, _ a: Operand, _ b: Operand, _ type: PTXType
  ) throws(PTXFault) -> Operand {
    var read = type.value
    // "lo", "ls", "hi" and "hs" compare bits as unsigned numbers.
    if ["lo", "ls", "hi", "hs"].contains(name) { read = type.bytes == 8 ? .u64 : .u32 }
    return compute(.compare(comparison(name, type)), read, a, b)
  }

  /// The name's combination with a further predicate, if it has one.
  private mutating func combined(
    _ holds: Operand, _ index: Int
  ) throws(PTXFault) -> Operand {
    guard instruction.operands.count > index else { return holds }
    let other = try source(index, .pred)
    if instruction.has("and") { return compute(.logic(.and), .predicate, holds, other) }
    if instruction.has("or") { return compute(.logic(.or), .predicate, holds, other) }
    if instruction.has("xor") { return compute(.logic(.xor), .predicate, holds, other) }
    throw fault("\(instruction.fullName) names no combination for its last operand")
  }

  mutating func lowerSetPredicate() throws(PTXFault) {
    try expectOperands(3...4)
    let type = try type()
    let name = try comparisonName()
    let first: PTXOperand
    let second: PTXOperand?
    if case .pair(let a, let b) = try operand(0) {
      (first, second) = (a, b)
    } else {
      (first, second) = (try operand(0), nil)
    }
    if type == .f16x2 || type == .bf16x2 {
      return try lowerSetPredicates(first, second ?? .sink, type)
    }
    let a = try source(1, type)
    let b = try source(2, type)
    let isPlain = second == nil && instruction.operands.count == 3
    if isPlain, !["lo", "ls", "hi", "hs"].contains(name) {
      emit(
        .compare(comparison(name, type)), type.value, to: [try destination(first, .pred)],
        from: [a, b])
      return
    }
    let holds = try compare(name, a, b, type)
    let result = try combined(holds, 3)
    if let second {
      let fails = try combined(compute(.logic(.not), .predicate, holds), 3)
      move(.predicate, to: try destination(second, .pred), from: fails)
    }
    move(.predicate, to: try destination(first, .pred), from: result)
  }

  /// A comparison of two halves each: a predicate for each half.
  private mutating func lowerSetPredicates(
    _ first: PTXOperand, _ second: PTXOperand, _ type: PTXType
  ) throws(PTXFault) {
    let holds = try compareHalves(type)
    for (destinationOperand, value) in zip([first, second], holds) {
      let result = try combined(value, 3)
      move(.predicate, to: try destination(destinationOperand, .pred), from: result)
    }
  }

  private mutating func compareHalves(_ type: PTXType) throws(PTXFault) -> [Operand] {
    let half: PTXType = type == .f16x2 ? .f16 : .bf16
    let name = try comparisonName()
    let a = try source(1, type)
    let b = try source(2, type)
    let low = try compare(name, a, b, half)
    let highA = compute(.binary(.shiftRight), .u32, a, .word(16))
    let highB = compute(.binary(.shiftRight), .u32, b, .word(16))
    return [low, try compare(name, highA, highB, half)]
  }

  /// `set`: a number that stands for true, all bits or 1.0.
  mutating func lowerSet() throws(PTXFault) {
    try expectOperands(3...4)
    let found = try types(2)
    let (to, from) = (found[found.count - 2], found[found.count - 1])
    let result = try destination(0, to)
    if from == .f16x2 || from == .bf16x2 {
      let one = to.isFloating ? (from == .f16x2 ? 0x3c00 : 0x3f80) : 0xffff
      var halves: [Operand] = []
      for holds in try compareHalves(from) {
        halves.append(
          compute(.select, .u32, .word(one), .word(0), try combined(holds, 3)))
      }
      emit(
        .ternary(.permuteBytes), .u32, to: [result], from: [halves[0], halves[1], .word(0x5410)])
      return
    }
    let holds = try combined(
      compare(comparisonName(), source(1, from), source(2, from), from), 3)
    let one: Operand
    switch to {
    case .f32: one = .float(1)
    case .f16: one = .word(0x3c00)
    case .bf16: one = .word(0x3f80)
    case .f16x2, .bf16x2: throw unsupported()
    default: one = to.bytes == 8 ? .wide(-1) : .word(to.bytes == 2 ? 0xffff : -1)
    }
    emit(.select, to.value, to: [result], from: [one, .immediate(0), holds])
  }

  mutating func lowerSelect() throws(PTXFault) {
    try expectOperands(4...4)
    let type = try type()
    emit(
      .select, type.value, to: [try destination(0, type)],
      from: [try source(1, type), try source(2, type), try source(3, .pred)])
  }

  /// `slct d, a, b, c`: a where c is not below zero.
  mutating func lowerSignSelect() throws(PTXFault) {
    try expectOperands(4...4)
    let found = try types(2)
    let type = found[found.count - 2]
    let tested = found[found.count - 1]
    let holds = compute(
      .compare(.greaterOrEqual), tested.value, try source(3, tested), .immediate(0))
    emit(
      .select, type.value, to: [try destination(0, type)],
      from: [try source(1, type), try source(2, type), holds])
  }
}
