/// The tokens of a vocabulary by their bytes, as a tree that is walked from front to back.
///
/// Nodes lie in the order of a walk that goes deep first, so that a subtree is a range and a walk that
/// turns back skips it.
public final class TokenTrie: Sendable {
  /// The byte of each node; the root has none.
  let bytes: [UInt8]
  /// How many bytes lead to each node.
  let depths: [UInt8]
  /// How many bytes lead to the deepest node of each node's subtree.
  let deepest: [UInt8]
  /// The first node behind each node's subtree.
  let subtreeEnds: [Int32]
  /// Where each node's tokens begin in `tokens`; the last entry is the end.
  let tokenStarts: [Int32]
  /// The tokens, node by node.
  let tokens: [TokenID]
  /// The bytes of each of `tokens`.
  let lengths: [UInt8]
  /// How far in a letter each node is.
  let places: [LetterPlace]
  /// The kinds of the letters that end below each node.
  let kindsBelow: [LetterKinds]
  /// What the tokens are made of.
  let letters: TokenLetters
  /// Where each token's text begins in `texts`; the last entry is the end.
  private let textStarts: [Int]
  private let texts: [UInt8]
  /// The tokens that end a text.
  let ends: [TokenID]
  /// The bytes of the longest token.
  let longest: Int

  /// Tokens longer than this never stand in a constrained text.
  private static let lengthLimit = 255

  /// Creates the tree of a vocabulary.
  ///
  /// - Parameters:
  ///   - texts: The bytes of each token, by its number; tokens without bytes are never allowed.
  ///   - ends: The tokens with which a text ends.
  public init(_ texts: [[UInt8]], ends: [TokenID]) {
    self.ends = ends.sorted()
    let isEnd = Set(ends)
    var starts = [0]
    starts.reserveCapacity(texts.count + 1)
    for text in texts { starts.append(starts[starts.count - 1] + text.count) }
    let all = Array(texts.joined())
    (textStarts, self.texts) = (starts, all)
    let order = Self.sorted(
      texts.indices.filter {
        let length = starts[$0 + 1] - starts[$0]
        return length > 0 && length <= Self.lengthLimit && !isEnd.contains(TokenID($0))
      }, all, starts)
    lengths = order.map { UInt8(starts[$0 + 1] - starts[$0]) }
    longest = Int(lengths.max() ?? 0)
    let builder = all.withUnsafeBufferPointer { bytes in
      var builder = TrieBuilder(order.count)
      for token in order {
        builder.add(UnsafeBufferPointer(rebasing: bytes[starts[token]..<starts[token + 1]]), token)
      }
      builder.close(to: 0)
      return builder
    }
    bytes = builder.bytes
    depths = builder.depths
    subtreeEnds = builder.subtreeEnds
    deepest = Self.deepest(builder.depths, builder.parents)
    tokenStarts = builder.tokenStarts + [Int32(builder.tokens.count)]
    tokens = builder.tokens
    places = Self.places(builder.bytes, builder.parents)
    kindsBelow = Self.kindsBelow(builder.bytes, builder.parents, places, builder.tokenStarts)
    letters = TokenLetters(all, starts, longest: longest, builder.tokens)
  }

  /// Creates the tree of a tokenizer; control tokens stand for no text.
  public convenience init(_ tokenizer: Tokenizer) {
    let vocabulary = tokenizer.vocabulary
    let texts = (0..<TokenID(vocabulary.count)).map { id in
      vocabulary.kind(of: id) == .unknown ? [] : tokenizer.bytes(of: id, showsControl: false)
    }
    self.init(texts, ends: Array(vocabulary.ends))
  }

  /// Sorts by bytes; the first eight are compared as a number, which decides nearly always.
  private static func sorted(_ tokens: [Int], _ bytes: [UInt8], _ starts: [Int]) -> [Int] {
    bytes.withUnsafeBufferPointer { bytes in
      var keyed = tokens.map { token -> (key: UInt64, token: Int) in
        var key: UInt64 = 0
        let end = starts[token + 1]
        for index in starts[token]..<starts[token] + 8 {
          key = key << 8 | (index < end ? UInt64(bytes[index]) : 0)
        }
        return (key, token)
      }
      keyed.sort { a, b in
        if a.key != b.key { return a.key < b.key }
        let left = bytes[starts[a.token]..<starts[a.token + 1]]
        let right = bytes[starts[b.token]..<starts[b.token + 1]]
        if left.lexicographicallyPrecedes(right) { return true }
        return a.token < b.token && left.elementsEqual(right)
      }
      return keyed.map(\.token)
    }
  }

