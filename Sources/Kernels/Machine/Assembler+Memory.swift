import Base
internal import CKernels

extension Assembler {
  /// A load or store of one value, or of several side by side.
  mutating func lowerAccess(_ it: Instruction, _ kind: ok_kind, _ space: Space, _ hint: MemoryHint)
    throws(Problem) -> ok_instruction
  {
    let isLoad = kind == OK_K_LOAD
    let count = isLoad ? it.destinations.count : it.sources.count
    guard count > 0, count <= 16, it.type != .predicate else {
      throw unsupported(it, "\(it.operation) of \(count) values of \(it.type)")
    }
    var made = make(kind)
    made.type = it.type.rawValue
    made.space = space.rawValue
    made.width = UInt8(it.type.bytes)
    made.count = UInt8(count)
    let slots =
      isLoad
      ? it.destinations.map { offset($0) }
      : it.sources.map { offset($0, as: it.type.register, type: it.type) }
    if isLoad { made.d = slots[0] } else { made.c = slots[0] }
    if count > 1 {
      made.list = UInt32(code.lists.count)
      code.lists += slots
    }
    if hint == .volatile { made.flags |= UInt16(OK_VOLATILE.rawValue) }
    try setAddress(of: it, space, &made)
    made.site = addSite(isLoad ? .load : .store, space, it.type.bytes * count, it.location)
    return made
  }

  /// An atomic; compare-and-swap has the expected and the new value.
  mutating func lowerAtomic(_ it: Instruction, _ space: Space, _ atomic: Atomic)
    throws(Problem) -> ok_instruction
  {
    guard it.sources.count == (atomic == .compareAndSwap ? 2 : 1), it.type.bytes >= 2 else {
      throw unsupported(it, "\(it.operation) on \(it.type) with \(it.sources.count) values")
    }
    if it.type.isFloating, atomic == .increment || atomic == .decrement {
      throw unsupported(it, "\(it.operation) on \(it.type)")
    }
    var made = make(OK_K_ATOMIC)
    made.operation = atomic.rawValue
    made.type = it.type.rawValue
    made.space = space.rawValue
    made.width = UInt8(it.type.bytes)
    made.c = offset(it.sources[0], as: it.type.register, type: it.type)
    if it.sources.count > 1 {
      made.x = offset(it.sources[1], as: it.type.register, type: it.type)
    }
    if let result = it.destinations.first { made.d = offset(result) }
    try setAddress(of: it, space, &made)
    made.site = addSite(.atomic, space, it.type.bytes, it.location)
    return made
  }

  private mutating func setAddress(
    of it: Instruction, _ space: Space, _ made: inout ok_instruction
  ) throws(Problem) {
    guard let address = it.address else { throw unsupported(it, "\(it.operation) of no address") }
    var isWide = space == .global || space == .generic
    if case .register(let register) = address.base {
      if isWide, register.kind != .wide { throw unsupported(it, "a 32-bit global address") }
      isWide = register.kind == .wide
    }
    let type: ValueType = isWide ? .u64 : .u32
    made.a = offset(address.base, as: type.register, type: type)
    if isWide { made.flags |= UInt16(OK_WIDE_BASE.rawValue) }
    if isUniform(address.base) { made.flags |= UInt16(OK_UNIFORM_BASE.rawValue) }
    made.offset = Int64(address.offset)
    made.target = 1
    guard let index = address.index else { return }
    guard address.scale >= 0, address.scale <= 1 << 30 else {
      throw unsupported(it, "an address scaled by \(address.scale)")
    }
    made.b = offset(index, as: .word, type: address.indexIsSigned ? .s32 : .u32)
    made.target = UInt32(address.scale)
    if address.indexIsSigned { made.flags |= UInt16(OK_SIGNED_INDEX.rawValue) }
  }

  mutating func lowerTexture(_ it: Instruction, _ unit: Int, _ texture: Texture) throws(Problem)
    -> ok_instruction
  {
    let needed = texture == .sample2D ? 2 : 1
    guard it.sources.count == needed, (1...4).contains(it.destinations.count) else {
      throw unsupported(it, "a texture read with \(it.sources.count) coordinates")
    }
    var made = make(OK_K_TEXTURE)
    made.operation = texture.rawValue
    made.type = it.type.rawValue
    made.offset = Int64(unit)
    made.count = UInt8(it.destinations.count)
    let coordinate: ValueType = texture == .fetch1D ? .s32 : .f32
    made.a = offset(it.sources[0], as: .word, type: coordinate)
    if needed > 1 { made.b = offset(it.sources[1], as: .word, type: coordinate) }
    let places = it.destinations.map { offset($0) }
    made.d = places[0]
    if places.count > 1 {
      made.list = UInt32(code.lists.count)
      code.lists += places
    }
    made.site = addSite(.texture, .global, it.type.bytes * places.count, it.location)
    return made
  }

