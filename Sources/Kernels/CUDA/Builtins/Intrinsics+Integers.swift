/// Functions on whole numbers, and those that serve all numbers (`min`, `max`, `abs`).
extension Intrinsics {
  static func integers() -> IntrinsicTable {
    var table = IntrinsicTable()
    addExtremes(to: &table)
    addBits(to: &table)
    addProducts(to: &table)
    addFunnels(to: &table)
    return table
  }

  private static func addExtremes(to table: inout IntrinsicTable) {
    func extreme(_ operation: Binary, _ type: CType?) -> Body {
      { (lowering, call) throws(Fault) in
        try call.expect(2...2, lowering)
        let (a, b) = (try call.number(0, lowering), try call.number(1, lowering))
        var common = type
        if common == nil, let x = a.type.arithmetic, let y = b.type.arithmetic {
          common = .arithmetic(.common(x, y))
        }
        let result = common ?? .int
        let (x, y) = (try lowering.convert(a, to: result), try lowering.convert(b, to: result))
        if let m = x.integer, let n = y.integer {
          let firstIsLess =
            result.arithmetic?.isUnsigned == true
            ? UInt(bitPattern: m) < UInt(bitPattern: n) : m < n
          return firstIsLess == (operation == .minimum) ? x : y
        }
        lowering.mark(call.expression.location)
        return lowering.compute(.binary(operation), result, x, y)
      }
    }
    let types: [(String, CType?)] = [
      ("", nil), ("u", .unsignedInt), ("ll", .arithmetic(.longLong)),
      ("ull", .arithmetic(.unsignedLongLong)),
    ]
    for (prefix, type) in types {
      table.add(prefix + "min", extreme(.minimum, type))
      table.add(prefix + "max", extreme(.maximum, type))
    }
    func absolute(_ type: CType?) -> Body {
      { (lowering, call) throws(Fault) in
        try call.expect(1...1, lowering)
        let argument = try call.number(0, lowering)
        let result = type ?? .arithmetic(argument.type.arithmetic?.promoted ?? .int)
        let value = try lowering.convert(argument, to: result)
        if let known = value.integer {
          return .integer(lowering.wrap(known < 0 ? 0 &- known : known, result), result)
        }
        if let known = value.floating { return Value(result, .floating(abs(known))) }
        if result.arithmetic?.isUnsigned == true { return value }
        return lowering.compute(.unary(.absolute), result, value)
      }
    }
    table.add("abs", absolute(nil))
    table.add("labs", absolute(.arithmetic(.long)))
    table.add("llabs", absolute(.arithmetic(.longLong)))
  }

  private static func addBits(to table: inout IntrinsicTable) {
    func count(_ operation: Unary, _ type: CType) -> Body {
      { (lowering, call) throws(Fault) in
        try call.expect(1...1, lowering)
        let value = try call.argument(0, as: type, lowering)
        if let known = value.integer, let folded = operation.folded(known, type) {
          return .integer(folded)
        }
        let result = lowering.builder.makeRegister(.word)
        lowering.emit(
          .unary(operation), type.arithmetic?.valueType ?? .u32, to: [result],
          from: [lowering.operand(value)])
        return Value(.int, .operand(.register(result)))
      }
    }
    let unsigned = CType.arithmetic(.unsignedLongLong)
    for (name, operation) in [
      ("popc", Unary.populationCount), ("clz", .leadingZeros), ("ffs", .findFirstSet),
    ] {
      table.add("__\(name)", count(operation, .unsignedInt))
      table.add("__\(name)ll", count(operation, unsigned))
    }
    table.add("__builtin_popcount", count(.populationCount, .unsignedInt))
    table.add("__builtin_clz", count(.leadingZeros, .unsignedInt))
    table.add("__builtin_ffs", count(.findFirstSet, .unsignedInt))
    for (name, type) in [("__brev", CType.unsignedInt), ("__brevll", unsigned)] {
      table.add(name) { (lowering, call) throws(Fault) in
        lowering.compute(.unary(.reverseBits), type, try call.argument(0, as: type, lowering))
      }
    }
    table.add("__byte_perm", ternary(.permuteBytes, .unsignedInt))
    table.add("__sad", ternary(.sumOfDifferences, .int, result: .unsignedInt))
    table.add("__usad", ternary(.sumOfDifferences, .unsignedInt))
  }

