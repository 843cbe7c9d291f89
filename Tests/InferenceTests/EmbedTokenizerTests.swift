import Base
import TestSupport
import Testing

@testable import Inference

@Suite struct EmbedTokenizerTests {
  static let wordPieces = try? WordPieces(
    [
      "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "un", "##aff", "##able", "runn", "##ing", ",",
      "a",
    ]
    .map { Array($0.utf8) }, file: "vocab.txt")

  static func spell(_ text: String) -> [String] {
    wordPieces.map { pieces in pieces.pieces(of: text).map { pieces.spelling(of: $0) } } ?? []
  }

  @Test(
    "words are cut into the longest pieces",
    arguments: [
      ("UNAFFABLE", ["un", "##aff", "##able"]), ("running,a", ["runn", "##ing", ",", "a"]),
      ("unkind a", ["[UNK]", "a"]), ("À\u{301} \u{200B}a\u{0}", ["a", "a"]), ("", []),
      (" \t\n", []),
      ("[MASK]a[SEP]", ["[MASK]", "a", "[SEP]"]), ("[mask]", ["[UNK]", "[UNK]", "[UNK]"]),
      ("大a", ["[UNK]", "a"]), ("a大a", ["a", "[UNK]", "a"]),
    ])
  func cutting(text: String, expected: [String]) { #expect(Self.spell(text) == expected) }

  @Test func `a word of more than a hundred letters is unknown as a whole`() throws {
    let pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "##a"].map { Array($0.utf8) }
    let tokenizer = try WordPieces(pieces, file: "v")
    #expect(tokenizer.encode(String(repeating: "a", count: 100)).count == 102)
    #expect(tokenizer.encode(String(repeating: "a", count: 101)) == [2, 1, 3])
    #expect(tokenizer.encode("a a a a", maximum: 4) == [2, 5, 5, 3])
  }

  @Test func `a vocabulary without the special tokens is refused`() {
    let problem = #expect(throws: Problem.self) { try WordPieces([[97]], file: "v.txt") }
    #expect(problem?.description.contains("v.txt has no piece [CLS]") == true)
  }

  /// Viterbi must find the greatest sum of scores; here all ways are tried.
  @Test func `Unigram finds the best of all ways to cut`() {
    var random = SeededRandom(seed: 21)
    for _ in 0..<200 {
      let letters = ["a", "b", "é"]
      var pieces =
        ["<s>", "</s>", "<unk>", "▁", "▁a"] + letters.dropLast(random.nextInteger(below: 2))
      for _ in 0..<random.nextInteger(below: 8) {
        let piece = (0..<2 + random.nextInteger(below: 2)).map { _ in
          letters[random.nextInteger(below: 3)]
        }.joined()
        if !pieces.contains(piece) { pieces.append(piece) }
      }
      let scores = pieces.map { _ in -Float(1 + random.nextInteger(below: 1000)) / 100 }
      let tokenizer = UnigramPieces(Self.content(pieces, scores))
      let word = (0..<1 + random.nextInteger(below: 7)).map { _ in
        letters[random.nextInteger(below: 3)]
      }.joined()
      let ids = tokenizer.pieces(of: word)
      let known = ids.filter { $0 != 2 }
      guard known.count == ids.count else { continue }
      let found = ids.reduce(0.0) { $0 + Double(scores[Int($1)]) }
      let best = Self.bestScore(Array("▁" + word)[...], pieces, scores, known: letters)
      #expect(abs(found - best) < 1e-9, "\(word) \(pieces) \(scores) \(ids)")
      #expect(ids.map { tokenizer.spelling(of: $0) }.joined() == "▁" + word)
    }
  }

  /// The greatest sum over all ways; an unknown letter costs as in SentencePiece.
  private static func bestScore(
    _ word: ArraySlice<Character>, _ pieces: [String], _ scores: [Float], known: [String]
  ) -> Double {
    if word.isEmpty { return 0 }
    var best = -Double.infinity
    for length in 1...word.count {
      let head = String(word.prefix(length))
      var score = pieces.firstIndex(of: head).map { Double(scores[$0]) }
      if score == nil, length == 1 { score = Double(scores.min() ?? 0) - 10 }
      guard let score else { continue }
      best = max(best, score + bestScore(word.dropFirst(length), pieces, scores, known: known))
    }
    return best
  }

  static func content(_ pieces: [String], _ scores: [Float]) -> UnigramPieces.Content {
    UnigramPieces.Content(
      vocabulary: PieceIndex(pieces.map { Array($0.utf8) }), scores: scores, begin: 0, end: 1,
      unknown: 2, marks: [0, 1, 2],
      replacements: LetterReplacements(["ﬁ": ["f", "i"], "\u{7F}": [], "Ａ": ["A"]]))
  }

  @Test func `unknown letters in a row are one token, and spaces do not count`() {
    let tokenizer = UnigramPieces(
      Self.content(["<s>", "</s>", "<unk>", "▁", "a"], [0, 0, 0, -1, -2]))
    #expect(tokenizer.encode("  xyz \n a ") == [0, 3, 2, 3, 4, 1])
    #expect(tokenizer.encode("axxa") == [0, 3, 4, 2, 4, 1])
    #expect(tokenizer.encode("a</s>a") == [0, 3, 4, 1, 3, 4, 1])
    #expect(tokenizer.encode("") == [0, 1])
    #expect(tokenizer.encode("a a a", maximum: 4) == [0, 3, 4, 1])
  }

  // MARK: The real vocabularies

  private static var golden: [JSONValue] {
    get throws {
      let path = "Tests/InferenceTests/Golden/sentence_tokens.json"
      let text = String(decoding: try FileIO.read(path), as: UTF8.self)
      return try JSONValue(parsing: text)["rows"]?.array ?? []
    }
  }

  private func compare(_ tokenizer: any SentenceTokenizer) throws {
    let rows = try Self.golden
    #expect(rows.count > 40)
    for row in rows {
      let text = try #require(row["text"]?.string)
      let expected = row[tokenizer.model]?.array?.compactMap(\.integer).map(TokenID.init)
      let found = tokenizer.encode(text)
      #expect(
        found == expected,
        "\(text): \(found.map { tokenizer.spelling(of: $0) }), expected \(expected ?? [])")
    }
  }

  private static let minilm = try? ModelStore().find("all-minilm-l6-v2")
  private static let e5 = try? ModelStore().find("multilingual-e5-small")

  @Test(.tags(.model), .enabled(if: minilm != nil, "all-minilm-l6-v2 is not fetched"))
  func `WordPiece gives the ids of the reference`() throws {
    try compare(WordPieces(path: try #require(Self.minilm) + "/vocab.txt"))
  }

  @Test(.tags(.model), .enabled(if: e5 != nil, "multilingual-e5-small is not fetched"))
  func `Unigram gives the ids of the reference`() throws {
    try compare(UnigramPieces(E5PackFile(path: try #require(Self.e5)).tokenizer))
  }
}
