import Base
import TestSupport
import Testing

@testable import Inference

@Suite struct TokenizerTests {
  static func tokenizer(_ preTokenizer: String) throws -> Tokenizer {
    var writer = GGUFWriter()
    SmallModel.addTokenizer(to: &writer, preTokenizer: preTokenizer)
    return try SmallModel.withFile(writer.bytes) { try Tokenizer(GGUFFile(path: $0)) }
  }

  static func words(_ text: String, _ rule: String) -> [String] {
    var words: [String] = []
    var bytes = Array(text.utf8)
    bytes.withUnsafeMutableBufferPointer { buffer in
      let text = UnsafeBufferPointer(buffer)
      PreTokenizer.catalog.find(rule)?.words(of: text) {
        words.append(String(decoding: text[$0], as: UTF8.self))
      }
    }
    return words
  }

  @Test(
    "words are cut as the rule's regular expression cuts",
    arguments: [
      ("gpt-2", "I'll go  to 1234!?", ["I", "'ll", " go", " ", " to", " 1234", "!?"]),
      ("gpt-2", "a\n\nb  ", ["a", "\n", "\n", "b", "  "]),
      ("gpt-2", "DON'T", ["DON", "'", "T"]),
      ("smollm", "x 12 ½", ["x", " ", "1", "2", " ", "½"]),
      ("default", "a.b $12345", ["a", ".", "b", " ", "$", "123", "45"]),
      ("llama-bpe", "DON'T 12345 x", ["DON", "'T", " ", "123", "45", " x"]),
      ("llama-bpe", "a;\n\n  b\tc", ["a", ";\n\n", " ", " b", "\tc"]),
      ("llama-bpe", "x \n y", ["x", " \n", " y"]),
      ("qwen2", "v123", ["v", "1", "2", "3"]),
    ])
  func cutting(rule: String, text: String, expected: [String]) {
    #expect(Self.words(text, rule) == expected)
  }

  @Test func `an unknown rule is refused by name`() {
    let problem = #expect(throws: Problem.self) { try Self.tokenizer("klingon") }
    #expect(problem?.description.contains("pre-tokenizer \"klingon\" is not supported") == true)
    #expect(problem?.description.contains("smollm") == true)
  }

