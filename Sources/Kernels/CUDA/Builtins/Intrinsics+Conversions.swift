/// Conversions by name and reinterpretations of bits.
extension Intrinsics {
  static func conversions() -> IntrinsicTable {
    var table = IntrinsicTable()
    addNamed(to: &table)
    addPunning(to: &table)
    return table
  }

  /// `__float2int_rz` and its relatives.
  private static func addNamed(to table: inout IntrinsicTable) {
    let types: [(String, Arithmetic)] = [
      ("float", .float), ("double", .double), ("half", .half), ("int", .int),
      ("uint", .unsignedInt), ("ll", .longLong), ("ull", .unsignedLongLong), ("short", .short),
      ("ushort", .unsignedShort), ("bfloat16", .bfloat), ("char", .signedChar),
      ("uchar", .unsignedChar),
    ]
    let modes: [(String, Rounding)] = [
      ("_rn", .nearest), ("_rz", .towardZero), ("_rd", .down), ("_ru", .up),
    ]
    for (fromName, from) in types {
      for (toName, to) in types where from.isFloating || to.isFloating {
        for (mode, rounding) in modes {
          table.add("__\(fromName)2\(toName)\(mode)", conversion(from, to, rounding))
        }
        table.add("__\(fromName)2\(toName)", conversion(from, to, .nearest))
      }
    }
  }

  private static func conversion(_ from: Arithmetic, _ to: Arithmetic, _ rounding: Rounding) -> Body
  {
    { (lowering, call) throws(Fault) in
      try call.expect(1...1, lowering)
      let value = try call.argument(0, as: .arithmetic(from), lowering)
      let isPlain = rounding == (to.isInteger ? .towardZero : .nearest)
      if isPlain || value.isConstant && rounding == .nearest && to.isFloating {
        return try lowering.convert(value, to: .arithmetic(to))
      }
      lowering.mark(call.expression.location)
      let operation = Operation.convert(from: from.valueType, rounding, saturates: false)
      return lowering.compute(operation, .arithmetic(to), value)
    }
  }

  private static func addPunning(to table: inout IntrinsicTable) {
    let pairs: [(String, Arithmetic, Arithmetic)] = [
      ("__float_as_int", .float, .int), ("__float_as_uint", .float, .unsignedInt),
      ("__int_as_float", .int, .float), ("__uint_as_float", .unsignedInt, .float),
      ("__double_as_longlong", .double, .longLong), ("__longlong_as_double", .longLong, .double),
      ("__double_as_ulonglong", .double, .unsignedLongLong),
      ("__half_as_short", .half, .short), ("__half_as_ushort", .half, .unsignedShort),
      ("__short_as_half", .short, .half), ("__ushort_as_half", .unsignedShort, .half),
      ("__bfloat16_as_ushort", .bfloat, .unsignedShort), ("__bfloat16_as_short", .bfloat, .short),
      ("__ushort_as_bfloat16", .unsignedShort, .bfloat), ("__short_as_bfloat16", .short, .bfloat),
    ]
    for (name, from, to) in pairs { table.add(name, punning(from, to)) }
    table.add("__double2hiint", half(of: .word(32)))
    table.add("__double2loint", half(of: .word(0)))
    table.add("__hiloint2double", joined)
  }

  private static func joined(
    _ lowering: Lowering, _ call: IntrinsicCall
  ) throws(Fault) -> Value {
    let high = try call.argument(0, as: .unsignedInt, lowering)
    let low = try call.argument(1, as: .unsignedInt, lowering)
    let wide = CType.arithmetic(.unsignedLongLong)
    let upper = lowering.compute(
      .binary(.shiftLeft), wide, try lowering.convert(high, to: wide), .integer(32, .unsignedInt))
    let both = lowering.compute(.binary(.or), wide, upper, try lowering.convert(low, to: wide))
    return lowering.retyped(both, .double)
  }

  private static func punning(_ from: Arithmetic, _ to: Arithmetic) -> Body {
    { (lowering, call) throws(Fault) in
      try call.expect(1...1, lowering)
      let value = try call.argument(0, as: .arithmetic(from), lowering)
      return reinterpreted(value, from, to, lowering)
    }
  }

  /// The same bits under another type.
  static func reinterpreted(
    _ value: Value, _ from: Arithmetic, _ to: Arithmetic, _ lowering: Lowering
  ) -> Value {
    let type = CType.arithmetic(to)
    if value.isConstant, case .immediate(let bits) = lowering.operand(value) {
      switch to {
      case .float:
        return known(Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits))), type, bits)
      case .double: return known(Double(bitPattern: bits), type, bits)
      case .half:
        return known(Double(Float16(bitPattern: UInt16(truncatingIfNeeded: bits))), type, bits)
      case .bfloat: return Value(type, .operand(.immediate(bits)))
      default: return Value(type, .integer(lowering.wrap(Int(bitPattern: UInt(bits)), type)))
      }
    }
    // Signed and unsigned narrow numbers differ in the bits above them.
    if to == .short {
      return lowering.number(lowering.retyped(value, .arithmetic(.unsignedShort)), to: type)
    }
    if from == .short {
      let bits = lowering.number(value, to: .arithmetic(.unsignedShort))
      return lowering.retyped(bits, type)
    }
    return lowering.retyped(value, type)
  }

  /// A NaN keeps its bits only as bits.
  private static func known(_ number: Double, _ type: CType, _ bits: UInt64) -> Value {
    number.isNaN ? Value(type, .operand(.immediate(bits))) : Value(type, .floating(number))
  }

  private static func half(of shift: Operand) -> Body {
    { (lowering, call) throws(Fault) in
      let value = try call.argument(0, as: .double, lowering)
      let shifted = lowering.builder.compute(
        .binary(.shiftRight), .u64, lowering.operand(value), shift)
      let word = lowering.builder.compute(
        .convert(from: .u64, .nearest, saturates: false), .u32, shifted)
      return Value(.int, .operand(word))
    }
  }
}
