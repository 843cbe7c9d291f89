/// The loops of a kernel as a compiler leaves them, and which of their instructions only count.
///
/// nvcc lays all turns of a short loop beside one another where it knows how many there are, and four
/// turns of other innermost loops: increments, comparisons and jumps of the turns between never run on
/// a device.
struct LoopTable: Sendable {
  /// One loop: the instructions from the target of its backward branch to that branch.
  struct Loop: Sendable {
    let range: ClosedRange<Int>
    /// Instructions that step, compare or jump by the counter.
    let counting: Set<Int>
    /// True when the body waits for other warps, so iterations cannot be mixed.
    let hasBarrier: Bool
    /// How many turns it makes, where the text says it.
    let turns: Int?
  }

  /// The most instructions of a loop that is laid out turn by turn.
  static let mostUnrolled = 1024

  /// Innermost of the loops that stay, by their first instruction.
  let loops: [Loop]
  /// The loop of each instruction; -1 outside.
  private let loopOf: [Int32]
  /// The outermost loop around each instruction that does not stay; -1 outside of them.
  private let unrolledOf: [Int32]
  /// Counting instructions of the loops that do not stay.
  private let vanished: Set<Int>

  init(_ kernel: InstructionList) {
    let all = Self.ranges(of: kernel).map { Loop($0, in: kernel) }
    var gone: [Loop] = []
    var staying: [Loop] = []
    // Inner loops come first, so a loop knows what its body has become.
    for loop in all.sorted(by: { $0.range.count < $1.range.count }) {
      let inner = staying.contains { loop.range.contains($0.range.lowerBound) }
      let length = Self.length(of: loop.range, unrolled: gone)
      if !inner, let turns = loop.turns, turns * length <= Self.mostUnrolled {
        gone.append(loop)
      } else {
        staying.append(loop)
      }
    }
    loops = staying.filter { loop in
      !staying.contains {
        $0.range != loop.range && loop.range.contains($0.range.lowerBound)
          && loop.range.contains($0.range.upperBound)
      }
    }.sorted { $0.range.lowerBound < $1.range.lowerBound }
    vanished = gone.reduce(into: []) { $0.formUnion($1.counting) }
    loopOf = Self.places(of: loops, among: kernel.instructions.count)
    unrolledOf = Self.places(of: gone, among: kernel.instructions.count)
  }

  /// The loop that an instruction belongs to.
  func loop(at instruction: Int) -> Int? {
    let number = Int(loopOf[instruction])
    return number < 0 ? nil : number
  }

  /// True for what steps or tests the counter of a loop that does not stay.
  func vanishes(_ instruction: Int) -> Bool { vanished.contains(instruction) }

  /// True when a jump from one instruction to the other stays in a loop that is laid out.
  func areUnrolled(_ first: Int, _ second: Int) -> Bool {
    unrolledOf[first] >= 0 && unrolledOf[first] == unrolledOf[second]
  }

  /// From the target of each backward branch to that branch.
  private static func ranges(of kernel: InstructionList) -> [ClosedRange<Int>] {
    // `continue` gives a loop several backward branches: one loop per head, up to the last of them.
    var ends: [Int: Int] = [:]
    for place in kernel.instructions.indices {
      guard case .branch = kernel.instructions[place].operation,
        let target = kernel.target(of: place), target <= place
      else { continue }
      ends[target] = max(ends[target] ?? 0, place)
    }
    return ends.map { $0.key...$0.value }
  }

  /// How many instructions a range has when the loops in it are laid out.
  private static func length(of range: ClosedRange<Int>, unrolled: [Loop]) -> Int {
    var length = range.count
    for loop in unrolled where range.contains(loop.range.lowerBound) {
      length += loop.range.count * ((loop.turns ?? 1) - 1)
    }
    return length
  }

  /// The number of the loop around each instruction; of nested ones the outermost.
  private static func places(of loops: [Loop], among count: Int) -> [Int32] {
    var places = [Int32](repeating: -1, count: count)
    for (number, loop) in loops.enumerated() {
      for place in loop.range { places[place] = Int32(number) }
    }
    return places
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
    let counters = Set(body.compactMap { $0.step?.register }).filter { writes[$0] == 1 }
    var predicates: Set<Register> = []
    var counting: Set<Int> = []
    var comparison: Instruction?
    for place in range {
      let instruction = kernel.instructions[place]
      if let register = instruction.step?.register, counters.contains(register) {
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
        if let condition = instruction.condition, comparison == nil {
          comparison = body.first { $0.destinations.contains(condition.register) }
        }
      }
    }
    self.counting = counting
    turns = comparison.flatMap { Self.turns($0, range, kernel) }
  }

  /// How often a loop turns whose counter goes from one constant to another by a third.
  private static func turns(
    _ comparison: Instruction, _ range: ClosedRange<Int>, _ kernel: InstructionList
  ) -> Int? {
    guard comparison.sources.count == 2, case .register(let counter) = comparison.sources[0],
      case .immediate(let bound) = comparison.sources[1],
      let step = range.lazy.compactMap({ kernel.instructions[$0].step })
        .first(where: { $0.register == counter }),
      let start = kernel.instructions[..<range.lowerBound].last(where: {
        $0.destinations.contains(counter)
      }), case .move = start.operation, start.condition == nil,
      case .immediate(let first) = start.sources[0], step.distance != 0
    else { return nil }
    let way = Int(Int32(truncatingIfNeeded: bound)) - Int(Int32(truncatingIfNeeded: first))
    let turns = (way.magnitude + step.distance.magnitude - 1) / step.distance.magnitude
    return turns > 0 && turns <= 1024 ? Int(turns) : nil
  }
}

extension Instruction {
  /// The register that this instruction adds a constant to, as a loop's counter is stepped.
  var step: (register: Register, distance: Int)? {
    var sign = 1
    switch operation {
    case .binary(.add): break
    case .binary(.subtract): sign = -1
    default: return nil
    }
    guard condition == nil, let register = destinations.first, sources.count == 2,
      sources[0] == .register(register), case .immediate(let bits) = sources[1]
    else { return nil }
    return (register, sign * Int(Int32(truncatingIfNeeded: bits)))
  }
}
