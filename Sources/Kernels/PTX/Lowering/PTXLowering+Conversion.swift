extension PTXLowering {
  /// `cvt`: rounding, saturation, and types of any width on both sides.
  mutating func lowerConversion() throws(PTXFault) {
    let found = try types(2)
    let (to, from) = (found[0], found[1])
    if instruction.has("pack") { return try lowerPack(found) }
    if to == .f16x2 || to == .bf16x2 { return try lowerPair(to, from) }
    try expectOperands(2...2)
    let result = try wideDestination(0, to)
    let value = try wideSource(1, from)
    if to == .tf32 { return try lowerTensorFloat(value, to: result) }
    let rounding = conversionRounding
    guard to == from else {
      // Saturation of integers is the conversion's own; floats are clamped behind it.
      let saturates = instruction.has("sat") && !to.isFloating
      let operation = Operation.convert(from: from.value, rounding, saturates: saturates)
      guard to.isFloating, instruction.has("sat") || instruction.has("relu") else {
        emit(operation, to.value, to: [result.register], from: [value])
        return widen(result, to)
      }
      try finish(compute(operation, to.value, value), to, to: result.register)
      return
    }
    let converted = integral(value, to) ?? value
    try finish(converted, to, to: result.register)
    widen(result, to)
  }

  private var conversionRounding: Rounding {
    for modifier in instruction.modifiers {
      switch modifier {
      case "rz", "rzi": return .towardZero
      case "rm", "rmi": return .down
      case "rp", "rpi": return .up
      case "rn", "rni": return .nearest
      default: continue
      }
    }
    return .towardZero
  }

  /// A float rounded to a whole float, where the name asks for it.
  private mutating func integral(_ value: Operand, _ type: PTXType) -> Operand? {
    guard type.isFloating else { return nil }
    for modifier in instruction.modifiers {
      switch modifier {
      case "rni": return compute(.unary(.roundEven), type.value, value)
      case "rzi": return compute(.unary(.truncate), type.value, value)
      case "rmi": return compute(.unary(.floor), type.value, value)
      case "rpi": return compute(.unary(.ceiling), type.value, value)
      default: continue
      }
    }
    return nil
  }

  // MARK: Registers wider than the type

  /// Where a result goes first, and the wider register that takes it in the end.
  struct WideResult {
    let register: Register
    let wide: Register?
  }

  /// A destination that may be a 64-bit register for a narrower type.
  mutating func wideDestination(
    _ index: Int, _ type: PTXType
  ) throws(PTXFault) -> WideResult {
    try wideDestination(try operand(index), type)
  }

  mutating func wideDestination(
    _ operand: PTXOperand, _ type: PTXType
  ) throws(PTXFault) -> WideResult {
    if type.register == .word, case .register(let number) = operand {
      let found = register(number)
      if found.kind == .wide { return WideResult(register: temporary(.word), wide: found) }
    }
    return WideResult(register: try destination(operand, type), wide: nil)
  }

  /// Extends a narrow result into its 64-bit register.
  mutating func widen(_ result: WideResult, _ type: PTXType) {
    guard let wide = result.wide else { return }
    let from: ValueType = type.isSigned ? .s32 : .u32
    emit(
      .convert(from: from, .towardZero, saturates: false), type.isSigned ? .s64 : .u64, to: [wide],
      from: [.register(result.register)])
  }

  /// A source that may be a 64-bit register read as a narrower type.
  mutating func wideSource(_ index: Int, _ type: PTXType) throws(PTXFault) -> Operand {
    try wideSource(try operand(index), type)
  }

  mutating func wideSource(_ operand: PTXOperand, _ type: PTXType) throws(PTXFault) -> Operand {
    if type.register == .word, case .register(let number) = operand {
      let found = register(number)
      if found.kind == .wide {
        return compute(
          .convert(from: .u64, .towardZero, saturates: false), .u32, .register(found))
      }
    }
    return try source(operand, type)
  }

  // MARK: Pairs and tf32

  /// `cvt.rn.f16x2.f32 d, a, b`: a in the upper half.
  private mutating func lowerPair(_ to: PTXType, _ from: PTXType) throws(PTXFault) {
    guard from == .f32 else { throw unsupported() }
    try expectOperands(3...3)
    let half: PTXType = to == .f16x2 ? .f16 : .bf16
    let operation = Operation.convert(from: .f32, conversionRounding, saturates: false)
    var halves: [Operand] = []
    for index in 1...2 {
      var value = compute(operation, half.value, try source(index, .f32))
      if instruction.has("relu") {
        value = compute(.binary(.maximumNaN), half.value, value, .word(0))
      }
      halves.append(value)
    }
    emit(
      .ternary(.permuteBytes), .u32, to: [try destination(0, .b32)],
      from: [halves[1], halves[0], .word(0x5410)])
  }

  /// Rounds to 10 bits of fraction, ties away from zero; infinities and NaN stay.
  private mutating func lowerTensorFloat(
    _ value: Operand, to result: WideResult
  ) throws(PTXFault) {
    let half = instruction.has("rna") ? 0x1000 : 0
    let added: Operand
    if instruction.has("rn") {
      let odd = compute(.ternary(.bitFieldExtract), .u32, value, .word(13), .word(1))
      added = compute(.ternary(.addAdd), .u32, value, odd, .word(0xfff))
    } else {
      added = compute(.binary(.add), .u32, value, .word(half))
    }
    let cut = compute(.binary(.and), .u32, added, .word(0xffff_e000))
    let size = compute(.unary(.absolute), .f32, value)
    let isFinite = compute(.compare(.less), .f32, size, .float(.infinity))
    emit(.select, .u32, to: [result.register], from: [cut, value, isFinite])
  }

  /// `cvt.pack.sat.u8.s32.b32 d, a, b, c`: two saturated numbers below what `c` held.
  private mutating func lowerPack(_ found: [PTXType]) throws(PTXFault) {
    let to = found[0]
    let from = found[1]
    guard from == .s32, to.bytes <= 2 else { throw unsupported() }
    try expectOperands(3...4)
    let operation = Operation.convert(from: .s32, .towardZero, saturates: true)
    let a = compute(operation, to.value, try source(1, .s32))
    let b = compute(operation, to.value, try source(2, .s32))
    let bits = to.bytes * 8
    var rest: Operand = .word(0)
    if bits == 8, instruction.operands.count == 4 {
      rest = compute(.binary(.shiftLeft), .u32, try source(3, .b32), .word(16))
    }
    let low = compute(.ternary(.bitFieldInsert), .u32, b, rest, .word(0), .word(bits))
    emit(
      .ternary(.bitFieldInsert), .u32, to: [try destination(0, .b32)],
      from: [a, low, .word(bits), .word(bits)])
  }
}
