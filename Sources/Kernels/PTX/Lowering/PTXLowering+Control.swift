extension PTXLowering {
  mutating func lowerBranch() throws(PTXFault) {
    try expectOperands(1...1)
    let target = try target(try operand(0))
    builder.emit(
      Instruction(.branch(isCondition: condition != nil), target: target, if: condition))
  }

  /// `brx.idx index, list`: a tree of comparisons over the targets.
  mutating func lowerIndexedBranch() throws(PTXFault) {
    try expectOperands(2...2)
    guard instruction.has("idx"), case .name(let list, let scope, _) = try operand(1),
      let names = frame.function.branchTargets(list, from: scope)
    else { throw fault("brx.idx takes an index and the label of a .branchtargets list") }
    let index = try source(0, .u32)
    var targets: [Label] = []
    for name in names { targets.append(try target(.name(name, scope: scope, offset: 0))) }
    let outer = condition
    try skipping {
      (lowering) throws(PTXFault) in lowering.branch(index, among: targets[...], from: 0)
    }
    condition = outer
  }

  private mutating func branch(_ index: Operand, among targets: ArraySlice<Label>, from first: Int)
  {
    guard let target = targets.first else { return }
    if targets.count == 1 { return builder.branch(to: target) }
    let half = targets.count / 2
    let isLow = compute(.compare(.less), .u32, index, .word(first + half))
    let low = builder.makeLabel()
    guard case .register(let predicate) = isLow else { return }
    builder.branch(to: low, if: Guard(predicate))
    branch(index, among: targets.dropFirst(half), from: first + half)
    builder.place(low)
    branch(index, among: targets.prefix(half), from: first)
  }

  /// Writes something that has branches inside: a guard jumps over it.
  private mutating func skipping(
    _ body: (inout PTXLowering) throws(PTXFault) -> Void
  ) throws(PTXFault) {
    guard let outer = condition else { return try body(&self) }
    let over = builder.makeLabel()
    condition = nil
    builder.branch(to: over, if: Guard(outer.register, isNegated: !outer.isNegated))
    try body(&self)
    builder.place(over)
  }

  mutating func lowerReturn() {
    if let exit = frame.exit {
      builder.emit(Instruction(.branch(isCondition: false), target: exit, if: condition))
    } else {
      emit(.exit)
    }
  }

  // MARK: Calls

  mutating func lowerCall() throws(PTXFault) {
    guard let shape = PTXCallShape(instruction) else {
      throw fault("expected call (results), function, (arguments)")
    }
    try skipping { (lowering) throws(PTXFault) in
      guard let name = shape.name else { return try lowering.callByAddress(shape) }
      if let function = lowering.image.function(named: name), function.hasBody {
        return try lowering.putIn(function, shape)
      }
      switch name {
      case "vprintf": try lowering.callPrint(shape)
      case "__assertfail": try lowering.callAssertionFailure(shape)
      default:
        throw lowering.fault(
          lowering.image.functions[name] == nil
            ? "no function '\(name)' is in this module"
            : "not supported: \(name), which is declared and not defined")
      }
    }
  }

  /// Writes the statements of a function here.
  private mutating func putIn(
    _ function: PTXFunction, _ shape: PTXCallShape
  ) throws(PTXFault) {
    guard !frames.contains(where: { $0.function.name == function.name }) else {
      throw fault("not supported: recursion, '\(Demangler.name(of: function.name))' calls itself")
    }
    guard frames.count < PTXLimit.inlineDepth else {
      throw fault("calls nest deeper than \(PTXLimit.inlineDepth)")
    }
    guard shape.arguments.count == function.parameters.count,
      shape.results.count == function.results.count
    else {
      throw fault(
        "'\(function.name)' has \(function.parameters.count) parameters and "
          + "\(function.results.count) results")
    }
    let exit = builder.makeLabel()
    var next = PTXFrame(function, exit: exit)
    for (index, actual) in (shape.results + shape.arguments).enumerated() {
      next.storage[index] = try bind(actual, to: function, index)
    }
    let caller = instruction
    frames.append(next)
    try lowerStatements()
    frames.removeLast()
    instruction = caller
    condition = nil
    builder.place(exit)
  }

  /// The storage that a formal parameter shares with its argument.
  private mutating func bind(
    _ actual: PTXOperand, to function: PTXFunction, _ index: Int
  ) throws(PTXFault) -> PTXStorage {
    if case .variable(let variable, _) = actual { return try storage(of: variable) }
    let formal = function.variables[index]
    guard index >= function.results.count, formal.type.bytes == formal.bytes else {
      throw unsupported("registers for parameter \(index) of a call")
    }
    let value = try source(actual, formal.type)
    let plan = PTXParameterPlan.direct(in: function)[index]
    let kind = formal.type.register
    guard plan == nil || plan?.parts != nil, formal.bytes >= 1 else {
      throw unsupported("registers for a parameter whose address is taken")
    }
    let register = temporary(kind)
    move(formal.bytes == 8 ? .u64 : .u32, to: register, from: value)
    return .slots([PTXSlot(offset: 0, bytes: formal.bytes, register: register)])
  }

  /// A call through a pointer: each function it may be is tried.
  private mutating func callByAddress(_ shape: PTXCallShape) throws(PTXFault) {
    guard let target = shape.target else { throw fault("expected a function") }
    let address = try source(target, .b64)
    let end = builder.makeLabel()
    for function in candidates(for: shape) {
      guard let code = image.codeAddress(of: function.name) else { continue }
      let differs = compute(.compare(.notEqual), .u64, address, .immediate(code))
      guard case .register(let predicate) = differs else { continue }
      let next = builder.makeLabel()
      builder.branch(to: next, if: Guard(predicate))
      // A function that may reach itself this way cannot be put in.
      if frames.contains(where: { $0.function.name == function.name }) {
        emit(.trap(message: image.number(ofString: "not supported: recursion")))
      } else {
        try putIn(function, shape)
      }
      builder.branch(to: end)
      builder.place(next)
    }
    emit(.trap(message: image.number(ofString: "call of an address that is no function")))
    builder.place(end)
  }

  // MARK: Calls of the system

  /// An argument of a system call as a value.
  private mutating func argument(
    _ shape: PTXCallShape, _ index: Int, _ type: PTXType
  ) throws(PTXFault) -> (value: Operand, known: PTXKnownValue?) {
    guard shape.arguments.indices.contains(index) else {
      throw fault("'\(shape.name ?? "")' lacks argument \(index + 1)")
    }
    guard case .variable(let variable, _) = shape.arguments[index] else {
      return (try source(shape.arguments[index], type), knownValue(shape.arguments[index]))
    }
    guard case .slots(let slots) = try storage(of: variable), let slot = slots.first,
      slot.bytes == type.bytes
    else { throw fault("argument \(index + 1) of '\(shape.name ?? "")' is no .\(type)") }
    return (.register(slot.register), known[slot.register.number])
  }

  private mutating func text(
    _ shape: PTXCallShape, _ index: Int
  ) throws(PTXFault) -> String? {
    guard case .symbol(let name, let offset)? = try argument(shape, index, .b64).known else {
      return nil
    }
    return image.text(in: name, from: offset)
  }

  /// `vprintf(format, values)`: the values lie in memory as the format's letters tell.
  private mutating func callPrint(_ shape: PTXCallShape) throws(PTXFault) {
    guard let format = try text(shape, 0) else {
      throw fault(
        "this printf has a format that is not known here",
        fix: "give printf a text in quotes as its first argument")
    }
    let buffer = try argument(shape, 1, .b64).value
    let parts = PTXPrintFormat.parts(of: format)
    var values: [Operand] = []
    var offset = 0
    for part in parts {
      offset = aligned(offset, to: part.type.bytes)
      let register = temporary(part.type.register)
      emit(
        .load(.generic, .plain), part.type, to: [register],
        at: Address(base: buffer, offset: offset))
      values.append(.register(register))
      offset += part.type.bytes
    }
    let types = parts.map(\.type)
    emit(.print(format: image.number(ofString: format), types: types), from: values)
    if let result = shape.results.first, case .variable(let variable, _) = result,
      case .slots(let slots) = try storage(of: variable), let slot = slots.first
    {
      move(.u32, to: slot.register, from: .word(types.count))
    }
  }

  private mutating func callAssertionFailure(_ shape: PTXCallShape) throws(PTXFault) {
    let expression = try text(shape, 0) ?? "?"
    var message = "assertion failed: \(expression)"
    if let file = try text(shape, 1) {
      let name = file.split(separator: "/").last.map(String.init) ?? file
      message += " (\(name)"
      if case .constant(let line)? = try argument(shape, 2, .b32).known { message += ":\(line)" }
      message += ")"
    }
    emit(.trap(message: image.number(ofString: message)))
  }
}

