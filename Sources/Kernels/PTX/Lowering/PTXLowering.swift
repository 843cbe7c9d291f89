/// Writes one kernel of a PTX module in the program form.
///
/// Functions are put in where they are called; registers and labels of each copy are its own.
struct PTXLowering {
  var image: PTXImage
  var builder = ProgramBuilder()
  /// The kernel, then the functions that are being put in.
  var frames: [PTXFrame] = []
  var localBytes = 0
  var sharedBytes = 0
  var sharedSymbols: [MemorySymbol] = []
  /// The offsets of shared variables of the module that this kernel names.
  var sharedOffsets: [String: Int] = [:]
  /// The offset of each kernel parameter's copy in local memory, where its address is taken.
  var parameterCopies: [Int: Int] = [:]
  var parameterOffsets: [Int] = []
  /// What is known of registers that are set once.
  var known: [Int: PTXKnownValue] = [:]
  /// The carry flag.
  var carry: Register?
  /// The predicate of the instruction that is being written.
  var condition: Guard?
  /// The instruction that is being written.
  var instruction: PTXInstruction
  /// The accesses of each function's parameters.
  var plans: [String: [Int: PTXParameterPlan]] = [:]
  let lines: PTXLineTable

  init(image: PTXImage, lines: PTXLineTable) {
    self.image = image
    self.lines = lines
    instruction = PTXInstruction(
      condition: nil, name: "", modifiers: [], operands: [], position: PTXPosition(offset: 0),
      location: SourceLocation())
  }

  var position: PTXPosition { instruction.position }

  var frame: PTXFrame {
    get { frames[frames.count - 1] }
    _modify { yield &frames[frames.count - 1] }
  }

  func unsupported(_ name: String? = nil) -> PTXFault {
    PTXFault.unsupported(position, name ?? instruction.fullName)
  }

  func fault(_ message: String, fix: String? = nil) -> PTXFault {
    PTXFault(position, message, fix: fix)
  }

  // MARK: A function's statements

  /// Writes all statements of the innermost frame.
  mutating func lowerStatements() throws(PTXFault) {
    let function = frame.function
    for statement in function.statements {
      switch statement {
      case .label(let number): builder.place(label(number))
      case .instruction(let instruction): try lower(instruction)
      }
    }
  }

  private mutating func lower(_ next: PTXInstruction) throws(PTXFault) {
    instruction = next
    guard builder.statements.count < PTXLimit.statements else {
      throw fault("the kernel grows beyond \(PTXLimit.statements) instructions")
    }
    builder.location = location(of: next)
    condition = next.condition.map {
      Guard(register($0.register), isNegated: $0.isNegated)
    }
    try lowerInstruction()
    condition = nil
  }

  /// The line of the CUDA source where one is known, else that of the PTX text.
  private func location(of instruction: PTXInstruction) -> SourceLocation {
    if instruction.location.line > 0, let file = image.fileNumbers[instruction.location.file] {
      return SourceLocation(
        file: file, line: instruction.location.line, column: instruction.location.column)
    }
    return lines.location(of: instruction.position)
  }

  // MARK: Registers and labels

  mutating func register(_ number: Int) -> Register {
    if let known = frame.registers[number] { return known }
    let made = builder.makeRegister(frame.function.registers[number].register)
    frame.registers[number] = made
    return made
  }

  mutating func label(_ number: Int) -> Label {
    if let known = frame.labels[number] { return known }
    let made = builder.makeLabel()
    frame.labels[number] = made
    return made
  }

  /// A label that an operand names.
  mutating func target(_ operand: PTXOperand) throws(PTXFault) -> Label {
    guard case .name(let name, let scope, _) = operand else { throw fault("expected a label") }
    guard let number = frame.function.label(name, from: scope) else {
      throw fault("no label '\(name)' is in this function")
    }
    return label(number)
  }

  // MARK: Writing

  mutating func temporary(_ kind: RegisterClass) -> Register { builder.makeRegister(kind) }

  mutating func emit(
    _ operation: Operation, _ type: ValueType = .u32, to destinations: [Register] = [],
    from sources: [Operand] = [], at address: Address? = nil
  ) {
    builder.emit(
      Instruction(operation, type, to: destinations, from: sources, at: address, if: condition))
  }

