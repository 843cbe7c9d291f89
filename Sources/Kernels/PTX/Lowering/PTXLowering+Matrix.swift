/// `wmma`: tiles whose distribution over the lanes is nobody's business.
///
/// The machine keeps one element a register. PTX packs f16 and bf16 by two and bytes by four, except
/// where it has more registers than a lane has pairs; then each takes one element.
extension PTXLowering {
  mutating func lowerWarpMatrix() throws(PTXFault) {
    guard instruction.has("sync"), let shape = matrixShape else { throw unsupported() }
    switch instruction.modifiers.first {
    case "load": try lowerTileLoad(shape)
    case "store": try lowerTileStore(shape)
    case "mma": try lowerTileProduct(shape)
    default: throw unsupported()
    }
  }

  /// The shape in the name, as in "m16n16k16".
  var matrixShape: MatrixShape? {
    for modifier in instruction.modifiers where modifier.hasPrefix("m") {
      let numbers = modifier.split(whereSeparator: { !$0.isNumber }).compactMap { Int($0) }
      if numbers.count == 3, modifier == "m\(numbers[0])n\(numbers[1])k\(numbers[2])",
        numbers.allSatisfy({ $0 <= 64 })
      {
        return MatrixShape(numbers[0], numbers[1], numbers[2])
      }
    }
    return nil
  }

  private var matrixSpace: Space {
    if instruction.has("global") { return .global }
    return ["shared", "shared::cta"].contains(where: { instruction.has($0) }) ? .shared : .generic
  }

  private func fragment(
    _ shape: MatrixShape, _ type: PTXType
  ) throws(PTXFault) -> MatrixFragment {
    let role: MatrixRole
    switch instruction.modifiers.dropFirst().first {
    case "a": role = .a
    case "b": role = .b
    case "c", "d": role = .accumulator
    default: throw unsupported()
    }
    let fragment = MatrixFragment(
      role: role, shape: shape, type: type.value, isRowMajor: instruction.has("row"),
      space: matrixSpace)
    guard fragment.registers > 0, fragment.rows * fragment.columns % 32 == 0 else {
      throw unsupported()
    }
    return fragment
  }

  private mutating func stride(
    _ index: Int, _ fragment: MatrixFragment
  ) throws(PTXFault) -> Operand {
    guard instruction.operands.count > index else {
      return .word(fragment.isRowMajor ? fragment.columns : fragment.rows)
    }
    return try source(index, .u32)
  }

  private mutating func lowerTileLoad(_ shape: MatrixShape) throws(PTXFault) {
    try expectOperands(2...3)
    let type = try type()
    let fragment = try fragment(shape, type)
    let elements = (0..<fragment.registers).map { _ in temporary(type.register) }
    emit(
      .matrix(.load(fragment)), type.value, to: elements, from: [try stride(2, fragment)],
      at: try address(try operand(1), fragment.space))
    try pack(elements.map { .register($0) }, type, into: self.elements(try operand(0)))
  }

  private mutating func lowerTileStore(_ shape: MatrixShape) throws(PTXFault) {
    try expectOperands(2...3)
    let type = try type()
    let fragment = try fragment(shape, type)
    let values = try unpack(self.elements(try operand(1)), type, count: fragment.registers)
    emit(
      .matrix(.store(fragment)), type.value, from: [try stride(2, fragment)] + values,
      at: try address(try operand(0), fragment.space))
  }

  /// The four types of a product: of D, A, B and C.
  func productTypes() throws(PTXFault) -> (d: PTXType, a: PTXType, b: PTXType, c: PTXType) {
    let found = try types(2)
    if found.count == 2 { return (found[0], .f16, .f16, found[1]) }
    guard found.count == 4 else { throw unsupported() }
    return (found[0], found[1], found[2], found[3])
  }

