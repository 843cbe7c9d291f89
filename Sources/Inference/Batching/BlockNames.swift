/// Names for what KV blocks hold: equal tokens behind equal beginnings have the same name, and nothing
/// else ever has it.
///
/// Names are numbers that are given out once, so a beginning cannot be mistaken for another, as hashes
/// of what a stranger sends could be.
struct BlockNames {
  private struct Key: Hashable {
    let parent: UInt64
    let tokens: ArraySlice<TokenID>
  }

  private var known: [Key: UInt64] = [:]
  private var given: UInt64 = 0

  /// How many names are known.
  var count: Int { known.count }

  /// What stands for everything before a first block: what keys and values depend on beside the tokens.
  static func root(adapter: Int, epoch: Int) -> UInt64 {
    1 << 63 | UInt64(UInt32(truncatingIfNeeded: epoch)) << 32
      | UInt64(UInt32(truncatingIfNeeded: adapter))
  }

  /// The name of a block of tokens behind a beginning.
  mutating func name(after parent: UInt64, _ tokens: ArraySlice<TokenID>) -> UInt64 {
    // A slice would keep the whole prompt alive.
    let key = Key(parent: parent, tokens: Array(tokens)[...])
    if let name = known[key] { return name }
    given += 1
    known[key] = given
    return given
  }

  /// Names for the whole blocks of tokens.
  mutating func names(
    of tokens: [TokenID], blockSize: Int, root: UInt64
  ) -> [UInt64] {
    var (parent, result): (UInt64, [UInt64]) = (root, [])
    for start in stride(from: 0, to: tokens.count - blockSize + 1, by: blockSize) {
      parent = name(after: parent, tokens[start..<start + blockSize])
      result.append(parent)
    }
    return result
  }

  /// Forgets names that are of no use any more.
  mutating func keep(where isUsed: (UInt64) -> Bool) { known = known.filter { isUsed($0.value) } }
}
