/// Which registers a lane still needs, at every place of a kernel.
struct Liveness {
  /// Registers needed at the begin of each block, as bits.
  let live: [[UInt64]]
  /// The most 32-bit registers that a lane needs at once; predicates do not count.
  let pressure: Int
  /// The first and last position at which each register number is needed, in blocks' order, or nil.
  let ranges: [ClosedRange<Int>?]
  /// The class of each register number that occurs.
  let classes: [RegisterClass?]

  /// Computes it; a definition under a guard keeps the register needed before it.
  init(_ text: ProgramText) {
    let words = (text.registerNumbers + 63) / 64
    var begins = [[UInt64]](
      repeating: [UInt64](repeating: 0, count: words), count: text.blocks.count + 1)
    var changed = true
    while changed {
      changed = false
      for block in text.blocks.indices.reversed() {
        var live = Self.liveOut(text, block, begins, words)
        for step in text.blocks[block].steps.reversed() { Self.stepBack(step.instruction, &live) }
        if live != begins[block] {
          begins[block] = live
          changed = true
        }
      }
    }
    live = begins
    var classes = [RegisterClass?](repeating: nil, count: text.registerNumbers)
    for block in text.blocks {
      for step in block.steps {
        for register in step.instruction.destinations + step.instruction.uses {
          classes[register.number] = register.kind
        }
      }
    }
    self.classes = classes
    (ranges, pressure) = Self.measure(text, begins, words, classes)
  }

  private static func liveOut(
    _ text: ProgramText, _ block: Int, _ begins: [[UInt64]], _ words: Int
  ) -> [UInt64] {
    var live = [UInt64](repeating: 0, count: words)
    for next in text.blocks[block].successors {
      for word in 0..<words { live[word] |= begins[next][word] }
    }
    return live
  }

  private static func stepBack(_ instruction: Instruction, _ live: inout [UInt64]) {
    if instruction.condition == nil {
      for register in instruction.destinations {
        live[register.number >> 6] &= ~(1 << UInt64(register.number & 63))
      }
    }
    for register in instruction.uses {
      live[register.number >> 6] |= 1 << UInt64(register.number & 63)
    }
  }

  private static func measure(
    _ text: ProgramText, _ begins: [[UInt64]], _ words: Int, _ classes: [RegisterClass?]
  ) -> ([ClosedRange<Int>?], Int) {
    var ranges = [ClosedRange<Int>?](repeating: nil, count: text.registerNumbers)
    var most = 0
    var position = text.blocks.reduce(0) { $0 + $1.steps.count + 2 }
    func note(_ number: Int, _ at: Int) {
      guard let range = ranges[number] else {
        ranges[number] = at...at
        return
      }
      ranges[number] = min(range.lowerBound, at)...max(range.upperBound, at)
    }
    func noteAll(_ live: [UInt64], _ at: Int) {
      for word in 0..<words {
        var bits = live[word]
        while bits != 0 {
          note(word * 64 + bits.trailingZeroBitCount, at)
          bits &= bits - 1
        }
      }
    }
    func size(_ number: Int) -> Int {
      switch classes[number] {
      case .word: 1
      case .wide: 2
      default: 0
      }
    }
    func pressureOf(_ live: [UInt64]) -> Int {
      var sum = 0
      for word in 0..<words {
        var bits = live[word]
        while bits != 0 {
          sum += size(word * 64 + bits.trailingZeroBitCount)
          bits &= bits - 1
        }
      }
      return sum
    }
    for block in text.blocks.indices.reversed() {
      var live = liveOut(text, block, begins, words)
      noteAll(live, 2 * position)
      position -= 1
      var pressure = pressureOf(live)
      most = max(most, pressure)
      for step in text.blocks[block].steps.reversed() {
        // Sources are read before any destination is set: a slot may pass from one to the other.
        for register in step.instruction.destinations { note(register.number, 2 * position + 1) }
        for register in step.instruction.uses { note(register.number, 2 * position) }
        if step.instruction.condition == nil {
          for register in step.instruction.destinations
          where live[register.number >> 6] >> UInt64(register.number & 63) & 1 == 1 {
            pressure -= size(register.number)
            live[register.number >> 6] &= ~(1 << UInt64(register.number & 63))
          }
        }
        for register in step.instruction.uses
        where live[register.number >> 6] >> UInt64(register.number & 63) & 1 == 0 {
          pressure += size(register.number)
          live[register.number >> 6] |= 1 << UInt64(register.number & 63)
        }
        most = max(most, pressure)
        position -= 1
      }
      noteAll(begins[block], 2 * position)
      position -= 1
    }
    return (ranges, most)
  }
}
