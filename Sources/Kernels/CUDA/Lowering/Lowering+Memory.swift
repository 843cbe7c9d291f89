/// Loads and stores of whole values.
extension Lowering {
  /// Reads an object.
  func load(
    _ pointer: Pointer, _ type: QualifiedType, bits: (width: Int, first: Int)?,
    hint: MemoryHint? = nil
  ) throws(Fault) -> Value {
    let hint = hint ?? (type.isVolatile ? .volatile : .plain)
    if let (cells, at) = pointer.cells {
      guard cells.indices.contains(at) else {
        return Value(type, .memory(spill(pointer), bits: nil))
      }
      return try read(cells[at])
    }
    switch type.type {
    case .record, .array:
      if type.type.isOpaque {
        var value = Value(type, .memory(pointer, bits: nil))
        value.isConst = true
        return value
      }
      return try loadParts(pointer, type.type, hint)
    default: return loadScalar(pointer, type.type, bits, hint)
    }
  }

  private func loadScalar(
    _ pointer: Pointer, _ type: CType, _ bits: (width: Int, first: Int)?, _ hint: MemoryHint
  ) -> Value {
    let memory = type.memoryType ?? .u32
    let register = builder.makeRegister(memory.register)
    emit(.load(pointer.space, hint), memory, to: [register], at: address(of: pointer))
    if let bits {
      let isSigned = memory.isSigned
      let part = builder.compute(
        .ternary(.bitFieldExtract), isSigned ? .s32 : .u32, .register(register), .word(bits.first),
        .word(bits.width))
      return Value(type, .operand(part))
    }
    return scalar(type, from: register, loadedFrom: pointer.space)
  }

  /// What was read as bits, as a value of its type.
  private func scalar(_ type: CType, from register: Register, loadedFrom space: Space) -> Value {
    if type.arithmetic == .bool {
      return Value(
        type, .operand(builder.compute(.compare(.notEqual), .u32, .register(register), .word(0))))
    }
    if type.memoryType == .u64, type.arithmetic == nil {
      // The host fills constant memory, so addresses there are of device memory.
      let target: Space = space == .constant ? .global : .generic
      return Value(type, .pointer(Pointer(target, .register(register))))
    }
    return Value(type, .operand(.register(register)))
  }

  /// Writes an object; the value has its type.
  func store(
    _ value: Value, to pointer: Pointer, _ type: QualifiedType, bits: (width: Int, first: Int)?,
    hint: MemoryHint? = nil
  ) throws(Fault) {
    let hint = hint ?? (type.isVolatile ? .volatile : .plain)
    if let (cells, at) = pointer.cells {
      guard cells.indices.contains(at) else { return _ = spill(pointer) }
      return try write(value, to: cells[at])
    }
    switch type.type {
    case .record, .array:
      if case .place(.memory(let source, _)) = value.form, type.type.isOpaque {
        return copyBytes(from: source, to: pointer, type.type)
      }
      try storeParts(value, to: pointer, type.type, hint)
    default: storeScalar(value, to: pointer, type.type, bits, hint)
    }
  }

  private func storeScalar(
    _ value: Value, to pointer: Pointer, _ type: CType, _ bits: (width: Int, first: Int)?,
    _ hint: MemoryHint
  ) {
    let memory = type.memoryType ?? .u32
    var source = memoryOperand(value)
    if let bits {
      let old = builder.makeRegister(.word)
      emit(.load(pointer.space, hint), memory, to: [old], at: address(of: pointer))
      source = builder.compute(
        .ternary(.bitFieldInsert), .u32, source, .register(old), .word(bits.first),
        .word(bits.width))
    }
    emit(.store(pointer.space, hint), memory, from: [source], at: address(of: pointer))
  }

  /// A number as it lies in memory: booleans as a byte, addresses generic.
  func memoryOperand(_ value: Value) -> Operand {
    if value.type.arithmetic == .bool { return operand(integer(fromBoolean: value)) }
    return operand(value)
  }

  // MARK: Records and arrays

  private func loadParts(
    _ pointer: Pointer, _ type: CType, _ hint: MemoryHint
  ) throws(Fault) -> Value {
    let leaves = type.leaves
    var values: [Value] = []
    for group in groups(of: leaves, alignment: type.alignment) {
      values += loadGroup(group, pointer, hint)
    }
    var next = values.makeIterator()
    return assemble(type, &next)
  }

