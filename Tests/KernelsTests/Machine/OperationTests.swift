import Base
import CKernels
import Kernels
import Testing

/// Every arithmetic instruction against plain scalar code: at each vector level, for whole warps and
/// under a guard, over edge values and random ones.
@Suite struct OperationTests {
  static let levels = [0, 2, 3].filter { $0 <= Int(ok_vector_level()) }
  static let integers: [ValueType] = [.u8, .s8, .u16, .s16, .u32, .s32, .u64, .s64]
  static let floats: [ValueType] = [.f16, .bf16, .f32, .f64]
  static let count = 256

  @Test(arguments: integers)
  func `integer operations are those of the scalar code`(type: ValueType) throws {
    for op in Binary.allCases where Self.exists(op, type) {
      try check("\(op) \(type)", .binary(op), type, inputs: Self.binaryInputs(op, type)) {
        ScalarReference.integer(op, type, $0[0], $0[1])
      }
    }
    for op in Unary.allCases {
      let counts = [.populationCount, .leadingZeros, .highestBit, .findFirstSet].contains(op)
      if counts || op == .reverseBits, type.bytes < 4 { continue }
      try check("\(op) \(type)", .unary(op), type, result: counts ? .u32 : type, inputs: [type]) {
        ScalarReference.integer(op, type, $0[0])
      }
    }
    for op in Ternary.allCases where type.bytes >= 4 || op == .multiplyAdd {
      if op != .multiplyAdd, op != .sumOfDifferences, type.bytes == 8 { continue }
      try check("\(op) \(type)", .ternary(op), type, inputs: [type, type, type]) {
        ScalarReference.integer(op, type, $0[0], $0[1], $0[2])
      }
    }
    for op in Comparison.allCases.prefix(6) {
      try checkCompare(op, type)
    }
  }

  @Test(arguments: floats)
  func `float operations are those of the scalar code`(type: ValueType) throws {
    for op in Binary.allCases {
      let isExact = ![.power, .arcTangent2, .hypotenuse].contains(op)
      try check(
        "\(op) \(type)", .binary(op), type, inputs: [type, type], steps: isExact ? 0 : 1
      ) { ScalarReference.float(op, type, $0[0], $0[1]) }
    }
    for op in Unary.allCases {
      try check(
        "\(op) \(type)", .unary(op), type, inputs: [type], steps: Self.steps(op, type)
      ) { ScalarReference.float(op, type, $0[0]) }
    }
    try check(
      "fma \(type)", .ternary(.multiplyAdd), type, inputs: [type, type, type]
    ) { ScalarReference.fused(type, $0[0], $0[1], $0[2]) }
    for op in Comparison.allCases { try checkCompare(op, type) }
  }

  @Test(arguments: integers + floats)
  func `conversions are those of the scalar code`(from: ValueType) throws {
    for to in Self.integers + Self.floats {
      for rounding in Rounding.allCases {
        for saturates in [false, true] where !(saturates && (to.isFloating && !from.isFloating)) {
          try check(
            "\(from) to \(to) \(rounding) \(saturates)",
            .convert(from: from, rounding, saturates: saturates), to, inputs: [from],
            levels: rounding == .nearest ? Self.levels : [Self.levels.last ?? 0]
          ) {
            ScalarReference.convert($0[0], from: from, to: to, rounding, saturates: saturates)
          }
        }
      }
    }
  }

  // MARK: - Running one

  /// How many representable values a result may be away: the vector code stays within one of the
  /// nearest, libm's single-precision functions within a few.
  static func steps(_ op: Unary, _ type: ValueType) -> Int {
    switch op {
    case .negate, .absolute, .squareRoot, .floor, .ceiling, .truncate, .roundEven, .roundAway: 0
    case .reciprocal: 0
    case .reciprocalSquareRoot, .exponential, .exponential2, .exponential10, .logarithm,
      .logarithm2, .logarithm10, .sine, .cosine, .hyperbolicTangent:
      1
    case .gamma: 6
    default: type == .f32 ? 3 : 1
    }
  }

  /// False of integer operations that no instruction set has for a width.
  static func exists(_ op: Binary, _ type: ValueType) -> Bool {
    switch op {
    case .multiplyHigh, .addSaturating, .subtractSaturating: type.bytes >= 2
    case .average, .averageRounded: type.bytes == 4
    default: true
    }
  }

  static func binaryInputs(_ op: Binary, _ type: ValueType) -> [ValueType] {
    op == .shiftLeft || op == .shiftRight ? [type, .u32] : [type, type]
  }

  func checkCompare(_ op: Comparison, _ type: ValueType) throws {
    try check("\(op) \(type)", .compare(op), type, result: .u32, inputs: [type, type]) {
      ScalarReference.compare(op, type, $0[0], $0[1]) ? 1 : 0
    }
  }

