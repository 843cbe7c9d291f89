/// Atomic operations on all types and scopes.
extension Intrinsics {
  static func atomics() -> IntrinsicTable {
    var table = IntrinsicTable()
    let operations: [(String, Atomic)] = [
      ("Add", .add), ("Min", .minimum), ("Max", .maximum), ("And", .and), ("Or", .or),
      ("Xor", .xor), ("Exch", .exchange), ("Inc", .increment), ("Dec", .decrement),
      ("CAS", .compareAndSwap), ("Sub", .add),
    ]
    for (name, operation) in operations {
      // The machine's blocks see each other's atomics at once, so scopes are one.
      for scope in ["", "_block", "_system"] {
        table.add("atomic\(name)\(scope)", body(operation, isNegated: name == "Sub"))
      }
    }
    return table
  }

  private static func body(_ operation: Atomic, isNegated: Bool) -> Body {
    { (lowering, call) throws(Fault) in
      let count = operation == .compareAndSwap ? 3 : 2
      try call.expect(count...count, lowering)
      let (pointer, target) = try call.pointer(0, lowering)
      if target.isConst {
        throw lowering.fail(
          "'\(call.name)' cannot change a '\(target.spelling)'", at: call.expression)
      }
      if let record = target.type.record {
        return try pair(operation, record, pointer, target, call, lowering)
      }
      guard let number = target.type.arithmetic, supports(operation, number) else {
        throw lowering.fail(
          "'\(call.name)' has no form for '\(target.spelling)'; \(wanted(operation))",
          at: call.expression)
      }
      var operands: [Operand] = []
      for index in 1..<count {
        var value = try call.argument(index, as: target.type, lowering)
        if isNegated { value = try lowering.unary(.minus, value, at: call.expression) }
        operands.append(lowering.operand(value))
      }
      return atomic(operation, number, operands, pointer, target, call, lowering)
    }
  }

  private static func atomic(
    _ operation: Atomic, _ number: Arithmetic, _ operands: [Operand], _ pointer: Pointer,
    _ target: QualifiedType, _ call: IntrinsicCall, _ lowering: Lowering
  ) -> Value {
    let pointer = pointer.cells == nil ? pointer : lowering.spill(pointer)
    let result = lowering.builder.makeRegister(number.valueType.register)
    lowering.mark(call.expression.location)
    lowering.emit(
      .atomic(pointer.space, operation), number.valueType, to: [result], from: operands,
      at: lowering.address(of: pointer))
    return Value(target.type, .operand(.register(result)))
  }

  private static func supports(_ operation: Atomic, _ number: Arithmetic) -> Bool {
    switch operation {
    case .add: number.bytes >= 4 || number == .half || number == .bfloat
    case .exchange: number.bytes >= 4
    case .compareAndSwap: number.isInteger && number.bytes >= 2
    case .increment, .decrement: number == .unsignedInt
    default: number.isInteger && number.bytes >= 4
    }
  }

  private static func wanted(_ operation: Atomic) -> String {
    switch operation {
    case .add: "it takes int, unsigned int, unsigned long long, float, double, half and their pairs"
    case .exchange: "it takes int, unsigned int, unsigned long long, float and double"
    case .compareAndSwap: "it takes int, unsigned int, unsigned short and unsigned long long"
    case .increment, .decrement: "it takes unsigned int"
    default: "it takes int, unsigned int, long long and unsigned long long"
    }
  }

  /// `half2` is added as one word; vectors of floats member by member.
  private static func pair(
    _ operation: Atomic, _ record: Record, _ pointer: Pointer, _ target: QualifiedType,
    _ call: IntrinsicCall, _ lowering: Lowering
  ) throws(Fault) -> Value {
    let value = try call.argument(1, as: target.type, lowering)
    guard operation == .add, case .aggregate(let members) = value.form else {
      throw lowering.fail(
        "'\(call.name)' has no form for '\(target.spelling)'", at: call.expression)
    }
    if record.name == "__half2" || record.name == "__nv_bfloat162" {
      let type: ValueType = record.name == "__half2" ? .f16x2 : .bf16x2
      let pointer = pointer.cells == nil ? pointer : lowering.spill(pointer)
      let packed = Intrinsics.packed(members, lowering)
      let old = lowering.builder.makeRegister(.word)
      lowering.mark(call.expression.location)
      lowering.emit(
        .atomic(pointer.space, .add), type, to: [old], from: [packed],
        at: lowering.address(of: pointer))
      return Intrinsics.unpacked(.register(old), target.type, lowering)
    }
    var old: [Value] = []
    for (field, member) in zip(record.fields, members) {
      guard let number = field.type.type.arithmetic, number == .float else {
        throw lowering.fail(
          "'\(call.name)' has no form for '\(target.spelling)'", at: call.expression)
      }
      var part = pointer.cells == nil ? pointer : lowering.spill(pointer)
      part.offset += field.offset
      old.append(
        atomic(.add, number, [lowering.operand(member)], part, field.type, call, lowering))
    }
    return Value(target.type, .aggregate(old))
  }

  /// Two halves in one word.
  static func packed(_ members: [Value], _ lowering: Lowering) -> Operand {
    lowering.builder.compute(
      .ternary(.bitFieldInsert), .u32, lowering.operand(members[1]), lowering.operand(members[0]),
      .word(16), .word(16))
  }

  /// The halves of a word.
  static func unpacked(_ word: Operand, _ type: CType, _ lowering: Lowering) -> Value {
    guard let record = type.record else { return Value(type, .operand(word)) }
    let parts = record.fields.enumerated().map { index, field in
      Value(
        field.type.type,
        .operand(
          lowering.builder.compute(
            .ternary(.bitFieldExtract), .u32, word, .word(16 * index), .word(16))))
    }
    return Value(type, .aggregate(parts))
  }
}
