/// Functions on fractions: `sqrtf`, `sqrt`, `__expf`, `fma` and so on.
extension Intrinsics {
  static func mathematics() -> IntrinsicTable {
    var table = IntrinsicTable()
    for (name, operation) in unaryFunctions {
      table.add(name, unary(operation, always: nil))
      table.add(name + "f", unary(operation, always: .float))
    }
    for (name, operation) in fastFunctions { table.add(name, unary(operation, always: .float)) }
    for (name, operation) in doubleFunctions { table.add(name, unary(operation, always: .double)) }
    for (name, operation) in binaryFunctions {
      table.add(name, binary(operation, always: nil))
      table.add(name + "f", binary(operation, always: .float))
    }
    for (name, operation) in fastBinaryFunctions {
      table.add(name, binary(operation, always: .float))
    }
    for (name, operation) in doubleBinaryFunctions {
      table.add(name, binary(operation, always: .double))
    }
    addTernary(to: &table)
    addQuestions(to: &table)
    addParts(to: &table)
    return table
  }

  private static let unaryFunctions: [(String, Unary)] = [
    ("sqrt", .squareRoot), ("rsqrt", .reciprocalSquareRoot), ("fabs", .absolute),
    ("floor", .floor), ("ceil", .ceiling), ("trunc", .truncate), ("rint", .roundEven),
    ("nearbyint", .roundEven), ("round", .roundAway), ("sin", .sine), ("cos", .cosine),
    ("tan", .tangent), ("asin", .arcSine), ("acos", .arcCosine), ("atan", .arcTangent),
    ("sinh", .hyperbolicSine), ("cosh", .hyperbolicCosine), ("tanh", .hyperbolicTangent),
    ("asinh", .inverseHyperbolicSine), ("acosh", .inverseHyperbolicCosine),
    ("atanh", .inverseHyperbolicTangent), ("exp", .exponential), ("exp2", .exponential2),
    ("exp10", .exponential10), ("expm1", .exponentialMinus1), ("log", .logarithm),
    ("log2", .logarithm2), ("log10", .logarithm10), ("log1p", .logarithm1Plus),
    ("cbrt", .cubeRoot), ("erf", .errorFunction), ("erfc", .complementaryErrorFunction),
    ("tgamma", .gamma), ("lgamma", .logGamma), ("erfinv", .inverseErrorFunction),
    ("normcdf", .normalDistribution), ("sinpi", .sinePi), ("cospi", .cosinePi),
    ("j0", .besselJ0), ("j1", .besselJ1),
  ]

  private static let fastFunctions: [(String, Unary)] = [
    ("__sinf", .sine), ("__cosf", .cosine), ("__tanf", .tangent), ("__expf", .exponential),
    ("__exp10f", .exponential10), ("__logf", .logarithm), ("__log2f", .logarithm2),
    ("__log10f", .logarithm10), ("__frcp_rn", .reciprocal), ("__fsqrt_rn", .squareRoot),
    ("__frsqrt_rn", .reciprocalSquareRoot), ("__tanhf", .hyperbolicTangent),
  ]

  private static let doubleFunctions: [(String, Unary)] = [
    ("__drcp_rn", .reciprocal), ("__dsqrt_rn", .squareRoot),
  ]

  private static let binaryFunctions: [(String, Binary)] = [
    ("pow", .power), ("atan2", .arcTangent2), ("hypot", .hypotenuse), ("fmod", .floatRemainder),
    ("remainder", .ieeeRemainder), ("copysign", .copySign), ("fdim", .positiveDifference),
    ("nextafter", .nextAfter), ("fmax", .maximum), ("fmin", .minimum), ("fdivide", .divide),
  ]

  private static let fastBinaryFunctions: [(String, Binary)] = [
    ("__powf", .power), ("__fdividef", .divide), ("__fadd_rn", .add), ("__fsub_rn", .subtract),
    ("__fmul_rn", .multiply), ("__fdiv_rn", .divide),
  ]

  private static let doubleBinaryFunctions: [(String, Binary)] = [
    ("__dadd_rn", .add), ("__dsub_rn", .subtract), ("__dmul_rn", .multiply), ("__ddiv_rn", .divide),
  ]

  /// The type in which an overloaded function computes: whole numbers count as double.
  private static func fraction(_ values: [Value]) -> CType {
    var type = Arithmetic.half
    for value in values {
      guard let number = value.type.arithmetic else { continue }
      type = number.isInteger ? .double : .common(type, number)
    }
    return .arithmetic(type)
  }

  private static func unary(_ operation: Unary, always type: CType?) -> Body {
    { (lowering, call) throws(Fault) in
      try call.expect(1...1, lowering)
      let argument = try call.number(0, lowering)
      let type = type ?? fraction([argument])
      let value = try lowering.convert(argument, to: type)
      lowering.mark(call.expression.location)
      if let known = value.floating, let folded = operation.folded(known) {
        return Value(type, .floating(lowering.round(folded, type)))
      }
      return lowering.compute(.unary(operation), type, value)
    }
  }

  private static func binary(_ operation: Binary, always type: CType?) -> Body {
    { (lowering, call) throws(Fault) in
      try call.expect(2...2, lowering)
      let (a, b) = (try call.number(0, lowering), try call.number(1, lowering))
      let type = type ?? fraction([a, b])
      let (x, y) = (try lowering.convert(a, to: type), try lowering.convert(b, to: type))
      lowering.mark(call.expression.location)
      return lowering.compute(.binary(operation), type, x, y)
    }
  }

