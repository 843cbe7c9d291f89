/// Loads and stores with hints, copies, address questions, hints to the compiler.
extension Intrinsics {
  static func memory() -> IntrinsicTable {
    var table = IntrinsicTable()
    for (name, hint) in [
      ("__ldg", MemoryHint.readOnly), ("__ldcs", .streaming), ("__ldcg", .cacheGlobal),
      ("__ldca", .plain), ("__ldlu", .lastUse), ("__ldcv", .volatile),
    ] {
      table.add(name) { (lowering, call) throws(Fault) in
        try call.expect(1...1, lowering)
        let (pointer, target) = try call.pointer(0, lowering)
        lowering.mark(call.expression.location)
        return try lowering.load(pointer, target, bits: nil, hint: hint)
      }
    }
    for (name, hint) in [
      ("__stcs", MemoryHint.streaming), ("__stcg", .cacheGlobal), ("__stwb", .writeBack),
      ("__stwt", .writeThrough),
    ] {
      table.add(name) { (lowering, call) throws(Fault) in
        try call.expect(2...2, lowering)
        let (pointer, target) = try call.pointer(0, lowering)
        let value = try call.argument(1, as: target.type, lowering)
        lowering.mark(call.expression.location)
        try lowering.store(value, to: pointer, target, bits: nil, hint: hint)
        return .nothing
      }
    }
    addCopies(to: &table)
    addHints(to: &table)
    addAddresses(to: &table)
    return table
  }

  /// `__pipeline_memcpy_async` and `memcpy` of a known length move whole words.
  private static func addCopies(to table: inout IntrinsicTable) {
    table.add("__pipeline_memcpy_async") { (lowering, call) throws(Fault) in
      try call.expect(3...4, lowering)
      return try copy(try call.constant(2, lowering), call, lowering)
    }
    for name in ["memcpy", "__builtin_memcpy"] {
      table.add(name) { (lowering, call) throws(Fault) in
        try call.expect(3...3, lowering)
        _ = try copy(try call.constant(2, lowering), call, lowering)
        return try call.argument(0, lowering)
      }
    }
    for name in ["__pipeline_commit", "__pipeline_wait_prior", "__pipeline_arrive_on"] {
      table.add(name) { (_, _) throws(Fault) in .nothing }
    }
    table.add("memset") { (lowering, call) throws(Fault) in
      try call.expect(3...3, lowering)
      var (pointer, _) = try call.pointer(0, lowering)
      if pointer.cells != nil { pointer = lowering.spill(pointer) }
      let value = try call.argument(1, as: .arithmetic(.unsignedChar), lowering)
      let bytes = try call.constant(2, lowering)
      for offset in 0..<min(bytes, 4096) {
        var place = pointer
        place.offset += offset
        lowering.emit(
          .store(place.space, .plain), .u8, from: [lowering.operand(value)],
          at: lowering.address(of: place))
      }
      return try call.argument(0, lowering)
    }
  }

  private static func copy(
    _ bytes: Int, _ call: IntrinsicCall, _ lowering: Lowering
  ) throws(Fault) -> Value {
    var (target, element) = try call.pointer(0, lowering)
    var (source, from) = try call.pointer(1, lowering)
    if let (cells, at) = target.cells, cells.indices.contains(at), cells[at].type.bytes == bytes,
      from.type.bytes == bytes
    {
      // The same numbers under another type stay in registers.
      let value = try lowering.load(source, from, bits: nil)
      if let recast = lowering.recast(value, to: cells[at].type) {
        try lowering.write(recast, to: cells[at])
        return .nothing
      }
    }
    if target.cells != nil { target = lowering.spill(target) }
    if source.cells != nil { source = lowering.spill(source) }
    lowering.mark(call.expression.location)
    let alignment = min(element.type.alignment, from.type.alignment)
    let isAsync = call.name.hasPrefix("__pipeline")
    let unit = isAsync ? min(bytes, 16) : max(1, min(alignment, bytes & -bytes, 16))
    element.type = .void
    for offset in stride(from: 0, to: bytes, by: unit) {
      var (a, b) = (source, target)
      a.offset += offset
      b.offset += offset
      move(a, b, unit, lowering)
    }
    return .nothing
  }

