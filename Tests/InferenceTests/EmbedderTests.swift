import Base
import TestSupport
import Tensors
import Testing

@testable import Inference

@Suite struct EmbedderTests {
  static let wordPieces = [
    "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "##a", "b", "##b", "c", ".",
  ]
  static let unigrams = ["<s>", "<pad>", "</s>", "<unk>", "▁", "a", "▁a", "b", "A", "query", ":"]

  static func withFolder(_ model: SmallEncoder, _ body: (Embedder) throws -> Void) throws {
    try withTemporaryFolder { folder in
      try model.write(to: folder)
      try body(Embedder(path: folder))
    }
  }

  static func sentences(_ count: Int, _ shape: EncoderShape, most: Int) -> [[TokenID]] {
    var random = SeededRandom(seed: 4)
    return (0..<count).map { _ in
      (0..<1 + random.nextInteger(below: most)).map { _ in
        TokenID(random.nextInteger(below: shape.vocabularySize))
      }
    }
  }

  @Test func `models are told apart by what they are for`() throws {
    let model = SmallEncoder(pieces: Self.wordPieces)
    try withTemporaryFolder { folder in
      try model.write(to: folder)
      #expect(ModelUse(path: folder) == .embedding && ModelUse(path: folder + "/none") == nil)
      let refused = #expect(throws: Problem.self) { try Engine(path: folder) }
      #expect(refused?.description.contains("embeds sentences and writes no text") == true)
    }
    try SmallModel.withFile(SmallModel.llama(format: try BlockFormat.catalog["f32"]).bytes) {
      path in
      #expect(ModelUse(path: path) == .text)
      let refused = #expect(throws: Problem.self) { try Embedder(path: path) }
      #expect(refused?.description.contains("writes text and embeds no sentences") == true)
    }
  }

  /// Head widths that fill no panel, one panel, and more than one.
  @Test(
    "an embedding is the mean of the plain encoder's vectors, at length 1",
    arguments: [(heads: 2, width: 64, inner: 96), (4, 48, 100), (1, 40, 33), (3, 36, 64)])
  func embedding(heads: Int, width: Int, inner: Int) throws {
    let model = SmallEncoder(width: width, heads: heads, inner: inner, pieces: Self.wordPieces)
    try Self.withFolder(model) { embedder in
      let sentences = Self.sentences(9, model.shape, most: embedder.maximumTokens)
      let rows = try embedder.embed(tokens: sentences)
      #expect(rows.count == sentences.count)
      for (sentence, row) in zip(sentences, rows) {
        let vectors = PlainEncoder(model: model).run(sentence)
        let mean = (0..<width).map { i in vectors.reduce(0) { $0 + $1[i] } }
        let length = mean.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let worst = zip(row, mean).map { abs(Double($0) - $1 / length) }.max() ?? 1
        // Float against double through two layers.
        #expect(worst < 2e-5 && row.count == width)
      }
    }
  }

  @Test func `a sentence's embedding does not depend on the batch or the threads`() throws {
    let model = SmallEncoder(pieces: Self.wordPieces)
    try Self.withFolder(model) { embedder in
      // More rows than one run takes.
      let sentences = Self.sentences(150, model.shape, most: embedder.maximumTokens)
      let together = try embedder.embed(tokens: sentences)
      for index in [0, 1, 77, 149] {
        let alone = try embedder.embed(tokens: [sentences[index]])[0]
        let worst = zip(alone, together[index]).map { abs($0 - $1) }.max() ?? 1
        #expect(worst < 1e-6)
      }
      let threads = ComputeThreads.count
      defer { ComputeThreads.set(threads) }
      ComputeThreads.set(1)
      let one = try embedder.embed(tokens: sentences)
      ComputeThreads.set(3)
      #expect(try embedder.embed(tokens: sentences) == one)
    }
  }

  @Test func `text is cut at the maximum, and no text is a sentence too`() throws {
    try Self.withFolder(SmallEncoder(pieces: Self.wordPieces)) { embedder in
      #expect(embedder.maximumTokens == 12 && embedder.dimensions == 64)
      #expect(embedder.tokenCount(of: "a b c") == 5)
      let long = String(repeating: "a b ", count: 50)
      #expect(embedder.tokenCount(of: long) == 12 && embedder.tokens(of: long).last == 3)
      #expect(try embedder.embed([long]) == embedder.embed([String(long.prefix(20))]))
      #expect(try embedder.embed([]) == [])
      #expect(try embedder.embed([""]).first?.count == 64)
      #expect(throws: Problem.self) { try embedder.embed(tokens: [[]]) }
      #expect(throws: Problem.self) { try embedder.embed(tokens: [[14]]) }
      let whole = try embedder.embed(tokens: [[13, 0]])[0]
      #expect(abs(Embedder.similarity(whole, whole) - 1) < 1e-6)
    }
  }

  @Test func `the packed file and the folder give the same`() throws {
    let model = SmallEncoder(pieces: Self.unigrams)
    try SmallModel.withFile(model.packed) { path in
      let embedder = try Embedder(path: path)
      #expect(embedder.shape == model.shape && embedder.maximumTokens == 40)
      // Ａ becomes A, and each text gets its prefix.
      let spelled = embedder.tokens(of: "Ａa").map { embedder.tokenizer.spelling(of: $0) }
      #expect(spelled == ["<s>", "▁", "query", ":", "▁", "A", "a", "</s>"])
      #expect(embedder.tokenCount(of: "Ａa", for: .verbatim) == 5)
      #expect(try embedder.embed(["a"], for: .passage) != embedder.embed(["a"]))
      let sentences = Self.sentences(5, model.shape, most: 12)
      let packed = try embedder.embed(tokens: sentences)
      let other = SmallEncoder(pieces: Self.wordPieces)
      try Self.withFolder(other) { folder in
        let same = try folder.embed(tokens: sentences)
        #expect(same == packed)
      }
    }
  }

