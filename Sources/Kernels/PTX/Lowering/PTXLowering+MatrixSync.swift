/// `mma.sync`, `ldmatrix` and `stmatrix`: tiles whose distribution over the lanes PTX fixes.
extension PTXLowering {
  /// `mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 d, a, b, c`: the elements move to the lanes
  /// where the machine's product wants them, and its result moves back.
  mutating func lowerMatrixMultiply() throws(PTXFault) {
    try expectOperands(4...4)
    let types = try productTypes()
    guard instruction.has("sync"), let shape = matrixShape, types.a == types.b,
      let input = PTXTileLayout(.a, shape, types.a), let right = PTXTileLayout(.b, shape, types.b),
      let start = PTXTileLayout(.accumulator, shape, types.c),
      let result = PTXTileLayout(.accumulator, shape, types.d),
      !instruction.modifiers.contains(where: { ["sp", "xor", "and"].contains($0) })
    else { throw unsupported() }
    let a = try gather(elements(try operand(1)), input)
    let b = try gather(elements(try operand(2)), right)
    let c = try gather(elements(try operand(3)), start)
    let d = try multiplyTiles(shape, types.a, types.c, types.d, a, b, c)
    try scatter(d, result, into: elements(try operand(0)))
  }

  /// The elements in the machine's order: number e in lane e % 32, place e / 32.
  private mutating func gather(
    _ parts: [PTXOperand], _ layout: PTXTileLayout
  ) throws(PTXFault) -> [Operand] {
    guard parts.count == layout.registers else {
      throw fault("\(parts.count) registers do not hold the tile, \(layout.registers) expected")
    }
    let isWide = layout.type.bytes == 8
    var registers: [Operand] = []
    for part in parts { registers.append(try source(part, isWide ? .b64 : .b32)) }
    var result: [Operand] = []
    for place in 0..<layout.places {
      let homes = (0..<32).map {
        layout.home(
          row: (place * 32 + $0) / layout.columns,
          column: (place * 32 + $0) % layout.columns)
      }
      let lane = laneFunction(homes.map(\.lane))
      var value = choose(homes.map(\.register)) { (lowering, register) in
        lowering.shuffled(registers[register], from: lane, isWide: isWide)
      }
      if layout.perRegister > 1 {
        let bits = layout.type.bytes * 8
        let shift = laneFunction(homes.map { $0.part * bits })
        value = compute(
          .ternary(.bitFieldExtract), layout.type.isSigned ? .s32 : .u32, value, shift,
          .word(bits))
      } else if layout.type == .tf32 {
        value = compute(.binary(.and), .u32, value, .word(0xffff_e000))
      }
      result.append(value)
    }
    return result
  }

  /// Puts elements from the machine's order into the registers that PTX names.
  private mutating func scatter(
    _ values: [Operand], _ layout: PTXTileLayout, into parts: [PTXOperand]
  ) throws(PTXFault) {
    guard parts.count == layout.registers else {
      throw fault("\(parts.count) registers do not hold the tile, \(layout.registers) expected")
    }
    let isWide = layout.type.bytes == 8
    var results: [Operand] = []
    for element in 0..<layout.registers * layout.perRegister {
      let numbers = (0..<32).map { lane in
        let place = layout.position(lane: lane, element: element)
        return place.row * layout.columns + place.column
      }
      let lane = laneFunction(numbers.map { $0 % 32 })
      results.append(
        choose(numbers.map { $0 / 32 }) { (lowering, place) in
          lowering.shuffled(values[place], from: lane, isWide: isWide)
        })
    }
    for (index, part) in parts.enumerated() {
      let first = index * layout.perRegister
      let own = Array(results[first..<first + layout.perRegister])
      move(
        isWide ? .u64 : .u32, to: try destination(part, isWide ? .b64 : .b32),
        from: packed(own, layout.type))
    }
  }

  // MARK: Functions of the lane