  private func loadGroup(_ group: LeafGroup, _ pointer: Pointer, _ hint: MemoryHint) -> [Value] {
    var start = pointer
    start.offset += group.offset
    let first = group.leaves[0]
    if group.isUniform {
      let memory = first.type.memoryType ?? .u32
      let registers = group.leaves.map { _ in builder.makeRegister(memory.register) }
      emit(.load(pointer.space, hint), memory, to: registers, at: address(of: start))
      return zip(group.leaves, registers).map {
        scalar($0.type, from: $1, loadedFrom: pointer.space)
      }
    }
    let words = (0..<group.bytes / 4).map { _ in builder.makeRegister(.word) }
    emit(.load(pointer.space, hint), .u32, to: words, at: address(of: start))
    return group.leaves.map { leaf in
      let register = extract(leaf, at: leaf.offset - group.offset, from: words)
      return scalar(leaf.type, from: register, loadedFrom: pointer.space)
    }
  }

  private func extract(_ leaf: Leaf, at offset: Int, from words: [Register]) -> Register {
    let memory = leaf.type.memoryType ?? .u32
    let word = Operand.register(words[offset / 4])
    let result: Operand
    switch memory.bytes {
    case 4: return words[offset / 4]
    case 8:
      let low = builder.compute(.convert(from: .u32, .nearest, saturates: false), .u64, word)
      let upper = Operand.register(words[offset / 4 + 1])
      let high = builder.compute(.convert(from: .u32, .nearest, saturates: false), .u64, upper)
      let shifted = builder.compute(.binary(.shiftLeft), .u64, high, .word(32))
      result = builder.compute(.binary(.or), .u64, low, shifted)
    default:
      result = builder.compute(
        .ternary(.bitFieldExtract), memory.isSigned && !memory.isFloating ? .s32 : .u32, word,
        .word(offset % 4 * 8), .word(memory.bytes * 8))
    }
    if case .register(let register) = result { return register }
    return words[0]
  }

  private func assemble(_ type: CType, _ next: inout IndexingIterator<[Value]>) -> Value {
    switch type {
    case .record(let record):
      return Value(type, .aggregate(record.fields.map { assemble($0.type.type, &next) }))
    case .array(let element, let count):
      return Value(type, .aggregate((0..<(count ?? 0)).map { _ in assemble(element.type, &next) }))
    default: return next.next() ?? Value(type, .integer(0))
    }
  }

  private func storeParts(
    _ value: Value, to pointer: Pointer, _ type: CType, _ hint: MemoryHint
  ) throws(Fault) {
    var values: [Value] = []
    flatten(value, type, into: &values)
    var next = 0
    for group in groups(of: type.leaves, alignment: type.alignment) {
      let part = Array(values[next..<next + group.leaves.count])
      next += group.leaves.count
      storeGroup(group, part, pointer, hint)
    }
  }

  private func flatten(_ value: Value, _ type: CType, into list: inout [Value]) {
    switch type {
    case .record(let record):
      for (index, field) in record.fields.enumerated() {
        flatten(value.member(index) ?? zero(field.type.type), field.type.type, into: &list)
      }
    case .array(let element, let count):
      for index in 0..<(count ?? 0) {
        flatten(value.member(index) ?? zero(element.type), element.type, into: &list)
      }
    default: list.append(value)
    }
  }

  private func storeGroup(
    _ group: LeafGroup, _ values: [Value], _ pointer: Pointer, _ hint: MemoryHint
  ) {
    var start = pointer
    start.offset += group.offset
    if group.isUniform {
      let sources = values.map(memoryOperand)
      let memory = group.leaves[0].type.memoryType ?? .u32
      return emit(.store(pointer.space, hint), memory, from: sources, at: address(of: start))
    }
    var words = [Operand](repeating: .word(0), count: group.bytes / 4)
    for (leaf, value) in zip(group.leaves, values) {
      insert(memoryOperand(value), leaf, at: leaf.offset - group.offset, into: &words)
    }
    emit(.store(pointer.space, hint), .u32, from: words, at: address(of: start))
  }

  private func insert(
    _ source: Operand, _ leaf: Leaf, at offset: Int, into words: inout [Operand]
  ) {
    let place = offset / 4
    switch leaf.type.memoryType?.bytes ?? 4 {
    case 4: words[place] = source
    case 8:
      let narrow = Operation.convert(from: .u64, .nearest, saturates: false)
      words[place] = builder.compute(narrow, .u32, source)
      let upper = builder.compute(.binary(.shiftRight), .u64, source, .word(32))
      words[place + 1] = builder.compute(narrow, .u32, upper)
    case let bytes:
      words[place] = builder.compute(
        .ternary(.bitFieldInsert), .u32, source, words[place], .word(offset % 4 * 8),
        .word(bytes * 8))
    }
  }

