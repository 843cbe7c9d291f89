extension PTXLowering {
  mutating func lowerMove() throws(PTXFault) {
    try expectOperands(2...2)
    let type = try type()
    let to = try operand(0)
    let from = try operand(1)
    if case .vector(let parts) = to { return try unpack(from, into: parts, type) }
    if case .vector(let parts) = from { return try pack(parts, into: to, type) }
    let result = try destination(to, type)
    if case .special(let name) = from, PTXSpecials.type(of: name) == .pred {
      return move(.predicate, to: result, from: .immediate(0))
    }
    remember(to, knownValue(from))
    move(type.value, to: result, from: try source(from, type))
  }

  // MARK: Vectors

  /// Puts the parts of a vector beside one another in a register, the first lowest.
  private mutating func pack(
    _ parts: [PTXOperand], into to: PTXOperand, _ type: PTXType
  ) throws(PTXFault) {
    let result = try destination(to, type)
    let bytes = try partBytes(parts, type)
    if type.bytes == 8 {
      let low = try packWord(Array(parts.prefix(parts.count / 2)), bytes)
      let high = try packWord(Array(parts.suffix(parts.count / 2)), bytes)
      let wideLow = compute(.convert(from: .u32, .towardZero, saturates: false), .u64, low)
      let wideHigh = compute(.convert(from: .u32, .towardZero, saturates: false), .u64, high)
      let shifted = compute(.binary(.shiftLeft), .u64, wideHigh, .word(32))
      emit(.binary(.or), .u64, to: [result], from: [wideLow, shifted])
    } else {
      move(.u32, to: result, from: try packWord(parts, bytes))
    }
  }

  private func partBytes(_ parts: [PTXOperand], _ type: PTXType) throws(PTXFault) -> Int {
    guard parts.count == 2 || parts.count == 4, type.bytes % parts.count == 0,
      type.bytes <= 8
    else { throw fault("a .\(type) has no \(parts.count) parts") }
    return type.bytes / parts.count
  }

  private mutating func packWord(
    _ parts: [PTXOperand], _ bytes: Int
  ) throws(PTXFault) -> Operand {
    let partType: PTXType = bytes == 1 ? .b8 : bytes == 2 ? .b16 : .b32
    switch parts.count {
    case 1: return try source(parts[0], partType)
    case 2 where bytes == 2:
      let low = try source(parts[0], .b16)
      return compute(
        .ternary(.permuteBytes), .u32, low, try source(parts[1], .b16), .word(0x5410))
    default:
      var result = try source(parts[0], partType)
      for (place, part) in parts.enumerated().dropFirst() {
        result = compute(
          .ternary(.bitFieldInsert), .u32, try source(part, partType), result,
          .word(8 * bytes * place), .word(8 * bytes))
      }
      return result
    }
  }

  private mutating func unpack(
    _ from: PTXOperand, into parts: [PTXOperand], _ type: PTXType
  ) throws(PTXFault) {
    let bytes = try partBytes(parts, type)
    var words: [Operand] = []
    let value = try source(from, type)
    if type.bytes == 8 {
      words = [
        compute(.convert(from: .u64, .towardZero, saturates: false), .u32, value),
        try upperWord(value),
      ]
    } else {
      words = [value]
    }
    let partType: PTXType = bytes == 1 ? .b8 : bytes == 2 ? .b16 : .b32
    for (place, part) in parts.enumerated() {
      if case .sink = part { continue }
      let result = try destination(part, partType)
      let first = place * bytes
      let word = words[first / 4]
      if bytes == 4 {
        move(.u32, to: result, from: word)
      } else {
        emit(
          .ternary(.bitFieldExtract), .u32, to: [result],
          from: [word, .word(8 * (first % 4)), .word(8 * bytes)])
      }
    }
  }

  mutating func upperWord(_ value: Operand) throws(PTXFault) -> Operand {
    let shifted = compute(.binary(.shiftRight), .u64, value, .word(32))
    return compute(.convert(from: .u64, .towardZero, saturates: false), .u32, shifted)
  }

  // MARK: Addresses

  /// The address of a variable in its own space, or of a function, as a number.
  mutating func addressValue(
    _ operand: PTXOperand, _ type: PTXType
  ) throws(PTXFault) -> Operand {
    switch operand {
    case .variable(let index, let offset):
      return try placed(try addressed(index), type, offset: offset)
    case .name(let name, _, let offset):
      if name == "WARP_SZ" { return .immediate(32) }
      if let code = image.codeAddress(of: name) { return .immediate(code) }
      return try placed(try storage(ofModuleVariable: name), type, offset: offset)
    default: throw fault("expected the name of a variable")
    }
  }

  private mutating func placed(
    _ storage: PTXStorage, _ type: PTXType, offset: Int
  ) throws(PTXFault) -> Operand {
    switch storage {
    case .local(let start), .shared(let start), .constant(let start):
      return type.register == .wide ? .wide(start + offset) : .word(start + offset)
    case .dynamicShared:
      var base: Operand = .special(.dynamicSharedOffset)
      if offset != 0 { base = compute(.binary(.add), .u32, base, .word(offset)) }
      guard type.register == .wide else { return base }
      return compute(.convert(from: .u32, .towardZero, saturates: false), .u64, base)
    case .global(let symbol):
      guard type.register == .wide else { throw fault("an address has 64 bits") }
      guard offset != 0 else { return .global(symbol: symbol) }
      return compute(.binary(.add), .u64, .global(symbol: symbol), .wide(offset))
    case .argument, .slots: throw fault("this parameter has no address")
    }
  }

  /// The place of a variable of this function whose address is taken.
  private mutating func addressed(_ index: Int) throws(PTXFault) -> PTXStorage {
    let place = try storage(of: index)
    guard case .argument = place else { return place }
    guard let copy = parameterCopies[index] else { throw fault("this parameter has no address") }
    return .local(copy)
  }

  /// `cvta` and `cvta.to`: between an address of a space and a generic one.
  mutating func lowerAddressConversion() throws(PTXFault) {
    try expectOperands(2...2)
    let type = try type()
    guard type.bytes == 8 else { throw unsupported() }
    let isTo = instruction.has("to")
    let to = try operand(0)
    let from = try operand(1)
    let result = try destination(to, type)
    remember(to, knownValue(from))
    let value = try source(from, type)
    guard let window = window else {
      return move(.u64, to: result, from: value)
    }
    emit(
      .binary(isTo ? .subtract : .add), .u64, to: [result], from: [value, .immediate(window)])
  }

  /// Where the generic addresses of the space in the name begin; nil for global memory.
  private var window: UInt64? {
    for modifier in instruction.modifiers {
      switch modifier {
      case "shared", "shared::cta", "shared::cluster": return AddressWindow.shared
      // Parameters whose address is taken are copied to local memory.
      case "local", "param", "param::entry": return AddressWindow.local
      case "const": return AddressWindow.constant
      default: continue
      }
    }
    return nil
  }

  mutating func lowerSpaceTest() throws(PTXFault) {
    try expectOperands(2...2)
    let result = try destination(0, .pred)
    let value = try source(1, .b64)
    if let window {
      let distance = compute(.binary(.subtract), .u64, value, .immediate(window))
      emit(
        .compare(.less), .u64, to: [result], from: [distance, .immediate(AddressWindow.bytes)])
      return
    }
    // Global is what lies in no window.
    let distance = compute(
      .binary(.subtract), .u64, value, .immediate(AddressWindow.shared))
    let length = AddressWindow.constant + AddressWindow.bytes - AddressWindow.shared
    emit(
      .compare(.greaterOrEqual), .u64, to: [result], from: [distance, .immediate(length)])
  }
}