  private static func deepest(_ depths: [UInt8], _ parents: [Int32]) -> [UInt8] {
    var deepest = depths
    for node in depths.indices.dropFirst().reversed() {
      let parent = Int(parents[node])
      deepest[parent] = max(deepest[parent], deepest[node])
    }
    return deepest
  }

  private static func places(_ bytes: [UInt8], _ parents: [Int32]) -> [LetterPlace] {
    var places = [LetterPlace](repeating: .between, count: bytes.count)
    for node in bytes.indices.dropFirst() {
      places[node] = places[Int(parents[node])].step(bytes[node])
    }
    return places
  }

  private static func kindsBelow(
    _ bytes: [UInt8], _ parents: [Int32], _ places: [LetterPlace], _ tokenStarts: [Int32]
  ) -> [LetterKinds] {
    var kinds = [LetterKinds](repeating: [], count: bytes.count)
    for node in bytes.indices.dropFirst().reversed() {
      let parent = Int(parents[node])
      // The last node is a leaf, and every leaf holds a token.
      let isLast = node + 1 == bytes.count
      let holdsToken = isLast || tokenStarts[node] < tokenStarts[node + 1]
      var kind: LetterKinds = []
      if places[node] == .between {
        kind = bytes[node] < 0x80 ? .of(bytes[node]) : .beyondASCII
      } else if holdsToken {
        kind = .torn
      }
      kinds[parent].formUnion(kind.union(kinds[node]))
    }
    return kinds
  }

  /// The number of tokens.
  public var count: Int { textStarts.count - 1 }

  /// The bytes of a token.
  func text(of token: TokenID) -> ArraySlice<UInt8> {
    guard token >= 0, token < count else { return [] }
    return texts[textStarts[Int(token)]..<textStarts[Int(token) + 1]]
  }

  /// The number of nodes, with the root.
  var nodeCount: Int { bytes.count }

  /// The longest token that a text begins with, and how long it is.
  func longestMatch(_ text: ArraySlice<UInt8>) -> (token: TokenID, length: Int)? {
    var found: (TokenID, Int)?
    var node = 0
    for (index, byte) in text.enumerated() {
      guard let child = child(of: node, byte) else { break }
      node = child
      if tokenStarts[node] < tokenStarts[node + 1] {
        found = (tokens[Int(tokenStarts[node])], index + 1)
      }
    }
    return found
  }

  private func child(of node: Int, _ byte: UInt8) -> Int? {
    var child = node + 1
    while child < Int(subtreeEnds[node]) {
      if bytes[child] == byte { return child }
      child = Int(subtreeEnds[child])
    }
    return nil
  }
}

/// Makes the tree from texts in alphabetical order.
private struct TrieBuilder {
  var bytes: [UInt8] = [0]
  var depths: [UInt8] = [0]
  var subtreeEnds: [Int32] = [0]
  /// The node above each node; the root is its own.
  var parents: [Int32] = [0]
  var tokenStarts: [Int32] = [0]
  var tokens: [TokenID] = []
  /// The nodes from the root to where the last text ended.
  private var path: [Int32] = [0]

  /// Makes room for so many texts.
  init(_ count: Int) {
    bytes.reserveCapacity(count * 3)
    depths.reserveCapacity(count * 3)
    subtreeEnds.reserveCapacity(count * 3)
    parents.reserveCapacity(count * 3)
    tokenStarts.reserveCapacity(count * 3)
    tokens.reserveCapacity(count)
  }

  mutating func add(_ text: UnsafeBufferPointer<UInt8>, _ token: Int) {
    var shared = 0
    while shared < min(text.count, path.count - 1), bytes[Int(path[shared + 1])] == text[shared] {
      shared += 1
    }
    close(to: shared + 1)
    for byte in text[shared...] {
      parents.append(path[path.count - 1])
      path.append(Int32(bytes.count))
      bytes.append(byte)
      depths.append(UInt8(path.count - 1))
      subtreeEnds.append(0)
      tokenStarts.append(Int32(tokens.count))
    }
    tokens.append(TokenID(token))
  }

  /// Ends all nodes but the first ones of the path.
  mutating func close(to length: Int) {
    while path.count > length { subtreeEnds[Int(path.removeLast())] = Int32(bytes.count) }
  }
}