  /// The same bytes as another type, where both hold numbers of the same widths.
  func recast(_ value: Value, to type: CType) -> Value? {
    let (from, to) = (value.type.leaves, type.leaves)
    guard from.count == to.count, !value.type.isOpaque, !type.isOpaque,
      zip(from, to).allSatisfy({
        $0.offset == $1.offset && $0.type.memoryType?.bytes == $1.type.memoryType?.bytes
      })
    else { return nil }
    var numbers: [Value] = []
    flatten(value, value.type, into: &numbers)
    var recast: [Value] = []
    for (number, leaf) in zip(numbers, to) {
      guard let a = number.type.arithmetic, let b = leaf.type.arithmetic, a != .bool, b != .bool,
        a.bytes >= 4 || a == b
      else { return nil }
      recast.append(Intrinsics.reinterpreted(number, a, b, self))
    }
    var next = recast.makeIterator()
    return assemble(type, &next)
  }

  /// Copies an object without knowing what its bytes mean.
  func copyBytes(from source: Pointer, to target: Pointer, _ type: CType) {
    let unit = min(4, type.alignment)
    let memory: ValueType = unit == 4 ? .u32 : unit == 2 ? .u16 : .u8
    for offset in stride(from: 0, to: type.bytes ?? 0, by: unit) {
      var (from, to) = (source, target)
      from.offset += offset
      to.offset += offset
      let register = builder.makeRegister(.word)
      emit(.load(from.space, .plain), memory, to: [register], at: address(of: from))
      emit(.store(to.space, .plain), memory, from: [.register(register)], at: address(of: to))
    }
  }

  /// The zero of a type.
  func zero(_ type: CType) -> Value {
    switch type {
    case .record(let record):
      return Value(type, .aggregate(record.fields.map { zero($0.type.type) }))
    case .array(let element, let count):
      return Value(type, .aggregate([Value](repeating: zero(element.type), count: count ?? 0)))
    case .pointer, .null, .reference: return Value(type, .pointer(.null))
    default:
      return type.isFloating ? Value(type, .floating(0)) : Value(type, .integer(0))
    }
  }
}

/// One number inside a record or array.
struct Leaf {
  let type: CType
  let offset: Int
}

/// Numbers that one access moves.
struct LeafGroup {
  var leaves: [Leaf]
  let offset: Int
  let bytes: Int

  /// True where the numbers fill the group and are all of one kind.
  var isUniform: Bool {
    let memory = leaves[0].type.memoryType
    guard let size = memory?.bytes, leaves.count == 1 || leaves.count * size == bytes else {
      return false
    }
    return leaves.enumerated().allSatisfy { index, leaf in
      leaf.offset == offset + index * size
        && (leaf.type.memoryType == memory || (size >= 4 && leaf.type.memoryType?.bytes == size))
    }
  }
}

extension Lowering {
  /// Numbers grouped by the largest pieces that the alignment lets one access move.
  private func groups(of leaves: [Leaf], alignment: Int) -> [LeafGroup] {
    let unit = min(16, max(1, alignment))
    var groups: [LeafGroup] = []
    for leaf in leaves {
      let start = leaf.offset / unit * unit
      if let last = groups.last, last.offset == start, unit >= 4 || last.bytes == unit {
        groups[groups.count - 1].leaves.append(leaf)
      } else {
        groups.append(LeafGroup(leaves: [leaf], offset: start, bytes: unit))
      }
    }
    return groups.flatMap(split)
  }

  /// A group that no single access can move falls into its numbers.
  private func split(_ group: LeafGroup) -> [LeafGroup] {
    if group.isUniform || (group.bytes >= 4 && group.bytes % 4 == 0) {
      let isWhole = group.leaves.count > 1 || group.leaves[0].offset == group.offset
      if group.isUniform && isWhole { return [group] }
      let isInside = group.leaves.allSatisfy {
        $0.offset + ($0.type.memoryType?.bytes ?? 4) <= group.offset + group.bytes
      }
      if isInside, group.leaves.count > 1 { return [group] }
    }
    return group.leaves.map {
      LeafGroup(leaves: [$0], offset: $0.offset, bytes: $0.type.memoryType?.bytes ?? 4)
    }
  }
}

extension CType {
  /// All numbers of a value in order, with their places.
  var leaves: [Leaf] {
    switch self {
    case .record(let record):
      record.fields.flatMap { field in
        field.type.type.leaves.map { Leaf(type: $0.type, offset: field.offset + $0.offset) }
      }
    case .array(let element, let count):
      (0..<(count ?? 0)).flatMap { index in
        element.type.leaves.map {
          Leaf(type: $0.type, offset: index * (element.type.bytes ?? 0) + $0.offset)
        }
      }
    default: [Leaf(type: self, offset: 0)]
    }
  }
}
