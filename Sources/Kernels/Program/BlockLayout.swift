/// Orders the basic blocks of a kernel for lanes that run the lowest place first.
///
/// Blocks stand in reverse post-order with the blocks of a loop beside one another, its header
/// first, and what follows a loop behind it (Bourdoncle's weak topological order). Then the paths of
/// an `if` end before the place where they join, and lanes that left a loop wait behind it for the
/// others. Unreachable blocks are dropped; branches to the next place are, too.
public struct BlockLayout {
  /// A straight piece of text and how it ends.
  private struct Block {
    var labels: [Label] = []
    var body: [Instruction] = []
    var end = End.leave
  }

  private enum End {
    /// On to the next block.
    case go(Int)
    /// To the first block where the guard holds, else to the second.
    case choose(Instruction, Int, Int)
    /// Nothing follows.
    case leave
  }

  private var blocks: [Block] = []
  private var order: [Int] = []

  /// The statements of a kernel in the order described above; they mean the same as before.
  public static func arrange(_ program: KernelProgram) -> KernelProgram {
    var layout = BlockLayout()
    layout.cut(program.statements)
    layout.sort()
    var result = program
    var labels = program.labelNumbers
    result.statements = layout.statements(&labels)
    result.labelNumbers = labels
    return result
  }

  // MARK: Cutting

  private mutating func cut(_ statements: [Statement]) {
    var places: [Label: Int] = [:]
    var targets: [Int: (Instruction, Label)] = [:]
    var falls: Set<Int> = []
    var current = Block()
    for statement in statements {
      switch statement {
      case .label(let label):
        if !current.body.isEmpty {
          falls.insert(blocks.count)
          blocks.append(current)
          current = Block()
        }
        current.labels.append(label)
        places[label] = blocks.count
      case .instruction(let instruction):
        guard instruction.endsBlock else {
          current.body.append(instruction)
          continue
        }
        if let target = instruction.target {
          targets[blocks.count] = (instruction, target)
          if instruction.condition != nil { falls.insert(blocks.count) }
        } else {
          current.body.append(instruction)
        }
        blocks.append(current)
        current = Block()
      }
    }
    blocks.append(current)
    for index in blocks.indices {
      let next = index + 1 < blocks.count && falls.contains(index) ? index + 1 : nil
      let target = targets[index].flatMap { places[$0.1] }
      switch (target, next) {
      case (let target?, let next?) where target != next:
        if let branch = targets[index]?.0 { blocks[index].end = .choose(branch, target, next) }
      case (let target?, _): blocks[index].end = .go(target)
      case (nil, let next?): blocks[index].end = .go(next)
      case (nil, nil): blocks[index].end = .leave
      }
    }
  }

  private func successors(_ index: Int) -> [Int] {
    switch blocks[index].end {
    case .go(let next): [next]
    case .choose(_, let target, let next): [target, next]
    case .leave: []
    }
  }

  // MARK: Sorting

  /// What is still to be ordered; the last is next.
  private enum Work {
    case block(Int)
    /// The blocks of a loop behind its header (or all blocks), where to enter them, and how many
    /// loops are around.
    case level(members: [Int], entries: [Int], depth: Int)
  }

  /// Loops deeper than this keep the order of their walk: each level looks at all its blocks again.
  private static let deepest = 256

  private mutating func sort() {
    var walk = ComponentWalk(count: blocks.count)
    var work: [Work] = [.level(members: Array(blocks.indices), entries: [0], depth: 0)]
    while let item = work.popLast() {
      switch item {
      case .block(let index): order.append(index)
      case .level(let members, let entries, let depth):
        let parts = walk.components(members, from: entries, successors: successors)
        // The first component found is the last in order, so it goes to the bottom of the work.
        for part in parts {
          guard part.count > 1, depth < Self.deepest else {
            work += part.map { .block($0) }
            continue
          }
          // The block that was entered first, the header, stands last in its component.
          let header = part[part.count - 1]
          work.append(
            .level(
              members: Array(part.dropLast()), entries: successors(header), depth: depth + 1))
          work.append(.block(header))
        }
      }
    }
  }