  // MARK: - Tiles

  mutating func lowerMatrix(_ it: Instruction, _ matrix: MatrixOperation) throws(Problem)
    -> ok_instruction
  {
    switch matrix {
    case .load(let fragment): try lowerTile(it, OK_K_MATRIX_LOAD, fragment)
    case .store(let fragment): try lowerTile(it, OK_K_MATRIX_STORE, fragment)
    case .multiply(let shape, let input, let accumulator, let layouts):
      try lowerProduct(it, shape, input, accumulator, layouts)
    }
  }

  /// A matrix without layouts and types.
  private func matrix(_ shape: MatrixShape) -> ok_matrix {
    var matrix = ok_matrix()
    matrix.m = UInt8(clamping: shape.m)
    matrix.n = UInt8(clamping: shape.n)
    matrix.k = UInt8(clamping: shape.k)
    return matrix
  }

  /// The number of a matrix in the program's table, where equal ones stand once.
  private mutating func number(
    of matrix: ok_matrix, _ it: Instruction
  ) throws(Problem) -> UInt8 {
    let known = code.matrices.firstIndex { other in
      other.m == matrix.m && other.n == matrix.n && other.k == matrix.k
        && other.a_rows == matrix.a_rows && other.b_rows == matrix.b_rows
        && other.input == matrix.input && other.accumulator == matrix.accumulator
    }
    if known == nil { code.matrices.append(matrix) }
    guard let number = UInt8(exactly: known ?? code.matrices.count - 1) else {
      throw unsupported(it, "more than 256 kinds of matrix products in one kernel")
    }
    return number
  }

  private mutating func lowerTile(_ it: Instruction, _ kind: ok_kind, _ fragment: MatrixFragment)
    throws(Problem) -> ok_instruction
  {
    let isLoad = kind == OK_K_MATRIX_LOAD
    let values: [Operand] =
      isLoad ? it.destinations.map { .register($0) } : Array(it.sources.dropFirst())
    guard values.count == fragment.registers, !it.sources.isEmpty, fragment.type.bytes > 0 else {
      throw unsupported(it, "a tile of \(values.count) registers for \(fragment.shape)")
    }
    var made = make(kind)
    made.type = fragment.type.rawValue
    made.width = UInt8(fragment.type.bytes)
    made.space = fragment.space.rawValue
    made.operation = try number(of: matrix(fragment.shape), it)
    made.from = fragment.role.rawValue
    made.rounding = fragment.isRowMajor ? 1 : 0
    made.c = offset(it.sources[0], as: .word, type: .u32)
    made.list = UInt32(code.lists.count)
    for value in values {
      code.lists.append(offset(value, as: fragment.type.register, type: fragment.type))
    }
    try setAddress(of: it, fragment.space, &made)
    made.site = addSite(isLoad ? .load : .store, fragment.space, 16, it.location)
    return made
  }

  private mutating func lowerProduct(
    _ it: Instruction, _ shape: MatrixShape, _ input: ValueType, _ accumulator: ValueType,
    _ layouts: MatrixLayouts
  ) throws(Problem) -> ok_instruction {
    let a = shape.m * shape.k / 32
    let b = shape.k * shape.n / 32
    let c = shape.m * shape.n / 32
    guard it.sources.count == a + b + c, it.destinations.count == c, max(a, b, c) <= 32 else {
      throw unsupported(it, "a product of \(it.sources.count) registers for \(shape)")
    }
    var made = make(OK_K_MATRIX_MULTIPLY)
    var product = matrix(shape)
    product.a_rows = layouts.aIsRowMajor ? 1 : 0
    product.b_rows = layouts.bIsRowMajor ? 1 : 0
    product.input = input.rawValue
    product.accumulator = accumulator.rawValue
    made.operation = try number(of: product, it)
    made.list = UInt32(code.lists.count)
    for (index, source) in it.sources.enumerated() {
      let type = index < a + b ? input : accumulator
      code.lists.append(offset(source, as: type.register, type: type))
    }
    code.lists += it.destinations.map { offset($0) }
    return made
  }
}
