/// Conversions between types.
extension Lowering {
  /// The value itself: objects are read, arrays become pointers to their first element.
  func rvalue(_ value: Value) throws(Fault) -> Value {
    switch value.form {
    case .place(let place):
      if case .array(let element, _) = value.type { return decayed(value, place, element) }
      if case .function = value.type { return value }
      mark(current.start)
      switch place {
      case .cell(let cell): return try read(cell)
      case .memory(let pointer, let bits):
        return try load(pointer, value.qualifiedType, bits: bits)
      }
    default: return value
    }
  }

  private func decayed(_ value: Value, _ place: Place, _ element: QualifiedType) -> Value {
    let target = element.qualified(isConst: value.isConst, isVolatile: value.isVolatile)
    return Value(.pointer(target), .pointer(pointer(to: place)))
  }

  /// The address of an object; of an array, that of its first element.
  func pointer(to place: Place) -> Pointer {
    switch place {
    case .memory(let pointer, _): return pointer
    case .cell(let cell):
      switch cell.content {
      case .memory(let pointer): return pointer
      case .members(let members) where cell.type.isArray: return Pointer(cells: members, at: 0)
      default: return Pointer(cells: [cell], at: 0)
      }
    }
  }

  /// A value of another type, where C has such a conversion, asked for or not.
  func convert(_ value: Value, to type: CType) throws(Fault) -> Value {
    let value = try rvalue(value)
    if value.type == type { return value }
    switch (value.type, type) {
    case (_, .void): return .nothing
    case (.arithmetic, .arithmetic), (.enumeration, .arithmetic), (.arithmetic, .enumeration),
      (.enumeration, .enumeration):
      return number(value, to: type)
    case (.pointer, .arithmetic(.bool)), (.null, .arithmetic(.bool)): return isNotNull(value)
    case (.pointer, .arithmetic), (.null, .arithmetic):
      let bits = Value(.size, .operand(operand(value)))
      return type.arithmetic?.bytes == 8 ? retyped(bits, type) : number(bits, to: type)
    case (.null, .pointer): return Value(type, .pointer(.null))
    case (.pointer(let old), .pointer(let new)): return repointed(value, from: old, to: new)
    case (.arithmetic, .pointer):
      if value.integer == 0 { return Value(type, .pointer(.null)) }
      let address = number(value, to: .size)
      return Value(type, .pointer(Pointer(.generic, operand(address))))
    case (_, .reference(let target, _)): return try convert(value, to: target.type)
    default:
      if case .functions = value.form { return retyped(value, type) }
      if case .string(let bytes) = value.form, type.isPointer {
        return Value(type, .pointer(module.constantText(bytes)))
      }
      throw fail(
        "cannot convert '\(value.qualifiedType.spelling)' to '\(type.spelling)'", at: current)
    }
  }

  func retyped(_ value: Value, _ type: CType) -> Value {
    var result = value
    result.type = type
    return result
  }

  private func isNotNull(_ value: Value) -> Value {
    if case .string = value.form { return .boolean(true) }
    guard let pointer = value.pointer else { return .boolean(false) }
    if pointer.isNull { return .boolean(false) }
    if pointer.cells != nil { return .boolean(true) }
    if !pointer.space.isWide { return .boolean(true) }
    return compare(.notEqual, Value(.size, .operand(operand(value))), .integer(0, .size))
  }

  private func repointed(
    _ value: Value, from old: QualifiedType, to new: QualifiedType
  ) -> Value {
    guard let pointer = value.pointer else { return retyped(value, .pointer(new)) }
    if let (cells, at) = pointer.cells, old.type != new.type, new.type != .void {
      // A derived record begins with its base; other views need bytes.
      if let record = old.type.record, let base = new.type.record, cells.indices.contains(at),
        let part = upcast(cells[at], record, base)
      {
        return Value(.pointer(new), .pointer(Pointer(cells: [part], at: 0)))
      }
      return Value(.pointer(new), .pointer(view(pointer, as: new.type) ?? spill(pointer)))
    }
    return Value(.pointer(new), .pointer(pointer))
  }

  private func upcast(_ cell: Cell, _ record: Record, _ base: Record) -> Cell? {
    if record == base { return cell }
    guard case .members(let members) = cell.content else { return nil }
    for (field, member) in zip(record.fields, members) where field.isTransparent {
      if let inner = field.type.type.record, let found = upcast(member, inner, base) {
        return found
      }
    }
    return nil
  }

  // MARK: Numbers