  func check(
    _ name: String, _ operation: Operation, _ type: ValueType, result: ValueType? = nil,
    inputs: [ValueType], steps: Int = 0, levels: [Int] = levels,
    expected: ([UInt64]) -> UInt64?
  ) throws {
    let result = result ?? type
    var random = SeededRandom(seed: UInt64(name.utf8.reduce(7) { $0 &* 31 &+ Int($1) } & 0xffff))
    let values = inputs.map { type in (0..<Self.count).map { Self.value(type, $0, &random) } }
    guard expected(values.map { $0[0] }) != nil else { return }
    let module = try KernelModule.of(Self.program(operation, type, result, inputs))
    let sources = try zip(values, inputs).map { values, type in
      try module.memory.allocate(values.flatMap { Self.little($0, type.bytes) })
    }
    for level in levels {
      for isGuarded in [0, 1] {
        let output = try module.memory.allocate(bytes: Self.count * result.bytes)
        var options = LaunchOptions()
        options.vectorLevel = level
        options.threads = 1
        options.modelsCaches = false
        _ = try module.launch(
          "k", grid: Extent(4), block: Extent(64),
          arguments: sources.map { .buffer($0) } + [.buffer(output), .integer(Int64(isGuarded))],
          options: options
        ).checked()
        let bytes = try module.memory.read(output.address, bytes: output.bytes)
        for lane in 0..<Self.count {
          let got = Self.bits(bytes, lane, result.bytes)
          let runs = isGuarded == 0 || lane % 3 != 0
          let wanted = runs ? (expected(values.map { $0[lane] }) ?? 0) : 0
          let agrees = Self.agree(got, wanted, result, runs ? steps : 0)
          #expect(
            agrees,
            "\(name) level \(level) guarded \(isGuarded): \(values.map { $0[lane] }) gave \(got), expected \(wanted & ScalarReference.mask(result))"
          )
          if !agrees { return }
        }
        try module.memory.free(output)
      }
    }
  }

  /// Loads the inputs, does the operation (for two lanes of three when asked to), stores the result.
  static func program(
    _ operation: Operation, _ type: ValueType, _ result: ValueType, _ inputs: [ValueType]
  ) -> KernelProgram {
    var k = HandBuilt()
    let pointers = inputs.map { k.pointer("in", $0) }
    let out = k.pointer("out", result)
    let guarded = k.scalar("guarded", .s32)
    let index = k.globalIndex()
    let loaded = zip(pointers, inputs).map { k.load(.global, $1, $0, index) }
    let third = k.builder.compute(.binary(.remainder), .s32, index, .word(3))
    let isOther = k.compare(.notEqual, .s32, third, .word(0))
    let isPlain = k.compare(.equal, .s32, guarded, .word(0))
    let runs = k.builder.makeRegister(.predicate)
    k.builder.emit(
      Instruction(
        .logic(.or), .predicate, to: [runs], from: [.register(isOther), .register(isPlain)]))
    let value = k.builder.makeRegister(result.register)
    k.builder.emit(Instruction(.move, result, to: [value], from: [.immediate(0)]))
    if case .compare = operation {
      let truth = k.builder.makeRegister(.predicate)
      k.builder.emit(Instruction(.move, .predicate, to: [truth], from: [.immediate(0)]))
      k.builder.emit(Instruction(operation, type, to: [truth], from: loaded, if: Guard(runs)))
      k.builder.emit(
        Instruction(
          .select, .u32, to: [value], from: [.word(1), .word(0), .register(truth)]))
    } else {
      k.builder.emit(Instruction(operation, type, to: [value], from: loaded, if: Guard(runs)))
    }
    k.store(.global, result, .register(value), out, index)
    return k.program()
  }

  // MARK: - Values

  static func little(_ value: UInt64, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
  }

  static func bits(_ bytes: [UInt8], _ index: Int, _ width: Int) -> UInt64 {
    (0..<width).reduce(0) { $0 | UInt64(bytes[index * width + $1]) << UInt64(8 * $1) }
  }

  static func agree(_ got: UInt64, _ wanted: UInt64, _ type: ValueType, _ steps: Int) -> Bool {
    let mask = ScalarReference.mask(type)
    if got == wanted & mask { return true }
    guard type.isFloating else { return false }
    let (x, y) = (ScalarReference.number(got, type), ScalarReference.number(wanted & mask, type))
    if x.isNaN || y.isNaN { return x.isNaN && y.isNaN }
    if steps > 0, x == 0, y == 0 { return true }
    func order(_ bits: UInt64) -> Int64 {
      let value = ScalarReference.signed(bits, type)
      return value < 0 ? -(value & Int64(mask >> 1)) : value
    }
    return abs(order(got) - order(wanted & mask)) <= Int64(steps)
  }

  /// Edge values first, then small numbers and any bits.
  static func value(_ type: ValueType, _ index: Int, _ random: inout SeededRandom) -> UInt64 {
    let any = random.next()
    let edges = type.isFloating ? floatEdges(type) : integerEdges(type)
    if any % 4 == 0 { return edges[Int(any >> 8) % edges.count] }
    if type.isFloating, any % 4 != 1 {
      let size = Float80(Double(any >> 11) / Double(1 << 53) * 2 - 1)
      let scale: [Float80] = [1, 1, 4, 30, 1000]
      return ScalarReference.rounded(size * scale[Int(any >> 3) % 5], type)
    }
    if any % 4 == 2 {
      return UInt64(bitPattern: Int64(any >> 8 & 63) - 20) & ScalarReference.mask(type)
    }
    return any >> 1 & ScalarReference.mask(type)
  }

  static func integerEdges(_ type: ValueType) -> [UInt64] {
    let mask = ScalarReference.mask(type)
    return [0, 1, 2, 7, 31, 32, 33, 63, 64, mask, mask - 1, mask >> 1, (mask >> 1) + 1, mask / 3]
  }

  static func floatEdges(_ type: ValueType) -> [UInt64] {
    let top: UInt64 = 1 << UInt64(ScalarReference.bits(type) - 1)
    let infinity = ScalarReference.rounded(.infinity, type)
    let values: [Float80] = [1, -1, 0.5, 1.5, 2.5, -2.5, 3, 10, 100, -0.49999997, 1e-7, 6e4]
    return [
      0, top, 1, top | 1, infinity, infinity | top, ScalarReference.rounded(.nan, type),
      infinity - 1,
    ]
      + values.map { ScalarReference.rounded($0, type) }
  }
}
