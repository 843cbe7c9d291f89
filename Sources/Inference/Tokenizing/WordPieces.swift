public import Base

/// BERT's WordPiece: each word is cut greedily into the longest pieces of the vocabulary, those
/// within a word spelled with `##`; a word that cannot be cut is unknown as a whole.
public final class WordPieces: SentenceTokenizer {
  /// The name of the algorithm.
  public let model = "wordpiece"
  /// The token in front of every sentence, `[CLS]`.
  public let begin: TokenID
  /// The token behind every sentence, `[SEP]`.
  public let end: TokenID

  private let vocabulary: PieceIndex
  /// The pieces within words, without their `##`, and what they are in the vocabulary.
  private let inner: PieceIndex
  private let innerIDs: [TokenID]
  private let text: BertText
  private let marks: MarkedText
  private let unknown: TokenID

  /// Words of more letters are unknown.
  private static let longestWord = 100

  /// Takes the pieces in the order of their numbers, as the lines of `vocab.txt` give them.
  ///
  /// - Throws: A problem when a special token is missing; `file` is named in it.
  public init(_ pieces: [[UInt8]], isUncased: Bool = true, file: String) throws(Problem) {
    vocabulary = PieceIndex(pieces)
    var ids: [TokenID] = []
    for (id, piece) in pieces.enumerated() where piece.starts(with: [0x23, 0x23]) {
      ids.append(TokenID(id))
    }
    innerIDs = ids
    inner = PieceIndex(ids.map { Array(pieces[Int($0)].dropFirst(2)) })
    text = BertText(isUncased: isUncased)
    var marks: [(name: String, id: TokenID)] = []
    for name in ["[CLS]", "[SEP]", "[UNK]", "[PAD]", "[MASK]"] {
      guard let id = vocabulary.find(name.utf8) else {
        throw Problem("\(file) has no piece \(name)", fix: "give the vocabulary of a BERT model")
      }
      marks.append((name, id))
    }
    (begin, end, unknown) = (marks[0].id, marks[1].id, marks[2].id)
    self.marks = MarkedText(marks)
  }

  /// Reads `vocab.txt`: one piece a line.
  public convenience init(path: String, isUncased: Bool = true) throws(Problem) {
    let bytes = try FileIO.read(path)
    var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map { line in
      Array(line.last == 0x0D ? line.dropLast() : line)
    }
    if lines.last?.isEmpty == true { lines.removeLast() }
    try self.init(lines, isUncased: isUncased, file: path)
  }

  /// The number of pieces in the vocabulary.
  public var vocabularySize: Int { vocabulary.count }

  /// How the vocabulary spells a token.
  public func spelling(of id: TokenID) -> String {
    String(decoding: vocabulary.bytes(of: id), as: UTF8.self)
  }

  /// The tokens of a text without marks, at least the first `limit` of them.
  public func pieces(of text: String, limit: Int = .max) -> [TokenID] {
    var ids: [TokenID] = []
    marks.split(text, limit: limit, &ids) { part, ids in
      self.text.words(of: part) { word in
        append(word, to: &ids)
        return ids.count < limit
      }
    }
    return ids
  }

  private func append(_ word: ArraySlice<Unicode.Scalar>, to ids: inout [TokenID]) {
    let first = ids.count
    guard word.count <= Self.longestWord else {
      ids.append(unknown)
      return
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(word.count * 2)
    for letter in word { bytes += UTF8.encode(letter) ?? UTF8.encodedReplacementCharacter }
    bytes.withUnsafeBufferPointer { bytes in
      var start = 0
      while start < bytes.count {
        guard let (id, length) = longest(bytes[start...], isFirst: start == 0) else {
          ids.removeSubrange(first...)
          ids.append(unknown)
          return
        }
        ids.append(id)
        start += length
      }
    }
  }

  /// The longest piece that the bytes begin with.
  private func longest(_ bytes: Slice<UnsafeBufferPointer<UInt8>>, isFirst: Bool) -> (
    TokenID, Int
  )? {
    let index = isFirst ? vocabulary : inner
    var hash = PieceHash()
    var best: (TokenID, Int)?
    // Prefixes grow, so that each costs one step of the hash; the last one found is the longest.
    for end in bytes.startIndex..<min(bytes.endIndex, bytes.startIndex + index.longest) {
      hash.add(bytes[end])
      guard let id = index.find(bytes[...end], hash) else { continue }
      best = (isFirst ? id : innerIDs[Int(id)], end + 1 - bytes.startIndex)
    }
    return best
  }
}