  /// A number as another type of number.
  func number(_ value: Value, to type: CType) -> Value {
    guard let from = value.type.arithmetic, let to = type.arithmetic else { return value }
    if let folded = folded(value, from, to, type) { return folded }
    if from == to { return retyped(value, type) }
    if to == .bool {
      let zero = from.isFloating ? Value(value.type, .floating(0)) : Value(value.type, .integer(0))
      return retyped(compare(.notEqual, value, zero), type)
    }
    if from == .bool { return number(integer(fromBoolean: value), to: type) }
    return convertBits(value, from, to, type)
  }

  /// A boolean as the numbers 0 and 1.
  func integer(fromBoolean value: Value) -> Value {
    if let constant = value.integer { return .integer(constant) }
    let bit = builder.compute(.select, .u32, .word(1), .word(0), operand(value))
    return Value(.int, .operand(bit))
  }

  private func folded(
    _ value: Value, _ from: Arithmetic, _ to: Arithmetic, _ type: CType
  ) -> Value? {
    if let constant = value.integer {
      if to == .bool { return Value(type, .integer(constant == 0 ? 0 : 1)) }
      if to.isInteger { return Value(type, .integer(wrap(constant, type))) }
      let exact = from == .unsignedLong || from == .unsignedLongLong
      if to == .float, !exact { return Value(type, .floating(Double(Float(constant)))) }
      let number = exact ? Double(UInt(bitPattern: constant)) : Double(constant)
      return Value(type, .floating(round(number, type)))
    }
    if let constant = value.floating {
      if to == .bool { return Value(type, .integer(constant == 0 ? 0 : 1)) }
      if to.isFloating { return Value(type, .floating(round(constant, type))) }
      return Value(type, .integer(wrap(clamped(constant, to), type)))
    }
    return nil
  }

  /// The machine's conversion stops at the ends of the type; NaN gives 0.
  private func clamped(_ number: Double, _ type: Arithmetic) -> Int {
    if number.isNaN { return 0 }
    let whole = number.rounded(.towardZero)
    switch type {
    case .unsignedInt: return Int(min(max(whole, 0), 4_294_967_295))
    case .unsignedLong, .unsignedLongLong:
      if whole <= 0 { return 0 }
      return whole >= 0x1p64 ? -1 : Int(bitPattern: UInt(whole))
    case .long, .longLong:
      return whole >= 0x1p63 ? .max : whole < -0x1p63 ? .min : Int(whole)
    default: return Int(min(max(whole, -2_147_483_648), 2_147_483_647))
    }
  }

  private func convertBits(
    _ value: Value, _ from: Arithmetic, _ to: Arithmetic, _ type: CType
  ) -> Value {
    if from.isInteger, to.isInteger { return resized(value, from, to, type) }
    if from.isFloating, to.isFloating { return step(value, from.valueType, type, .nearest) }
    if from.isInteger { return step(value, wide(from), type, .nearest) }
    if to.bytes >= 4 { return step(value, from.valueType, type, .towardZero) }
    let word = step(
      value, from.valueType, .arithmetic(to.isUnsigned ? .unsignedInt : .int), .towardZero)
    return resized(word, to.isUnsigned ? .unsignedInt : .int, to, type)
  }

  /// Narrow numbers fill their register, so that they convert as 32-bit ones.
  private func wide(_ type: Arithmetic) -> ValueType {
    type.bytes == 8 ? type.valueType : type.isUnsigned ? .u32 : .s32
  }

  private func resized(
    _ value: Value, _ from: Arithmetic, _ to: Arithmetic, _ type: CType
  ) -> Value {
    if from.bytes == 8, to.bytes == 8 { return retyped(value, type) }
    if to.bytes == 4, from.bytes <= 4 { return retyped(value, type) }
    if to.bytes < 4, from.bytes < to.bytes, from.isUnsigned || !to.isUnsigned {
      return retyped(value, type)
    }
    return step(value, wide(from), type, .nearest)
  }

  private func step(
    _ value: Value, _ from: ValueType, _ type: CType, _ rounding: Rounding
  ) -> Value {
    compute(.convert(from: from, rounding, saturates: false), type, value)
  }

  /// The value as a condition.
  func condition(_ value: Value, at place: Expression) throws(Fault) -> Value {
    let value = try rvalue(value)
    switch value.type {
    case .arithmetic, .pointer, .null: return try convert(value, to: .bool)
    case .enumeration: return number(value, to: .bool)
    case .record:
      return try convertImplicitly(value, to: .bool, as: "a condition", at: place.range)
    default:
      throw fail(
        "'\(value.qualifiedType.spelling)' cannot be a condition; a number, a boolean or a pointer "
          + "is expected", at: place)
    }
  }
}
