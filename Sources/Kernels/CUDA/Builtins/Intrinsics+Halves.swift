/// Arithmetic on `__half` and `__nv_bfloat16`; pairs of them are library text on top.
extension Intrinsics {
  static func halves() -> IntrinsicTable {
    var table = IntrinsicTable()
    for (name, operation) in [
      ("add", Binary.add), ("sub", .subtract), ("mul", .multiply), ("div", .divide),
      ("max", .maximum), ("min", .minimum), ("max_nan", .maximumNaN), ("min_nan", .minimumNaN),
    ] {
      for suffix in name.count == 3 && name != "max" && name != "min" ? ["", "_rn"] : [""] {
        table.add("__h\(name)\(suffix)", binary(operation))
      }
    }
    for (name, comparison) in [
      ("eq", Comparison.equal), ("ne", .notEqualOrdered), ("lt", .less), ("le", .lessOrEqual),
      ("gt", .greater), ("ge", .greaterOrEqual), ("equ", .equalOrUnordered), ("neu", .notEqual),
      ("ltu", .lessOrUnordered), ("leu", .lessOrEqualOrUnordered), ("gtu", .greaterOrUnordered),
      ("geu", .greaterOrEqualOrUnordered),
    ] {
      table.add("__h\(name)") { (lowering, call) throws(Fault) in
        let (a, b) = try pair(call, lowering)
        return lowering.compare(comparison, a, b)
      }
    }
    for (name, operation) in [
      ("__hneg", Unary.negate), ("__habs", .absolute), ("hexp", .exponential),
      ("hexp2", .exponential2), ("hexp10", .exponential10), ("hlog", .logarithm),
      ("hlog2", .logarithm2), ("hlog10", .logarithm10), ("hsqrt", .squareRoot),
      ("hrsqrt", .reciprocalSquareRoot), ("hrcp", .reciprocal), ("hsin", .sine), ("hcos", .cosine),
      ("hfloor", .floor), ("hceil", .ceiling), ("htrunc", .truncate), ("hrint", .roundEven),
      ("htanh", .hyperbolicTangent),
    ] {
      table.add(name) { (lowering, call) throws(Fault) in
        try call.expect(1...1, lowering)
        let value = try call.number(0, lowering)
        return lowering.compute(.unary(operation), value.type, value)
      }
    }
    for (name, isClamped) in [("__hfma", false), ("__hfma_relu", true)] {
      table.add(name) { (lowering, call) throws(Fault) in
        try call.expect(3...3, lowering)
        let (a, b) = try pair(call, lowering)
        let c = try call.argument(2, as: a.type, lowering)
        let sum = lowering.multiplyAdd(a, b, c, a.type)
        return isClamped
          ? lowering.compute(.binary(.maximum), a.type, sum, Value(a.type, .floating(0))) : sum
      }
    }
    table.add("__hisnan") { (lowering, call) throws(Fault) in
      let value = try call.number(0, lowering)
      return lowering.compare(.unordered, value, value)
    }
    for (name, type) in [
      ("__float2bfloat16", Arithmetic.bfloat), ("__double2bfloat16", .bfloat),
      ("__int2bfloat16_rn", .bfloat), ("__float2half", .half), ("__double2half", .half),
      ("__bfloat162float", .float), ("__half2float", .float), ("__float2bfloat16_rn", .bfloat),
    ] {
      table.add(name) { (lowering, call) throws(Fault) in
        try call.expect(1...1, lowering)
        return try lowering.convert(try call.number(0, lowering), to: .arithmetic(type))
      }
    }
    return table
  }

  private static func binary(_ operation: Binary) -> Body {
    { (lowering, call) throws(Fault) in
      try call.expect(2...2, lowering)
      let (a, b) = try pair(call, lowering)
      if a.type.isInteger {
        return lowering.compute(
          .binary(.average), .int, try lowering.convert(a, to: .int),
          try lowering.convert(b, to: .int))
      }
      return lowering.compute(.binary(operation), a.type, a, b)
    }
  }

  /// Two numbers of the type of the first half among them.
  private static func pair(
    _ call: IntrinsicCall, _ lowering: Lowering
  ) throws(Fault) -> (Value, Value) {
    let (a, b) = (try call.number(0, lowering), try call.number(1, lowering))
    let isHalf = { (value: Value) in
      value.type.arithmetic == .half || value.type.arithmetic == .bfloat
    }
    let type = isHalf(a) || !isHalf(b) ? a.type : b.type
    lowering.mark(call.expression.location)
    return (try lowering.convert(a, to: type), try lowering.convert(b, to: type))
  }
}
