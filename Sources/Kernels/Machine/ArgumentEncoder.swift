public import Base

/// Lays launch arguments out as the kernel reads them.
enum ArgumentEncoder {
  /// The bytes of all arguments.
  ///
  /// - Throws: A problem that names the parameter, what it is and what came.
  static func encode(_ arguments: [LaunchArgument], for program: KernelProgram) throws(Problem)
    -> [UInt8]
  {
    guard arguments.count == program.parameters.count else {
      let list = program.parameters.map { "\($0.typeName) \($0.name)" }.joined(separator: ", ")
      throw Problem(
        "kernel \"\(program.name)\" takes \(program.parameters.count) arguments (\(list)), got "
          + "\(arguments.count)")
    }
    let ends = program.parameters.map { $0.byteOffset + $0.bytes }
    var bytes = [UInt8](repeating: 0, count: max(program.argumentBytes, ends.max() ?? 0))
    for (index, parameter) in program.parameters.enumerated() {
      let encoded = try encode(arguments[index], parameter, program, index + 1)
      for (offset, byte) in encoded.enumerated() { bytes[parameter.byteOffset + offset] = byte }
    }
    return bytes
  }

  private static func encode(
    _ argument: LaunchArgument, _ parameter: KernelParameter, _ program: KernelProgram,
    _ number: Int
  ) throws(Problem) -> [UInt8] {
    func wrong(_ expected: String, _ got: String) -> Problem {
      Problem(
        "bad argument #\(number) '\(parameter.name)' to \"\(program.name)\" "
          + "(\(expected) for \(parameter.typeName) expected, got \(got))")
    }
    switch (parameter.kind, argument) {
    case (.pointer, .buffer(let buffer)): return little(buffer.address, 8)
    case (.pointer, .address(let address)): return little(address, 8)
    case (.pointer, .integer(0)): return little(0, 8)
    case (.pointer, _): throw wrong("a buffer", described(argument))
    case (.structure, .bytes(let bytes)):
      guard bytes.count == parameter.bytes else {
        throw wrong("\(parameter.bytes) bytes", "\(bytes.count) bytes")
      }
      return bytes
    case (.structure, .integer(0)): return [UInt8](repeating: 0, count: parameter.bytes)
    case (.structure, _): throw wrong("\(parameter.bytes) bytes", described(argument))
    case (.scalar(let type), .bytes(let bytes)):
      guard bytes.count == type.bytes else { throw wrong("\(type.bytes) bytes", "\(bytes.count)") }
      return bytes
    case (.scalar(let type), .integer(let value)):
      if type.isFloating { return try float(Double(value), type, wrong) }
      return try integer(value, type, wrong)
    case (.scalar(let type), .number(let value)):
      if type.isFloating { return try float(value, type, wrong) }
      guard let whole = Int64(exactly: value) else { throw wrong("a whole number", "\(value)") }
      return try integer(whole, type, wrong)
    case (.scalar(.u64), .buffer(let buffer)): return little(buffer.address, 8)
    case (.scalar, _): throw wrong("a number", described(argument))
    }
  }

  /// A number as the bytes of a type.
  static func number(_ argument: LaunchArgument, as type: ValueType, for name: String)
    throws(Problem) -> [UInt8]
  {
    func wrong(_ expected: String, _ got: String) -> Problem {
      Problem("\"\(name)\" is a \(type): \(expected) expected, got \(got)")
    }
    switch argument {
    case .integer(let value):
      return type.isFloating
        ? try float(Double(value), type, wrong) : try integer(value, type, wrong)
    case .number(let value):
      if type.isFloating { return try float(value, type, wrong) }
      guard let whole = Int64(exactly: value) else { throw wrong("a whole number", "\(value)") }
      return try integer(whole, type, wrong)
    case .bytes(let bytes): return bytes
    case .buffer, .address: throw wrong("a number", described(argument))
    }
  }

