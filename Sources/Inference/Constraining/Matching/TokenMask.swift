/// A set of tokens, one bit each.
public struct TokenMask: Sendable, Hashable {
  /// The bits, 64 tokens to a word.
  private(set) var words: [UInt64]
  /// The number of tokens of the vocabulary.
  public let count: Int

  /// Creates the empty set for a vocabulary of so many tokens.
  public init(count: Int) {
    self.count = count
    words = [UInt64](repeating: 0, count: (count + 63) / 64)
  }

  /// Creates the set of those tokens of a vocabulary that a test lets through.
  init(count: Int, where isIn: (Int) -> Bool) {
    self.init(count: count)
    for index in words.indices {
      var word: UInt64 = 0
      for bit in 0..<min(64, count - index * 64) where isIn(index * 64 + bit) {
        word |= 1 << UInt64(bit)
      }
      words[index] = word
    }
  }

  /// True for a token of the set.
  public func contains(_ token: TokenID) -> Bool {
    token >= 0 && token < count && words[Int(token) >> 6] >> UInt64(token & 63) & 1 == 1
  }

  /// How many tokens are in the set.
  public var population: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

  /// True when no token is in the set.
  public var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

  /// The one token of the set; nothing when there are more or none.
  public var only: TokenID? {
    var found: TokenID?
    for (index, word) in words.enumerated() where word != 0 {
      guard found == nil, word & (word - 1) == 0 else { return nil }
      found = TokenID(index * 64 + word.trailingZeroBitCount)
    }
    return found
  }

  /// The tokens of the set in order.
  public var tokens: [TokenID] {
    var result: [TokenID] = []
    for (index, word) in words.enumerated() {
      var rest = word
      while rest != 0 {
        result.append(TokenID(index * 64 + rest.trailingZeroBitCount))
        rest &= rest - 1
      }
    }
    return result
  }

  /// Makes the logits of all tokens outside the set minus infinity; logits behind the vocabulary too.
  public func apply(to logits: UnsafeMutableBufferPointer<Float>) {
    for (index, word) in words.enumerated() where word != .max {
      let start = index * 64
      let end = min(start + 64, logits.count)
      guard start < end else { break }
      if word == 0 {
        UnsafeMutableBufferPointer(rebasing: logits[start..<end]).update(repeating: -.infinity)
      } else {
        var absent = ~word
        while absent != 0 {
          let token = start + absent.trailingZeroBitCount
          if token < end { logits[token] = -.infinity }
          absent &= absent - 1
        }
      }
    }
    for token in min(count, logits.count)..<logits.count { logits[token] = -.infinity }
  }

  mutating func insert(_ token: TokenID) {
    words[Int(token) >> 6] |= 1 << UInt64(token & 63)
  }

  mutating func removeAll() {
    for index in words.indices { words[index] = 0 }
  }

  mutating func formUnion(_ other: TokenMask) {
    for index in words.indices { words[index] |= other.words[index] }
  }

  /// Adds what two other sets have in common.
  mutating func formUnion(_ one: TokenMask, and other: TokenMask) {
    for index in words.indices { words[index] |= one.words[index] & other.words[index] }
  }

  /// The tokens of both sets.
  func intersection(_ other: TokenMask) -> TokenMask {
    var result = self
    for index in words.indices { result.words[index] &= other.words[index] }
    return result
  }
}
