/// Turns a sentence into the tokens that an encoder model reads.
public protocol SentenceTokenizer: Sendable {
  /// The name of the algorithm: "wordpiece" or "unigram".
  var model: String { get }
  /// The number of pieces in the vocabulary.
  var vocabularySize: Int { get }
  /// The token in front of every sentence.
  var begin: TokenID { get }
  /// The token behind every sentence.
  var end: TokenID { get }

  /// The tokens of a text without marks, at least the first `limit` of them.
  func pieces(of text: String, limit: Int) -> [TokenID]
  /// How the vocabulary spells a token.
  func spelling(of id: TokenID) -> String
}

extension SentenceTokenizer {
  /// Cuts a sentence into tokens, with the marks in front and behind.
  ///
  /// - Parameters:
  ///   - text: The sentence.
  ///   - maximum: The most tokens to give, marks included; what is beyond is left out.
  /// - Returns: The tokens in order.
  public func encode(_ text: String, maximum: Int = .max) -> [TokenID] {
    precondition(maximum >= 2, "the two marks need room, got \(maximum)")
    let pieces = pieces(of: text, limit: maximum - 2).prefix(maximum - 2)
    return [begin] + pieces + [end]
  }
}

/// Finds the names of special tokens in a text: the leftmost, and there the longest.
struct MarkedText: Sendable {
  private let marks: [(name: [UInt8], id: TokenID)]
  private let firstBytes: Set<UInt8>

  init(_ marks: [(name: String, id: TokenID)]) {
    self.marks = marks.map { (Array($0.name.utf8), $0.id) }
      .filter { !$0.0.isEmpty }.sorted { $0.0.count > $1.0.count }
    firstBytes = Set(self.marks.map { $0.name[0] })
  }

  /// Appends the tokens of the marks and, through `encode`, of the text between them; ends early
  /// when there are `limit` tokens.
  func split(
    _ text: String, limit: Int, _ ids: inout [TokenID],
    _ encode: (Substring, inout [TokenID]) -> Void
  ) {
    let utf8 = text.utf8
    var start = utf8.startIndex
    var position = start
    while position < utf8.endIndex, ids.count < limit {
      guard firstBytes.contains(utf8[position]),
        let mark = marks.first(where: { utf8[position...].starts(with: $0.name) })
      else {
        utf8.formIndex(after: &position)
        continue
      }
      if start < position { encode(text[start..<position], &ids) }
      ids.append(mark.id)
      utf8.formIndex(&position, offsetBy: mark.name.count)
      start = position
    }
    if start < utf8.endIndex, ids.count < limit { encode(text[start...], &ids) }
  }
}