  private static func addTernary(to table: inout IntrinsicTable) {
    func fused(_ type: CType?) -> Body {
      { (lowering, call) throws(Fault) in
        try call.expect(3...3, lowering)
        let values = [
          try call.number(0, lowering), try call.number(1, lowering), try call.number(2, lowering),
        ]
        let type = type ?? fraction(values)
        let x = try lowering.convert(values[0], to: type)
        let y = try lowering.convert(values[1], to: type)
        let z = try lowering.convert(values[2], to: type)
        lowering.mark(call.expression.location)
        return lowering.multiplyAdd(x, y, z, type)
      }
    }
    table.add("fma", fused(nil))
    table.add("fmaf", fused(.float))
    table.add("__fmaf_rn", fused(.float))
    table.add("__fma_rn", fused(.double))
    table.add("__saturatef") { (lowering, call) throws(Fault) in
      let value = try call.argument(0, as: .float, lowering)
      let raised = lowering.compute(.binary(.maximum), .float, value, Value(.float, .floating(0)))
      return lowering.compute(.binary(.minimum), .float, raised, Value(.float, .floating(1)))
    }
    for (name, type) in [("norm3d", CType.double), ("norm3df", .float)] {
      table.add(name) { (lowering, call) throws(Fault) in
        let x = try call.argument(0, as: type, lowering)
        let y = try call.argument(1, as: type, lowering)
        let z = try call.argument(2, as: type, lowering)
        let first = lowering.compute(.binary(.multiply), type, x, x)
        let second = lowering.multiplyAdd(y, y, first, type)
        return lowering.compute(.unary(.squareRoot), type, lowering.multiplyAdd(z, z, second, type))
      }
    }
  }

  private static func addQuestions(to table: inout IntrinsicTable) {
    for (name, operation) in [
      ("isnan", Unary.isNaN), ("isinf", .isInfinite), ("isfinite", .isFinite),
      ("signbit", .signBit),
    ] {
      let body: Body = { (lowering, call) throws(Fault) in
        let argument = try call.number(0, lowering)
        let value = try lowering.convert(argument, to: fraction([argument]))
        let type = value.type.arithmetic?.valueType ?? .f32
        let answer = lowering.builder.makeRegister(.word)
        lowering.emit(.unary(operation), type, to: [answer], from: [lowering.operand(value)])
        return try lowering.convert(Value(.int, .operand(.register(answer))), to: .bool)
      }
      table.add(name, body)
      table.add("__" + name, body)
      table.add("__" + name + "f", body)
    }
    for (name, source) in [("nanf", CType.float), ("nan", .double)] {
      table.add(name) { (_, _) throws(Fault) in Value(source, .floating(.nan)) }
    }
  }

  /// Functions that give several results, or take a whole number.
  private static func addParts(to table: inout IntrinsicTable) {
    for (name, type) in [
      ("ldexp", nil), ("scalbn", nil), ("ldexpf", CType.float), ("scalbnf", .float),
    ] {
      table.add(name) { (lowering, call) throws(Fault) in
        let argument = try call.number(0, lowering)
        let type = type ?? fraction([argument])
        let value = try lowering.convert(argument, to: type)
        let power = try call.argument(1, as: .int, lowering)
        return lowering.compute(.binary(.scaleByPower), type, value, power)
      }
    }
    for (name, type, operations) in [
      ("sincosf", CType.float, (Unary.sine, Unary.cosine)), ("__sincosf", .float, (.sine, .cosine)),
      ("sincos", .double, (.sine, .cosine)), ("sincospif", .float, (.sinePi, .cosinePi)),
      ("sincospi", .double, (.sinePi, .cosinePi)),
    ] {
      table.add(name) { (lowering, call) throws(Fault) in
        try call.expect(3...3, lowering)
        let value = lowering.keep(try call.argument(0, as: type, lowering))
        for (index, operation) in [operations.0, operations.1].enumerated() {
          let (pointer, target) = try call.pointer(index + 1, lowering)
          let result = lowering.compute(.unary(operation), type, value)
          try lowering.store(
            try lowering.convert(result, to: target.type), to: pointer, target, bits: nil)
        }
        return .nothing
      }
    }
    for (name, type) in [("modf", CType.double), ("modff", .float)] {
      table.add(name) { (lowering, call) throws(Fault) in
        let value = lowering.keep(try call.argument(0, as: type, lowering))
        let (pointer, target) = try call.pointer(1, lowering)
        let whole = lowering.compute(.unary(.truncate), type, value)
        try lowering.store(whole, to: pointer, target, bits: nil)
        return lowering.compute(.binary(.subtract), type, value, whole)
      }
    }
    for (name, rounding, result) in [
      ("lrint", Unary.roundEven, CType.arithmetic(.long)),
      ("llrint", .roundEven, .arithmetic(.longLong)),
      ("lround", .roundAway, .arithmetic(.long)), ("llround", .roundAway, .arithmetic(.longLong)),
    ] {
      for (suffix, type) in [("", CType?.none), ("f", .float)] {
        table.add(name + suffix) { (lowering, call) throws(Fault) in
          let argument = try call.number(0, lowering)
          let type = type ?? fraction([argument])
          let value = try lowering.convert(argument, to: type)
          return try lowering.convert(lowering.compute(.unary(rounding), type, value), to: result)
        }
      }
    }
  }
}

extension Unary {
  /// The result for a known operand, for what every host computes alike.
  func folded(_ value: Double) -> Double? {
    switch self {
    case .absolute: abs(value)
    case .floor: value.rounded(.down)
    case .ceiling: value.rounded(.up)
    case .truncate: value.rounded(.towardZero)
    case .roundEven: value.rounded(.toNearestOrEven)
    case .roundAway: value.rounded(.toNearestOrAwayFromZero)
    case .squareRoot: value >= 0 ? value.squareRoot() : nil
    default: nil
    }
  }
}
