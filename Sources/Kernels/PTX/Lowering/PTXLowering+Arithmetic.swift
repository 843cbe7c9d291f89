extension PTXLowering {
  // MARK: One, two and three operands of one type

  mutating func lowerUnary(_ operation: Unary) throws(PTXFault) {
    try expectOperands(2...2)
    let type = try type()
    let result = try destination(0, type)
    let value = try source(1, type)
    if type == .u16x2 || type == .s16x2 { throw unsupported() }
    emit(.unary(operation), type.value, to: [result], from: [value])
  }

  mutating func lowerBinary(_ operation: Binary) throws(PTXFault) {
    try expectOperands(3...3)
    let type = try type()
    let result = try destination(0, type)
    emit(
      .binary(operation), type.value, to: [result],
      from: [try source(1, type), try source(2, type)])
  }

  mutating func lowerTernary(_ operation: Ternary) throws(PTXFault) {
    try expectOperands(4...4)
    let type = try type()
    let result = try destination(0, type)
    emit(
      .ternary(operation), type.value, to: [result],
      from: [try source(1, type), try source(2, type), try source(3, type)])
  }

  // MARK: Sums

  mutating func lowerAdd() throws(PTXFault) {
    try expectOperands(3...3)
    let type = try type()
    if instruction.has("cc") || instruction.name == "addc" {
      let sum = try addWithCarry(source(1, type), source(2, type), type)
      move(type.value, to: try destination(0, type), from: sum)
      return
    }
    if type == .u16x2 || type == .s16x2 {
      return try lowerHalves { $0.compute(.binary(.add), .u16, $1, $2) }
    }
    try lowerFloatable(.add, type)
  }

  mutating func lowerSubtract() throws(PTXFault) {
    try expectOperands(3...3)
    let type = try type()
    if instruction.has("cc") || instruction.name == "subc" {
      let difference = try subtractWithBorrow(source(1, type), source(2, type), type)
      move(type.value, to: try destination(0, type), from: difference)
      return
    }
    if type == .u16x2 || type == .s16x2 {
      return try lowerHalves { $0.compute(.binary(.subtract), .u16, $1, $2) }
    }
    try lowerFloatable(.subtract, type)
  }

  mutating func lowerDivide() throws(PTXFault) {
    try expectOperands(3...3)
    try lowerFloatable(.divide, type())
  }

  /// A sum, difference, product or quotient with its rounding, saturation and clamp.
  private mutating func lowerFloatable(_ operation: Binary, _ type: PTXType) throws(PTXFault) {
    let result = try destination(0, type)
    let a = try source(1, type)
    let b = try source(2, type)
    guard type.isFloating else {
      var operation = operation
      if instruction.has("sat") {
        operation = operation == .add ? .addSaturating : .subtractSaturating
      }
      emit(.binary(operation), type.value, to: [result], from: [a, b])
      return
    }
    if let rounding = directedRounding {
      let value = try rounded(operation, a, b, type, rounding)
      try finish(value, type, to: result)
    } else if instruction.has("sat") || instruction.has("relu") {
      try finish(compute(.binary(operation), type.value, a, b), type, to: result)
    } else {
      emit(.binary(operation), type.value, to: [result], from: [a, b])
    }
  }

  /// Clamps to 0…1 (`.sat`) or from below to 0 (`.relu`), NaN becoming 0 under `.sat`.
  mutating func finish(
    _ value: Operand, _ type: PTXType, to result: Register
  ) throws(PTXFault) {
    var value = value
    let (zero, one) = zeroAndOne(type)
    if instruction.has("sat") {
      value = compute(.binary(.maximum), type.value, value, zero)
      value = compute(.binary(.minimum), type.value, value, one)
    } else if instruction.has("relu") {
      value = compute(.binary(.maximumNaN), type.value, value, zero)
    }
    move(type.value, to: result, from: value)
  }

  private func zeroAndOne(_ type: PTXType) -> (zero: Operand, one: Operand) {
    switch type {
    case .f64: (.wide(0), .double(1))
    case .f16: (.word(0), .word(0x3c00))
    case .f16x2: (.word(0), .word(0x3c00_3c00))
    case .bf16: (.word(0), .word(0x3f80))
    case .bf16x2: (.word(0), .word(0x3f80_3f80))
    default: (.word(0), .float(1))
    }
  }

  /// A rounding other than to nearest; nil where the machine's own is asked for.
  var directedRounding: Rounding? {
    for modifier in instruction.modifiers {
      switch modifier {
      case "rz": return .towardZero
      case "rm": return .down
      case "rp": return .up
      default: continue
      }
    }
    return nil
  }

  // MARK: Products

  mutating func lowerMultiply() throws(PTXFault) {
    try expectOperands(3...3)
    let type = try type()
    guard !type.isFloating else { return try lowerFloatable(.multiply, type) }
    let a = try source(1, type)
    let b = try source(2, type)
    if instruction.has("wide") {
      let wide: PTXType = type.bytes == 4 ? .b64 : .b32
      guard type.bytes == 2 || type.bytes == 4 else { throw unsupported() }
      emit(.binary(.multiplyWide), type.value, to: [try destination(0, wide)], from: [a, b])
    } else {
      let operation: Binary = instruction.has("hi") ? .multiplyHigh : .multiply
      emit(.binary(operation), type.value, to: [try destination(0, type)], from: [a, b])
    }
  }

  mutating func lowerMultiply24() throws(PTXFault) {
    let adds = instruction.name == "mad24"
    try expectOperands(adds ? 4...4 : 3...3)
    let type = try type()
    let a = try source(1, type)
    let b = try source(2, type)
    var product: Operand
    if instruction.has("hi") {
      // Bits 16 to 47 of the product of two 24-bit numbers.
      let left = try bitField(a, from: 0, count: 24, type)
      let right = try bitField(b, from: 0, count: 24, type)
      let whole = compute(.binary(.multiplyWide), type.value, left, right)
      let shifted = compute(.binary(.shiftRight), .u64, whole, .word(16))
      product = compute(.convert(from: .u64, .towardZero, saturates: false), .u32, shifted)
    } else {
      product = compute(.binary(.multiply24), type.value, a, b)
    }
    if adds { product = compute(.binary(.add), type.value, product, try source(3, type)) }
    move(type.value, to: try destination(0, type), from: product)
  }

  func bitFieldSources(_ value: Operand, from: Int, count: Int) -> [Operand] {
    [value, .word(from), .word(count)]
  }

  mutating func bitField(
    _ value: Operand, from: Int, count: Int, _ type: PTXType
  ) throws(PTXFault) -> Operand {
    compute(.ternary(.bitFieldExtract), type.value, value, .word(from), .word(count))
  }

  mutating func lowerMultiplyAdd() throws(PTXFault) {
    try expectOperands(4...4)
    let type = try type()
    guard !type.isFloating else { return try lowerFusedMultiplyAdd() }
    let a = try source(1, type)
    let b = try source(2, type)
    if instruction.has("wide") {
      let wide: PTXType = type.bytes == 4 ? .b64 : .b32
      let c = try source(3, wide)
      let result = try destination(0, wide)
      if type.bytes == 4 {
        emit(.ternary(.multiplyAddWide), type.value, to: [result], from: [a, b, c])
      } else {
        let product = compute(.binary(.multiplyWide), type.value, a, b, as: .word)
        emit(.binary(.add), .u32, to: [result], from: [product, c])
      }
      return
    }
    let c = try source(3, type)
    let isHigh = instruction.has("hi")
    if instruction.has("cc") || instruction.name == "madc" {
      let product = compute(
        .binary(isHigh ? .multiplyHigh : .multiply), type.value, a, b)
      let sum = try addWithCarry(product, c, type)
      return move(type.value, to: try destination(0, type), from: sum)
    }
    let result = try destination(0, type)
    if isHigh {
      let product = compute(.binary(.multiplyHigh), type.value, a, b)
      let sum: Binary = instruction.has("sat") ? .addSaturating : .add
      emit(.binary(sum), type.value, to: [result], from: [product, c])
    } else {
      emit(.ternary(.multiplyAdd), type.value, to: [result], from: [a, b, c])
    }
  }

  mutating func lowerFusedMultiplyAdd() throws(PTXFault) {
    try expectOperands(4...4)
    let type = try type()
    let result = try destination(0, type)
    let a = try source(1, type)
    let b = try source(2, type)
    let c = try source(3, type)
    if let rounding = directedRounding {
      return try finish(try roundedFused(a, b, c, type, rounding), type, to: result)
    }
    guard instruction.has("sat") || instruction.has("relu") else {
      emit(.ternary(.multiplyAdd), type.value, to: [result], from: [a, b, c])
      return
    }
    try finish(compute(.ternary(.multiplyAdd), type.value, a, b, c), type, to: result)
  }

  // MARK: Carry

  /// The carry flag, made at first use.
  private mutating func carryFlag() -> Register {
    if let carry { return carry }
    let made = temporary(.predicate)
    carry = made
    return made
  }

  /// `a + b`, with the carry where the name ends in "c", and into the flag under `.cc`.
  private mutating func addWithCarry(
    _ a: Operand, _ b: Operand, _ type: PTXType
  ) throws(PTXFault) -> Operand {
    let unsigned: ValueType = type.bytes == 8 ? .u64 : .u32
    guard type.bytes >= 4 else { throw unsupported() }
    var sum = compute(.binary(.add), unsigned, a, b)
    var out = instruction.has("cc") ? compute(.compare(.less), unsigned, sum, a) : nil
    if instruction.name.hasSuffix("c") {
      let one: Operand = type.bytes == 8 ? .wide(1) : .word(1)
      let carried = compute(.select, unsigned, one, .immediate(0), .register(carryFlag()))
      let total = compute(.binary(.add), unsigned, sum, carried)
      if let first = out {
        let second = compute(.compare(.less), unsigned, total, carried)
        out = compute(.logic(.or), .predicate, first, second)
      }
      sum = total
    }
    if let out { move(.predicate, to: carryFlag(), from: out) }
    return sum
  }

  private mutating func subtractWithBorrow(
    _ a: Operand, _ b: Operand, _ type: PTXType
  ) throws(PTXFault) -> Operand {
    let unsigned: ValueType = type.bytes == 8 ? .u64 : .u32
    guard type.bytes >= 4 else { throw unsupported() }
    var difference = compute(.binary(.subtract), unsigned, a, b)
    var out = instruction.has("cc") ? compute(.compare(.less), unsigned, a, b) : nil
    if instruction.name.hasSuffix("c") {
      let one: Operand = type.bytes == 8 ? .wide(1) : .word(1)
      let borrowed = compute(.select, unsigned, one, .immediate(0), .register(carryFlag()))
      if let first = out {
        let second = compute(.compare(.less), unsigned, difference, borrowed)
        out = compute(.logic(.or), .predicate, first, second)
      }
      difference = compute(.binary(.subtract), unsigned, difference, borrowed)
    }
    if let out { move(.predicate, to: carryFlag(), from: out) }
    return difference
  }

  // MARK: Lowest and highest

  mutating func lowerExtremum() throws(PTXFault) {
    try expectOperands(3...3)
    let isMinimum = instruction.name == "min"
    if instruction.has("xorsign") { throw unsupported() }
    let type = try type()
    if type == .u16x2 || type == .s16x2 {
      let operation: Binary = isMinimum ? .minimum : .maximum
      let half: ValueType = type == .u16x2 ? .u16 : .s16
      return try lowerHalves { $0.compute(.binary(operation), half, $1, $2) }
    }
    let operation: Binary
    if instruction.has("NaN") {
      operation = isMinimum ? .minimumNaN : .maximumNaN
    } else {
      operation = isMinimum ? .minimum : .maximum
    }
    let result = try destination(0, type)
    let a = try source(1, type)
    let b = try source(2, type)
    guard instruction.has("relu") else {
      emit(.binary(operation), type.value, to: [result], from: [a, b])
      return
    }
    let value = compute(.binary(operation), type.value, a, b)
    emit(.binary(.maximum), type.value, to: [result], from: [value, .immediate(0)])
  }

  /// Applies an operation to both halves of two words.
  mutating func lowerHalves(
    _ apply: (inout PTXLowering, Operand, Operand) -> Operand
  ) throws(PTXFault) {
    let a = try source(1, .b32)
    let b = try source(2, .b32)
    let low = apply(&self, a, b)
    let highA = compute(.binary(.shiftRight), .u32, a, .word(16))
    let highB = compute(.binary(.shiftRight), .u32, b, .word(16))
    let high = apply(&self, highA, highB)
    emit(
      .ternary(.permuteBytes), .u32, to: [try destination(0, .b32)],
      from: [low, high, .word(0x5410)])
  }

  // MARK: Roots and signs

  mutating func lowerRoot() throws(PTXFault) {
    try expectOperands(2...2)
    let type = try type()
    let result = try destination(0, type)
    let value = try source(1, type)
    let operation: Unary = instruction.name == "rcp" ? .reciprocal : .squareRoot
    guard let rounding = directedRounding else {
      emit(.unary(operation), type.value, to: [result], from: [value])
      return
    }
    move(
      type.value, to: result,
      from: try roundedRoot(operation, value, type, rounding))
  }

  /// PTX names the sign first.
  mutating func lowerCopySign() throws(PTXFault) {
    try expectOperands(3...3)
    let type = try type()
    let result = try destination(0, type)
    emit(
      .binary(.copySign), type.value, to: [result],
      from: [try source(2, type), try source(1, type)])
  }

  mutating func lowerTest() throws(PTXFault) {
    try expectOperands(2...2)
    let type = try type()
    let result = try destination(0, .pred)
    let value = try source(1, type)
    let isWide = type.bytes == 8
    guard type == .f32 || isWide else { throw unsupported() }
    let size = compute(.unary(.absolute), type.value, value)
    let least: Operand =
      isWide ? .double(.leastNormalMagnitude) : .float(.leastNormalMagnitude)
    let infinite: Operand = isWide ? .double(.infinity) : .float(.infinity)
    switch instruction.modifiers.first {
    case "finite": emit(.compare(.less), type.value, to: [result], from: [size, infinite])
    case "infinite": emit(.compare(.equal), type.value, to: [result], from: [size, infinite])
    case "number": emit(.compare(.ordered), type.value, to: [result], from: [size, size])
    case "notanumber": emit(.compare(.unordered), type.value, to: [result], from: [size, size])
    case "normal":
      let below = compute(.compare(.less), type.value, size, infinite)
      let above = compute(.compare(.greaterOrEqual), type.value, size, least)
      emit(.logic(.and), .predicate, to: [result], from: [below, above])
    case "subnormal":
      let below = compute(.compare(.less), type.value, size, least)
      let above = compute(.compare(.greater), type.value, size, .immediate(0))
      emit(.logic(.and), .predicate, to: [result], from: [below, above])
    default: throw unsupported()
    }
  }

  // MARK: Sums of products of bytes

  mutating func lowerDotProduct() throws(PTXFault) {
    try expectOperands(4...4)
    let found = try types(2)
    let (aType, bType) = (found[found.count - 2], found[found.count - 1])
    let result = try destination(0, .b32)
    let a = try source(1, aType)
    let b = try source(2, bType)
    let c = try source(3, .b32)
    if instruction.name == "dp4a", aType == bType {
      return emit(.ternary(.dotProduct4), aType.value, to: [result], from: [a, b, c])
    }
    let isPairs = instruction.name == "dp2a"
    let first = isPairs && instruction.has("hi") ? 16 : 0
    var sum = c
    for place in 0..<(isPairs ? 2 : 4) {
      let left =
        isPairs
        ? try bitField(a, from: 16 * place, count: 16, aType)
        : try bitField(a, from: 8 * place, count: 8, aType)
      let right = try bitField(b, from: first + 8 * place, count: 8, bType)
      sum = compute(.ternary(.multiplyAdd), .s32, left, right, sum)
    }
    move(.u32, to: result, from: sum)
  }
}
