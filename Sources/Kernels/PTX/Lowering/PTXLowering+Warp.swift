extension PTXLowering {
  // MARK: Between lanes

  /// `shfl.sync.mode.b32 d|p, a, b, c, mask`, and the old form without a mask.
  mutating func lowerShuffle() throws(PTXFault) {
    let isSync = instruction.has("sync")
    try expectOperands(isSync ? 5...5 : 4...4)
    let mode: Shuffle
    if instruction.has("up") {
      mode = .up
    } else if instruction.has("down") {
      mode = .down
    } else {
      mode = instruction.has("bfly") ? .xor : .index
    }
    var results: [Register] = []
    if case .pair(let value, let inside) = try operand(0) {
      results = [try destination(value, .b32), try destination(inside, .pred)]
    } else {
      results = [try destination(0, .b32)]
    }
    let value = try source(1, .b32)
    let lane = try source(2, .u32)
    let width = try segmentWidth(try source(3, .u32), mode)
    let mask = isSync ? try source(4, .b32) : .word(-1)
    emit(.shuffle(mode), .u32, to: results, from: [value, lane, mask, width])
  }

  /// The width of the segments that a clamp-and-segment word describes.
  private mutating func segmentWidth(
    _ word: Operand, _ mode: Shuffle
  ) throws(PTXFault) -> Operand {
    guard case .immediate(let bits) = word else {
      let segments = compute(
        .ternary(.bitFieldExtract), .u32, word, .word(8), .word(5))
      return compute(.binary(.subtract), .u32, .word(32), segments)
    }
    let width = 32 - Int(bits >> 8 & 31)
    let clamp = Int(bits & 31)
    guard width & (width - 1) == 0, clamp == (mode == .up ? 0 : 31) else {
      throw unsupported("\(instruction.fullName) with the segment word \(bits)")
    }
    return .word(width)
  }

  mutating func lowerVote() throws(PTXFault) {
    let isSync = instruction.has("sync")
    try expectOperands(isSync ? 3...3 : 2...2)
    let value = try source(1, .pred)
    let mask = isSync ? try source(2, .b32) : compute(.activeMask, .u32)
    if instruction.has("ballot") {
      emit(.vote(.ballot), .u32, to: [try destination(0, .b32)], from: [value, mask])
      return
    }
    let vote: Vote = instruction.has("all") ? .all : instruction.has("any") ? .any : .uniform
    emit(.vote(vote), .predicate, to: [try destination(0, .pred)], from: [value, mask])
  }

  mutating func lowerMatch() throws(PTXFault) {
    try expectOperands(3...3)
    let type = try type()
    var results: [Register]
    if case .pair(let value, let isAll) = try operand(0) {
      results = [try destination(value, .b32), try destination(isAll, .pred)]
    } else {
      results = [try destination(0, .b32)]
    }
    emit(
      .match(instruction.has("all") ? .all : .any), type.value, to: results,
      from: [try source(1, type), try source(2, .b32)])
  }

  /// `elect.sync d|p, mask`: the lowest lane of the mask.
  mutating func lowerElect() throws(PTXFault) {
    try expectOperands(2...2)
    guard case .pair(let lane, let isLeader) = try operand(0) else {
      throw fault("elect.sync sets a lane and a predicate, as in %r1|%p1")
    }
    let mask = try source(1, .b32)
    let place = compute(.unary(.findFirstSet), .u32, mask)
    let leader = compute(.binary(.subtract), .u32, place, .word(1))
    move(.u32, to: try destination(lane, .b32), from: leader)
    emit(
      .compare(.equal), .u32, to: [try destination(isLeader, .pred)],
      from: [.special(.lane), leader])
  }

  mutating func lowerReduction() throws(PTXFault) {
    try expectOperands(3...3)
    let type = try type()
    let operations: [(String, Atomic)] = [
      ("add", .add), ("min", .minimum), ("max", .maximum), ("and", .and), ("or", .or),
      ("xor", .xor),
    ]
    guard type.bytes == 4, let operation = operations.first(where: { instruction.has($0.0) })
    else { throw unsupported() }
    emit(
      .reduce(operation.1), type.value, to: [try destination(0, type)],
      from: [try source(1, type), try source(2, .b32)])
  }

  // MARK: The block

  mutating func lowerBarrier() throws(PTXFault) {
    if instruction.has("cluster") { throw unsupported() }
    if instruction.has("warp") {
      return emit(.warpBarrier, from: [try source(0, .b32)])
    }
    if instruction.has("red") { return try lowerBarrierReduction() }
    let isArrival = instruction.has("arrive")
    try expectOperands(isArrival ? 2...2 : 1...2)
    var sources = [try source(0, .u32)]
    if instruction.operands.count == 2 { sources.append(try source(1, .u32)) }
    emit(.barrier(isArrival ? .arrive : .sync), .u32, from: sources)
  }

  /// `bar.red.op d, barrier[, count], predicate`; a count of 0 is the whole block.
  private mutating func lowerBarrierReduction() throws(PTXFault) {
    try expectOperands(3...4)
    let operation: Barrier =
      instruction.has("popc") ? .count : instruction.has("and") ? .and : .or
    let number = try source(1, .u32)
    let hasCount = instruction.operands.count == 4
    let count: Operand = hasCount ? try source(2, .u32) : .word(0)
    let value = try source(hasCount ? 3 : 2, .pred)
    let result = try destination(0, operation == .count ? .b32 : .pred)
    emit(
      .barrier(operation), operation == .count ? .u32 : .predicate, to: [result],
      from: [number, count, value])
  }
}