/// The parts of a `call`.
struct PTXCallShape {
  var results: [PTXOperand] = []
  /// The function, where it is named.
  var name: String?
  /// The register with the function's address, where it is not.
  var target: PTXOperand?
  var arguments: [PTXOperand] = []

  init?(_ call: PTXInstruction) {
    var rest = call.operands[...]
    if case .list(let parts)? = rest.first {
      results = parts
      rest.removeFirst()
    }
    guard let callee = rest.popFirst() else { return nil }
    switch callee {
    case .name(let name, _, _): self.name = name
    case .register: target = callee
    default: return nil
    }
    if case .list(let parts)? = rest.first { arguments = parts }
  }
}

/// What a `printf` format reads.
enum PTXPrintFormat {
  /// One value, as C passes it: an int, a long long or a double.
  struct Part: Hashable {
    let type: ValueType
  }

  /// The values that a format reads, in order.
  static func parts(of format: String) -> [Part] {
    var result: [Part] = []
    let bytes = Array(format.utf8)
    var index = 0
    while index < bytes.count {
      guard bytes[index] == UInt8(ascii: "%") else {
        index += 1
        continue
      }
      index += 1
      index = scan(bytes, from: index, into: &result)
    }
    return result
  }

  /// Reads one conversion; a star is a value of its own.
  private static func scan(
    _ bytes: [UInt8], from start: Int, into result: inout [Part]
  ) -> Int {
    var index = start
    var isLong = false
    while index < bytes.count {
      let letter = Character(UnicodeScalar(bytes[index]))
      index += 1
      switch letter {
      case "*": result.append(Part(type: .s32))
      case "l", "j", "z", "t", "q": isLong = true
      case "h", "L", ".", "-", "+", " ", "#", "0"..."9": continue
      default:
        if let type = type(letter, isLong: isLong) {
          result.append(Part(type: type))
        }
        return index
      }
    }
    return index
  }

  private static func type(_ letter: Character, isLong: Bool) -> ValueType? {
    switch letter {
    case "d", "i": isLong ? .s64 : .s32
    case "u", "x", "X", "o": isLong ? .u64 : .u32
    case "c": .s32
    case "p", "s", "n": .u64
    case "e", "E", "f", "F", "g", "G", "a", "A": .f64
    default: nil
    }
  }
}