  private static func move(_ from: Pointer, _ to: Pointer, _ unit: Int, _ lowering: Lowering) {
    let type: ValueType = unit >= 4 ? .u32 : unit == 2 ? .u16 : .u8
    let registers = (0..<max(1, unit / 4)).map { _ in lowering.builder.makeRegister(.word) }
    lowering.emit(.load(from.space, .plain), type, to: registers, at: lowering.address(of: from))
    lowering.emit(
      .store(to.space, .plain), type, from: registers.map { .register($0) },
      at: lowering.address(of: to))
  }

  private static func addHints(to table: inout IntrinsicTable) {
    table.add("__builtin_expect") { (lowering, call) throws(Fault) in try call.argument(0, lowering)
    }
    table.add("__builtin_assume") { (_, _) throws(Fault) in .nothing }
    table.add("__builtin_assume_aligned") { (lowering, call) throws(Fault) in
      try call.argument(0, lowering)
    }
    for name in ["move", "forward", "__orrery_forward"] {
      table.add(name) { (_, call) throws(Fault) in call.arguments[0] }
    }
    table.add("declval") { (lowering, call) throws(Fault) in
      guard case .type(let type)? = call.templateArguments.first else { return .nothing }
      return lowering.zero(type.type.referred)
    }
    for (name, isSigned) in [("__orrery_is_integer", false), ("__orrery_is_signed", true)] {
      table.add(name) { (_, call) throws(Fault) in
        guard case .type(let type)? = call.templateArguments.first else { return .boolean(false) }
        guard let number = type.type.arithmetic else { return .boolean(false) }
        return .boolean(isSigned ? !number.isUnsigned : number.isInteger)
      }
    }
    for name in ["__builtin_unreachable", "__trap", "__brkpt", "abort"] {
      table.add(name) { (lowering, call) throws(Fault) in
        lowering.emit(.trap(message: lowering.module.string("\(call.name) was called")))
        return .nothing
      }
    }
  }

  private static func addAddresses(to table: inout IntrinsicTable) {
    table.add("__cvta_generic_to_shared") { (lowering, call) throws(Fault) in
      let (pointer, _) = try call.pointer(0, lowering)
      let offset = lowering.addressOperand(pointer, in: .shared)
      return lowering.number(Value(.unsignedInt, .operand(offset)), to: .size)
    }
    for (name, space) in [
      ("__isGlobal", Space.global), ("__isShared", .shared), ("__isLocal", .local),
      ("__isConstant", .constant),
    ] {
      table.add(name) { (lowering, call) throws(Fault) in
        let (pointer, _) = try call.pointer(0, lowering)
        let found: Space = pointer.cells == nil ? pointer.space : .local
        if found != .generic { return .integer(found == space ? 1 : 0, .unsignedInt) }
        let address = Value(.size, .operand(lowering.addressOperand(pointer, in: .generic)))
        let top = lowering.compute(.binary(.shiftRight), .size, address, .integer(40, .unsignedInt))
        let first = Int(AddressWindow.shared >> 40)
        let last = Int(AddressWindow.constant >> 40)
        // Global memory lies on both sides of the windows: below them the difference comes round.
        let test =
          space == .global
          ? lowering.compare(
            .greater,
            lowering.compute(.binary(.subtract), .size, top, .integer(first, .size)),
            .integer(last - first, .size))
          : lowering.compare(.equal, top, .integer(Int(space.window >> 40), .size))
        return lowering.retyped(lowering.integer(fromBoolean: test), .unsignedInt)
      }
    }
  }
}
