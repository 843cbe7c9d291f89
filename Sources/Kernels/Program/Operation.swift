/// What an instruction does; the instruction's type says to which kind of value.
public enum Operation: Hashable, Sendable {
  /// Copies `sources[0]`.
  case move
  /// One operand.
  case unary(Unary)
  /// Two operands.
  case binary(Binary)
  /// Three operands.
  case ternary(Ternary)
  /// Sets a predicate from two values of the instruction's type.
  case compare(Comparison)
  /// `sources[0]` where the predicate `sources[2]` holds, `sources[1]` elsewhere.
  case select
  /// Combines predicates.
  case logic(PredicateLogic)
  /// Converts from another type to the instruction's.
  case convert(from: ValueType, Rounding, saturates: Bool)
  /// Reads `destinations.count` neighbouring values of the instruction's type.
  case load(Space, MemoryHint)
  /// Writes `sources` beside one another.
  case store(Space, MemoryHint)
  /// Reads, combines and writes in one go; the old value goes to `destinations[0]` if there is one.
  /// For compare-and-swap `sources` are the expected and the new value.
  case atomic(Space, Atomic)
  /// Takes a value from another lane of the warp: sources are the value, the lane or distance, the
  /// mask of lanes that take part, and the width of a segment (a power of two up to 32).
  /// `destinations[1]`, where present, is a predicate: the source lane was inside the segment.
  case shuffle(Shuffle)
  /// Combines the predicate `sources[0]` over the lanes of the mask `sources[1]`.
  case vote(Vote)
  /// Masks of lanes that hold the same value: sources are the value and the mask.
  /// `destinations[1]`, where present, is the predicate of `.all`.
  case match(Match)
  /// Combines a 32-bit value over the lanes of the mask `sources[1]`.
  case reduce(Atomic)
  /// The mask of lanes that run this instruction together.
  case activeMask
  /// Waits until the block's lanes (or `sources[1]` of them) reach barrier `sources[0]`.
  case barrier(Barrier)
  /// Waits until the warp's lanes of the mask `sources[0]` have come.
  case warpBarrier
  /// Orders memory accesses before and after it.
  case fence
  /// Goes on at `target`, where the guard holds.
  case branch(isCondition: Bool)
  /// Ends the lane.
  case exit
  /// Stops the launch with an error; the message is a string of the module.
  case trap(message: Int)
  /// Prints by a format of the module; the types of the sources say how each is read.
  case print(format: Int, types: [ValueType])
  /// The multiprocessor's cycles so far, 32 or 64 bits.
  case clock
  /// Reads a texture at the coordinates in `sources`.
  case texture(unit: Int, Texture)
  /// Loads, stores or multiplies tiles that the lanes of a warp hold together.
  case matrix(MatrixOperation)
}

/// Operations on one value.
public enum Unary: UInt8, Sendable, Hashable, CaseIterable {
  case negate, absolute, not
  /// Bits: how many are set, leading zeros, position of the highest set bit (all ones if none),
  /// position of the lowest set bit plus one (0 if none), in reverse order.
  case populationCount, leadingZeros, highestBit, findFirstSet, reverseBits
  case squareRoot, reciprocalSquareRoot, reciprocal
  case floor, ceiling, truncate, roundEven, roundAway
  case sine, cosine, tangent, arcSine, arcCosine, arcTangent
  case hyperbolicSine, hyperbolicCosine, hyperbolicTangent
  case inverseHyperbolicSine, inverseHyperbolicCosine, inverseHyperbolicTangent
  case exponential, exponential2, exponential10, exponentialMinus1
  case logarithm, logarithm2, logarithm10, logarithm1Plus
  case cubeRoot, errorFunction, complementaryErrorFunction, gamma, logGamma
  case inverseErrorFunction, normalDistribution, sinePi, cosinePi
  case besselJ0, besselJ1
  /// Predicates as 0 or 1 of the instruction's type.
  case isNaN, isInfinite, isFinite, signBit
}

/// Operations on two values.
public enum Binary: UInt8, Sendable, Hashable, CaseIterable {
  case add, subtract, multiply, divide, remainder, minimum, maximum
  /// The upper half of the product.
  case multiplyHigh
  /// The whole product: operands of the instruction's (32-bit) type, result twice as wide.
  case multiplyWide
  /// The product of the low 24 bits.
  case multiply24
  case and, or, xor
  /// Shifts; counts beyond the width give 0, or the sign for a signed shift to the right.
  case shiftLeft, shiftRight
  case power, arcTangent2, hypotenuse, floatRemainder, ieeeRemainder, copySign
  case positiveDifference, nextAfter, scaleByPower
  /// `min`/`max` that return NaN when an operand is NaN.
  case minimumNaN, maximumNaN
  /// Average without overflow, rounding down and up.
  case average, averageRounded
  /// Saturating integer sum and difference.
  case addSaturating, subtractSaturating
}

/// Operations on three values.
public enum Ternary: UInt8, Sendable, Hashable, CaseIterable {
  /// `a·b + c`: fused for floats, low half for integers.
  case multiplyAdd
  /// `a·b + c` with 32-bit factors and a 64-bit sum.
  case multiplyAddWide
  /// The upper half of the product, plus `c`.
  case multiplyHighAdd
  /// `|a - b| + c`.
  case sumOfDifferences
  /// Bits of `a` from position `b` on, `c` of them; sign-extended for signed types.
  case bitFieldExtract
  /// `sources[3]` bits of `a` put into `b` at position `sources[2]`.
  case bitFieldInsert
  /// Four bytes picked from `b:a` by the selectors in `c`.
  case permuteBytes
  /// The upper word of `b:a` shifted left, and the lower word of `b:a` shifted right, by `c & 31`.
  case funnelShiftLeft, funnelShiftRight
  /// As the funnel shifts, with the count limited to 32.
  case funnelShiftLeftClamped, funnelShiftRightClamped
  /// Four products of bytes, summed into `c`; signed or unsigned by the type.
  case dotProduct4
  /// Any function of three bits, the table in `sources[3]`.
  case logic3
  /// `a + b + c`.
  case addAdd
}

