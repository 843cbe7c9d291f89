/// Texture reads.
extension Intrinsics {
  static func textures() -> IntrinsicTable {
    var table = IntrinsicTable()
    for (name, kind, coordinates) in [
      ("tex1Dfetch", Texture.fetch1D, 1), ("tex1D", .sample1D, 1), ("tex2D", .sample2D, 2),
    ] {
      table.add(name) { (lowering, call) throws(Fault) in
        try read(kind, coordinates, call, lowering)
      }
    }
    return table
  }

  private static func read(
    _ kind: Texture, _ coordinates: Int, _ call: IntrinsicCall, _ lowering: Lowering
  ) throws(Fault) -> Value {
    try call.expect((coordinates + 1)...(coordinates + 1), lowering)
    let texture = try call.argument(0, lowering)
    guard let unit = texture.member(0)?.integer else {
      throw lowering.fail(
        "'\(call.name)' needs a texture that is a parameter of the kernel or a texture reference, "
          + "got '\(texture.qualifiedType.spelling)'", at: call.expression)
    }
    var sources: [Operand] = []
    for index in 1...coordinates {
      let type: CType = kind == .fetch1D ? .int : .float
      sources.append(lowering.operand(try call.argument(index, as: type, lowering)))
    }
    let type = try element(of: texture, call, lowering)
    lowering.mark(call.expression.location)
    return try fetch(kind, unit, sources, type, call, lowering)
  }

  /// What a texel is: the template argument, or what the reference was declared with.
  private static func element(
    of texture: Value, _ call: IntrinsicCall, _ lowering: Lowering
  ) throws(Fault) -> CType {
    if case .type(let type)? = call.templateArguments.first { return type.type }
    guard let origin = texture.type.record?.origin, case .type(let type)? = origin.arguments.first
    else {
      throw lowering.fail(
        "'\(call.name)' needs the texel's type, as in \(call.name)<float>(…)", at: call.expression)
    }
    if origin.arguments.count > 2, case .integer(1, _) = origin.arguments[2] {
      return type.type.record.flatMap { record in
        lowering.module.builtinRecord("float\(record.fields.count)").map { .record($0) }
      } ?? .float
    }
    return type.type
  }

  private static func fetch(
    _ kind: Texture, _ unit: Int, _ sources: [Operand], _ type: CType, _ call: IntrinsicCall,
    _ lowering: Lowering
  ) throws(Fault) -> Value {
    let leaves = type.leaves
    guard let memory = leaves.first?.type.memoryType, leaves.count <= 4, memory.bytes <= 4 else {
      throw lowering.fail("'\(call.name)' cannot read '\(type.spelling)'", at: call.expression)
    }
    let registers = leaves.map { _ in lowering.builder.makeRegister(.word) }
    lowering.emit(.texture(unit: unit, kind), memory, to: registers, from: sources)
    let values = zip(leaves, registers).map { Value($0.type, .operand(.register($1))) }
    return type.record == nil ? values[0] : Value(type, .aggregate(values))
  }
}