  /// Writes an instruction whose result goes to a new register.
  mutating func compute(
    _ operation: Operation, _ type: ValueType, _ sources: Operand..., as kind: RegisterClass? = nil
  ) -> Operand {
    let made: RegisterClass
    switch operation {
    case .compare, .logic: made = .predicate
    case .binary(.multiplyWide): made = type.bytes == 4 ? .wide : .word
    case .ternary(.multiplyAddWide): made = .wide
    default: made = type.register
    }
    let result = temporary(kind ?? made)
    emit(operation, type, to: [result], from: sources)
    return .register(result)
  }

  mutating func move(_ type: ValueType, to destination: Register, from source: Operand) {
    emit(.move, type, to: [destination], from: [source])
  }

  // MARK: Operands

  func operand(_ index: Int) throws(PTXFault) -> PTXOperand {
    guard instruction.operands.indices.contains(index) else {
      throw fault("\(instruction.fullName) lacks operand \(index + 1)")
    }
    return instruction.operands[index]
  }

  func expectOperands(_ counts: ClosedRange<Int>) throws(PTXFault) {
    guard counts.contains(instruction.operands.count) else {
      let wanted =
        counts.count == 1 ? "\(counts.lowerBound)" : "\(counts.lowerBound) to \(counts.upperBound)"
      throw fault(
        "\(instruction.fullName) has \(instruction.operands.count) operands, \(wanted) expected")
    }
  }

  /// The register that operand `index` names, of the class that a type needs.
  mutating func destination(
    _ index: Int, _ type: PTXType
  ) throws(PTXFault) -> Register {
    try destination(try operand(index), type)
  }

  mutating func destination(
    _ operand: PTXOperand, _ type: PTXType
  ) throws(PTXFault) -> Register {
    switch operand {
    case .sink: return temporary(type.register)
    case .register(let number):
      let found = register(number)
      guard found.kind == type.register else {
        throw fault(
          "a .\(type) goes to a \(words(found.kind)), a \(words(type.register)) expected")
      }
      return found
    default: throw fault("expected a register as destination")
    }
  }

  private func words(_ kind: RegisterClass) -> String {
    switch kind {
    case .predicate: "predicate"
    case .word: "register of up to 32 bits"
    case .wide: "register of 64 bits"
    }
  }

  /// Operand `index` as a value of a type.
  mutating func source(_ index: Int, _ type: PTXType) throws(PTXFault) -> Operand {
    try source(try operand(index), type)
  }

  mutating func source(_ operand: PTXOperand, _ type: PTXType) throws(PTXFault) -> Operand {
    switch operand {
    case .register(let number):
      let found = register(number)
      guard found.kind == type.register else {
        throw fault(
          "a .\(type) is read from a \(words(found.kind)), a \(words(type.register)) expected")
      }
      return .register(found)
    case .integer(let bits): return .immediate(immediate(integer: bits, type))
    case .single(let bits):
      return .immediate(immediate(Double(Float(bitPattern: bits)), type, bits))
    case .double(let bits): return .immediate(immediate(Double(bitPattern: bits), type, nil))
    case .special(let name): return try special(name, type)
    case .not(let inner):
      guard type == .pred else { throw fault("'!' stands before predicates only") }
      return compute(.logic(.not), .predicate, try source(inner, .pred))
    case .variable, .name: return try addressValue(operand, type)
    default: throw fault("expected a register or a number")
    }
  }

  private func immediate(integer bits: UInt64, _ type: PTXType) -> UInt64 {
    switch type {
    case .f32: UInt64(Float(Int64(bitPattern: bits)).bitPattern)
    case .f64: Double(Int64(bitPattern: bits)).bitPattern
    case .pred: bits == 0 ? 0 : 1
    case _ where type.bytes == 8: bits
    default: bits & 0xffff_ffff
    }
  }

  private func immediate(_ value: Double, _ type: PTXType, _ bits: UInt32?) -> UInt64 {
    switch type {
    case .f64: value.bitPattern
    case _ where type.bytes == 8: value.bitPattern
    default: UInt64(bits ?? Float(value).bitPattern)
    }
  }

  private mutating func special(_ name: String, _ type: PTXType) throws(PTXFault) -> Operand {
    let word: Operand
    switch PTXSpecials.meaning(of: name) {
    case .word(let value): word = .special(value)
    case .constant(let bits): return .immediate(bits)
    case .clock(.u64) where type.register == .wide: return compute(.clock, .u64)
    case .clock: word = compute(.clock, .u32)
    case .clockHigh:
      let clock = compute(.clock, .u64)
      let high = compute(.binary(.shiftRight), .u64, clock, .word(32))
      if type.register == .wide { return high }
      word = compute(.convert(from: .u64, .towardZero, saturates: false), .u32, high)
    case .warpCount: word = warpCount()
    case .reserved(let place): word = .word(try reservedShared() + place)
    case .unsupported: throw unsupported(name)
    }
    guard type.register == .wide else { return word }
    return compute(.convert(from: .u32, .towardZero, saturates: false), .u64, word)
  }

