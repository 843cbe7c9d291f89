/// The allowed tokens of each stack, worked out once.
///
/// Most tokens are decided by the upper part of a stack alone, down to the first frame that is a fence;
/// walking the whole vocabulary is done once for each such part. The few tokens that run over its end,
/// as `",` does in a JSON string, are then followed from the frame below.
struct StackMasks: Sendable {
  /// What the upper part of a stack allows.
  private struct Part: Sendable {
    let needs: TokenNeeds
    /// The nodes of the tree at which the part has ended and tokens go on.
    let escapes: [Int32]
  }

  /// What a stack allows.
  private struct Stack: Sendable {
    let part: Int
    /// What completing the stack costs more than completing the part.
    let shift: Int32
    /// The tokens that run over the end of the part.
    let beyond: TokenNeeds
  }

  /// Parts with counted loops decide tokens up to this length: most counts then look alike, and the
  /// few longer tokens are followed for each count.
  private static let shortTokens = 12

  var machine: GrammarMachine
  private let trie: TokenTrie
  private var parts: [Part] = []
  private var partIDs: [GrammarMachine.StackID: Int] = [:]
  private var stacks: [GrammarMachine.StackID: Stack] = [:]
  private var path: [GrammarMachine.SetID]

  init(_ program: GrammarProgram, _ trie: TokenTrie) {
    machine = GrammarMachine(program)
    self.trie = trie
    path = [GrammarMachine.SetID](repeating: GrammarMachine.dead, count: trie.longest + 1)
  }

  /// About how many bytes of memory are in use.
  var byteCount: Int { machine.byteCount + parts.count * trie.count * 2 + stacks.count * 512 }

  // MARK: Masks

  /// Adds the tokens that may follow and leave the text completable within a budget of bytes.
  ///
  /// A budget that is too short already leaves the longest tokens of the shortest way out.
  mutating func fill(_ mask: inout TokenMask, _ set: GrammarMachine.SetID, budget: Int32) {
    let cost = machine.cost(of: set)
    if machine.ends(of: set).contains(.complete) {
      for token in trie.ends { mask.insert(token) }
    }
    let members = Array(machine.stacks(of: set))
    if budget < cost {
      for token in wayOut(members, cost) { mask.insert(token) }
    } else {
      add(members, to: &mask, budget: budget)
    }
    // Only where the vocabulary lacks bytes: better too long than stuck.
    if mask.isEmpty { add(members, to: &mask, budget: .max) }
  }

  private mutating func add(
    _ members: [GrammarMachine.StackID], to mask: inout TokenMask, budget: Int32
  ) {
    for member in members {
      let stack = stack(member)
      parts[stack.part].needs.add(to: &mask, shift: stack.shift, budget: budget)
      stack.beyond.add(to: &mask, shift: 0, budget: budget)
    }
  }

  private mutating func wayOut(_ members: [GrammarMachine.StackID], _ cost: Int32) -> [TokenID] {
    var tokens: Set<TokenID> = []
    for member in members {
      let stack = stack(member)
      tokens.formUnion(parts[stack.part].needs.least(cost - stack.shift))
      tokens.formUnion(stack.beyond.least(cost))
    }
    let lengths = tokens.map { trie.text(of: $0).count }
    let longest = lengths.max()
    return tokens.filter { trie.text(of: $0).count == longest }
  }

  // MARK: Ways

  /// The bytes that must come next whatever is chosen.
  mutating func forcedText(_ set: GrammarMachine.SetID) -> [UInt8] {
    var (set, text) = (set, [UInt8]())
    while !machine.ends(of: set).contains(.complete), text.count < 4096 {
      var ways: [UInt8] = []
      for byte in UInt8.min...UInt8.max where machine.step(set, byte) != GrammarMachine.dead {
        ways.append(byte)
      }
      guard ways.count == 1 else { break }
      text.append(ways[0])
      set = machine.step(set, ways[0])
    }
    return text
  }

