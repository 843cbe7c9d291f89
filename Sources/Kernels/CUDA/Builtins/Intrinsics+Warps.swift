/// What lanes and blocks do together: shuffles, votes, barriers, fences.
extension Intrinsics {
  static func warps() -> IntrinsicTable {
    var table = IntrinsicTable()
    addShuffles(to: &table)
    addVotes(to: &table)
    addReductions(to: &table)
    addBarriers(to: &table)
    addClocks(to: &table)
    return table
  }

  private static func addShuffles(to table: inout IntrinsicTable) {
    for (suffix, kind) in [
      ("", Shuffle.index), ("_up", .up), ("_down", .down), ("_xor", .xor),
    ] {
      table.add("__shfl\(suffix)_sync") { (lowering, call) throws(Fault) in
        try call.expect(3...4, lowering)
        let mask = try call.argument(0, as: .unsignedInt, lowering)
        return try shuffle(kind, mask, call, from: 1, lowering)
      }
      table.add("__shfl\(suffix)") { (lowering, call) throws(Fault) in
        try call.expect(2...3, lowering)
        return try shuffle(kind, .integer(0xffff_ffff, .unsignedInt), call, from: 0, lowering)
      }
    }
  }

  private static func shuffle(
    _ kind: Shuffle, _ mask: Value, _ call: IntrinsicCall, from first: Int, _ lowering: Lowering
  ) throws(Fault) -> Value {
    let value = try call.argument(first, lowering)
    let lane = try call.argument(first + 1, as: .int, lowering)
    let hasWidth = call.arguments.count > first + 2
    let width = hasWidth ? try call.argument(first + 2, as: .int, lowering) : .integer(32)
    lowering.mark(call.expression.location)
    return try exchange(value, call, lowering) { part, type in
      let result = lowering.builder.makeRegister(type.register)
      lowering.emit(
        .shuffle(kind), type, to: [result],
        from: [part, lowering.operand(lane), lowering.operand(mask), lowering.operand(width)])
      return .register(result)
    }
  }

  /// Sends each number of a value through a warp operation.
  private static func exchange(
    _ value: Value, _ call: IntrinsicCall, _ lowering: Lowering,
    _ body: (Operand, ValueType) -> Operand
  ) throws(Fault) -> Value {
    if case .aggregate(let members) = value.form {
      var parts: [Value] = []
      for member in members { parts.append(try exchange(member, call, lowering, body)) }
      return Value(value.type, .aggregate(parts))
    }
    if let pointer = value.pointer {
      let address = lowering.addressOperand(pointer, in: .generic)
      return Value(value.type, .pointer(Pointer(.generic, body(address, .u64))))
    }
    guard let number = value.type.arithmetic else {
      throw lowering.fail(
        "'\(call.name)' cannot exchange a '\(value.qualifiedType.spelling)'", at: call.expression)
    }
    if number == .bool {
      let bits = body(lowering.operand(lowering.integer(fromBoolean: value)), .u32)
      return try lowering.convert(Value(.int, .operand(bits)), to: .bool)
    }
    // Narrow numbers keep their registers' upper bits.
    let type: ValueType = number.bytes == 8 ? number.valueType : number == .float ? .f32 : .u32
    return Value(value.type, .operand(body(lowering.operand(value), type)))
  }

  private static func addVotes(to table: inout IntrinsicTable) {
    for (name, vote) in [("all", Vote.all), ("any", .any), ("uni", .uniform), ("ballot", .ballot)] {
      for suffix in ["_sync", ""] {
        table.add("__\(name)\(suffix)") { (lowering, call) throws(Fault) in
          let hasMask = suffix == "_sync"
          try call.expect(hasMask ? 2...2 : 1...1, lowering)
          let mask =
            hasMask
            ? try call.argument(0, as: .unsignedInt, lowering) : .integer(0xffff_ffff, .unsignedInt)
          let value = try call.argument(hasMask ? 1 : 0, lowering)
          let test = try lowering.condition(value, at: call.expression)
          lowering.mark(call.expression.location)
          let kind: RegisterClass = vote == .ballot ? .word : .predicate
          let result = lowering.builder.makeRegister(kind)
          lowering.emit(
            .vote(vote), to: [result], from: [lowering.operand(test), lowering.operand(mask)])
          let type: CType = vote == .ballot ? .unsignedInt : .bool
          let answer = Value(type, .operand(.register(result)))
          return vote == .ballot ? answer : lowering.integer(fromBoolean: answer)
        }
      }
    }
    table.add("__activemask") { (lowering, call) throws(Fault) in
      try call.expect(0...0, lowering)
      let result = lowering.builder.makeRegister(.word)
      lowering.emit(.activeMask, to: [result])
      return Value(.unsignedInt, .operand(.register(result)))
    }
    table.add("__match_any_sync") { (lowering, call) throws(Fault) in
      try call.expect(2...2, lowering)
      return try match(.any, call, lowering).mask
    }
    table.add("__match_all_sync") { (lowering, call) throws(Fault) in
      try call.expect(3...3, lowering)
      let (mask, isSame) = try match(.all, call, lowering)
      let (pointer, target) = try call.pointer(2, lowering)
      try lowering.store(
        try lowering.convert(isSame, to: target.type), to: pointer, target, bits: nil)
      return mask
    }
  }