  /// Tarjan's walk, by a stack of its own so that long chains of blocks cost no call depth.
  private struct ComponentWalk {
    private var stamp = 0
    private var member: [Int]
    private var index: [Int]
    private var low: [Int]
    private var isOpen: [Bool]
    private var stack: [Int] = []
    private var next = 0
    private var found: [[Int]] = []

    init(count: Int) {
      member = Array(repeating: 0, count: count)
      index = Array(repeating: -1, count: count)
      low = Array(repeating: 0, count: count)
      isOpen = Array(repeating: false, count: count)
    }

    /// The strongly connected components among the members, those that others lead to first.
    mutating func components(
      _ members: [Int], from entries: [Int], successors: (Int) -> [Int]
    ) -> [[Int]] {
      stamp += 1
      next = 0
      found = []
      for block in members {
        member[block] = stamp
        index[block] = -1
      }
      for entry in entries where member[entry] == stamp && index[entry] < 0 {
        visit(entry, successors: successors)
      }
      return found
    }

    /// Walks a branch's target before what follows: found first, it stands behind it.
    private mutating func visit(_ root: Int, successors: (Int) -> [Int]) {
      var path: [(block: Int, next: Int)] = [(root, 0)]
      enter(root)
      while let (block, number) = path.last {
        let following = successors(block)
        guard number < following.count else {
          path.removeLast()
          leave(block)
          if let parent = path.last?.block { low[parent] = min(low[parent], low[block]) }
          continue
        }
        path[path.count - 1].next += 1
        let successor = following[number]
        guard member[successor] == stamp else { continue }
        if index[successor] < 0 {
          enter(successor)
          path.append((successor, 0))
        } else if isOpen[successor] {
          low[block] = min(low[block], index[successor])
        }
      }
    }

    private mutating func enter(_ block: Int) {
      index[block] = next
      low[block] = next
      next += 1
      stack.append(block)
      isOpen[block] = true
    }

    private mutating func leave(_ block: Int) {
      guard low[block] == index[block] else { return }
      var component: [Int] = []
      while let top = stack.popLast() {
        isOpen[top] = false
        component.append(top)
        if top == block { break }
      }
      found.append(component)
    }
  }

  // MARK: Writing

  private func statements(_ labels: inout Int) -> [Statement] {
    var names: [Int: Label] = [:]
    for index in order {
      if let label = blocks[index].labels.first { names[index] = label }
    }
    func label(_ block: Int) -> Label {
      if let known = names[block] { return known }
      let made = Label(labels)
      labels += 1
      names[block] = made
      return made
    }
    // Branches are written first, so that only labels that are used are placed.
    var used: Set<Int> = []
    var texts: [[Instruction]] = []
    for (place, index) in order.enumerated() {
      let next = place + 1 < order.count ? order[place + 1] : nil
      var text = blocks[index].body
      let last = text.last?.location ?? SourceLocation()
      func branch(_ target: Int, _ pattern: Instruction?, negated: Bool = false) {
        used.insert(target)
        var instruction =
          pattern ?? Instruction(.branch(isCondition: false), location: last)
        instruction.target = label(target)
        if negated, let guarding = instruction.condition {
          instruction.condition = Guard(guarding.register, isNegated: !guarding.isNegated)
        }
        text.append(instruction)
      }
      switch blocks[index].end {
      case .go(let target): if target != next { branch(target, nil) }
      case .choose(let pattern, let target, let other):
        if target == next {
          branch(other, pattern, negated: true)
        } else {
          branch(target, pattern)
          if other != next { branch(other, nil) }
        }
      case .leave:
        if next != nil, text.last?.isLast != true {
          text.append(Instruction(.exit, location: last))
        }
      }
      texts.append(text)
    }
    return zip(order, texts).flatMap { index, text -> [Statement] in
      let start: [Statement] = used.contains(index) ? [.label(label(index))] : []
      return start + text.map { .instruction($0) }
    }
  }
}

extension Instruction {
  /// True where no lane goes on behind it.
  fileprivate var isLast: Bool { endsBlock && target == nil }

  /// True where a block ends behind it: branches, and exits and traps of all lanes.
  fileprivate var endsBlock: Bool {
    switch operation {
    case .branch: true
    case .exit, .trap: condition == nil
    default: false
    }
  }
}