  private mutating func warpCount() -> Operand {
    let plane = compute(
      .binary(.multiply), .u32, .special(.blockSizeX), .special(.blockSizeY))
    let threads = compute(.ternary(.multiplyAdd), .u32, plane, .special(.blockSizeZ), .word(31))
    return compute(.binary(.shiftRight), .u32, threads, .word(5))
  }

  /// The elements of a vector operand, or the one operand.
  func elements(_ operand: PTXOperand) -> [PTXOperand] {
    if case .vector(let parts) = operand { return parts }
    return [operand]
  }

  /// The fundamental types in the name, at least so many of them.
  func types(_ count: Int) throws(PTXFault) -> [PTXType] {
    let found = instruction.types
    guard found.count >= count else {
      throw fault("\(instruction.fullName) names \(found.count) types, \(count) expected")
    }
    return found
  }

  /// The last type in the name, which is the operands' in most instructions.
  func type() throws(PTXFault) -> PTXType { try types(1)[instruction.types.count - 1] }

  // MARK: What is known of registers

  /// Remembers what a register holds, where only one instruction sets it.
  mutating func remember(_ operand: PTXOperand, _ value: PTXKnownValue?) {
    guard let value, case .register(let number) = operand,
      frame.definitions[number] == 1
    else { return }
    known[register(number).number] = value
  }

  /// What an operand is known to be.
  mutating func knownValue(_ operand: PTXOperand) -> PTXKnownValue? {
    switch operand {
    case .register(let number): known[register(number).number]
    case .integer(let bits): .constant(bits)
    case .name(let name, _, let offset): .symbol(name, offset)
    default: nil
    }
  }
}

/// What a register that is set once holds.
enum PTXKnownValue {
  case constant(UInt64)
  /// The address of a variable of the module, and bytes behind it.
  case symbol(String, Int)
  /// The kernel parameter at this byte.
  case argument(Int)
}

/// A function that is being written.
struct PTXFrame {
  let function: PTXFunction
  var registers: [Register?]
  var labels: [Label?]
  /// How many instructions set each register.
  let definitions: [Int]
  /// Where the function's own variables are.
  var storage: [PTXStorage?]
  /// Where `ret` goes; nil in a kernel.
  let exit: Label?

  init(_ function: PTXFunction, exit: Label?) {
    self.function = function
    self.exit = exit
    registers = Array(repeating: nil, count: function.registers.count)
    labels = Array(repeating: nil, count: function.labels)
    storage = Array(repeating: nil, count: function.variables.count)
    definitions = Self.definitions(in: function)
  }

  /// Counts every place in which a register may be set: the first operand, and any in pairs.
  private static func definitions(in function: PTXFunction) -> [Int] {
    var counts = Array(repeating: 0, count: function.registers.count)
    func count(_ operand: PTXOperand) {
      switch operand {
      case .register(let number): counts[number] += 1
      case .pair(let first, let second):
        count(first)
        count(second)
      case .vector(let parts), .list(let parts): for part in parts { count(part) }
      default: break
      }
    }
    for case .instruction(let instruction) in function.statements {
      if let first = instruction.operands.first { count(first) }
    }
    return counts
  }
}

/// Where a variable of a function is.
enum PTXStorage {
  case local(Int)
  case shared(Int)
  case dynamicShared
  case constant(Int)
  case global(Int)
  /// The kernel's arguments from this byte on.
  case argument(Int)
  /// A parameter in registers, each for its bytes.
  case slots([PTXSlot])
}

/// A part of a parameter that is always read and written as a whole.
struct PTXSlot {
  let offset: Int
  let bytes: Int
  let register: Register
}

/// The lines of a text by byte offset.
struct PTXLineTable {
  private let starts: [Int]

  init(_ text: PTXText) {
    var starts = [0]
    for (index, byte) in text.bytes.enumerated() where byte == UInt8(ascii: "\n") {
      starts.append(index + 1)
    }
    self.starts = starts
  }

  func location(of position: PTXPosition) -> SourceLocation {
    var low = 0
    var high = starts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= position.offset { low = middle } else { high = middle }
    }
    return SourceLocation(file: 0, line: low + 1, column: position.offset - starts[low] + 1)
  }
}
