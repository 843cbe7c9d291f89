/// One step of a warp in the order in which a compiler would have put it.
struct ScheduledStep: Sendable {
  /// The access's own numbers, and the instruction.
  var trace: TraceStep
  /// Places, in scheduled order, of up to four steps whose results it needs; -1 for none.
  var producers = SIMD4<Int32>(repeating: -1)
}

/// Puts a warp's steps into the order that a compiler's scheduler gives them.
///
/// The program form keeps source order, where a value is loaded just before it is used. A compiler
/// unrolls innermost loops by four and moves loads ahead of arithmetic inside straight code; without
/// that a warp would wait for each load alone. Steps move inside a group only: four turns of an
/// innermost loop, or the code between barriers and loop borders; never over a store to the same
/// space, and never over a barrier.
struct WarpScheduler {
  private let kernel: InstructionList
  private let loops: LoopTable
  private let addresses: AddressArithmetic
  private let latencies: [Int]
  private let registers: Int
  private var orders: [[Int32]: [Int]] = [:]

  /// How many turns of an innermost loop a compiler lays beside one another.
  static let unrolling = 4
  /// The most steps that are ordered together.
  static let longestGroup = 192

  /// Creates a scheduler; `latencies` are what a compiler expects of each instruction, in cycles.
  init(kernel: InstructionList, loops: LoopTable, latencies: [Int]) {
    self.kernel = kernel
    self.loops = loops
    addresses = AddressArithmetic(kernel)
    self.latencies = latencies
    registers =
      1
      + kernel.instructions.reduce(0) { most, instruction in
        instruction.allRegisters.reduce(most) { max($0, $1.number) }
      }
  }

  /// The steps of a warp in scheduled order; counting steps of unrolled turns are left out.
  mutating func schedule(_ trace: [TraceStep]) -> [ScheduledStep] {
    var result: [ScheduledStep] = []
    result.reserveCapacity(trace.count)
    var writers = [Int32](repeating: -1, count: registers)
    var start = 0
    while start < trace.count {
      let (kept, end) = nextGroup(of: trace, from: start)
      place(kept.map { trace[$0] }, into: &result, writers: &writers)
      start = end
    }
    return result
  }
}

// MARK: Groups

extension WarpScheduler {
  /// The steps that are ordered together from `start` on, without counting steps, and where they end.
  private func nextGroup(of trace: [TraceStep], from start: Int) -> (kept: [Int], end: Int) {
    let number = loops.loop(at: Int(trace[start].instruction))
    let limit = min(trace.count, start + Self.longestGroup)
    guard let number, !loops.loops[number].hasBarrier else {
      return straightGroup(of: trace, from: start, limit: limit)
    }
    let loop = loops.loops[number]
    var kept: [Int] = []
    var turn = 0
    var place = start
    while place < limit {
      let instruction = Int(trace[place].instruction)
      guard loop.range.contains(instruction) else { break }
      if instruction == loop.range.lowerBound, place > start {
        turn += 1
        if turn == Self.unrolling { break }
      }
      if turn == 0 || !loop.counting.contains(instruction) { kept.append(place) }
      place += 1
    }
    return (kept, max(place, start + 1))
  }

  /// Straight code: up to a barrier, a jump backwards or the border of a loop.
  private func straightGroup(
    of trace: [TraceStep], from start: Int, limit: Int
  ) -> (kept: [Int], end: Int) {
    let loop = loops.loop(at: Int(trace[start].instruction))
    var place = start
    while place < limit {
      let instruction = Int(trace[place].instruction)
      let isBackward = place > start && instruction <= trace[place - 1].instruction
      if isBackward || loops.loop(at: instruction) != loop { break }
      place += 1
      if kernel.instructions[instruction].isBarrier { break }
    }
    return (Array(start..<max(place, start + 1)), max(place, start + 1))
  }
}

// MARK: Addresses

extension WarpScheduler {
  /// Leaves out what a compiler would not compute anew: addresses that differ by a constant, and shared
  /// loads of neighbouring words.
  ///
  /// Gives the steps that stay and, for each, the steps that its left-out operands stand for.
  private func folded(_ steps: [TraceStep]) -> (kept: [TraceStep], sources: [[Int: Int32]]) {
    var folding = GroupFolding()
    for step in steps {
      let place = Int(step.instruction)
      folding.take(step, kernel.instructions[place], isAddress: addresses.isAddress[place])
    }
    return (folding.kept, folding.sources)
  }
}

