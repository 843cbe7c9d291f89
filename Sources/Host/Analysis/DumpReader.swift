/// One instruction of Lua 5.4's virtual machine, as far as globals are concerned.
struct DumpedInstruction {
  enum Operation { case getGlobal, setGlobal, other }

  let word: UInt32

  /// OP_GETTABUP is 11 and OP_SETTABUP 15 in every 5.4.
  var operation: Operation {
    switch word & 0x7F {
    case 11: .getGlobal
    case 15: .setGlobal
    default: .other
    }
  }
  var a: Int { Int(word >> 7 & 0xFF) }
  var b: Int { Int(word >> 16 & 0xFF) }
  var c: Int { Int(word >> 24 & 0xFF) }
}

/// One function of a dumped chunk.
struct DumpedFunction {
  var code: [DumpedInstruction] = []
  /// The line of each instruction.
  var lines: [Int] = []
  /// The constants that are strings; nil stands for other kinds.
  var names: [String?] = []
  var upvalueNames: [String] = []
  var functions: [DumpedFunction] = []
}

/// Reads what `lua_dump` writes in Lua 5.4 on this machine; every length is checked.
struct DumpReader {
  private let bytes: [UInt8]
  private var position: Int

  /// Takes a dump; nil when its header is not that of Lua 5.4 with 8-byte numbers.
  init?(_ bytes: [UInt8]) {
    let header: [UInt8] = [
      0x1B, 0x4C, 0x75, 0x61, 0x54, 0, 0x19, 0x93, 0x0D, 0x0A, 0x1A, 0x0A, 4, 8, 8,
    ]
    // Two sample numbers and the count of the main function's upvalues follow.
    guard bytes.starts(with: header), bytes.count > header.count + 17 else { return nil }
    self.bytes = bytes
    position = header.count + 17
  }

  /// Reads the next function; nil when the bytes end early or make no sense.
  mutating func function() -> DumpedFunction? {
    var function = DumpedFunction()
    guard text() != nil, let firstLine = number(), number() != nil, skip(3),
      let instructions = count(each: 4)
    else { return nil }
    for _ in 0..<instructions {
      guard let word = word() else { return nil }
      function.code.append(DumpedInstruction(word: word))
    }
    guard readConstants(into: &function), let upvalues = count(each: 3), skip(3 * upvalues),
      let inner = count(each: 1)
    else { return nil }
    for _ in 0..<inner {
      guard let one = self.function() else { return nil }
      function.functions.append(one)
    }
    guard readLines(into: &function, from: firstLine), skipLocals(),
      let names = count(each: 1)
    else { return nil }
    for _ in 0..<names {
      guard let name = text() else { return nil }
      function.upvalueNames.append(name)
    }
    return function
  }

  private mutating func readConstants(into function: inout DumpedFunction) -> Bool {
    guard let constants = count(each: 1) else { return false }
    for _ in 0..<constants {
      guard let type = byte() else { return false }
      switch type {
      case 0x00, 0x01, 0x11: function.names.append(nil)
      case 0x03, 0x13:
        guard skip(8) else { return false }
        function.names.append(nil)
      case 0x04, 0x14:
        guard let name = text() else { return false }
        function.names.append(name)
      default: return false
      }
    }
    return true
  }

  /// Lines are differences of one byte; -128 refers to the list of absolute ones that follows.
  private mutating func readLines(into function: inout DumpedFunction, from first: Int) -> Bool {
    guard let count = count(each: 1), count <= bytes.count - position else { return false }
    let differences = bytes[position..<(position + count)].map { Int(Int8(bitPattern: $0)) }
    position += count
    guard let absolutes = self.count(each: 2) else { return false }
    var absolute: [Int: Int] = [:]
    for _ in 0..<absolutes {
      guard let index = number(), let line = number() else { return false }
      absolute[index] = line
    }
    var line = first
    for (index, difference) in differences.enumerated() {
      line = difference == -128 ? absolute[index] ?? line : line + difference
      function.lines.append(line)
    }
    return function.lines.count == function.code.count
  }

  private mutating func skipLocals() -> Bool {
    guard let locals = count(each: 3) else { return false }
    for _ in 0..<locals {
      guard text() != nil, number() != nil, number() != nil else { return false }
    }
    return true
  }

  private mutating func byte() -> UInt8? {
    guard position < bytes.count else { return nil }
    defer { position += 1 }
    return bytes[position]
  }

  private mutating func skip(_ count: Int) -> Bool {
    guard count <= bytes.count - position else { return false }
    position += count
    return true
  }

  private mutating func word() -> UInt32? {
    var word: UInt32 = 0
    for shift in stride(from: UInt32(0), to: 32, by: 8) {
      guard let byte = byte() else { return nil }
      word |= UInt32(byte) << shift
    }
    return word
  }

  /// A number in groups of seven bits, the highest first; the last byte has its top bit set.
  private mutating func number() -> Int? {
    var value = 0
    while let byte = byte(), value < 1 << 50 {
      value = value << 7 | Int(byte & 0x7F)
      if byte & 0x80 != 0 { return value }
    }
    return nil
  }

  /// A count of things that take at least so many bytes each.
  private mutating func count(each size: Int) -> Int? {
    guard let count = number(), count <= (bytes.count - position) / size else { return nil }
    return count
  }

  /// A string with its length in front; a missing one is empty.
  private mutating func text() -> String? {
    guard let size = number() else { return nil }
    guard size > 0 else { return "" }
    guard size - 1 <= bytes.count - position else { return nil }
    defer { position += size - 1 }
    return String(decoding: bytes[position..<(position + size - 1)], as: UTF8.self)
  }
}