  private mutating func lowerTileProduct(_ shape: MatrixShape) throws(PTXFault) {
    try expectOperands(4...4)
    let types = try productTypes()
    guard types.a == types.b, types.a.bytes > 0 else { throw unsupported() }
    let count = { (rows: Int, columns: Int) in rows * columns / 32 }
    let a = try unpack(elements(try operand(1)), types.a, count: count(shape.m, shape.k))
    let b = try unpack(elements(try operand(2)), types.b, count: count(shape.k, shape.n))
    let accumulators = count(shape.m, shape.n)
    let c = try unpack(elements(try operand(3)), types.c, count: accumulators)
    let d = try multiplyTiles(shape, types.a, types.c, types.d, a, b, c)
    try pack(d, types.d, into: elements(try operand(0)))
  }

  /// Multiplies tiles of single elements; accumulators of another type than the result's are
  /// converted.
  mutating func multiplyTiles(
    _ shape: MatrixShape, _ input: PTXType, _ from: PTXType, _ to: PTXType, _ a: [Operand],
    _ b: [Operand], _ c: [Operand]
  ) throws(PTXFault) -> [Operand] {
    var start = c
    if from != to {
      start = []
      for value in c {
        start.append(
          compute(.convert(from: from.value, .nearest, saturates: false), to.value, value))
      }
    }
    let isByRows = instruction.modifiers.filter { $0 == "row" || $0 == "col" }
    let layouts = MatrixLayouts(
      aIsRowMajor: isByRows.first == "row", bIsRowMajor: isByRows.last == "row")
    let results = (0..<start.count).map { _ in temporary(to.register) }
    emit(
      .matrix(
        .multiply(shape: shape, input: input.value, accumulator: to.value, layouts)), to.value,
      to: results, from: a + b + start)
    return results.map { .register($0) }
  }

  // MARK: Packing

  private func elementsPerRegister(
    _ registers: Int, _ type: PTXType, count: Int
  ) throws(PTXFault) -> Int {
    guard registers > 0 else { throw fault("a tile has no registers") }
    let perRegister = (count + registers - 1) / registers
    guard perRegister * type.bytes <= max(4, type.bytes), perRegister != 3 else {
      throw fault("\(registers) registers do not hold \(count) elements of .\(type)")
    }
    return perRegister
  }

  /// The single elements of packed registers.
  private mutating func unpack(
    _ parts: [PTXOperand], _ type: PTXType, count: Int
  ) throws(PTXFault) -> [Operand] {
    let perRegister = try elementsPerRegister(parts.count, type, count: count)
    var result: [Operand] = []
    for element in 0..<count {
      let value = try source(parts[element / perRegister], type.bytes == 8 ? .b64 : .b32)
      result.append(
        try single(value, type, at: element % perRegister))
    }
    return result
  }

  /// One element of a packed register; tf32 loses the bits that the tensor cores do not read.
  private mutating func single(
    _ value: Operand, _ type: PTXType, at place: Int
  ) throws(PTXFault) -> Operand {
    if type == .tf32 { return compute(.binary(.and), .u32, value, .word(0xffff_e000)) }
    guard type.bytes < 4 else { return value }
    let read: PTXType = type.isSigned ? .s32 : .u32
    return try bitField(value, from: place * type.bytes * 8, count: type.bytes * 8, read)
  }

  private mutating func pack(
    _ values: [Operand], _ type: PTXType, into parts: [PTXOperand]
  ) throws(PTXFault) {
    let perRegister = try elementsPerRegister(parts.count, type, count: values.count)
    for (place, part) in parts.enumerated() {
      let result = try destination(part, type.bytes == 8 ? .b64 : .b32)
      let first = place * perRegister
      guard first < values.count else {
        move(.u32, to: result, from: .word(0))
        continue
      }
      let own = values[first..<min(values.count, first + perRegister)]
      move(type.bytes == 8 ? .u64 : .u32, to: result, from: packed(Array(own), type))
    }
  }

  mutating func packed(_ values: [Operand], _ type: PTXType) -> Operand {
    var result = values[0]
    if values.count == 2, type.bytes == 2 {
      return compute(.ternary(.permuteBytes), .u32, values[0], values[1], .word(0x5410))
    }
    let bits = type.bytes * 8
    for (place, value) in values.enumerated().dropFirst() {
      result = compute(
        .ternary(.bitFieldInsert), .u32, value, result, .word(bits * place), .word(bits))
    }
    return result
  }
}