  /// A number that depends on the lane bit by bit: parts of the lane's number, moved and joined.
  private mutating func laneFunction(_ values: [Int]) -> Operand {
    let constant = values[0]
    var terms: [Int: Int] = [:]
    for bit in 0..<5 {
      var difference = values[1 << bit] ^ constant
      while difference != 0 {
        let target = difference.trailingZeroBitCount
        terms[target - bit, default: 0] |= 1 << target
        difference &= difference - 1
      }
    }
    var result: Operand?
    for (shift, mask) in terms.sorted(by: { $0.key < $1.key }) {
      var term: Operand = .special(.lane)
      if shift > 0 { term = compute(.binary(.shiftLeft), .u32, term, .word(shift)) }
      if shift < 0 { term = compute(.binary(.shiftRight), .u32, term, .word(-shift)) }
      term = compute(.binary(.and), .u32, term, .word(mask))
      result = result.map { compute(.binary(.or), .u32, $0, term) } ?? term
    }
    guard let result else { return .word(constant) }
    return constant == 0 ? result : compute(.binary(.xor), .u32, result, .word(constant))
  }

  /// One of several values by a number that depends on the lane; all of them are made.
  private mutating func choose(
    _ numbers: [Int], _ make: (inout PTXLowering, Int) -> Operand
  ) -> Operand {
    let distinct = Set(numbers).sorted()
    var result = make(&self, distinct[0])
    for number in distinct.dropFirst() {
      let mask = numbers.enumerated().reduce(0) {
        $1.element == number ? $0 | 1 << $1.offset : $0
      }
      let bit = compute(.ternary(.bitFieldExtract), .u32, .word(mask), .special(.lane), .word(1))
      let isHere = compute(.compare(.notEqual), .u32, bit, .word(0))
      let value = make(&self, number)
      result = compute(.select, value.isWide ? .u64 : .u32, value, result, isHere)
    }
    return result
  }

  private mutating func shuffled(_ value: Operand, from lane: Operand, isWide: Bool) -> Operand {
    compute(
      .shuffle(.index), isWide ? .u64 : .u32, value, lane, .word(-1), .word(32))
  }

  // MARK: Matrices of 8 by 8

  /// `ldmatrix`: lane l names row l of the matrices and receives a word of each.
  mutating func lowerLoadMatrix() throws(PTXFault) {
    try expectOperands(2...2)
    guard instruction.has("m8n8"), try type() == .b16 else { throw unsupported() }
    let parts = elements(try operand(0))
    let rows = try rowAddresses()
    for (number, part) in parts.enumerated() {
      let result = try destination(part, .b32)
      if instruction.has("trans") {
        let halves = (0..<2).map { _ in temporary(.word) }
        for (half, register) in halves.enumerated() {
          emit(
            .load(.shared, .plain), .u16, to: [register],
            at: transposedAddress(rows, matrix: number, half: half))
        }
        emit(
          .ternary(.permuteBytes), .u32, to: [result],
          from: [.register(halves[0]), .register(halves[1]), .word(0x5410)])
      } else {
        emit(
          .load(.shared, .plain), .u32, to: [result], at: wordAddress(rows, matrix: number))
      }
    }
  }

  /// `stmatrix`: the other way.
  mutating func lowerStoreMatrix() throws(PTXFault) {
    try expectOperands(2...2)
    guard instruction.has("m8n8"), try type() == .b16 else { throw unsupported() }
    let rows = try rowAddresses(0)
    for (number, part) in elements(try operand(1)).enumerated() {
      let value = try source(part, .b32)
      if instruction.has("trans") {
        let high = compute(.binary(.shiftRight), .u32, value, .word(16))
        for (half, bits) in [value, high].enumerated() {
          emit(
            .store(.shared, .plain), .u16, from: [bits],
            at: transposedAddress(rows, matrix: number, half: half))
        }
      } else {
        emit(
          .store(.shared, .plain), .u32, from: [value], at: wordAddress(rows, matrix: number))
      }
    }
  }

  /// The address that each lane names, as an offset into shared memory.
  private mutating func rowAddresses(_ index: Int = 1) throws(PTXFault) -> Operand {
    let place = try address(try operand(index), .shared)
    var base = place.base
    if case .register(let register) = base, register.kind == .wide {
      base = compute(.convert(from: .u64, .towardZero, saturates: false), .u32, base)
    }
    return place.offset == 0 ? base : compute(.binary(.add), .u32, base, .word(place.offset))
  }

