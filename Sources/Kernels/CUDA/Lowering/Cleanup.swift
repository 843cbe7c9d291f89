/// Tidies what the lowering wrote.
///
/// Copies that only hand a value on, values nobody reads and code that nothing reaches go. Accesses
/// to memory stay, since they are what is counted.
struct Cleanup {
  private var statements: [Statement?]

  init(_ statements: [Statement]) { self.statements = statements }

  /// The tidied text.
  var result: [Statement] {
    var work = self
    work.removeUnreachable()
    work.joinCopies()
    work.removeUnused()
    work.removeIdleBranches()
    return work.statements.compactMap { $0 }
  }

  /// Behind a jump nothing runs before the next label.
  private mutating func removeUnreachable() {
    var isDead = false
    for (index, statement) in statements.enumerated() {
      switch statement {
      case .label?: isDead = false
      case .instruction(let instruction)?:
        if isDead { statements[index] = nil }
        if instruction.endsLane { isDead = true }
      case nil: break
      }
    }
  }

  // MARK: Copies

  /// `t = a + b; r = t` becomes `r = a + b` where nothing else reads `t`.
  private mutating func joinCopies() {
    let (uses, definitions) = counts()
    var origin: [Int: Int] = [:]
    var touched: [Int: Int] = [:]
    var blockStart = 0
    for index in statements.indices {
      guard case .instruction(let instruction)? = statements[index] else {
        if case .label? = statements[index] { blockStart = index }
        continue
      }
      if instruction.isControl { blockStart = index }
      if let (target, source) = instruction.copy, uses[source.number, default: 0] == 1,
        definitions[source.number, default: 0] == 1, let place = origin[source.number],
        place > blockStart || (place == blockStart && blockStart == 0),
        touched[target.number, default: -1] <= place,
        case .instruction(var maker)? = statements[place], maker.condition == nil,
        !maker.destinations.contains(target)
      {
        maker.destinations = maker.destinations.map { $0 == source ? target : $0 }
        statements[place] = .instruction(maker)
        statements[index] = nil
        touched[target.number] = index
        continue
      }
      instruction.forEachRead { touched[$0.number] = index }
      for register in instruction.destinations {
        touched[register.number] = index
        origin[register.number] = index
      }
    }
  }

  // MARK: Unused values

  private mutating func removeUnused() {
    var uses = counts().uses
    var goesOn = true
    while goesOn {
      goesOn = false
      for index in statements.indices.reversed() {
        guard case .instruction(var instruction)? = statements[index] else { continue }
        guard !instruction.destinations.isEmpty else { continue }
        let isRead = instruction.destinations.contains { uses[$0.number, default: 0] > 0 }
        if isRead { continue }
        if instruction.isRemovable {
          instruction.forEachRead { uses[$0.number, default: 0] -= 1 }
          statements[index] = nil
          goesOn = true
        } else if case .atomic(_, let operation) = instruction.operation, operation != .exchange,
          operation != .compareAndSwap
        {
          instruction.destinations = []
          statements[index] = .instruction(instruction)
        }
      }
    }
  }

  private func counts() -> (uses: [Int: Int], definitions: [Int: Int]) {
    var (uses, definitions) = ([Int: Int](), [Int: Int]())
    for case .instruction(let instruction)? in statements {
      instruction.forEachRead { uses[$0.number, default: 0] += 1 }
      for register in instruction.destinations { definitions[register.number, default: 0] += 1 }
    }
    return (uses, definitions)
  }

  /// A jump to what comes next anyway.
  private mutating func removeIdleBranches() {
    var following: Set<Int> = []
    for index in statements.indices.reversed() {
      switch statements[index] {
      case .label(let label)?: following.insert(label.number)
      case .instruction(let instruction)?:
        if case .branch(isCondition: false) = instruction.operation,
          let target = instruction.target,
          following.contains(target.number)
        {
          statements[index] = nil
        } else {
          following = []
        }
      case nil: break
      }
    }
  }
}

extension Instruction {
  /// Calls a closure with each register that is read.
  func forEachRead(_ body: (Register) -> Void) {
    for case .register(let register) in sources { body(register) }
    if case .register(let register)? = address?.base { body(register) }
    if case .register(let register)? = address?.index { body(register) }
    if let condition { body(condition.register) }
    // A guarded instruction leaves the old value in lanes that do not act.
    if condition != nil { for register in destinations { body(register) } }
  }

  /// Target and source of an unguarded copy between registers of one class.
  fileprivate var copy: (target: Register, source: Register)? {
    guard operation == .move, condition == nil, destinations.count == 1,
      case .register(let source)? = sources.first, source.kind == destinations[0].kind,
      source != destinations[0]
    else { return nil }
    return (destinations[0], source)
  }

  /// True of what moves lanes about.
  fileprivate var isControl: Bool {
    switch operation {
    case .branch, .exit, .barrier, .warpBarrier, .trap: true
    default: false
    }
  }

  /// True where no lane goes on behind it.
  fileprivate var endsLane: Bool {
    guard condition == nil else { return false }
    switch operation {
    case .branch, .exit, .trap: return true
    default: return false
    }
  }

  /// True where only the result matters.
  fileprivate var isRemovable: Bool {
    if hasNoEffect { return true }
    switch operation {
    case .activeMask, .clock: return true
    default: return false
    }
  }
}