  @Test func `pairs join in the order they were learned`() throws {
    let tokenizer = try Self.tokenizer("gpt-2")
    let spellings = tokenizer.encode("in the queen, thing").map {
      tokenizer.vocabulary.spelling(of: $0)
    }
    #expect(
      spellings == [
        "in", "Ġthe", "Ġ", "qu", "e", "e", "n", ",", "Ġt", "h", "in", "g",
      ])
  }

  @Test func `names of control tokens count only where asked for, added pieces always`() throws {
    let tokenizer = try Self.tokenizer("smollm")
    let text = "<|user|>a[added]"
    let added = TokenID(SmallModel.vocabularyCount - 1)
    let parsed = tokenizer.encode(text)
    #expect(parsed.first == 2 && parsed.count == 3 && parsed.last == added)
    let plain = tokenizer.encode(text, parsesSpecials: false)
    #expect(plain.count == 9 && plain.last == added)
    #expect(tokenizer.text(of: parsed) == text)
    #expect(tokenizer.text(of: parsed, showsControl: false) == "a[added]")
  }

  @Test func `decoding gives back any bytes`() throws {
    var random = SeededRandom(seed: 11)
    for rule in PreTokenizer.catalog.names {
      let tokenizer = try Self.tokenizer(rule)
      for _ in 0..<150 {
        let bytes = randomText(&random)
        #expect(tokenizer.decode(tokenizer.encode(bytes)) == bytes, "\(rule): \(bytes)")
      }
    }
  }

  @Test func `a letter spread over tokens is shown when it is whole`() {
    var random = SeededRandom(seed: 5)
    for _ in 0..<200 {
      let bytes = randomText(&random)
      var stream = TextStream()
      var text = ""
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = 1 + random.nextInteger(below: 4)
        text += stream.add(rest.prefix(count))
        rest = rest.dropFirst(count)
      }
      text += stream.finish()
      if let whole = String(validating: bytes, as: UTF8.self) { #expect(text == whole) }
    }
    var stream = TextStream()
    #expect(stream.add([0xE5, 0xA4]) == "")
    #expect(stream.add([0xA7, 0x41]) == "大A")
    #expect(stream.add([0xF0]) == "")
    #expect(stream.finish() == "\u{FFFD}")
  }

  @Test func `SentencePiece joins by score and falls back to bytes`() throws {
    var writer = GGUFWriter()
    let pieces =
      ["<unk>", "<s>", "</s>"]
      + (0..<256).map { byte in
        "<0x" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true) + ">"
      } + ["▁", "a", "b", "ab", "▁a", "▁ab", "c", "bc"]
    let kinds: [Int32] =
      [2, 3, 3] + [Int32](repeating: 6, count: 256)
      + [Int32](repeating: 1, count: 8)
    let scores = [Float](repeating: 0, count: 259) + [-9, -8, -7, -3, -2, -4, -9, -1]
    writer.set("tokenizer.ggml.model", .string("llama"))
    writer.set("tokenizer.ggml.tokens", .strings(pieces.map { Array($0.utf8) }))
    writer.set("tokenizer.ggml.token_type", .int32s(kinds))
    writer.set("tokenizer.ggml.scores", .float32s(scores))
    writer.set("tokenizer.ggml.bos_token_id", .uint32(1))
    writer.set("tokenizer.ggml.unknown_token_id", .uint32(0))
    try SmallModel.withFile(writer.bytes) { path in
      let tokenizer = try Tokenizer(GGUFFile(path: path))
      func spell(_ text: String) -> [String] {
        tokenizer.encode(text).map { tokenizer.vocabulary.spelling(of: $0) }
      }
      // "bc" scores best, so "▁a" cannot become "▁ab".
      #expect(spell("abc") == ["▁a", "bc"])
      #expect(spell("ab") == ["▁ab"])
      #expect(spell("ü a") == ["▁", "<0xC3>", "<0xBC>", "▁a"])
      #expect(tokenizer.encode("a", addsMarks: true).first == 1)
      var random = SeededRandom(seed: 3)
      for _ in 0..<100 {
        let bytes = randomText(&random)
        #expect(tokenizer.decode(tokenizer.encode(bytes)) == bytes)
      }
    }
  }
}

/// Words, numbers, spaces, Chinese, emoji, combining letters and bytes that are no UTF-8.
private func randomText(_ random: inout SeededRandom) -> [UInt8] {
  var bytes: [UInt8] = []
  for _ in 0..<random.nextInteger(below: 24) {
    switch random.nextInteger(below: 8) {
    case 0: bytes += Array(" the".utf8)
    case 1: bytes.append(UInt8(random.nextInteger(below: 256)))
    case 2:
      bytes += Array(["é", "e\u{301}", "ß", "ﷺ", "\u{200D}"][random.nextInteger(below: 5)].utf8)
    case 3:
      let code = UInt32(0x4E00 + random.nextInteger(below: 0x5000))
      if let scalar = Unicode.Scalar(code) { bytes += Array(String(Character(scalar)).utf8) }
    case 4: bytes += Array(["🙂", "👩‍💻", "🇨🇳", "⚠️"][random.nextInteger(below: 4)].utf8)
    case 5:
      bytes += Array(
        ["\n", "  ", "\t", "\r\n", "\u{A0}", "\u{3000}"][random.nextInteger(below: 6)].utf8)
    case 6: bytes += Array(String(random.nextInteger(below: 100_000)).utf8)
    default:
      bytes += Array(
        ["queen", "'ll", "in", "[added", "<|user|", "qu"][random.nextInteger(below: 6)].utf8)
    }
  }
  return bytes
}
