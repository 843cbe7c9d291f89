import Base
internal import CKernels

/// Turns a kernel program into machine code.
///
/// Every block begins with an instruction that counts it and lets groups of lanes meet; guarded
/// instructions stand between two that narrow the mask and widen it again.
struct Assembler {
  private let program: KernelProgram
  private let text: ProgramText
  private let uniform: [Bool]
  var code: MachineCode
  private var layout: FrameLayout { code.layout }
  /// Slot numbers are turned into offsets when all constants are known.
  private var starts: [Int] = []
  private var guardSite = -1

  /// Assembles a kernel.
  ///
  /// - Throws: A problem that names the instruction and its line where the machine has none for it.
  static func assemble(_ program: KernelProgram) throws(Problem) -> MachineCode {
    let text = try Simplifier.simplified(ProgramText(program))
    // The first pass meets every constant, the second knows where all slots lie.
    var first = Assembler(program, text)
    try first.run()
    var second = Assembler(program, text)
    second.code.layout = first.code.layout
    try second.run()
    return second.code
  }

  private init(_ program: KernelProgram, _ text: ProgramText) {
    self.program = program
    self.text = text
    uniform = Uniformity.uniformRegisters(text)
    let liveness = Liveness(text)
    code = MachineCode(layout: FrameLayout(liveness), registerPressure: liveness.pressure)
    firstLive = liveness.live.first ?? []
    classes = liveness.classes
  }

  private let firstLive: [UInt64]
  private let classes: [RegisterClass?]

  private mutating func run() throws(Problem) {
    starts = []
    var patches: [(pc: Int, block: Int)] = []
    for block in text.blocks.indices {
      starts.append(code.instructions.count)
      beginBlock(block)
      var index = 0
      let steps = text.blocks[block].steps
      while index < steps.count {
        let step = steps[index]
        if let condition = step.instruction.condition, !step.instruction.guardsItself {
          index = try emitGuarded(steps, from: index, condition)
          continue
        }
        if step.target >= 0 { patches.append((code.instructions.count, step.target)) }
        try emit(step.instruction)
        if step.target >= 0 { code.targets[code.targets.count - 1] = step.target }
        index += 1
      }
    }
    append(make(OK_K_EXIT), at: SourceLocation())
    for patch in patches { code.instructions[patch.pc].target = UInt32(starts[patch.block]) }
    // Branches name blocks until all blocks are known.
    let firsts = code.blocks.map { $0.first?.number ?? code.listing.count }
    code.targets = code.targets.map { $0 < 0 ? -1 : firsts[$0] }
    findCleared()
    code.orderReason = Ordering.reason(text)
  }

  // MARK: - Blocks and guards

  private mutating func beginBlock(_ block: Int) {
    var instruction = make(OK_K_BLOCK)
    instruction.site = Int32(block)
    instruction.target = UInt32(text.blocks[block].steps.count)
    let location = text.blocks[block].steps.first?.instruction.location ?? SourceLocation()
    append(instruction, at: location)
    code.blocks.append([])
  }

  /// Emits the instructions under one guard, as long as none of them changes it.
  private mutating func emitGuarded(
    _ steps: [ProgramText.Step], from start: Int, _ condition: Guard
  ) throws(Problem) -> Int {
    let location = steps[start].instruction.location
    var narrow = make(steps[start].instruction.stopsLanes ? OK_K_BRANCH : OK_K_GUARD)
    narrow.a = offset(condition.register)
    let isBranch = steps[start].instruction.stopsLanes
    if condition.isNegated != isBranch { narrow.flags |= UInt16(OK_NEGATED.rawValue) }
    narrow.site = addSite(isBranch ? .branch : .guarded, .global, 0, location)
    let pc = code.instructions.count
    append(narrow, at: location)
    guardSite = isBranch ? -1 : Int(narrow.site)
    var index = start
    while index < steps.count, steps[index].instruction.condition == condition {
      let instruction = steps[index].instruction
      if index > start, instruction.guardsItself || instruction.stopsLanes { break }
      try emit(instruction)
      index += 1
      if isBranch || instruction.destinations.contains(condition.register) { break }
    }
    guardSite = -1
    if !isBranch { append(make(OK_K_UNGUARD), at: location) }
    code.instructions[pc].target = UInt32(code.instructions.count)
    return index
  }

