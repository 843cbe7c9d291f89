/// Arithmetic that rounds down, up or to zero, by the machine's arithmetic that rounds to nearest.
///
/// f32 goes through f64: products are exact there, quotients and roots of 24-bit numbers never come
/// so near to another 24-bit number that the rounding to 53 bits hides the side, and sums are
/// rounded to odd. f64 uses the error of the nearest result, which is a number itself.
extension PTXLowering {
  mutating func rounded(
    _ operation: Binary, _ a: Operand, _ b: Operand, _ type: PTXType, _ rounding: Rounding
  ) throws(PTXFault) -> Operand {
    if type == .f32 {
      let (x, y) = (widened(a), widened(b))
      switch operation {
      case .add: return narrowed(sumToOdd(x, y), rounding)
      case .subtract: return narrowed(sumToOdd(x, negated(y)), rounding)
      default: return narrowed(compute(.binary(operation), .f64, x, y), rounding)
      }
    }
    guard type == .f64 else { throw unsupported() }
    switch operation {
    case .add:
      let (sum, error) = exactSum(a, b)
      return stepped(sum, toward: error, rounding)
    case .subtract:
      let (sum, error) = exactSum(a, negated(b))
      return stepped(sum, toward: error, rounding)
    case .multiply:
      let (product, error) = exactProduct(a, b)
      return stepped(product, toward: error, rounding)
    case .divide: return quotient(a, b, rounding)
    default: throw unsupported()
    }
  }

  mutating func roundedRoot(
    _ operation: Unary, _ value: Operand, _ type: PTXType, _ rounding: Rounding
  ) throws(PTXFault) -> Operand {
    if type == .f32 {
      return narrowed(compute(.unary(operation), .f64, widened(value)), rounding)
    }
    guard type == .f64 else { throw unsupported() }
    if operation == .reciprocal { return quotient(.double(1), value, rounding) }
    let root = compute(.unary(.squareRoot), .f64, value)
    let rest = compute(.ternary(.multiplyAdd), .f64, negated(root), root, value)
    return stepped(root, toward: rest, rounding)
  }

  mutating func roundedFused(
    _ a: Operand, _ b: Operand, _ c: Operand, _ type: PTXType, _ rounding: Rounding
  ) throws(PTXFault) -> Operand {
    if type == .f32 {
      let product = compute(.binary(.multiply), .f64, widened(a), widened(b))
      return narrowed(sumToOdd(product, widened(c)), rounding)
    }
    guard type == .f64 else { throw unsupported() }
    // Boldo and Muller's error of a fused multiply-add, of which the leading part decides.
    let nearest = compute(.ternary(.multiplyAdd), .f64, a, b, c)
    let (product, productError) = exactProduct(a, b)
    let (low, lowError) = exactSum(c, productError)
    let (high, highError) = exactSum(product, low)
    let gap = compute(.binary(.subtract), .f64, high, nearest)
    let near = compute(.binary(.add), .f64, gap, highError)
    return stepped(
      nearest, toward: compute(.binary(.add), .f64, near, lowError), rounding)
  }

  // MARK: Pieces

  private mutating func widened(_ value: Operand) -> Operand {
    compute(.convert(from: .f32, .nearest, saturates: false), .f64, value)
  }

  private mutating func narrowed(_ value: Operand, _ rounding: Rounding) -> Operand {
    compute(.convert(from: .f64, rounding, saturates: false), .f32, value)
  }

  private mutating func negated(_ value: Operand) -> Operand {
    compute(.unary(.negate), .f64, value)
  }

  private mutating func exactSum(_ a: Operand, _ b: Operand) -> (sum: Operand, error: Operand) {
    let sum = compute(.binary(.add), .f64, a, b)
    let partB = compute(.binary(.subtract), .f64, sum, a)
    let partA = compute(.binary(.subtract), .f64, sum, partB)
    let restB = compute(.binary(.subtract), .f64, b, partB)
    let restA = compute(.binary(.subtract), .f64, a, partA)
    return (sum, compute(.binary(.add), .f64, restA, restB))
  }

  private mutating func exactProduct(
    _ a: Operand, _ b: Operand
  ) -> (product: Operand, error: Operand) {
    let product = compute(.binary(.multiply), .f64, a, b)
    return (product, compute(.ternary(.multiplyAdd), .f64, a, b, negated(product)))
  }

  private mutating func quotient(_ a: Operand, _ b: Operand, _ rounding: Rounding) -> Operand {
    let quotient = compute(.binary(.divide), .f64, a, b)
    let rest = compute(.ternary(.multiplyAdd), .f64, negated(quotient), b, a)
    // The rest has the error's sign where the divisor is positive.
    let sign = compute(.binary(.and), .u64, b, .immediate(1 << 63))
    return stepped(quotient, toward: compute(.binary(.xor), .u64, rest, sign), rounding)
  }

  /// The neighbour of a nearest result on the side of its error, where the rounding asks for it.
  private mutating func stepped(
    _ value: Operand, toward error: Operand, _ rounding: Rounding
  ) -> Operand {
    let isAbove = compute(.compare(.greater), .f64, error, .wide(0))
    let isBelow = compute(.compare(.less), .f64, error, .wide(0))
    switch rounding {
    case .nearest: return value
    case .up: return neighbour(of: value, toward: .infinity, where: isAbove)
    case .down: return neighbour(of: value, toward: -.infinity, where: isBelow)
    case .towardZero:
      let isPositive = compute(.compare(.greater), .f64, value, .wide(0))
      let isNegative = compute(.compare(.less), .f64, value, .wide(0))
      let down = compute(.logic(.and), .predicate, isPositive, isBelow)
      let up = compute(.logic(.and), .predicate, isNegative, isAbove)
      let step = compute(.logic(.or), .predicate, down, up)
      return neighbour(of: value, toward: 0, where: step)
    }
  }

  private mutating func neighbour(
    of value: Operand, toward limit: Double, where condition: Operand
  ) -> Operand {
    let next = compute(.binary(.nextAfter), .f64, value, .double(limit))
    return compute(.select, .f64, next, value, condition)
  }

  /// `a + b` whose last bit is set where the sum is not exact: any later rounding is then right.
  private mutating func sumToOdd(_ a: Operand, _ b: Operand) -> Operand {
    let (sum, error) = exactSum(a, b)
    let isExact = compute(.compare(.equalOrUnordered), .f64, error, .wide(0))
    let bit = compute(.binary(.and), .u64, sum, .wide(1))
    let isOdd = compute(.compare(.notEqual), .u64, bit, .wide(0))
    let stays = compute(.logic(.or), .predicate, isExact, isOdd)
    // Up in size where error and sum have one sign, else down: +1 or -1 in the last place.
    let signs = compute(.binary(.xor), .u64, sum, error)
    let spread = compute(.binary(.shiftRight), .s64, signs, .word(63))
    let delta = compute(.binary(.or), .u64, spread, .wide(1))
    let moved = compute(.binary(.add), .u64, sum, delta)
    return compute(.select, .f64, sum, moved, stays)
  }
}
