extension StackMasks {
  // MARK: Letters alike

  /// The tokens of letters that a set, and what it becomes by them, treats all alike.
  ///
  /// From set to set the way of the sample letter is followed; a letter that leads along the whole way
  /// where the sample leads need not be looked at again.
  mutating func alikeTokens(from start: GrammarMachine.SetID) -> AlikeTokens {
    var selection = TokenLetters.Selection(first: machine.kindsAlike(in: start), rest: .all)
    var needs: [Int32] = []
    var (last, set) = (start, start)
    while needs.count < trie.longest {
      let next = machine.step(set, GrammarMachine.sample)
      guard next != GrammarMachine.dead else { break }
      // A piece of a stack that may end here goes on in many ways, which have to be followed.
      guard !machine.ends(of: next).contains(.outside) else { return .none }
      needs.append(machine.cost(of: next) + Int32(needs.count + 1))
      (last, set) = (set, next)
      selection.rest.formIntersection(machine.kindsAlike(in: set))
      if last == set { break }
    }
    guard let need = needs.last, last == set else {
      return needs.isEmpty ? .none : AlikeTokens(selection: selection, needs: needs)
    }
    // The set stays what it is: from here each byte costs itself.
    for more in 0..<Int32(trie.longest - needs.count) { needs.append(need + more + 1) }
    if machine.step(start, GrammarMachine.sample) == set,
      machine.kindsLooping(in: set).contains(.beyondASCII),
      machine.lettersBeyondASCII(from: start, leadTo: set)
    {
      selection.first.insert(.beyondASCII)
      selection.rest.insert(.beyondASCII)
    }
    return AlikeTokens(selection: selection, needs: needs)
  }

  // MARK: Walking

  /// What a walk looks for.
  struct Walk {
    /// The node of the tree below which it looks.
    var node = 0
    /// How many bytes the tokens have.
    var lengths = 1...Int(UInt8.max)
    /// Tokens that are known already.
    var known = TokenLetters.Selection.none
  }

  /// Follows tokens from a set, and gives the nodes at which a piece of a stack has ended.
  mutating func follow(
    _ walk: Walk, from set: GrammarMachine.SetID, into needs: inout TokenNeeds
  ) -> [Int32] {
    let trie = trie
    let end = Int(trie.subtreeEnds[walk.node])
    var escapes: [Int32] = []
    let depth = Int(trie.depths[walk.node])
    path[depth] = set
    isKnown[depth] = walk.node == 0
    var node = walk.node + 1
    while node < end {
      let depth = Int(trie.depths[node])
      let next = Int(trie.subtreeEnds[node])
      isKnown[depth] = isKnown[depth - 1] && isKnown(node, walk.known)
      guard depth <= walk.lengths.upperBound,
        Int(trie.deepest[node]) >= walk.lengths.lowerBound,
        !(isKnown[depth] && isKnownBelow(node, walk.known))
      else {
        node = next
        continue
      }
      let set = machine.step(path[depth - 1], trie.bytes[node])
      guard set != GrammarMachine.dead else {
        node = next
        continue
      }
      path[depth] = set
      if trie.places[node] == .between,
        machine.kindsLooping(in: set).isSuperset(of: trie.kindsBelow[node])
      {
        // The set stays what it is below, so nothing there needs a look.
        needs.add(run(at: node, walk, machine.cost(of: set)), deepest: trie.deepest[node])
        node = next
        continue
      }
      if depth >= walk.lengths.lowerBound, !isKnown[depth] || trie.places[node] != .between {
        let need = machine.cost(of: set) + Int32(depth)
        for index in trie.tokenStarts[node]..<trie.tokenStarts[node + 1] {
          needs.add(trie.tokens[Int(index)], need: need)
        }
      }
      if machine.ends(of: set).contains(.outside), next > node + 1 { escapes.append(Int32(node)) }
      node += 1
    }
    return escapes
  }

  /// True for a node whose letter, if it is whole, is of the known ones.
  private func isKnown(_ node: Int, _ known: TokenLetters.Selection) -> Bool {
    let place = trie.places[node]
    if place != .between { return place != .broken && known.rest.contains(.beyondASCII) }
    let byte = trie.bytes[node]
    if byte >= 0x80 { return known.rest.contains(.beyondASCII) }
    return (trie.depths[node] == 1 ? known.first : known.rest).contains(.of(byte))
  }

  /// True when all tokens at and below a node that was reached by known letters are known.
  private func isKnownBelow(_ node: Int, _ known: TokenLetters.Selection) -> Bool {
    known.rest.isSuperset(of: trie.kindsBelow[node])
      && (trie.places[node] == .between || trie.tokenStarts[node] == trie.tokenStarts[node + 1])
  }

  private func run(at node: Int, _ walk: Walk, _ cost: Int32) -> TokenNeeds.Run {
    TokenNeeds.Run(
      tokens: trie.tokenStarts[node]..<trie.tokenStarts[Int(trie.subtreeEnds[node])],
      lengths: walk.lengths, cost: cost)
  }
}
