/// The allowed tokens of each stack, worked out once.
///
/// Most tokens are decided by the upper part of a stack alone, down to the first frame that is a fence;
/// walking the vocabulary is done once for each such part. The few tokens that run over its end, as
/// `",` does in a JSON string, are then followed from the frame below. Tokens of letters that a part
/// treats all alike are not walked at all, but taken together.
struct StackMasks: Sendable {
  /// What the upper part of a stack allows.
  struct Part: Sendable {
    /// The tokens of letters that it treats alike.
    var alike = AlikeTokens.none
    /// All other tokens.
    var needs = TokenNeeds()
    /// The nodes of the tree at which the part has ended and tokens go on.
    var escapes: [Int32] = []
  }

  /// What a stack allows.
  private struct Stack: Sendable {
    let part: Int
    /// What completing the stack costs more than completing the part.
    let shift: Int32
    /// The tokens of letters that it treats alike: the part's, or its own where the stack counts.
    let alike: AlikeTokens
    /// What completing the stack costs more than `alike` says.
    let alikeShift: Int32
    /// The tokens that run over the end of the part.
    var beyond = TokenNeeds()
  }

  /// The upper part of a stack, over nothing; and what lies below it.
  private struct Split {
    let part: GrammarMachine.StackID
    let below: GrammarMachine.StackID
    /// True where counts were replaced by those that stand for them.
    let isCounted: Bool
  }

  private struct PartKey: Hashable {
    let stack: GrammarMachine.StackID
    let isCounted: Bool
  }

  /// Parts with counted loops decide tokens up to this length: most counts then look alike, and the
  /// few longer tokens are followed for each count.
  private static let shortTokens = 12

  var machine: GrammarMachine
  let trie: TokenTrie
  private var parts: [Part] = []
  private var partIDs: [PartKey: Int] = [:]
  private var stacks: [GrammarMachine.StackID: Stack] = [:]
  /// The sets on the way to the node at which a walk is, and whether all its letters are known ones.
  var path: [GrammarMachine.SetID]
  var isKnown: [Bool]

  init(_ program: GrammarProgram, _ trie: TokenTrie) {
    machine = GrammarMachine(program)
    self.trie = trie
    path = [GrammarMachine.SetID](repeating: GrammarMachine.dead, count: trie.longest + 1)
    isKnown = [Bool](repeating: false, count: trie.longest + 1)
  }

  /// About how many bytes of memory are in use.
  var byteCount: Int { machine.byteCount + parts.count * trie.count + stacks.count * 512 }

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
      stack.alike.add(to: &mask, trie, shift: stack.alikeShift, budget: budget)
      parts[stack.part].needs.add(to: &mask, trie, shift: stack.shift, budget: budget)
      stack.beyond.add(to: &mask, trie, shift: 0, budget: budget)
    }
  }

  private mutating func wayOut(_ members: [GrammarMachine.StackID], _ cost: Int32) -> [TokenID] {
    var tokens: Set<TokenID> = []
    for member in members {
      let stack = stack(member)
      tokens.formUnion(stack.alike.tokens(needing: cost - stack.alikeShift, trie))
      tokens.formUnion(parts[stack.part].needs.tokens(needing: cost - stack.shift, trie))
      tokens.formUnion(stack.beyond.tokens(needing: cost, trie))
    }
    let lengths = tokens.map { trie.text(of: $0).count }
    let longest = lengths.max()
    return tokens.filter { trie.text(of: $0).count == longest }
  }

  // MARK: Making

  private mutating func stack(_ id: GrammarMachine.StackID) -> Stack {
    if let known = stacks[id] { return known }
    let split = split(id)
    let result = counted(id, split) ?? stack(id, split)
    stacks[id] = result
    return result
  }

  /// What a stack allows whose part holds for all its tokens.
  private mutating func stack(_ id: GrammarMachine.StackID, _ split: Split) -> Stack {
    let exact = split.isCounted ? self.split(id, replacesCounts: false) : split
    let part = part(exact.part, isCounted: false)
    let shift = machine.cost(ofStack: id) - machine.cost(ofStack: exact.part)
    var result = Stack(
      part: part, shift: shift, alike: parts[part].alike, alikeShift: shift)
    follow(escapesOf: part, into: exact.below, &result.beyond)
    result.beyond.finish(trie)
    return result
  }

  /// What a stack with counts allows; nil when its count changes which letters are alike.
  private mutating func counted(_ id: GrammarMachine.StackID, _ split: Split) -> Stack? {
    guard split.isCounted else { return nil }
    let part = part(split.part, isCounted: true)
    let set = machine.settle(id)
    let alike = alikeTokens(from: set)
    guard alike.selection == parts[part].alike.selection else { return nil }
    var result = Stack(
      part: part, shift: machine.cost(ofStack: id) - machine.cost(ofStack: split.part),
      alike: alike, alikeShift: 0)
    follow(escapesOf: part, into: split.below, &result.beyond)
    if trie.longest > Self.shortTokens {
      let lengths = Self.shortTokens + 1...trie.longest
      _ = follow(
        Walk(lengths: lengths, known: alike.selection), from: set, into: &result.beyond)
    }
    result.beyond.finish(trie)
    return result
  }

  private mutating func follow(
    escapesOf part: Int, into below: GrammarMachine.StackID, _ beyond: inout TokenNeeds
  ) {
    guard below != GrammarMachine.bottom, !parts[part].escapes.isEmpty else { return }
    let set = machine.settle(below)
    for node in parts[part].escapes {
      _ = follow(Walk(node: Int(node)), from: set, into: &beyond)
    }
  }

  private mutating func split(_ id: GrammarMachine.StackID, replacesCounts: Bool = true) -> Split {
    let program = machine.program
    var states: [Int32] = []
    var rest = id
    var isCounted = false
    while rest >= 0 {
      let state = machine.top(of: rest)
      isCounted = isCounted || replacesCounts && program.states[Int(state)].counter >= 0
      states.append(
        replacesCounts ? program.representative(of: state, reach: Self.shortTokens) : state)
      rest = machine.below(rest)
      if program.states[Int(state)].isFence { break }
    }
    let floor = rest == GrammarMachine.bottom ? GrammarMachine.bottom : GrammarMachine.outside
    let part = states.reversed().reduce(floor) { machine.stack($1, $0) }
    return Split(part: part, below: rest, isCounted: isCounted)
  }

  private mutating func part(_ id: GrammarMachine.StackID, isCounted: Bool) -> Int {
    let key = PartKey(stack: id, isCounted: isCounted)
    if let known = partIDs[key] { return known }
    let set = machine.settle(id)
    var part = Part(alike: alikeTokens(from: set))
    let lengths = 1...(isCounted ? Self.shortTokens : Int(UInt8.max))
    part.escapes = follow(
      Walk(lengths: lengths, known: part.alike.selection), from: set, into: &part.needs)
    part.needs.finish(trie)
    parts.append(part)
    partIDs[key] = parts.count - 1
    return parts.count - 1
  }
}