  /// Registers that some path reads before setting them begin as zero.
  private mutating func findCleared() {
    code.cleared = []
    for number in 0..<text.registerNumbers
    where firstLive[number >> 6] >> UInt64(number & 63) & 1 == 1 {
      guard let kind = classes[number], layout.slots[number] >= 0 else { continue }
      code.cleared.append(UInt32(layout.offset(layout.slots[number], kind)))
      code.cleared.append(kind == .predicate ? 4 : kind == .word ? 128 : 256)
    }
  }

  // MARK: - Instructions

  private mutating func emit(_ instruction: Instruction) throws(Problem) {
    var made = try lower(instruction)
    if made.kind == UInt8(OK_K_BRANCH.rawValue) || made.kind == UInt8(OK_K_EXIT.rawValue) {
      if let condition = instruction.condition {
        made.a = offset(condition.register)
        if condition.isNegated { made.flags |= UInt16(OK_NEGATED.rawValue) }
      }
    }
    code.blocks[code.blocks.count - 1].append(
      MachineCode.Counted(
        category: instruction.category, operations: instruction.floatOperations,
        location: instruction.location, guardSite: guardSite, pc: code.instructions.count,
        name: "\(instruction.operation)", site: Int(made.site), number: code.listing.count))
    code.listing.append(instruction)
    code.targets.append(-1)
    append(made, at: instruction.location)
  }

  private mutating func append(_ instruction: ok_instruction, at location: SourceLocation) {
    code.instructions.append(instruction)
    code.locations.append(location)
  }

  /// An instruction of a kind with no operands.
  func make(_ kind: ok_kind) -> ok_instruction {
    var instruction = ok_instruction()
    instruction.kind = UInt8(kind.rawValue)
    instruction.d = UInt32.max
    instruction.e = UInt32.max
    instruction.a = UInt32.max
    instruction.b = UInt32.max
    instruction.c = UInt32.max
    instruction.x = UInt32.max
    instruction.site = -1
    instruction.count = 1
    return instruction
  }

  mutating func addSite(
    _ kind: MachineCode.Site.Kind, _ space: Space, _ bytes: Int, _ location: SourceLocation,
    isCondition: Bool = false
  ) -> Int32 {
    code.sites.append(
      MachineCode.Site(
        kind: kind, space: space, bytes: bytes, isCondition: isCondition, location: location))
    return Int32(code.sites.count - 1)
  }

  // MARK: - Operands

  /// The place of a register in the frame.
  func offset(_ register: Register) -> UInt32 {
    let slot = layout.slots[register.number]
    return slot < 0 ? UInt32.max : UInt32(layout.offset(slot, register.kind))
  }

  /// The place of what an instruction reads, as a value of a class.
  mutating func offset(_ operand: Operand, as kind: RegisterClass, type: ValueType) -> UInt32 {
    let constant: FrameLayout.Constant
    switch operand {
    case .register(let register): return offset(register)
    case .immediate(let bits):
      constant = .bits(kind == .wide ? bits : kind == .word ? bits & 0xffff_ffff : bits & 1)
    case .special(let special): constant = .special(special)
    case .argument(let byteOffset): constant = .argument(byteOffset: byteOffset, type)
    case .global(let symbol): constant = .global(symbol: symbol)
    }
    return UInt32(layout.offset(code.layout.slot(of: constant, as: kind), kind))
  }

  /// True where all lanes that read an operand see one value.
  func isUniform(_ operand: Operand) -> Bool { Uniformity.isUniform(operand, uniform) }

  /// A problem about an instruction that the machine has nothing for.
  func unsupported(_ instruction: Instruction, _ what: String) -> Problem {
    Problem(
      "kernel \"\(program.name)\", line \(instruction.location.line): the machine does not run "
        + "\(what)")
  }
}

extension Instruction {
  /// True of what asks for its guard itself.
  var guardsItself: Bool {
    switch operation {
    case .branch, .exit: true
    default: false
    }
  }

  /// True of what other lanes may go past while some wait.
  var stopsLanes: Bool {
    switch operation {
    case .barrier, .warpBarrier: true
    default: false
    }
  }
}