  /// The shortest rest of a text, of those the one whose bytes are least.
  mutating func shortestRest(_ set: GrammarMachine.SetID) -> [UInt8] {
    var (set, text) = (set, [UInt8]())
    while machine.cost(of: set) > 0, text.count < 1 << 20 {
      let cost = machine.cost(of: set)
      guard
        let byte = (UInt8.min...UInt8.max).first(where: {
          let next = machine.step(set, $0)
          return next != GrammarMachine.dead && machine.cost(of: next) < cost
        })
      else { break }
      text.append(byte)
      set = machine.step(set, byte)
    }
    return text
  }

  // MARK: Making

  private mutating func stack(_ id: GrammarMachine.StackID) -> Stack {
    if let known = stacks[id] { return known }
    let (partStack, below, isCounted) = split(id)
    let part = part(partStack, isCounted: isCounted)
    var beyond: [TokenNeeds.Entry] = []
    if below != GrammarMachine.bottom {
      let set = machine.settle([below])
      for node in parts[part].escapes {
        walk(set, under: Int(node), lengths: 1...Int(UInt8.max), &beyond) { _ in }
      }
    }
    if isCounted, trie.longest > Self.shortTokens {
      let set = machine.settle([id])
      walk(set, under: 0, lengths: Self.shortTokens + 1...trie.longest, &beyond) { _ in }
    }
    let result = Stack(
      part: part, shift: machine.cost(ofStack: id) - machine.cost(ofStack: partStack),
      beyond: TokenNeeds(beyond, count: trie.count))
    stacks[id] = result
    return result
  }

  /// The upper part of a stack, over nothing, with counts replaced by those that stand for them; and
  /// what lies below it.
  private mutating func split(_ id: GrammarMachine.StackID)
    -> (part: GrammarMachine.StackID, below: GrammarMachine.StackID, isCounted: Bool)
  {
    let program = machine.program
    var states: [Int32] = []
    var rest = id
    var isCounted = false
    while rest >= 0 {
      let state = machine.top(of: rest)
      isCounted = isCounted || program.states[Int(state)].counter >= 0
      states.append(program.representative(of: state, reach: Self.shortTokens))
      rest = machine.below(rest)
      if program.states[Int(state)].isFence { break }
    }
    let floor = rest == GrammarMachine.bottom ? GrammarMachine.bottom : GrammarMachine.outside
    let part = states.reversed().reduce(floor) { machine.stack($1, $0) }
    return (part, rest, isCounted)
  }

  private mutating func part(_ id: GrammarMachine.StackID, isCounted: Bool) -> Int {
    if let known = partIDs[id] { return known }
    var entries: [TokenNeeds.Entry] = []
    var escapes: [Int32] = []
    let lengths = 1...(isCounted ? Self.shortTokens : Int(UInt8.max))
    walk(machine.settle([id]), under: 0, lengths: lengths, &entries) { escapes.append($0) }
    parts.append(Part(needs: TokenNeeds(entries, count: trie.count), escapes: escapes))
    partIDs[id] = parts.count - 1
    return parts.count - 1
  }

  /// Follows the tokens of some lengths below a node of the tree.
  private mutating func walk(
    _ set: GrammarMachine.SetID, under node: Int, lengths: ClosedRange<Int>,
    _ entries: inout [TokenNeeds.Entry], onEscape: (Int32) -> Void
  ) {
    let trie = trie
    let end = Int(trie.subtreeEnds[node])
    path[Int(trie.depths[node])] = set
    var node = node + 1
    while node < end {
      let depth = Int(trie.depths[node])
      guard depth <= lengths.upperBound, Int(trie.deepest[node]) >= lengths.lowerBound else {
        node = Int(trie.subtreeEnds[node])
        continue
      }
      let next = machine.step(path[depth - 1], trie.bytes[node])
      guard next != GrammarMachine.dead else {
        node = Int(trie.subtreeEnds[node])
        continue
      }
      path[depth] = next
      for index in trie.tokenStarts[node]..<trie.tokenStarts[node + 1]
      where depth >= lengths.lowerBound {
        let need = machine.cost(of: next) + Int32(depth)
        entries.append(TokenNeeds.Entry(need: need, token: trie.tokens[Int(index)]))
      }
      if machine.ends(of: next).contains(.outside), Int(trie.subtreeEnds[node]) > node + 1 {
        onEscape(Int32(node))
      }
      node += 1
    }
  }
}
