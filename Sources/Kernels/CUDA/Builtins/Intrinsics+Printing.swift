/// `printf` and failed assertions.
extension Intrinsics {
  static func printing() -> IntrinsicTable {
    var table = IntrinsicTable()
    table.add("printf", print)
    table.add("__assert_fail") { (lowering, call) throws(Fault) in
      let text = literal(call.arguments.first).map { String(decoding: $0, as: UTF8.self) } ?? ""
      lowering.mark(call.expression.location)
      let message = lowering.module.string("assertion `\(text)` failed")
      lowering.emit(.trap(message: message))
      return .nothing
    }
    return table
  }

  private static func literal(_ value: Value?) -> [UInt8]? {
    if case .string(let bytes)? = value?.form { bytes } else { nil }
  }

  private static func print(_ lowering: Lowering, _ call: IntrinsicCall) throws(Fault) -> Value {
    guard let format = literal(call.arguments.first) else {
      throw lowering.fail("'printf' needs a string literal as its format", at: call.expression)
    }
    var text = format
    var (operands, types, next) = ([Operand](), [ValueType](), 1)
    for part in Conversion.all(in: format).reversed() where part.letter == UInt8(ascii: "s") {
      // Texts known now become part of the format, the last first so that places stay right.
      let place = Conversion.all(in: format).filter { $0.start < part.start }.map(\.operands)
        .reduce(1, +)
      guard call.arguments.indices.contains(place), let known = literal(call.arguments[place])
      else {
        throw lowering.fail(
          "'printf' can print only texts known while compiling with %s", at: call.expression)
      }
      let escaped = known.flatMap { $0 == UInt8(ascii: "%") ? [$0, $0] : [$0] }
      text.replaceSubrange(part.start..<part.end, with: escaped)
    }
    let wanted = Conversion.all(in: format)
    let count = wanted.map(\.operands).reduce(0, +)
    if count != call.arguments.count - 1 {
      lowering.warn(
        "the format asks for \(count) values, \(call.arguments.count - 1) are given",
        at: call.expression.range)
    }
    for part in wanted {
      for _ in 0..<part.operands {
        defer { next += 1 }
        guard part.letter != UInt8(ascii: "s"), call.arguments.indices.contains(next) else {
          continue
        }
        let (operand, type) = try promoted(call, next, lowering)
        operands.append(operand)
        types.append(type)
      }
    }
    lowering.mark(call.expression.location)
    let number = lowering.module.string(String(decoding: text, as: UTF8.self))
    lowering.emit(.print(format: number, types: types), from: operands)
    return .integer(count)
  }

  /// A value as C passes it where no parameter says a type.
  private static func promoted(
    _ call: IntrinsicCall, _ index: Int, _ lowering: Lowering
  ) throws(Fault) -> (Operand, ValueType) {
    let value = try call.argument(index, lowering)
    if value.type.isPointer || value.type == .null { return (lowering.operand(value), .u64) }
    guard let number = value.type.arithmetic else {
      throw lowering.fail(
        "'printf' cannot print a '\(value.qualifiedType.spelling)'", at: call.expression)
    }
    let type: Arithmetic = number.isFloating ? .double : number.promoted
    let passed = try lowering.convert(value, to: .arithmetic(type))
    return (lowering.operand(passed), type.valueType)
  }

  /// One `%…` of a format.
  private struct Conversion {
    let start: Int
    let end: Int
    let letter: UInt8
    /// Values it takes: one, and one per `*`.
    let operands: Int

    static func all(in format: [UInt8]) -> [Conversion] {
      var (found, index) = ([Conversion](), 0)
      while index < format.count {
        guard format[index] == UInt8(ascii: "%") else {
          index += 1
          continue
        }
        let start = index
        index += 1
        var stars = 0
        while index < format.count, "0123456789.-+ #*hlzjtLq".utf8.contains(format[index]) {
          if format[index] == UInt8(ascii: "*") { stars += 1 }
          index += 1
        }
        guard index < format.count else { break }
        let letter = format[index]
        index += 1
        if letter == UInt8(ascii: "%") { continue }
        found.append(Conversion(start: start, end: index, letter: letter, operands: 1 + stars))
      }
      return found
    }
  }
}
