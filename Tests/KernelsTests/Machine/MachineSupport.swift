import Base
import Kernels

/// Kernels built by hand for tests of the machine.
struct HandBuilt {
  var builder = ProgramBuilder()
  var parameters: [KernelParameter] = []
  var bytes = 0
  var line = 0

  mutating func pointer(_ name: String, _ type: ValueType = .f32) -> Operand {
    bytes = (bytes + 7) / 8 * 8
    defer { bytes += 8 }
    parameters.append(
      KernelParameter(
        name: name, typeName: "\(type) *",
        kind: .pointer(to: type, elementBytes: type.bytes, isConstant: false), byteOffset: bytes,
        bytes: 8))
    return .argument(byteOffset: bytes)
  }

  mutating func scalar(_ name: String, _ type: ValueType) -> Operand {
    bytes = (bytes + type.bytes - 1) / type.bytes * type.bytes
    defer { bytes += type.bytes }
    parameters.append(
      KernelParameter(
        name: name, typeName: "\(type)", kind: .scalar(type), byteOffset: bytes, bytes: type.bytes))
    return .argument(byteOffset: bytes)
  }

  /// The instructions that follow stand in this line.
  mutating func line(_ number: Int) { builder.location = SourceLocation(line: number, column: 1) }

  mutating func load(
    _ space: Space = .global, _ type: ValueType = .f32, _ base: Operand, _ index: Operand? = nil
  ) -> Operand {
    let result = builder.makeRegister(type.register)
    builder.emit(
      Instruction(
        .load(space, .plain), type, to: [result],
        at: Address(base: base, index: index, scale: type.bytes)))
    return .register(result)
  }

  mutating func store(
    _ space: Space = .global, _ type: ValueType = .f32, _ value: Operand, _ base: Operand,
    _ index: Operand? = nil
  ) {
    builder.emit(
      Instruction(
        .store(space, .plain), type, from: [value],
        at: Address(base: base, index: index, scale: type.bytes)))
  }

  /// `blockIdx.x * blockDim.x + threadIdx.x`.
  mutating func globalIndex() -> Operand {
    let start = builder.compute(
      .binary(.multiply), .s32, .special(.blockX), .special(.blockSizeX))
    return builder.compute(.binary(.add), .s32, start, .special(.threadX))
  }

  mutating func compare(_ comparison: Comparison, _ type: ValueType, _ a: Operand, _ b: Operand)
    -> Register
  {
    let result = builder.makeRegister(.predicate)
    builder.emit(Instruction(.compare(comparison), type, to: [result], from: [a, b]))
    return result
  }

  func program(
    _ name: String = "k", sharedBytes: Int = 0, localBytes: Int = 0
  ) -> KernelProgram {
    KernelProgram(
      name: name, parameters: parameters, argumentBytes: bytes, statements: builder.statements,
      registerNumbers: builder.registerNumbers, labelNumbers: builder.labelNumbers,
      sharedBytes: sharedBytes, localBytes: localBytes)
  }
}

extension KernelModule {
  /// A module of one kernel with a memory of its own.
  static func of(_ program: KernelProgram, _ tables: ModuleTables = ModuleTables()) throws
    -> KernelModule
  {
    try KernelModule(tables: tables, programs: [program], memory: DeviceMemory())
  }
}

/// Naive matrix product as a front end lowers it: one thread per element.
func matmulProgram() -> KernelProgram {
  var k = HandBuilt()
  let (a, b, c) = (k.pointer("A"), k.pointer("B"), k.pointer("C"))
  let n = k.scalar("n", .s32)
  k.line(2)
  let r0 = k.builder.compute(.binary(.multiply), .s32, .special(.blockY), .special(.blockSizeY))
  let row = k.builder.compute(.binary(.add), .s32, r0, .special(.threadY))
  let c0 = k.builder.compute(.binary(.multiply), .s32, .special(.blockX), .special(.blockSizeX))
  let column = k.builder.compute(.binary(.add), .s32, c0, .special(.threadX))
  let sum = k.builder.makeRegister(.word)
  let i = k.builder.makeRegister(.word)
  k.line(3)
  k.builder.emit(Instruction(.move, .f32, to: [sum], from: [.float(0)]))
  k.line(4)
  k.builder.emit(Instruction(.move, .s32, to: [i], from: [.word(0)]))
  let (top, end) = (k.builder.makeLabel(), k.builder.makeLabel())
  k.builder.place(top)
  let done = k.compare(.greaterOrEqual, .s32, .register(i), n)
  k.builder.branch(to: end, if: Guard(done), isCondition: true)
  k.line(5)
  let rn = k.builder.compute(.binary(.multiply), .s32, row, n)
  let ai = k.builder.compute(.binary(.add), .s32, rn, .register(i))
  let av = k.load(.global, .f32, a, ai)
  let kn = k.builder.compute(.binary(.multiply), .s32, .register(i), n)
  let bi = k.builder.compute(.binary(.add), .s32, kn, column)
  let bv = k.load(.global, .f32, b, bi)
  k.builder.emit(
    Instruction(.ternary(.multiplyAdd), .f32, to: [sum], from: [av, bv, .register(sum)]))
  k.line(4)
  k.builder.emit(Instruction(.binary(.add), .s32, to: [i], from: [.register(i), .word(1)]))
  k.builder.branch(to: top)
  k.builder.place(end)
  k.line(6)
  let o = k.builder.compute(.binary(.multiply), .s32, row, n)
  let oi = k.builder.compute(.binary(.add), .s32, o, column)
  k.store(.global, .f32, .register(sum), c, oi)
  return k.program("matmul")
}