// MARK: Order

extension WarpScheduler {
  /// Appends a group in the order a compiler would choose, with its producers resolved.
  private mutating func place(
    _ steps: [TraceStep], into result: inout [ScheduledStep], writers: inout [Int32]
  ) {
    let (group, sources) = folded(steps)
    let base = Int32(result.count)
    var local: [Int: Int32] = [:]
    var lastStore: [Space: Int32] = [:]
    var inside = [SIMD4<Int32>](repeating: SIMD4(repeating: -1), count: group.count)
    var outside = inside
    for (place, step) in group.enumerated() {
      let instruction = kernel.instructions[Int(step.instruction)]
      var within = Producers()
      var before = Producers()
      for register in instruction.readRegisters {
        if let producer = sources[place][register.number] {
          within.add(producer)
        } else if let producer = local[register.number] {
          within.add(producer)
        } else if writers[register.number] >= 0 {
          before.add(writers[register.number])
        }
      }
      if let space = instruction.accessedSpace {
        if let store = lastStore[space] { within.add(store) }
        if instruction.isStore { lastStore[space] = Int32(place) }
      }
      inside[place] = within.places
      outside[place] = before.places
      for register in instruction.destinations { local[register.number] = Int32(place) }
    }
    let order = order(of: group, producers: inside)
    var position = [Int32](repeating: 0, count: group.count)
    for (slot, place) in order.enumerated() { position[place] = base + Int32(slot) }
    for place in order {
      var producers = Producers(outside[place])
      for index in 0..<4 where inside[place][index] >= 0 {
        producers.add(position[Int(inside[place][index])])
      }
      result.append(ScheduledStep(trace: group[place], producers: producers.places))
    }
    for (register, place) in local { writers[register] = position[Int(place)] }
  }

  /// List scheduling: of the steps that could run, the one at the head of the longest chain.
  private mutating func order(of group: [TraceStep], producers: [SIMD4<Int32>]) -> [Int] {
    let key = group.map(\.instruction)
    if let known = orders[key] { return known }
    let priority = chainLengths(of: group, producers: producers)
    var finish = [Int](repeating: 0, count: group.count)
    var pending = Array(group.indices)
    var order: [Int] = []
    var cycle = 0
    while !pending.isEmpty {
      var best = -1
      var bestReady = Int.max
      for (slot, place) in pending.enumerated() {
        guard let ready = readyTime(producers[place], finish: finish, placed: order, place) else {
          continue
        }
        let effective = max(ready, cycle)
        let wins =
          effective < bestReady
          || (effective == bestReady && priority[place] > priority[pending[best]])
        if wins {
          best = slot
          bestReady = effective
        }
      }
      let place = pending.remove(at: best)
      cycle = bestReady + 1
      finish[place] = bestReady + latencies[Int(group[place].instruction)]
      order.append(place)
    }
    // What ends the group stays at its end: barriers and branches order everything before them.
    orders[key] = order
    return order
  }

  private func readyTime(
    _ producers: SIMD4<Int32>, finish: [Int], placed: [Int], _ place: Int
  ) -> Int? {
    var ready = 0
    for index in 0..<4 where producers[index] >= 0 {
      let producer = Int(producers[index])
      guard finish[producer] > 0 else { return nil }
      ready = max(ready, finish[producer])
    }
    return ready
  }

  /// How long the chain of dependent steps is that begins with each step, in cycles.
  private func chainLengths(of group: [TraceStep], producers: [SIMD4<Int32>]) -> [Int] {
    var length = group.map { latencies[Int($0.instruction)] }
    for place in group.indices.reversed() {
      for index in 0..<4 where producers[place][index] >= 0 {
        let producer = Int(producers[place][index])
        length[producer] = max(
          length[producer], latencies[Int(group[producer].instruction)] + length[place])
      }
    }
    return length
  }
}

/// Up to four places; of more the latest count, for the others are done sooner.
private struct Producers {
  var places = SIMD4<Int32>(repeating: -1)

  init() {}
  init(_ places: SIMD4<Int32>) { self.places = places }

  mutating func add(_ place: Int32) {
    var least = 0
    for index in 0..<4 {
      if places[index] == place { return }
      if places[index] < places[least] { least = index }
    }
    if place > places[least] { places[least] = place }
  }
}
