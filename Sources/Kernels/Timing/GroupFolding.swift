/// A whole number as a sum of registers times constants, as far as a compiler can see.
struct Affine: Hashable {
  /// Factors by the register's value: its number and how often it was written before.
  var terms: [Int: Int] = [:]
  /// What is added.
  var constant = 0

  static func + (left: Affine, right: Affine) -> Affine {
    var sum = left
    sum.constant &+= right.constant
    for (term, factor) in right.terms {
      let total = (sum.terms[term] ?? 0) &+ factor
      sum.terms[term] = total == 0 ? nil : total
    }
    return sum
  }

  static func * (left: Affine, factor: Int) -> Affine {
    Affine(terms: left.terms.mapValues { $0 &* factor }, constant: left.constant &* factor)
  }
}

/// Leaves out what a compiler would not compute anew among the steps of a group.
struct GroupFolding {
  /// The steps that stay.
  private(set) var kept: [TraceStep] = []
  /// For each of them, the kept steps that stand for registers whose own steps were left out.
  private(set) var sources: [[Int: Int32]] = []

  /// A shared load that neighbours may join.
  private struct Vector {
    let head: Int
    let constant: Int
    var words = 1
    var wavefronts: Int
  }

  private struct Place: Hashable {
    let base: Affine
    let terms: [Int: Int]
  }

  private var values: [Int: Affine] = [:]
  private var standsFor: [Int: Int32] = [:]
  private var bases: [[Int: Int]: Int32] = [:]
  private var versions: [Int: Int] = [:]
  private var vectors: [Place: [Vector]] = [:]
  private var count = 0

  /// Takes the next step of the group.
  mutating func take(_ step: TraceStep, _ instruction: Instruction, isAddress: Bool) {
    count += 1
    if isAddress, let register = instruction.destinations.first?.number {
      let value = value(of: instruction)
      values[register] = value
      if let base = bases[value.terms] {
        standsFor[register] = base
        return
      }
      bases[value.terms] = Int32(kept.count)
      standsFor[register] = nil
      keep(step, instruction)
      return
    }
    if instruction.isStore || instruction.isBarrier { vectors = [:] }
    let joined = join(step, instruction)
    let stands = joined ? nil : stands(for: instruction)
    for register in instruction.destinations {
      values[register.number] = nil
      versions[register.number] = count
      if !joined { standsFor[register.number] = nil }
    }
    if let stands {
      kept.append(step)
      sources.append(stands)
    }
  }

  /// Takes a step that counts turns: the compiler knows the counter's value from turn to turn.
  mutating func count(_ step: TraceStep, _ instruction: Instruction, runs: Bool) {
    if runs { keep(step, instruction) }
    guard let register = instruction.destinations.first?.number else { return }
    if let step = instruction.step {
      values[register] = value(of: .register(step.register)) + Affine(constant: step.distance)
    }
  }

  private mutating func keep(_ step: TraceStep, _ instruction: Instruction) {
    kept.append(step)
    sources.append(stands(for: instruction))
  }

  private func stands(for instruction: Instruction) -> [Int: Int32] {
    var stands: [Int: Int32] = [:]
    for register in instruction.readRegisters {
      if let base = standsFor[register.number] { stands[register.number] = base }
    }
    return stands
  }

  // MARK: Values

  private func value(of operand: Operand) -> Affine {
    switch operand {
    case .immediate(let bits):
      Affine(constant: Int(Int32(truncatingIfNeeded: Int(bitPattern: UInt(bits)))))
    case .register(let register):
      values[register.number]
        ?? Affine(terms: [register.number << 24 | (versions[register.number] ?? 0): 1])
    // Launch values never change; each has a number of its own below zero.
    case .special(let special): Affine(terms: [-1 - Int(special.rawValue): 1])
    case .argument(let offset): Affine(terms: [-1000 - offset: 1])
    case .global(let symbol): Affine(terms: [-1_000_000 - symbol: 1])
    }
  }

  private func value(of instruction: Instruction) -> Affine {
    let operands = instruction.sources.map { value(of: $0) }
    switch instruction.operation {
    case .move, .convert: return operands[0]
    case .binary(.add): return operands[0] + operands[1]
    case .binary(.subtract): return operands[0] + operands[1] * -1
    case .binary(.multiply), .binary(.multiplyWide): return product(operands[0], operands[1])
    case .binary(.shiftLeft)
    where operands[1].terms.isEmpty && (0..<32).contains(operands[1].constant):
      return operands[0] * (1 << operands[1].constant)
    case .ternary(.multiplyAdd), .ternary(.multiplyAddWide):
      return product(operands[0], operands[1]) + operands[2]
    case .ternary(.addAdd): return operands[0] + operands[1] + operands[2]
    default: return opaque(operands)
    }
  }

  private func product(_ left: Affine, _ right: Affine) -> Affine {
    if right.terms.isEmpty { return left * right.constant }
    if left.terms.isEmpty { return right * left.constant }
    return opaque([left, right])
  }

  /// A value of its own, the same for the same operands.
  private func opaque(_ operands: [Affine]) -> Affine {
    Affine(terms: [operands.hashValue | 1 << 62: 1])
  }

  // MARK: Vectors

  /// Lets a load of a shared word join one that began at most three words before.
  private mutating func join(_ step: TraceStep, _ instruction: Instruction) -> Bool {
    guard case .load(.shared, .plain) = instruction.operation, instruction.type.bytes == 4,
      instruction.destinations.count == 1, instruction.condition == nil,
      let address = instruction.address
    else { return false }
    let index = address.index.map { value(of: $0) } ?? Affine()
    let base = value(of: address.base)
    let constant = base.constant + index.constant * address.scale + address.offset
    let place = Place(
      base: Affine(terms: base.terms), terms: index.terms.mapValues { $0 * address.scale })
    for number in (vectors[place] ?? []).indices {
      guard var vector = vectors[place]?[number], constant == vector.constant + 4 * vector.words,
        vector.words < 4, vector.constant % 8 == 0
      else { continue }
      vector.words += 1
      vector.wavefronts += Int(step.wavefronts)
      vectors[place]?[number] = vector
      // Wide loads pass the banks with half the conflicts of their words.
      kept[vector.head].wavefronts = UInt8(clamping: max(1, (vector.wavefronts + 1) / 2))
      standsFor[instruction.destinations[0].number] = Int32(vector.head)
      return true
    }
    vectors[place, default: []].append(
      Vector(head: kept.count, constant: constant, wavefronts: Int(step.wavefronts)))
    return false
  }
}
