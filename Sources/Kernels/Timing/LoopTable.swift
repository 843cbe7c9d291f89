/// The innermost loops of a kernel, and which of their instructions only count.
///
/// nvcc unrolls an innermost loop by four unless its trip count is unknown and its body long, so three
/// of four increments, comparisons and jumps of the counter never run on a device.
struct LoopTable: Sendable {
  /// One innermost loop: the instructions from the target of its backward branch to that branch.
  struct Loop: Sendable {
    let range: ClosedRange<Int>
    /// Instructions that step, compare or jump by the counter.
    let counting: Set<Int>
    /// True when the body waits for other warps, so iterations cannot be mixed.
    let hasBarrier: Bool
  }

  /// The loops by their first instruction.
  let loops: [Loop]
  /// The loop of each instruction; -1 outside.
  private let loopOf: [Int32]

  init(_ kernel: InstructionList) {
    let backward = kernel.instructions.indices.compactMap { place -> ClosedRange<Int>? in
      guard case .branch = kernel.instructions[place].operation,
        let target = kernel.target(of: place), target <= place
      else { return nil }
      return target...place
    }
    // `continue` gives a loop several backward branches: one loop per head, up to the last of them.
    var ends: [Int: Int] = [:]
    for range in backward {
      ends[range.lowerBound] = max(ends[range.lowerBound] ?? 0, range.upperBound)
    }
    let ranges = ends.map { $0.key...$0.value }
    let innermost = ranges.filter { range in
      !ranges.contains {
        $0 != range && range.contains($0.lowerBound) && range.contains($0.upperBound)
      }
    }.sorted { $0.lowerBound < $1.lowerBound }
    loops = innermost.map { Loop($0, in: kernel) }
    var loopOf = [Int32](repeating: -1, count: kernel.instructions.count)
    for (number, loop) in loops.enumerated() {
      for place in loop.range { loopOf[place] = Int32(number) }
    }
    self.loopOf = loopOf
  }

  /// The loop that an instruction belongs to.
  func loop(at instruction: Int) -> Int? {
    let number = Int(loopOf[instruction])
    return number < 0 ? nil : number
  }
}

extension LoopTable.Loop {
  init(_ range: ClosedRange<Int>, in kernel: InstructionList) {
    self.range = range
    let body = range.map { kernel.instructions[$0] }
    hasBarrier = body.contains { if case .barrier = $0.operation { true } else { false } }
    var writes: [Register: Int] = [:]
    for instruction in body {
      for register in instruction.destinations { writes[register, default: 0] += 1 }
    }
    let counters = Set(body.compactMap { $0.steppedRegister }).filter { writes[$0] == 1 }
    var predicates: Set<Register> = []
    var counting: Set<Int> = []
    for place in range {
      let instruction = kernel.instructions[place]
      if let register = instruction.steppedRegister, counters.contains(register) {
        counting.insert(place)
      } else if case .compare = instruction.operation,
        instruction.sources.allSatisfy({ source in
          guard case .register(let register) = source else { return true }
          return counters.contains(register) || writes[register] == nil
        })
      {
        counting.insert(place)
        predicates.formUnion(instruction.destinations)
      } else if case .branch = instruction.operation,
        instruction.condition.map({ predicates.contains($0.register) }) ?? true
      {
        counting.insert(place)
      }
    }
    self.counting = counting
  }
}

extension Instruction {
  /// The register that this instruction adds a constant to, as a loop's counter is stepped.
  fileprivate var steppedRegister: Register? {
    switch operation {
    case .binary(.add), .binary(.subtract): break
    default: return nil
    }
    guard condition == nil, let register = destinations.first, sources.count == 2,
      sources[0] == .register(register), case .immediate = sources[1]
    else { return nil }
    return register
  }
}
