/// How variables live in registers.
extension Lowering {
  /// An array or record of more numbers than this lies in local memory.
  static let mostRegistersOfVariable = 256

  /// Makes the variable of a declaration; nil leaves it without a first value.
  func makeCell(
    _ type: CType, key: Int, root: Int? = nil, initial: Value?
  ) throws(Fault) -> Cell {
    let root = root ?? key
    let cell = Cell(type: type, key: key, root: root, content: .members([]))
    if root == key, !isEvaluating, facts[root]?.needsMemory == true || !type.fitsRegisters {
      cell.content = .memory(allocateLocal(type))
      if let initial { try write(initial, to: .cell(cell)) }
      return cell
    }
    switch type {
    case .record(let record):
      var members: [Cell] = []
      for (index, field) in record.fields.enumerated() {
        members.append(
          try makeCell(
            field.type.type, key: module.keys.child(of: key, index), root: root,
            initial: initial?.member(index)))
      }
      cell.content = .members(members)
    case .array(let element, let count):
      var members: [Cell] = []
      for index in 0..<(count ?? 0) {
        members.append(
          try makeCell(
            element.type, key: module.keys.child(of: key, index), root: root,
            initial: initial?.member(index)))
      }
      cell.content = .members(members)
    default: try fillScalar(cell, initial)
    }
    return cell
  }

  private func fillScalar(_ cell: Cell, _ initial: Value?) throws(Fault) {
    if isEvaluating {
      cell.content = .fixed(initial ?? zero(cell.type))
      return
    }
    let fact = facts[cell.key]
    guard let initial else { return try openScalar(cell, fact) }
    if fact?.isAssigned == true {
      try openScalar(cell, fact)
      try write(initial, to: .cell(cell))
    } else {
      cell.content = .fixed(keep(initial))
    }
  }

  /// Gives a cell the register that assignments write to.
  private func openScalar(_ cell: Cell, _ fact: CellFacts?) throws(Fault) {
    switch cell.type {
    case .pointer, .null, .reference:
      let space = fact?.space ?? .generic
      let register = builder.makeRegister(space.addressRegister)
      changing.insert(register.number)
      cell.content = .pointer(register, space)
    case .arithmetic, .enumeration:
      let register = builder.makeRegister(cell.type.arithmetic?.valueType.register ?? .word)
      changing.insert(register.number)
      cell.content = .register(register)
    default:
      // A function pointer without a value, or an empty thing.
      cell.content = .fixed(Value(cell.type, .nothing))
    }
  }

  /// A value that stays what it is although variables change later.
  func keep(_ value: Value) -> Value {
    var kept = value
    switch value.form {
    case .operand(let operand) where isChanging(operand):
      let type = value.type.arithmetic?.valueType ?? .u32
      kept.form = .operand(builder.compute(.move, type, operand))
    case .pointer(let pointer): kept.form = .pointer(keep(pointer))
    case .aggregate(let members): kept.form = .aggregate(members.map(keep))
    default: break
    }
    return kept
  }

  /// An address that stays what it is: at most a register and a distance.
  func keep(_ pointer: Pointer) -> Pointer {
    guard case .operand(let base) = pointer.base else { return pointer }
    guard pointer.index != nil || isChanging(base) else { return pointer }
    if pointer.index == nil {
      let type: ValueType = pointer.space.isWide ? .u64 : .u32
      let copy = builder.compute(.move, type, base)
      return Pointer(pointer.space, copy, offset: pointer.offset)
    }
    return Pointer(pointer.space, addressOperand(pointer))
  }

  /// Reads a cell.
  func read(_ cell: Cell) throws(Fault) -> Value {
    switch cell.content {
    case .fixed(var value):
      value.type = cell.type
      return value
    case .register(let register): return Value(cell.type, .operand(.register(register)))
    case .pointer(let register, let space):
      return Value(cell.type, .pointer(Pointer(space, .register(register))))
    case .members(let members):
      var values: [Value] = []
      for member in members { values.append(try read(member)) }
      return Value(cell.type, .aggregate(values))
    case .memory(let pointer):
      return try load(pointer, QualifiedType(cell.type), bits: nil)
    }
  }