  @Test func `the first token's vector where the folder says so, other ways are refused`() throws {
    let model = SmallEncoder(pieces: Self.wordPieces)
    try withTemporaryFolder { folder in
      try model.write(to: folder, pooling: "cls_token")
      let embedder = try Embedder(path: folder)
      let vector = PlainEncoder(model: model).run([2, 5, 3])[0]
      let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let row = try embedder.embed(["a"])[0]
      #expect(zip(row, vector).allSatisfy { abs(Double($0) - $1 / length) < 2e-5 })
      try model.write(to: folder, pooling: "max_tokens")
      let problem = #expect(throws: Problem.self) { try Embedder(path: folder) }
      #expect(problem?.description.contains("pooling_mode_max_tokens is not supported") == true)
    }
  }

  @Test func `a stop ends a batch with an error`() throws {
    try Self.withFolder(SmallEncoder(pieces: Self.wordPieces)) { embedder in
      let flag = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
      defer { flag.deallocate() }
      flag.initialize(to: 1)
      Cancellation.watch(flag)
      let problem = #expect(throws: Problem.self) { try embedder.embed(["a"]) }
      Cancellation.watch(nil)
      #expect(problem?.kind == .interrupted)
      let rows = try embedder.embed(["a"])
      #expect(rows.count == 1)
    }
  }

  // MARK: Broken files

  private static func mutated(_ good: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
    var bytes = good
    // Half of the hits go to the head, where the structure is.
    let area = random.nextInteger(below: 2) == 0 ? min(2500, good.count) : good.count
    let place = random.nextInteger(below: area)
    switch random.nextInteger(below: 5) {
    case 0: bytes.removeLast(bytes.count - place)
    case 1: bytes[place] ^= 1 << UInt8(random.nextInteger(below: 8))
    case 2:
      let huge = random.next() >> UInt64(random.nextInteger(below: 64))
      for byte in 0..<8 where place + byte < bytes.count {
        bytes[place + byte] = UInt8(truncatingIfNeeded: huge >> UInt64(8 * byte))
      }
    case 3: bytes.insert(UInt8(random.nextInteger(below: 256)), at: place)
    default:
      bytes.removeSubrange(place..<min(bytes.count, place + 1 + random.nextInteger(below: 16)))
    }
    return bytes
  }

  private static let tiny = SmallEncoder(
    layers: 1, width: 32, heads: 2, inner: 32, pieces: unigrams)

  /// Every mutation must give an error or a model that runs; a crash or a hang fails the run.
  @Test func `broken packed files give errors and nothing worse`() throws {
    let good = Self.tiny.packed
    var random = SeededRandom(seed: 12)
    var refused = 0
    for _ in 0..<300 {
      try SmallModel.withFile(Self.mutated(good, &random)) { path in
        do {
          _ = try Embedder(path: path).embed(["aA b <s>", "ａ:query"])
        } catch let problem as Problem {
          refused += 1
          #expect(problem.description.contains(path), "\(problem)")
        }
      }
    }
    #expect(refused > 120)
  }

  @Test func `broken safetensors files give errors and nothing worse`() throws {
    let good = Self.tiny.safetensors
    var random = SeededRandom(seed: 13)
    var refused = 0
    for _ in 0..<300 {
      try SmallModel.withFile(Self.mutated(good, &random)) { path in
        do {
          _ = try Encoder(SafetensorsMap(path: path), Self.tiny.shape)
        } catch let problem as Problem {
          refused += 1
          #expect(problem.description.contains(path), "\(problem)")
        }
      }
    }
    #expect(refused > 120)
  }

  // MARK: The real model

  private static let e5 = try? ModelStore().find("multilingual-e5-small")

  @Test(.tags(.model), .enabled(if: e5 != nil, "multilingual-e5-small is not fetched"))
  func `multilingual-e5-small agrees with a forward pass in numpy`() throws {
    let golden = try JSONValue(
      parsing: String(
        decoding: try FileIO.read("Tests/InferenceTests/Golden/e5_embeddings.json"), as: UTF8.self))
    let embedder = try Embedder(path: try #require(Self.e5))
    let rows = try #require(golden["rows"]?.array)
    let embeddings = try rows.map { row in
      let purpose = try #require(row["purpose"]?.string.flatMap(Embedder.Purpose.init))
      let text = try #require(row["text"]?.string)
      return try embedder.embed([text], for: purpose)[0]
    }
    for (row, embedding) in zip(rows, embeddings) {
      let first = try #require(row["first8"]?.array).map { $0.double ?? .nan }
      // Float against double through twelve layers, rounded to six digits.
      #expect(zip(embedding, first).allSatisfy { abs(Double($0) - $1) < 1e-5 })
      let sum = embedding.reduce(0.0) { $0 + Double($1) }
      #expect(abs(sum - (row["sum"]?.double ?? .nan)) < 1e-4)
    }
    for (i, row) in (golden["cosine"]?.array ?? []).enumerated() {
      for (j, value) in (row.array ?? []).enumerated() {
        let cosine = Embedder.similarity(embeddings[i], embeddings[j])
        #expect(abs(cosine - (value.double ?? .nan)) < 2e-5)
      }
    }
  }
}
