/// The tokens that a place in a text allows, by how many bytes they and what must follow them need.
struct TokenNeeds: Sendable {
  /// A token with its bytes plus the fewest bytes that complete the text behind it.
  struct Entry: Sendable {
    let need: Int32
    let token: TokenID
  }

  /// The tokens of a part of the tree, behind all of which the text is equally far from its end.
  struct Run: Sendable {
    /// Where they lie in the tree's list of tokens.
    let tokens: Range<Int32>
    /// How many bytes those may have that belong to it.
    let lengths: ClosedRange<Int>
    /// The fewest bytes that complete the text behind them.
    let cost: Int32
  }

  private var entries: [Entry] = []
  private var runs: [Run] = []
  /// No token needs more.
  private var most: Int32 = 0
  /// All tokens at once, where they are many.
  private var all: TokenMask?

  /// Lists longer than this are kept as a mask too.
  private static let listLimit = 256

  /// Adds a token.
  mutating func add(_ token: TokenID, need: Int32) {
    entries.append(Entry(need: need, token: token))
    most = max(most, need)
  }

  /// Adds a part of the tree whose longest token has so many bytes.
  mutating func add(_ run: Run, deepest: UInt8) {
    runs.append(run)
    most = max(most, run.cost + Int32(deepest))
  }

  /// Makes ready for use, once all was added.
  mutating func finish(_ trie: TokenTrie) {
    let count = runs.reduce(entries.count) { $0 + $1.tokens.count }
    guard count > Self.listLimit else { return }
    var mask = TokenMask(count: trie.count)
    list(trie, bound: .max) { mask.insert($0) }
    all = mask
  }

  /// Adds the tokens whose need, moved by `shift`, is at most `budget`, to a mask.
  func add(to mask: inout TokenMask, _ trie: TokenTrie, shift: Int32, budget: Int32) {
    let bound = Int(budget) - Int(shift)
    if let all, bound >= Int(most) {
      mask.formUnion(all)
    } else {
      list(trie, bound: bound) { mask.insert($0) }
    }
  }

  /// The tokens with exactly this need.
  func tokens(needing need: Int32, _ trie: TokenTrie) -> [TokenID] {
    var result = entries.filter { $0.need == need }.map(\.token)
    for run in runs {
      for index in run.tokens
      where run.cost + Int32(trie.lengths[Int(index)]) == need
        && run.lengths.contains(Int(trie.lengths[Int(index)]))
      {
        result.append(trie.tokens[Int(index)])
      }
    }
    return result
  }

  private func list(_ trie: TokenTrie, bound: Int, _ body: (TokenID) -> Void) {
    for entry in entries where Int(entry.need) <= bound { body(entry.token) }
    for run in runs {
      let longest = min(run.lengths.upperBound, bound - Int(run.cost))
      guard longest >= run.lengths.lowerBound else { continue }
      let lengths = UInt8(run.lengths.lowerBound)...UInt8(longest)
      for index in Int(run.tokens.lowerBound)..<Int(run.tokens.upperBound)
      where lengths.contains(trie.lengths[index]) {
        body(trie.tokens[index])
      }
    }
  }
}

/// The tokens made of letters that a place treats all alike: allowed up to a length.
struct AlikeTokens: Sendable {
  /// Which tokens they are.
  let selection: TokenLetters.Selection
  /// For each length in bytes, from 1, what such a token and what must follow it need; it never falls,
  /// for no byte comes nearer to the end than by one.
  let needs: [Int32]

  /// None.
  static let none = AlikeTokens(selection: .none, needs: [])

  /// Adds the tokens whose need, moved by `shift`, is at most `budget`, to a mask.
  func add(to mask: inout TokenMask, _ trie: TokenTrie, shift: Int32, budget: Int32) {
    let bound = Int(budget) - Int(shift)
    let length = needs.prefix { Int($0) <= bound }.count
    guard length > 0 else { return }
    let tokens = trie.letters.tokens(selection)
    if length == trie.longest {
      mask.formUnion(tokens)
    } else {
      mask.formUnion(tokens, and: trie.letters.tokens(noLongerThan: length))
    }
  }

  /// The tokens with exactly this need.
  func tokens(needing need: Int32, _ trie: TokenTrie) -> [TokenID] {
    let lengths = needs.indices.filter { needs[$0] == need }.map { $0 + 1 }
    guard let longest = lengths.last else { return [] }
    return trie.letters.tokens(selection)
      .intersection(trie.letters.tokens(noLongerThan: longest)).tokens
      .filter { lengths.contains(trie.text(of: $0).count) }
  }
}
