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
/// unrolls loops and moves loads ahead of arithmetic inside straight code; without that a warp would
/// wait for each load alone. Steps move inside a group only: four turns of an
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
  /// The most steps in which a compiler looks for neighbouring accesses and equal addresses.
  static let longestGroup = 1024
  /// The most steps that are ordered together: registers hold no more of what was loaded ahead.
  static let orderedSteps = 192

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
      let (group, end) = nextGroup(of: trace, from: start)
      place(group, into: &result, writers: &writers)
      start = end
    }
    return result
  }
}

// MARK: Groups

extension WarpScheduler {
  /// A step of a group; of those that count turns most do not run, but addresses depend on them.
  private struct Member {
    let step: TraceStep
    let counts: Bool
    let runs: Bool
  }

  /// The steps that are ordered together from `start` on, and where they end.
  private func nextGroup(of trace: [TraceStep], from start: Int) -> (group: [Member], end: Int) {
    let number = loops.loop(at: Int(trace[start].instruction))
    let limit = min(trace.count, start + Self.longestGroup)
    guard let number, !loops.loops[number].hasBarrier else {
      return straightGroup(of: trace, from: start, limit: limit)
    }
    let loop = loops.loops[number]
    var group: [Member] = []
    var turn = 0
    var place = start
    while place < limit {
      let instruction = Int(trace[place].instruction)
      guard loop.range.contains(instruction) else { break }
      if instruction == loop.range.lowerBound, place > start {
        turn += 1
        if turn == Self.unrolling { break }
      }
      let vanishes = loops.vanishes(instruction)
      let counts = vanishes || loop.counting.contains(instruction)
      group.append(
        Member(step: trace[place], counts: counts, runs: !counts || (turn == 0 && !vanishes)))
      place += 1
    }
    return (group, place)
  }

  /// Straight code: up to a barrier, a jump backwards or the border of a loop.
  private func straightGroup(
    of trace: [TraceStep], from start: Int, limit: Int
  ) -> (group: [Member], end: Int) {
    let loop = loops.loop(at: Int(trace[start].instruction))
    var group: [Member] = []
    var place = start
    while place < limit {
      let instruction = Int(trace[place].instruction)
      if loops.loop(at: instruction) != loop { break }
      if place > start {
        let before = Int(trace[place - 1].instruction)
        if instruction <= before, !loops.areUnrolled(before, instruction) { break }
      }
      let counts = loops.vanishes(instruction)
      group.append(Member(step: trace[place], counts: counts, runs: !counts))
      place += 1
      if kernel.instructions[instruction].isBarrier { break }
    }
    return (group, place)
  }
}

// MARK: Addresses

extension WarpScheduler {
  /// Leaves out what a compiler would not compute anew: addresses that differ by a constant, and shared
  /// loads of neighbouring words.
  ///
  /// Gives the steps that stay and, for each, the steps that its left-out operands stand for.
  private func folded(_ members: [Member]) -> (kept: [TraceStep], sources: [[Int: Int32]]) {
    var folding = GroupFolding()
    for member in members {
      let place = Int(member.step.instruction)
      if member.counts {
        folding.count(member.step, kernel.instructions[place], runs: member.runs)
      } else {
        folding.take(
          member.step, kernel.instructions[place], isAddress: addresses.isAddress[place])
      }
    }
    return (folding.kept, folding.sources)
  }
}

// MARK: Order

extension WarpScheduler {
  /// Appends a group in the order a compiler would choose, with its producers resolved.
  private mutating func place(
    _ members: [Member], into result: inout [ScheduledStep], writers: inout [Int32]
  ) {
    let (group, sources) = folded(members)
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

  /// The order of a group, window by window.
  private mutating func order(of group: [TraceStep], producers: [SIMD4<Int32>]) -> [Int] {
    var order: [Int] = []
    order.reserveCapacity(group.count)
    while order.count < group.count {
      let start = order.count
      let window = start..<min(group.count, start + Self.orderedSteps)
      // What earlier windows made is there.
      let inside = producers[window].map { needed in
        let shifted = needed &- Int32(start)
        return shifted.replacing(with: -1, where: shifted .< 0)
      }
      order += self.order(ofWindow: group[window].map(\.instruction), inside).map { start + $0 }
    }
    return order
  }

  /// List scheduling: of the steps that could run, the one at the head of the longest chain.
  private mutating func order(
    ofWindow window: [Int32], _ producers: [SIMD4<Int32>]
  ) -> [Int] {
    var key: [Int32] = []
    key.reserveCapacity(5 * window.count)
    for (instruction, needed) in zip(window, producers) {
      key += [instruction, needed[0], needed[1], needed[2], needed[3]]
    }
    if let known = orders[key] { return known }
    let priority = chainLengths(of: window, producers: producers)
    var finish = [Int](repeating: 0, count: window.count)
    // A barrier or a jump comes after all that stands before it.
    let last = window.last.map { kernel.instructions[Int($0)].endsCode } ?? false
    var pending = Array(window.indices.dropLast(last ? 1 : 0))
    var order: [Int] = []
    var cycle = 0
    while !pending.isEmpty {
      var best = -1
      var bestReady = Int.max
      for (slot, place) in pending.enumerated() {
        guard let ready = readyTime(producers[place], finish: finish) else { continue }
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
      finish[place] = bestReady + max(1, latencies[Int(window[place])])
      order.append(place)
    }
    if last { order.append(window.count - 1) }
    orders[key] = order
    return order
  }

  private func readyTime(_ producers: SIMD4<Int32>, finish: [Int]) -> Int? {
    var ready = 0
    for index in 0..<4 where producers[index] >= 0 {
      let producer = Int(producers[index])
      guard finish[producer] > 0 else { return nil }
      ready = max(ready, finish[producer])
    }
    return ready
  }

  /// How long the chain of dependent steps is that begins with each step, in cycles.
  private func chainLengths(of window: [Int32], producers: [SIMD4<Int32>]) -> [Int] {
    var length = window.map { latencies[Int($0)] }
    for place in window.indices.reversed() {
      for index in 0..<4 where producers[place][index] >= 0 {
        let producer = Int(producers[place][index])
        length[producer] = max(
          length[producer], latencies[Int(window[producer])] + length[place])
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
