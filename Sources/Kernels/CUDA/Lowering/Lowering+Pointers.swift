/// Addresses: how they are built up, put into registers and moved between spaces.
extension Lowering {
  /// The address as an access reads it.
  func address(of pointer: Pointer) -> Address {
    guard case .operand(let base) = pointer.base else { return Address(base: .word(0)) }
    if !pointer.space.isWide, pointer.index == nil, case .immediate(let bits) = base {
      return Address(base: .word(Int(truncatingIfNeeded: bits) &+ pointer.offset))
    }
    return Address(
      base: base, index: pointer.index, indexIsSigned: pointer.indexIsSigned,
      scale: pointer.scale, offset: pointer.offset)
  }

  /// The whole address in one operand, in its own space.
  func addressOperand(_ pointer: Pointer) -> Operand {
    guard case .operand(let base) = pointer.base else { return .word(0) }
    return pointer.space.isWide
      ? wideAddress(base, pointer) : narrowAddress(base, pointer)
  }

  private func wideAddress(_ base: Operand, _ pointer: Pointer) -> Operand {
    var sum = base
    if let index = pointer.index {
      sum = builder.compute(
        .ternary(.multiplyAddWide), pointer.indexIsSigned ? .s32 : .u32, index,
        .word(pointer.scale), sum)
    }
    if pointer.offset == 0 { return sum }
    if case .immediate(let bits) = sum {
      return .wide(Int(bitPattern: UInt(bits)) &+ pointer.offset)
    }
    return builder.compute(.binary(.add), .u64, sum, .wide(pointer.offset))
  }

  private func narrowAddress(_ base: Operand, _ pointer: Pointer) -> Operand {
    var sum = base
    if case .immediate(let bits) = sum, pointer.index == nil {
      return .word(Int(truncatingIfNeeded: bits) &+ pointer.offset)
    }
    if let index = pointer.index {
      if case .immediate(let bits) = base {
        let start = Operand.word(Int(truncatingIfNeeded: bits) &+ pointer.offset)
        return builder.compute(
          .ternary(.multiplyAdd), .u32, index, .word(pointer.scale), start)
      }
      sum = builder.compute(.ternary(.multiplyAdd), .u32, index, .word(pointer.scale), base)
    }
    if pointer.offset == 0 { return sum }
    return builder.compute(.binary(.add), .u32, sum, .word(pointer.offset))
  }

  /// The whole address in one operand, as another space counts it.
  func addressOperand(_ pointer: Pointer, in space: Space) -> Operand {
    let pointer = pointer.cells == nil ? pointer : spill(pointer)
    if pointer.isNull { return space.isWide ? .wide(0) : .word(0) }
    if pointer.space == space || (pointer.space.isWide && space.isWide) {
      return addressOperand(pointer)
    }
    guard space.isWide else {
      // From a wide address to an offset: the window's start falls off with the upper word.
      let wide = addressOperand(pointer)
      return builder.compute(.convert(from: .u64, .nearest, saturates: false), .u32, wide)
    }
    let offset = addressOperand(pointer)
    let window = pointer.space.window
    if case .immediate(let bits) = offset {
      return .immediate(window + UInt64(UInt32(truncatingIfNeeded: bits)))
    }
    let wide = builder.compute(.convert(from: .u32, .nearest, saturates: false), .u64, offset)
    return builder.compute(.binary(.add), .u64, wide, .immediate(window))
  }

  /// The pointer in another space's terms.
  func moved(_ pointer: Pointer, to space: Space) -> Pointer {
    pointer.space == space && pointer.cells == nil
      ? pointer : Pointer(space, addressOperand(pointer, in: space))
  }

  /// The pointer some elements further on.
  func advanced(
    _ pointer: Pointer, by count: Value, elementBytes: Int, isNegated: Bool = false
  ) throws(Fault) -> Pointer {
    if let constant = count.integer {
      let distance = isNegated ? 0 &- constant : constant
      if case .cells(let list, let at) = pointer.base {
        return Pointer(cells: list, at: at &+ distance)
      }
      var moved = pointer
      moved.offset = moved.offset &+ distance &* elementBytes
      return moved
    }
    let start = pointer.cells == nil ? pointer : spill(pointer)
    var count = count
    if isNegated {
      count = try convert(count, to: .arithmetic(count.type.arithmetic?.bytes == 8 ? .long : .int))
      count = Value(
        count.type,
        .operand(
          builder.compute(.unary(.negate), count.type.arithmetic?.valueType ?? .s32, operand(count))
        ))
    }
    if count.type.arithmetic?.bytes == 8 { return wideStep(start, count, elementBytes) }
    return narrowStep(start, try convert(count, to: promotedType(count.type)), elementBytes)
  }

  private func promotedType(_ type: CType) -> CType {
    .arithmetic(type.arithmetic?.promoted ?? .int)
  }

  private func wideStep(_ start: Pointer, _ count: Value, _ bytes: Int) -> Pointer {
    guard start.space.isWide else {
      let narrow = builder.compute(
        .convert(from: .u64, .nearest, saturates: false), .u32, operand(count))
      return narrowStep(start, Value(.int, .operand(narrow)), bytes)
    }
    var base = start
    base.offset = 0
    let sum = builder.compute(
      .ternary(.multiplyAdd), .u64, operand(count), .wide(bytes), addressOperand(base))
    return Pointer(start.space, sum, offset: start.offset)
  }

  /// One index per address: a second one joins the first where both count alike.
  private func narrowStep(_ start: Pointer, _ count: Value, _ bytes: Int) -> Pointer {
    let isSigned = !(count.type.arithmetic?.isUnsigned ?? false) || !start.space.isWide
    var step = start
    guard let index = start.index else {
      step.index = operand(count)
      step.indexIsSigned = isSigned
      step.scale = bytes
      return step
    }
    if bytes > 0, start.scale % bytes == 0, start.indexIsSigned == isSigned {
      let type: ValueType = isSigned ? .s32 : .u32
      let factor = start.scale / bytes
      step.index =
        factor == 1
        ? builder.compute(.binary(.add), type, index, operand(count))
        : builder.compute(.ternary(.multiplyAdd), type, index, .word(factor), operand(count))
      step.scale = bytes
      return step
    }
    var whole = start
    whole.offset = 0
    step = Pointer(start.space, addressOperand(whole), offset: start.offset)
    step.index = operand(count)
    step.indexIsSigned = isSigned
    step.scale = bytes
    return step
  }

  /// What two addresses have between them, in bytes, or how they compare: both in one space.
  func aligned(_ left: Pointer, _ right: Pointer) -> (Operand, Operand, Space) {
    let space: Space
    if left.isNull || right.isNull {
      let other = left.isNull ? right : left
      space = other.space.isWide ? .global : .generic
    } else {
      let (a, b) = (
        left.cells == nil ? left.space : .local, right.cells == nil ? right.space : .local
      )
      space = a == b ? a : .generic
    }
    return (addressOperand(left, in: space), addressOperand(right, in: space), space)
  }
}

extension Space {
  /// Where the space begins among generic addresses.
  var window: UInt64 {
    switch self {
    case .shared: AddressWindow.shared
    case .local: AddressWindow.local
    case .constant: AddressWindow.constant
    case .global, .generic: 0
    }
  }
}
