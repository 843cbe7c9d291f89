/// SentencePiece's Unigram: of all ways to cut a word into pieces, the one whose pieces have the
/// greatest sum of scores (logarithms of probabilities), found by Viterbi's algorithm.
public final class UnigramPieces: SentenceTokenizer {
  /// The name of the algorithm.
  public let model = "unigram"
  /// The token in front of every sentence, `<s>`.
  public let begin: TokenID
  /// The token behind every sentence, `</s>`.
  public let end: TokenID

  private let vocabulary: PieceIndex
  private let scores: [Float]
  private let unknown: TokenID
  /// What a letter costs that no piece matches.
  private let unknownScore: Double
  private let replacements: LetterReplacements
  private let marks: MarkedText

  /// How a space is spelled in pieces.
  private static let space: Unicode.Scalar = "\u{2581}"
  /// How far below the worst piece an unknown letter lies, as in SentencePiece.
  private static let unknownPenalty = 10.0

  /// What a file says of a Unigram vocabulary.
  struct Content {
    let vocabulary: PieceIndex
    let scores: [Float]
    let begin: TokenID
    let end: TokenID
    let unknown: TokenID
    /// Tokens whose names in a text stand for them.
    let marks: [TokenID]
    let replacements: LetterReplacements
  }

  init(_ content: Content) {
    vocabulary = content.vocabulary
    scores = content.scores
    (begin, end, unknown) = (content.begin, content.end, content.unknown)
    replacements = content.replacements
    unknownScore = Double(content.scores.min() ?? 0) - Self.unknownPenalty
    let vocabulary = content.vocabulary
    marks = MarkedText(
      content.marks.map { (String(decoding: vocabulary.bytes(of: $0), as: UTF8.self), $0) })
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
    var lattice = Lattice()
    marks.split(text, limit: limit, &ids) { part, ids in
      var word: [UInt8] = []
      func finish() {
        if !word.isEmpty { append(word, &lattice, &ids) }
        word.removeAll(keepingCapacity: true)
      }
      for letter in replacements.apply(part) {
        if ids.count >= limit { return }
        let isSpace = letter.properties.isWhitespace
        if isSpace || letter == Self.space { finish() }
        if isSpace { continue }
        if word.isEmpty { word += Self.spaceBytes }
        if letter != Self.space { word += UTF8.encode(letter) ?? UTF8.encodedReplacementCharacter }
      }
      finish()
    }
    return ids
  }

  private static let spaceBytes: [UInt8] = [0xE2, 0x96, 0x81]

  // MARK: Viterbi

  /// The best way to each place of a word; kept between words for its memory.
  private struct Lattice {
    struct Place {
      var score = 0.0
      /// Where the piece that ends here begins; -1 where no way leads here.
      var start: Int32 = -1
      var id: TokenID = 0
    }
    var places: [Place] = []
  }

  private func append(_ word: [UInt8], _ lattice: inout Lattice, _ ids: inout [TokenID]) {
    lattice.places.removeAll(keepingCapacity: true)
    lattice.places.append(contentsOf: repeatElement(Lattice.Place(), count: word.count + 1))
    word.withUnsafeBufferPointer { word in
      var start = 0
      while start < word.count {
        let letter = max(1, utf8Length(word[start]))
        extend(word, from: start, letter, &lattice.places)
        start += letter
      }
    }
    collect(lattice.places, &ids)
  }

  private func extend(
    _ word: UnsafeBufferPointer<UInt8>, from start: Int, _ letter: Int,
    _ places: inout [Lattice.Place]
  ) {
    let before = places[start].score
    func offer(_ id: TokenID, _ score: Double, at end: Int) {
      if places[end].start < 0 || score > places[end].score {
        places[end] = Lattice.Place(score: score, start: Int32(start), id: id)
      }
    }
    var hash = PieceHash()
    var hasLetter = false
    for end in start..<min(word.count, start + vocabulary.longest) {
      hash.add(word[end])
      // A piece ends where a letter does.
      if end + 1 < word.count, word[end + 1] & 0xC0 == 0x80 { continue }
      guard let id = vocabulary.find(word[start...end], hash) else { continue }
      offer(id, before + Double(scores[Int(id)]), at: end + 1)
      if end + 1 - start == letter { hasLetter = true }
    }
    if !hasLetter { offer(unknown, before + unknownScore, at: min(start + letter, word.count)) }
  }

  /// Walks back from the end of a word; unknown letters in a row become one token.
  private func collect(_ places: [Lattice.Place], _ ids: inout [TokenID]) {
    var found: [TokenID] = []
    var end = places.count - 1
    while end > 0 {
      let place = places[end]
      if place.id != unknown || found.last != unknown { found.append(place.id) }
      end = Int(place.start)
    }
    ids += found.reversed()
  }
}