  private static func match(
    _ kind: Match, _ call: IntrinsicCall, _ lowering: Lowering
  ) throws(Fault) -> (mask: Value, isSame: Value) {
    let mask = try call.argument(0, as: .unsignedInt, lowering)
    let value = try call.number(1, lowering)
    let isWide = value.type.arithmetic?.bytes == 8
    let (result, all) = (
      lowering.builder.makeRegister(.word), lowering.builder.makeRegister(.predicate)
    )
    lowering.mark(call.expression.location)
    lowering.emit(
      .match(kind), isWide ? .u64 : .u32, to: kind == .all ? [result, all] : [result],
      from: [lowering.operand(value), lowering.operand(mask)])
    return (
      Value(.unsignedInt, .operand(.register(result))), Value(.bool, .operand(.register(all)))
    )
  }

  private static func addReductions(to table: inout IntrinsicTable) {
    for (name, operation) in [
      ("add", Atomic.add), ("min", .minimum), ("max", .maximum), ("and", .and), ("or", .or),
      ("xor", .xor),
    ] {
      table.add("__reduce_\(name)_sync") { (lowering, call) throws(Fault) in
        try call.expect(2...2, lowering)
        let mask = try call.argument(0, as: .unsignedInt, lowering)
        let number = try call.number(1, lowering)
        let isUnsigned = number.type.arithmetic?.isUnsigned ?? false
        let type: CType = isUnsigned ? .unsignedInt : .int
        let value = try lowering.convert(number, to: type)
        lowering.mark(call.expression.location)
        return lowering.compute(.reduce(operation), type, value, mask)
      }
    }
  }

  private static func addBarriers(to table: inout IntrinsicTable) {
    table.add("__syncthreads") { (lowering, call) throws(Fault) in
      try call.expect(0...0, lowering)
      lowering.emit(.barrier(.sync), from: [.word(0)])
      return .nothing
    }
    table.add("__orrery_grid_sync") { (lowering, call) throws(Fault) in
      lowering.mark(call.expression.location)
      lowering.emit(.barrier(.grid))
      return .nothing
    }
    for (name, barrier) in [("count", Barrier.count), ("and", .and), ("or", .or)] {
      table.add("__syncthreads_\(name)") { (lowering, call) throws(Fault) in
        try call.expect(1...1, lowering)
        let test = try lowering.condition(try call.argument(0, lowering), at: call.expression)
        lowering.mark(call.expression.location)
        let result = lowering.builder.makeRegister(.word)
        lowering.emit(
          .barrier(barrier), to: [result], from: [.word(0), .word(0), lowering.operand(test)])
        return Value(.int, .operand(.register(result)))
      }
    }
    table.add("__syncwarp") { (lowering, call) throws(Fault) in
      try call.expect(0...1, lowering)
      let mask =
        call.arguments.isEmpty
        ? Value.integer(0xffff_ffff, .unsignedInt)
        : try call.argument(0, as: .unsignedInt, lowering)
      lowering.mark(call.expression.location)
      lowering.emit(.warpBarrier, from: [lowering.operand(mask)])
      return .nothing
    }
    for name in ["__threadfence", "__threadfence_block", "__threadfence_system"] {
      table.add(name) { (lowering, call) throws(Fault) in
        try call.expect(0...0, lowering)
        lowering.emit(.fence)
        return .nothing
      }
    }
  }

  private static func addClocks(to table: inout IntrinsicTable) {
    for (name, type) in [
      ("clock", CType.arithmetic(.long)), ("clock64", .arithmetic(.longLong)),
      ("__globaltimer", .arithmetic(.unsignedLongLong)),
    ] {
      table.add(name) { (lowering, call) throws(Fault) in
        try call.expect(0...0, lowering)
        let result = lowering.builder.makeRegister(.wide)
        lowering.emit(.clock, .u64, to: [result])
        return Value(type, .operand(.register(result)))
      }
    }
    table.add("__nanosleep") { (lowering, call) throws(Fault) in
      _ = try call.argument(0, as: .unsignedInt, lowering)
      return .nothing
    }
    for (name, special, type) in [
      ("__orrery_lane", SpecialValue.lane, CType.unsignedInt),
      ("__orrery_warp", .warp, .unsignedInt),
      ("__orrery_lane_mask_less", .laneMaskLess, .unsignedInt),
      ("__orrery_lane_mask_equal", .laneMaskEqual, .unsignedInt),
      ("__orrery_multiprocessor", .multiprocessor, .unsignedInt),
    ] {
      table.add(name) { (_, _) throws(Fault) in Value(type, .operand(.special(special))) }
    }
  }
}