  /// Row l / 4 of a matrix, word l % 4.
  private mutating func wordAddress(_ rows: Operand, matrix: Int) -> Address {
    let row = laneFunction((0..<32).map { matrix * 8 + $0 / 4 })
    let base = shuffled(rows, from: row, isWide: false)
    let word = laneFunction((0..<32).map { $0 % 4 * 4 })
    return Address(base: compute(.binary(.add), .u32, base, word))
  }

  /// Row l % 4 · 2 (+ 1), column l / 4: what a transposed matrix gives to lane l.
  private mutating func transposedAddress(_ rows: Operand, matrix: Int, half: Int) -> Address {
    let row = laneFunction((0..<32).map { matrix * 8 + $0 % 4 * 2 + half })
    let base = shuffled(rows, from: row, isWide: false)
    let column = laneFunction((0..<32).map { $0 / 4 * 2 })
    return Address(base: compute(.binary(.add), .u32, base, column))
  }
}

extension Operand {
  /// True of a 64-bit register.
  fileprivate var isWide: Bool {
    if case .register(let register) = self { return register.kind == .wide }
    return false
  }
}

/// Where `mma.sync` keeps the elements of a tile.
///
/// With g = lane / 4 and t = lane % 4, a register of A holds `perRegister` neighbours of a row from
/// column `t · perRegister` on; registers go down by 8 rows first, then right. B is A's mirror
/// image, and an accumulator has two neighbours in each lane.
struct PTXTileLayout {
  let role: MatrixRole
  let type: PTXType
  let rows: Int
  let columns: Int
  /// Elements packed into one register.
  let perRegister: Int
  /// Lane and place of each element, as one number.
  private var homes: [Int]

  init?(_ role: MatrixRole, _ shape: MatrixShape, _ type: PTXType) {
    let supported: Bool
    switch type {
    case .f16, .bf16: supported = role == .accumulator || [8, 16].contains(shape.k)
    case .tf32: supported = [4, 8].contains(shape.k)
    case .u8, .s8: supported = [16, 32].contains(shape.k)
    case .f64: supported = shape.k == 4 || role == .accumulator
    case .f32, .s32: supported = role == .accumulator
    default: supported = false
    }
    guard supported, shape.n == 8,
      shape.m == 16 || (shape.m == 8 && (type == .f64 || shape.k == 16))
    else { return nil }
    self.role = role
    self.type = type
    rows = role == .b ? shape.k : shape.m
    columns = role == .a ? shape.k : shape.n
    perRegister = type.bytes == 8 ? 1 : 4 / type.bytes
    homes = Array(repeating: -1, count: rows * columns)
    guard rows * columns % (32 * perRegister) == 0 else { return nil }
    for lane in 0..<32 {
      for element in 0..<places {
        let place = position(lane: lane, element: element)
        guard place.row < rows, place.column < columns else { return nil }
        homes[place.row * columns + place.column] = lane * places + element
      }
    }
    guard !homes.contains(-1) else { return nil }
  }

  /// Elements of each lane.
  var places: Int { rows * columns / 32 }
  /// Registers that hold them.
  var registers: Int { places / perRegister }

  /// The row and column of an element of a lane.
  func position(lane: Int, element: Int) -> (row: Int, column: Int) {
    let (group, thread) = (lane / 4, lane % 4)
    let (register, part) = (element / perRegister, element % perRegister)
    switch role {
    case .a:
      let below = rows == 16 ? register % 2 : 0
      let right = rows == 16 ? register / 2 : register
      return (
        group + 8 * below, thread * perRegister + part + 4 * perRegister * right
      )
    case .b: return (thread * perRegister + part + 4 * perRegister * register, group)
    case .accumulator: return (group + 8 * (element / 2), thread * 2 + element % 2)
    }
  }

  /// The lane, register and part of it that hold an element.
  func home(row: Int, column: Int) -> (lane: Int, register: Int, part: Int) {
    let home = homes[row * columns + column]
    return (home / places, home % places / perRegister, home % places % perRegister)
  }
}