  /// Writes a cell; the value has the cell's type.
  func write(_ value: Value, to cell: Cell) throws(Fault) {
    switch cell.content {
    case .fixed where isEvaluating: cell.content = .fixed(value)
    case .fixed:
      if isDetached { detachedWrites.append((cell, cell.content)) }
      learn(cell.key) { $0.isAssigned = true }
      try openScalar(cell, facts[cell.key])
      if case .fixed = cell.content { return }
      try write(value, to: cell)
    case .register(let register):
      emit(.move, cell.type.arithmetic?.valueType ?? .u32, to: [register], from: [operand(value)])
    case .pointer(let register, let space): try write(value, to: cell, register, space)
    case .members(let members):
      for (index, member) in members.enumerated() {
        guard let part = value.member(index) else { continue }
        try write(part, to: member)
      }
    case .memory(let pointer):
      try store(value, to: pointer, QualifiedType(cell.type), bits: nil)
    }
  }

  private func write(
    _ value: Value, to cell: Cell, _ register: Register, _ space: Space
  ) throws(Fault) {
    guard case .pointer(var pointer) = value.form else {
      return emit(.move, .u64, to: [register], from: [operand(value)])
    }
    if pointer.cells != nil { pointer = spill(pointer) }
    let known = facts[cell.key]?.space
    // Null is 0 in global memory too, but not in the spaces of offsets.
    let met = pointer.isNull ? known.map { $0.isWide ? $0 : .generic } : pointer.space
    if let met, known != met {
      let joined = known.map { $0 == met ? $0 : .generic } ?? met
      if joined != known { learn(cell.key) { $0.space = joined } }
    }
    let address = addressOperand(pointer, in: space)
    emit(.move, space.isWide ? .u64 : .u32, to: [register], from: [address])
  }

  /// Notes something about a variable that the next pass has to know.
  func learn(_ key: Int, _ change: (inout CellFacts) -> Void) {
    var fact = facts[key] ?? CellFacts()
    change(&fact)
    if facts[key] != fact {
      facts[key] = fact
      if !isDetached { hasLearned = true }
    }
  }

  /// Sends variables that are indexed by a running number, or seen as another type, to memory.
  func spill(_ pointer: Pointer) -> Pointer {
    guard let (cells, _) = pointer.cells else { return pointer }
    for cell in cells.prefix(1) { learn(cell.root) { $0.needsMemory = true } }
    return Pointer(.local, .word(0))
  }

  /// Reserves local memory.
  func allocateLocal(_ type: CType) -> Pointer {
    let alignment = max(type.alignment, 4)
    let offset = (localBytes + alignment - 1) / alignment * alignment
    localBytes = offset + (type.bytes ?? 0)
    return Pointer(.local, .word(0), offset: offset)
  }
}

extension Space {
  /// True where addresses take 64 bits.
  var isWide: Bool { self == .global || self == .generic }
  var addressRegister: RegisterClass { isWide ? .wide : .word }
}

extension Value {
  /// A member of a record value or an element of an array value.
  func member(_ index: Int) -> Value? {
    if case .aggregate(let members) = form, members.indices.contains(index) {
      members[index]
    } else {
      nil
    }
  }
}

extension CType {
  /// True where the parts of a variable may each have a register.
  var fitsRegisters: Bool {
    (registerCount ?? Int.max) <= Lowering.mostRegistersOfVariable
  }

  /// How many numbers it holds; nil where it must lie in memory as bytes.
  private var registerCount: Int? {
    switch self {
    case .record(let record):
      if record.isOpaque { return nil }
      var sum = 0
      for field in record.fields {
        guard let count = field.type.type.registerCount else { return nil }
        sum += count
      }
      return sum
    case .array(let element, let count):
      guard let one = element.type.registerCount, let count, count < 100_000 else { return nil }
      return one * count
    default: return 1
    }
  }
}

extension Record {
  /// True where members share bytes, so that the record is only meaningful in memory.
  var isOpaque: Bool {
    isUnion || fields.contains { $0.bits != nil || $0.type.type.isOpaque }
  }
}

extension CType {
  var isOpaque: Bool {
    switch self {
    case .record(let record): record.isOpaque
    case .array(let element, _): element.type.isOpaque
    default: false
    }
  }
}
