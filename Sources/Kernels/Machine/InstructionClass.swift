/// A class of instructions in the instruction mix.
public enum InstructionClass: String, Sendable, Hashable, CaseIterable {
  case float16, float32, float64
  /// Roots, exponentials, sines: what special function units compute.
  case special
  case integer
  case compare
  case convert
  case move
  case globalLoad = "global_load"
  case globalStore = "global_store"
  case sharedLoad = "shared_load"
  case sharedStore = "shared_store"
  case localLoad = "local_load"
  case localStore = "local_store"
  case constantLoad = "constant_load"
  case genericLoad = "generic_load"
  case genericStore = "generic_store"
  case atomic
  case texture
  case tensor
  /// Shuffles, votes, matches and reductions.
  case warp
  case barrier
  case branch
  case other
}

/// Arithmetic operations that one lane does in one instruction.
public struct Operations: Hashable, Sendable {
  /// Half precision and bfloat16.
  public var float16 = 0
  /// Single precision.
  public var float32 = 0
  /// Double precision.
  public var float64 = 0
  /// What tensor cores do, per warp.
  public var tensor = 0

  /// Creates counts of nothing.
  public init() {}

  /// The operations of all types.
  public var total: Int { float16 + float32 + float64 + tensor }

  static func += (left: inout Operations, right: Operations) {
    left.float16 += right.float16
    left.float32 += right.float32
    left.float64 += right.float64
    left.tensor += right.tensor
  }

  static func * (left: Operations, times: Int) -> Operations {
    var product = left
    product.float16 *= times
    product.float32 *= times
    product.float64 *= times
    product.tensor *= times
    return product
  }
}

extension Instruction {
  /// What it is in the instruction mix.
  var category: InstructionClass {
    switch operation {
    case .move, .select: return .move
    case .logic: return .integer
    case .compare: return .compare
    case .convert: return .convert
    case .unary(let unary): return unary.isSpecial && type.isFloating ? .special : arithmetic
    case .binary(let binary):
      switch binary {
      case .power, .arcTangent2, .hypotenuse, .floatRemainder, .ieeeRemainder: return .special
      default: return arithmetic
      }
    case .ternary: return arithmetic
    case .load(let space, _): return Self.loads[Int(space.rawValue)]
    case .store(let space, _): return Self.stores[Int(space.rawValue)]
    case .atomic: return .atomic
    case .shuffle, .vote, .match, .reduce, .activeMask: return .warp
    case .barrier, .warpBarrier, .fence: return .barrier
    case .branch, .exit, .trap: return .branch
    case .texture: return .texture
    case .matrix: return .tensor
    case .print, .clock: return .other
    }
  }

  private static let loads: [InstructionClass] = [
    .globalLoad, .sharedLoad, .localLoad, .constantLoad, .genericLoad,
  ]
  private static let stores: [InstructionClass] = [
    .globalStore, .sharedStore, .localStore, .other, .genericStore,
  ]

  private var arithmetic: InstructionClass {
    switch type {
    case .f16, .bf16, .f16x2, .bf16x2: .float16
    case .f32: .float32
    case .f64: .float64
    default: .integer
    }
  }

  /// The floating-point operations of one lane: one each for sum, difference, product, quotient and
  /// root, two for a fused multiply-add; comparisons, minima and conversions are none.
  var floatOperations: Operations {
    var counts = Operations()
    let amount: Int
    switch operation {
    case .binary(.add), .binary(.subtract), .binary(.multiply), .binary(.divide): amount = 1
    case .unary(.squareRoot), .unary(.reciprocal), .unary(.reciprocalSquareRoot): amount = 1
    case .ternary(.multiplyAdd), .ternary(.addAdd): amount = 2
    case .matrix(.multiply(let shape, _, _, _)):
      counts.tensor = 2 * shape.m * shape.n * shape.k
      return counts
    default: return counts
    }
    switch type {
    case .f16, .bf16: counts.float16 = amount
    case .f16x2, .bf16x2: counts.float16 = 2 * amount
    case .f32: counts.float32 = amount
    case .f64: counts.float64 = amount
    default: break
    }
    return counts
  }
}

extension Unary {
  /// True of functions beyond the basic arithmetic.
  var isSpecial: Bool {
    switch self {
    case .negate, .absolute, .not, .populationCount, .leadingZeros, .highestBit, .findFirstSet,
      .reverseBits, .floor, .ceiling, .truncate, .roundEven, .roundAway, .isNaN, .isInfinite,
      .isFinite, .signBit:
      false
    default: true
    }
  }
}
