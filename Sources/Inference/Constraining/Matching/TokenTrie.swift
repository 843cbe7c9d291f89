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
    var order: [Int] = texts.indices.filter {
      !texts[$0].isEmpty && texts[$0].count <= Self.lengthLimit && !isEnd.contains(TokenID($0))
    }
    textStarts = texts.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
    self.texts = texts.flatMap { $0 }
    longest = order.lazy.map { texts[$0].count }.max() ?? 0
    Self.sort(&order, texts)
    var builder = TrieBuilder()
    for token in order { builder.add(texts[token], TokenID(token)) }
    builder.close(to: 0)
    bytes = builder.bytes
    depths = builder.depths
    subtreeEnds = builder.subtreeEnds
    deepest = Self.deepest(builder.depths, builder.subtreeEnds)
    tokenStarts = builder.tokenStarts + [Int32(builder.tokens.count)]
    tokens = builder.tokens
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
  private static func sort(_ order: inout [Int], _ texts: [[UInt8]]) {
    let keyed = order.map { token -> (key: UInt64, token: Int) in
      let text = texts[token]
      var key: UInt64 = 0
      for index in 0..<8 { key = key << 8 | (index < text.count ? UInt64(text[index]) : 0) }
      return (key, token)
    }
    let sorted = keyed.sorted { a, b in
      if a.key != b.key { return a.key < b.key }
      let (left, right) = (texts[a.token], texts[b.token])
      return left == right ? a.token < b.token : left.lexicographicallyPrecedes(right)
    }
    order = sorted.map(\.token)
  }

  private static func deepest(_ depths: [UInt8], _ subtreeEnds: [Int32]) -> [UInt8] {
    var deepest = depths
    for node in depths.indices.reversed() {
      var child = node + 1
      while child < Int(subtreeEnds[node]) {
        deepest[node] = max(deepest[node], deepest[child])
        child = Int(subtreeEnds[child])
      }
    }
    return deepest
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
  var tokenStarts: [Int32] = [0]
  var tokens: [TokenID] = []
  private var path: [Int] = [0]
  private var text: [UInt8] = []

  mutating func add(_ text: [UInt8], _ token: TokenID) {
    let shared = zip(self.text, text).prefix { $0 == $1 }.count
    close(to: shared + 1)
    for byte in text[shared...] {
      path.append(bytes.count)
      bytes.append(byte)
      depths.append(UInt8(path.count - 1))
      subtreeEnds.append(0)
      tokenStarts.append(Int32(tokens.count))
    }
    self.text = text
    tokens.append(token)
  }

  /// Ends all nodes but the first ones of the path.
  mutating func close(to length: Int) {
    while path.count > length { subtreeEnds[path.removeLast()] = Int32(bytes.count) }
  }
}