  private static func described(_ argument: LaunchArgument) -> String {
    switch argument {
    case .buffer(let buffer): "a buffer of \(buffer.bytes) bytes"
    case .address(let address): "the address \(hexadecimal(address))"
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .bytes(let bytes): "\(bytes.count) bytes"
    }
  }

  private static func little(_ value: UInt64, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
  }

  private static func integer(
    _ value: Int64, _ type: ValueType, _ wrong: (String, String) -> Problem
  ) throws(Problem) -> [UInt8] {
    let bits = Int64(type.bytes * 8)
    if bits < 64 {
      // As C converts: either reading of the bits may be meant, so -1 is allowed for an unsigned.
      guard value >= -(1 << (bits - 1)), value < 1 << bits else {
        throw wrong("a number of \(bits) bits", "\(value)")
      }
    }
    return little(UInt64(bitPattern: value), type.bytes)
  }

  private static func float(
    _ value: Double, _ type: ValueType, _ wrong: (String, String) -> Problem
  ) throws(Problem) -> [UInt8] {
    switch type {
    case .f64: return little(value.bitPattern, 8)
    case .f32: return little(UInt64(Float(value).bitPattern), 4)
    case .f16: return little(UInt64(NarrowFloat.half(Float(value))), 2)
    case .bf16: return little(UInt64(NarrowFloat.brain(Float(value))), 2)
    default: throw wrong("bytes", "\(value)")
    }
  }

  /// What a register holds that reads an argument as a type.
  static func value(_ arguments: [UInt8], at offset: Int, _ type: ValueType) -> UInt64 {
    let count = type == .predicate ? 1 : type.bytes
    var value: UInt64 = 0
    for index in 0..<count where offset >= 0 && offset + index < arguments.count {
      value |= UInt64(arguments[offset + index]) << UInt64(8 * index)
    }
    switch type {
    case .s8: return UInt64(bitPattern: Int64(Int8(truncatingIfNeeded: value)))
    case .s16: return UInt64(bitPattern: Int64(Int16(truncatingIfNeeded: value)))
    default: return value
    }
  }
}

/// Half precision and bfloat16 as bits.
enum NarrowFloat {
  /// The nearest half.
  static func half(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    let sign = UInt16(truncatingIfNeeded: bits >> 16) & 0x8000
    let size = bits & 0x7fff_ffff
    if size > 0x7f80_0000 { return 0x7fff }
    if size >= 0x4780_0000 { return sign | 0x7c00 }
    if size < 0x3880_0000 {
      let small = (Float(bitPattern: size) + 0.5).bitPattern &- 0x3f00_0000
      return sign | UInt16(truncatingIfNeeded: small)
    }
    let rounded = (size &- 0x3800_0000 &+ 0xfff &+ (size >> 13 & 1)) >> 13
    return sign | UInt16(truncatingIfNeeded: rounded)
  }

  /// The nearest bfloat16.
  static func brain(_ value: Float) -> UInt16 {
    if value.isNaN { return 0x7fff }
    let bits = value.bitPattern
    return UInt16(truncatingIfNeeded: (bits &+ 0x7fff &+ (bits >> 16 & 1)) >> 16)
  }

  /// The value of a half's bits.
  static func value(half bits: UInt16) -> Float {
    let sign: Float = bits & 0x8000 == 0 ? 1 : -1
    let exponent = Int(bits >> 10 & 31)
    let fraction = Float(bits & 0x3ff)
    if exponent == 31 { return fraction == 0 ? sign * .infinity : .nan }
    if exponent == 0 { return sign * fraction * 0x1p-24 }
    return sign * Float(sign: .plus, exponent: exponent - 15, significand: 1 + fraction / 1024)
  }

  /// The value of a bfloat16's bits.
  static func value(brain bits: UInt16) -> Float { Float(bitPattern: UInt32(bits) << 16) }
}

extension LaunchArgument {
  /// The bytes of a number as a value of a type.
  ///
  /// - Throws: A problem when it has no such form.
  public func encoded(as type: ValueType, for name: String) throws(Problem) -> [UInt8] {
    try ArgumentEncoder.number(self, as: type, for: name)
  }
}
