internal import Devices

/// What an instruction takes of a scheduler: its unit, for how long, and when its result is there.
struct InstructionCost: Hashable, Sendable {
  /// The unit.
  var pipe: Pipe
  /// Cycles of one scheduler's share of the unit for a whole warp.
  var interval: Int
  /// Cycles until the result can be used; memory adds its own.
  var latency: Int
  /// Machine instructions that the compiler makes of it; each takes an issue slot.
  var issues = 1
}

/// The costs of one compute capability.
///
/// Rates are lanes per cycle of the limits (CUDA C++ Programming Guide, "Throughput of Native
/// Arithmetic Instructions"); an instruction that has no machine form counts as the sequence that nvcc
/// writes for it on sm_80.
struct CostTable: Sendable {
  private let limits: ComputeLimits

  init(_ limits: ComputeLimits) { self.limits = limits }

  /// What an instruction takes.
  func cost(of instruction: Instruction) -> InstructionCost {
    switch instruction.operation {
    case .load, .store, .atomic, .texture:
      return InstructionCost(pipe: .memory, interval: 1, latency: 0)
    case .matrix(let operation): return matrix(operation)
    case .branch, .exit, .barrier, .warpBarrier, .fence, .activeMask, .trap, .print, .clock:
      return InstructionCost(pipe: .control, interval: 1, latency: limits.arithmeticLatency)
    case .shuffle, .match, .reduce:
      // Shuffles use the memory pipeline's crossbar: 32 lanes a cycle and multiprocessor.
      return InstructionCost(pipe: .memory, interval: 1, latency: 0)
    case .convert(let from, _, _): return conversion(from: from, to: instruction.type)
    case .unary(let operation): return unary(operation, instruction.type)
    case .binary(let operation): return binary(operation, instruction)
    case .ternary, .move, .select, .compare, .logic, .vote: return plain(instruction.type)
    }
  }

  /// One machine instruction of a type.
  private func plain(_ type: ValueType) -> InstructionCost {
    switch type {
    case .f64:
      InstructionCost(pipe: .fp64, interval: doubleInterval, latency: doubleLatency)
    case .f32, .f16, .bf16, .f16x2, .bf16x2:
      InstructionCost(
        pipe: .fp32, interval: interval(limits.fp32Lanes), latency: limits.arithmeticLatency)
    case .u64, .s64: integers(2)
    case .predicate: integers(1)
    default: integers(1)
    }
  }

  private func unary(_ operation: Unary, _ type: ValueType) -> InstructionCost {
    let isDouble = type == .f64
    switch operation {
    case .negate, .absolute, .not, .floor, .ceiling, .truncate, .roundEven, .roundAway, .isNaN,
      .isInfinite, .isFinite, .signBit:
      return plain(type)
    case .populationCount, .leadingZeros, .highestBit, .findFirstSet, .reverseBits:
      return special(1)
    case .reciprocalSquareRoot, .exponential2, .logarithm2, .sine, .cosine, .reciprocal:
      return isDouble ? sequence(of: type, 12, special: 1) : sequence(of: type, 2, special: 1)
    case .exponential, .exponential10, .logarithm, .logarithm10, .hyperbolicTangent, .squareRoot:
      return sequence(of: type, isDouble ? 24 : 6, special: 1)
    default: return sequence(of: type, isDouble ? 48 : 20, special: 1)
    }
  }

  private func binary(_ operation: Binary, _ instruction: Instruction) -> InstructionCost {
    let type = instruction.type
    switch operation {
    case .divide where type.isFloating: return sequence(of: type, type == .f64 ? 20 : 8, special: 1)
    case .divide, .remainder:
      if case .immediate(let bits) = instruction.sources[1] {
        return byConstant(bits, isDivision: operation == .divide, type)
      }
      return sequence(of: type, type.bytes == 8 ? 70 : 16, special: 1)
    case .power, .arcTangent2, .hypotenuse, .floatRemainder, .ieeeRemainder:
      return sequence(of: type, type == .f64 ? 100 : 30, special: 2)
    case .multiply where type.bytes == 8 && !type.isFloating: return integers(4)
    default: return plain(type)
    }
  }

  /// Division by what the compiler knows: shifts for powers of two, else the upper half of a product,
  /// with one more instruction where numbers have signs, and one for a remainder.
  private func byConstant(
    _ bits: UInt64, isDivision: Bool, _ type: ValueType
  ) -> InstructionCost {
    let isSigned = type.isSigned
    let width = type.bytes == 8 ? 2 : 1
    if bits & (bits &- 1) == 0 {
      return integers(width * (isSigned ? (isDivision ? 3 : 4) : 1))
    }
    let product = type.bytes == 8 ? 5 : 2
    return integers(product + width * ((isSigned ? 2 : 1) + (isDivision ? 0 : 1)))
  }

  private func matrix(_ operation: MatrixOperation) -> InstructionCost {
    guard case .multiply(let shape, let input, _, _) = operation else {
      return InstructionCost(pipe: .memory, interval: 1, latency: 0)
    }
    let perCycle = max(1, limits.tensorCores / limits.schedulers * limits.tensorFMAsPerCycle)
    let scale = input.bytes == 1 ? 2 : (input.bytes == 4 ? 1 : 2)
    let cycles = max(1, shape.m * shape.n * shape.k * 2 / (perCycle * scale))
    return InstructionCost(pipe: .tensor, interval: cycles, latency: cycles + 16)
  }

  private func conversion(from: ValueType, to type: ValueType) -> InstructionCost {
    // Changes of width between integers are moves or shifts; those that round go at a quarter rate.
    if !from.isFloating && !type.isFloating { return integers(1) }
    if from == .f64 || type == .f64 {
      return InstructionCost(
        pipe: .fp64, interval: doubleInterval, latency: doubleLatency)
    }
    return special(1)
  }

  private func integers(_ count: Int) -> InstructionCost {
    InstructionCost(
      pipe: .int32, interval: count * interval(limits.int32Lanes),
      latency: count * limits.arithmeticLatency + 1, issues: count)
  }

  private func special(_ count: Int) -> InstructionCost {
    InstructionCost(
      pipe: .special, interval: count * interval(limits.specialLanes),
      latency: 18 + limits.arithmeticLatency, issues: count)
  }

  /// A sequence of arithmetic around `special` uses of the special unit.
  private func sequence(of type: ValueType, _ count: Int, special uses: Int) -> InstructionCost {
    let base = plain(type.isFloating ? type : .s32)
    return InstructionCost(
      pipe: base.pipe,
      interval: max(count * base.interval, uses * interval(limits.specialLanes)),
      latency: count / 2 * base.latency + uses * 18, issues: count + uses)
  }

  /// Cycles in which one scheduler's share of so many lanes takes a warp.
  private func interval(_ lanes: Int) -> Int {
    max(1, limits.warpSize * limits.schedulers / max(1, lanes))
  }

  /// Cycles of a warp in the FP64 unit: a scheduler's own, or the one that all share.
  private var doubleInterval: Int {
    limits.sharesDoubles
      ? limits.warpSize / max(1, limits.fp64Lanes) : interval(limits.fp64Lanes)
  }

  /// FP64 results take twice the usual latency; two shared lanes make a warp wait its turn besides.
  private var doubleLatency: Int { 2 * limits.arithmeticLatency }
}

extension ComputeLimits {
  /// True where a multiprocessor has fewer FP64 lanes than schedulers: one unit serves all of them.
  var sharesDoubles: Bool { fp64Lanes < schedulers }
}