/// Comparisons; the unordered ones hold when an operand is NaN.
public enum Comparison: UInt8, Sendable, Hashable, CaseIterable {
  case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
  case equalOrUnordered, notEqualOrdered, lessOrUnordered, lessOrEqualOrUnordered
  case greaterOrUnordered, greaterOrEqualOrUnordered
  case ordered, unordered
}

/// Operations on predicates; `andNot` is `a & !b`.
public enum PredicateLogic: UInt8, Sendable, Hashable, CaseIterable {
  case and, or, xor, not, andNot, orNot
}

/// Which neighbour a conversion takes when the value has no exact form.
public enum Rounding: UInt8, Sendable, Hashable, CaseIterable {
  /// The nearest, ties to even; for integer results of floats, PTX's `rni`.
  case nearest
  case towardZero, up, down
}

/// What a load or store says about caching; `volatile` accesses are never merged or removed.
public enum MemoryHint: UInt8, Sendable, Hashable, CaseIterable {
  case plain, volatile, streaming, readOnly, cacheGlobal, lastUse, writeBack, writeThrough
}

/// What an atomic does with the old value and its operand.
public enum Atomic: UInt8, Sendable, Hashable, CaseIterable {
  case add, minimum, maximum, and, or, xor, exchange, compareAndSwap
  /// `old >= limit ? 0 : old + 1`, and `old == 0 || old > limit ? limit : old - 1`.
  case increment, decrement
}

/// Which lane a shuffle reads.
public enum Shuffle: UInt8, Sendable, Hashable, CaseIterable { case index, up, down, xor }

/// What a vote answers: a predicate for `all`, `any` and `uniform`, a mask for `ballot`.
public enum Vote: UInt8, Sendable, Hashable, CaseIterable { case all, any, uniform, ballot }

/// Which lanes a match compares.
public enum Match: UInt8, Sendable, Hashable, CaseIterable { case any, all }

/// What a barrier does beside waiting: `arrive` does not wait, `grid` waits for all blocks, the
/// others combine the predicate `sources[2]` over the block.
public enum Barrier: UInt8, Sendable, Hashable, CaseIterable {
  case sync, arrive, count, and, or, grid
}

/// The shape of a texture access.
public enum Texture: UInt8, Sendable, Hashable, CaseIterable {
  /// One integer coordinate: the element itself, 0 outside.
  case fetch1D
  case sample1D, sample2D
}

/// Tiles of a warp-wide matrix product.
public enum MatrixOperation: Hashable, Sendable {
  /// Reads a tile at the address; `sources[0]` is the stride in elements.
  case load(MatrixFragment)
  /// Writes an accumulator tile.
  case store(MatrixFragment)
  /// `D = A·B + C`: sources are the registers of A, then B, then C.
  case multiply(shape: MatrixShape, input: ValueType, accumulator: ValueType, MatrixLayouts)
}

/// Rows and columns of the result, and the depth of the product.
public struct MatrixShape: Hashable, Sendable {
  /// Rows of A and D.
  public let m: Int
  /// Columns of B and D.
  public let n: Int
  /// Columns of A, rows of B.
  public let k: Int

  /// Creates a shape.
  public init(_ m: Int, _ n: Int, _ k: Int) {
    self.m = m
    self.n = n
    self.k = k
  }
}

/// Which part of a product a tile is.
public enum MatrixRole: UInt8, Hashable, Sendable { case a, b, accumulator }

/// How the operands of a product lie in memory.
public struct MatrixLayouts: Hashable, Sendable {
  /// True where A lies by rows.
  public let aIsRowMajor: Bool
  /// True where B lies by rows.
  public let bIsRowMajor: Bool

  /// Creates the pair.
  public init(aIsRowMajor: Bool, bIsRowMajor: Bool) {
    self.aIsRowMajor = aIsRowMajor
    self.bIsRowMajor = bIsRowMajor
  }
}

/// One tile: its role, shape, element and layout in memory.
///
/// Element number `e` of the tile (row-major over the tile's own rows and columns) lives in lane
/// `e % 32`, place `e / 32`; f16 and bf16 take a register each.
public struct MatrixFragment: Hashable, Sendable {
  /// Which part of the product it is.
  public let role: MatrixRole
  /// The product's shape.
  public let shape: MatrixShape
  /// What one element is.
  public let type: ValueType
  /// True where it lies by rows in memory.
  public let isRowMajor: Bool
  /// The space of its address.
  public let space: Space

  /// Creates a tile.
  public init(
    role: MatrixRole, shape: MatrixShape, type: ValueType, isRowMajor: Bool, space: Space
  ) {
    self.role = role
    self.shape = shape
    self.type = type
    self.isRowMajor = isRowMajor
    self.space = space
  }

  /// How many rows the tile has.
  public var rows: Int { role == .b ? shape.k : shape.m }
  /// How many columns the tile has.
  public var columns: Int { role == .a ? shape.k : shape.n }
  /// How many registers a lane needs for it.
  public var registers: Int { rows * columns / 32 }
}
