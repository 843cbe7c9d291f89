import Base

/// Numbers in decimal digits between bounds, as a regular language.
enum NumberGrammar {
  private static let digit = GrammarExpression.letters("0123456789")
  private static let anyDigits = GrammarExpression.repeated(digit, 0, nil)

  /// Whole numbers of at most 18 digits, so that they fit into 64 bits.
  static func integers(_ low: DecimalBound?, _ high: DecimalBound?) throws(Problem)
    -> GrammarExpression
  {
    try between(low, high, whole: 18, fraction: 0)
  }

  /// Numbers with a fraction; without bounds also with an exponent.
  ///
  /// They have at most 15 digits where bounds are to be met, as a double tells those apart.
  static func numbers(_ low: DecimalBound?, _ high: DecimalBound?) throws(Problem)
    -> GrammarExpression
  {
    if low == nil, high == nil {
      let exponent = GrammarExpression.sequence([
        .letters("eE"), .optional(.letters("+-")), .repeated(digit, 1, 2),
      ])
      return .sequence([
        .optional(.text("-")), wholes(15), .optional(fraction(15)), .optional(exponent),
      ])
    }
    let bounds = [low, high].compactMap { $0?.value }
    let whole = min(15, max(9, bounds.map(\.whole.count).max() ?? 0))
    let places = min(17, max(bounds.map(\.fraction.count).max() ?? 0, min(6, 15 - whole)))
    return try between(low, high, whole: whole, fraction: places)
  }

  private static func wholes(_ digits: Int) -> GrammarExpression {
    .choice([.text("0"), .sequence([range(1, 9), .repeated(digit, 0, digits - 1)])])
  }

  private static func fraction(_ digits: Int) -> GrammarExpression {
    digits == 0 ? .never : .sequence([.text("."), .repeated(digit, 1, digits)])
  }

  /// Both signs: negative numbers are bounded by their magnitudes, the other way round.
  private static func between(
    _ low: DecimalBound?, _ high: DecimalBound?, whole: Int, fraction places: Int
  ) throws(Problem) -> GrammarExpression {
    let plain = try GrammarExpression.sequence([wholes(whole), .optional(fraction(places))])
      .automaton()
    let zero = DecimalBound(.zero, isExclusive: true)
    var parts: [GrammarExpression] = []
    if !(high?.value.isBelowZero ?? false) {
      let low = low.flatMap { $0.value.isBelowZero ? nil : $0 }
      parts.append(.automaton(try restrict(plain, low, high)))
    }
    if low?.value.isBelowZero ?? true {
      let nearest = high.flatMap { $0.value.isBelowZero ? $0.mirrored : nil } ?? zero
      let magnitudes = try restrict(plain, nearest, low?.mirrored)
      parts.append(.sequence([.text("-"), .automaton(magnitudes)]))
    }
    return .choice(parts)
  }

  private static func restrict(
    _ plain: ByteAutomaton, _ low: DecimalBound?, _ high: DecimalBound?
  ) throws(Problem) -> ByteAutomaton {
    var result = plain
    if let low { result = result.intersection(try above(low).automaton()) }
    if let high { result = result.intersection(try below(high).automaton()) }
    return result
  }

  // MARK: Comparing digits

  private static func above(_ bound: DecimalBound) -> GrammarExpression {
    let whole = bound.value.whole
    let longer = GrammarExpression.sequence([
      range(1, 9), .repeated(digit, whole == [0] ? 0 : whole.count, nil),
    ])
    let anyFraction = GrammarExpression.optional(.sequence([.text("."), anyDigits]))
    let equal = GrammarExpression.sequence([
      digits(whole), fractionAbove(bound.value.fraction, bound.isExclusive),
    ])
    return .choice([
      .sequence([
        .choice([longer, sameLength(whole[...], isAbove: true, isFirst: true)]), anyFraction,
      ]),
      equal,
    ])
  }

  private static func below(_ bound: DecimalBound) -> GrammarExpression {
    let whole = bound.value.whole
    let shorter = whole.count > 1 ? wholes(whole.count - 1) : .never
    let anyFraction = GrammarExpression.optional(.sequence([.text("."), anyDigits]))
    let equal = GrammarExpression.sequence([
      digits(whole), fractionBelow(bound.value.fraction, bound.isExclusive),
    ])
    return .choice([
      .sequence([
        .choice([shorter, sameLength(whole[...], isAbove: false, isFirst: true)]), anyFraction,
      ]),
      equal,
    ])
  }

  /// Digits as many as given that make a greater or a smaller number.
  private static func sameLength(_ rest: ArraySlice<UInt8>, isAbove: Bool, isFirst: Bool)
    -> GrammarExpression
  {
    guard let first = rest.first else { return .never }
    let tail = rest.dropFirst()
    let least: UInt8 = isFirst && !tail.isEmpty ? 1 : 0
    let other = isAbove ? range(Int(first) + 1, 9) : range(Int(least), Int(first) - 1)
    return .choice([
      .sequence([other, .repeated(digit, tail.count, tail.count)]),
      .sequence([digits([first]), sameLength(tail, isAbove: isAbove, isFirst: false)]),
    ])
  }

  private static func fractionAbove(_ digits: [UInt8], _ isExclusive: Bool) -> GrammarExpression {
    if digits.isEmpty, !isExclusive { return .optional(.sequence([.text("."), anyDigits])) }
    let end =
      isExclusive ? .sequence([.repeated(.text("0"), 0, nil), range(1, 9), anyDigits]) : anyDigits
    return .sequence([
      .text("."),
      digits.reversed().reduce(end) { rest, digit in
        .choice([
          .sequence([range(Int(digit) + 1, 9), anyDigits]),
          .sequence([self.digits([digit]), rest]),
        ])
      },
    ])
  }

  private static func fractionBelow(_ digits: [UInt8], _ isExclusive: Bool) -> GrammarExpression {
    // Fewer digits than the bound has are a smaller number, as it does not end in zeros.
    let end: GrammarExpression = isExclusive ? .never : .repeated(.text("0"), 0, nil)
    let points = GrammarExpression.sequence([
      .text("."),
      digits.reversed().reduce(end) { rest, digit in
        .choice([
          .empty, .sequence([range(0, Int(digit) - 1), anyDigits]),
          .sequence([self.digits([digit]), rest]),
        ])
      },
    ])
    return .choice(digits.isEmpty && isExclusive ? [points] : [.empty, points])
  }

  private static func digits(_ digits: [UInt8]) -> GrammarExpression {
    .bytes(digits.map { $0 + 0x30 })
  }

  private static func range(_ low: Int, _ high: Int) -> GrammarExpression {
    low > high ? .never : .scalars(ScalarSet([UInt32(0x30 + low)...UInt32(0x30 + high)]))
  }
}

extension DecimalBound {
  /// The bound of the magnitudes of numbers below zero.
  fileprivate var mirrored: DecimalBound { DecimalBound(value.magnitude, isExclusive: isExclusive) }
}