  static func ternary(_ operation: Ternary, _ type: CType, result: CType? = nil) -> Body {
    { (lowering, call) throws(Fault) in
      try call.expect(3...3, lowering)
      let x = try call.argument(0, as: type, lowering)
      let y = try call.argument(1, as: type, lowering)
      let z = try call.argument(2, as: type, lowering)
      lowering.mark(call.expression.location)
      return lowering.retyped(lowering.compute(.ternary(operation), type, x, y, z), result ?? type)
    }
  }

  private static func addProducts(to table: inout IntrinsicTable) {
    func binary(_ operation: Binary, _ type: CType) -> Body {
      { (lowering, call) throws(Fault) in
        try call.expect(2...2, lowering)
        let x = try call.argument(0, as: type, lowering)
        let y = try call.argument(1, as: type, lowering)
        lowering.mark(call.expression.location)
        return lowering.compute(.binary(operation), type, x, y)
      }
    }
    table.add("__umulhi", binary(.multiplyHigh, .unsignedInt))
    table.add("__mulhi", binary(.multiplyHigh, .int))
    table.add("__umul64hi", binary(.multiplyHigh, .arithmetic(.unsignedLongLong)))
    table.add("__mul64hi", binary(.multiplyHigh, .arithmetic(.longLong)))
    table.add("__mul24", binary(.multiply24, .int))
    table.add("__umul24", binary(.multiply24, .unsignedInt))
    table.add("__uhadd", binary(.average, .unsignedInt))
    table.add("__rhadd", binary(.averageRounded, .int))
    table.add("__urhadd", binary(.averageRounded, .unsignedInt))
    table.add("__dp4a") { (lowering, call) throws(Fault) in
      try call.expect(3...3, lowering)
      let isUnsigned = try call.number(2, lowering).type.arithmetic?.isUnsigned ?? false
      let type: CType = isUnsigned ? .unsignedInt : .int
      let x = try bytes(call, 0, type, lowering)
      let y = try bytes(call, 1, type, lowering)
      let z = try call.argument(2, as: type, lowering)
      return lowering.compute(.ternary(.dotProduct4), type, x, y, z)
    }
  }

  /// Four bytes as a word: a number, or a `char4`.
  private static func bytes(
    _ call: IntrinsicCall, _ index: Int, _ type: CType, _ lowering: Lowering
  ) throws(Fault) -> Value {
    let value = try call.argument(index, lowering)
    guard value.type.record?.bytes == 4, case .aggregate(let parts) = value.form else {
      return try call.argument(index, as: type, lowering)
    }
    var word = Operand.word(0)
    for (place, part) in parts.enumerated() {
      word = lowering.builder.compute(
        .ternary(.bitFieldInsert), .u32, lowering.operand(part), word, .word(place * 8), .word(8))
    }
    return Value(type, .operand(word))
  }

  private static func addFunnels(to table: inout IntrinsicTable) {
    // C's order is low, high, count; the machine's is the same.
    for (name, operation) in [
      ("__funnelshift_l", Ternary.funnelShiftLeft), ("__funnelshift_r", .funnelShiftRight),
      ("__funnelshift_lc", .funnelShiftLeftClamped), ("__funnelshift_rc", .funnelShiftRightClamped),
    ] {
      table.add(name, ternary(operation, .unsignedInt))
    }
  }
}

extension Unary {
  /// The count for a known number.
  func folded(_ value: Int, _ type: CType) -> Int? {
    let isWide = type.bytes == 8
    let word = UInt32(truncatingIfNeeded: value)
    switch self {
    case .populationCount: return isWide ? value.nonzeroBitCount : word.nonzeroBitCount
    case .leadingZeros: return isWide ? value.leadingZeroBitCount : word.leadingZeroBitCount
    case .findFirstSet:
      if isWide { return value == 0 ? 0 : value.trailingZeroBitCount + 1 }
      return word == 0 ? 0 : word.trailingZeroBitCount + 1
    default: return nil
    }
  }
}
