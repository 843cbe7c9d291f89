import Base
import Glibc
import TestSupport
import Testing

@testable import Inference

@Suite struct GGUFFileTests {
  @Test func `what is written is read back`() throws {
    try SmallModel.withFile(SmallModel.everything().bytes) { path in
      let file = try GGUFFile(path: path)
      #expect(file.version == 3)
      #expect(file.metadata["a.u32"]?.integer == 7)
      #expect(file.metadata["a.u64"]?.integer == 1 << 40)
      #expect(file.metadata["a.i32"]?.integer == -7)
      #expect(file.metadata["a.f32"]?.double == 0.5)
      #expect(file.metadata["a.f64"]?.double == 0.1)
      #expect(file.metadata["a.bool"]?.boolean == true)
      #expect(file.metadata["a.text"]?.string == "Größe 大")
      #expect(file.metadata["a.numbers"]?.array?.integers == [1, 2, 3])
      #expect(file.metadata["a.floats"]?.array?.doubles == [1.5, -2])
      let texts = try #require(file.metadata["a.texts"]?.array)
      #expect((0..<texts.count).map { texts[$0].string } == ["x", "", "yz"])
      let nested = try #require(file.metadata["a.nested"]?.array)
      #expect((0..<nested.count).map { nested[$0].array?.integers } == [[1], [], [2, 3]])
      let second = try #require(file.tensor("second"))
      #expect(second.dimensions == [5])
      #expect(Array(file.bytes(of: second).bindMemory(to: Float.self)) == [9, 8, 7, 6, 5])
      #expect(file.keys.first == "general.architecture")
    }
  }

  @Test func `version 2 is read like version 3`() throws {
    var bytes = SmallModel.everything().bytes
    bytes[4] = 2
    try SmallModel.withFile(bytes) { path in
      let file = try GGUFFile(path: path)
      #expect(file.version == 2)
    }
  }

  @Test func `tensor data starts at the file's own alignment`() throws {
    var writer = GGUFWriter(alignment: 128)
    writer.add("a", dimensions: [3], values: [1, 2, 3])
    writer.add("b", dimensions: [1], values: [4])
    try SmallModel.withFile(writer.bytes) { path in
      let file = try GGUFFile(path: path)
      #expect(file.tensors.map { $0.range.lowerBound % 128 } == [0, 0])
      #expect(file.tensors[1].range.lowerBound - file.tensors[0].range.lowerBound == 128)
    }
  }

  /// Bytes of a header put together by hand, and what the error must speak of.
  private static let brokenHeaders: [(bytes: [UInt8], says: String)] = [
    ([], "byte 0"),
    (text("GGML") + [3, 0, 0, 0], "the magic \"GGUF\""),
    (text("GGUF") + [1, 0, 0, 0], "byte 4: expected GGUF version 2 or 3"),
    (text("GGUF") + [0, 0, 0, 3], "big-endian version 3"),
    (text("GGUF") + [3, 0, 0, 0] + zeros(16).map { _ in 255 }, "byte 8"),
    (head(keys: 1) + long(200) + text("k") + zeros(12), "byte 24"),
    (head(keys: 1) + long(1) + text("k") + [77, 0, 0, 0], "0 to 12"),
    (head(keys: 1) + long(1) + text("k") + [9, 0, 0, 0, 4, 0, 0, 0] + long(1 << 60), "of \"k\""),
    (head(keys: 1) + long(1) + text("k") + [7, 0, 0, 0, 2], "0 or 1"),
  ]

  @Test("a broken header says where and what was expected", arguments: brokenHeaders)
  func broken(bytes: [UInt8], says: String) throws {
    try SmallModel.withFile(bytes) { path in
      let problem = #expect(throws: Problem.self) { try GGUFFile(path: path) }
      #expect(problem?.description.contains(says) == true, "\(problem?.description ?? "no error")")
      #expect(problem?.description.hasPrefix(path) == true)
    }
  }

  @Test func `a tensor beyond the end of the file is refused by name`() throws {
    let bytes = SmallModel.everything().bytes
    try SmallModel.withFile(Array(bytes.dropLast(40))) { path in
      let problem = #expect(throws: Problem.self) { try GGUFFile(path: path) }
      #expect(problem?.description.contains("tensor \"second\" within the") == true)
    }
  }

  @Test func `keys and tensors stand once`() throws {
    var keys = GGUFWriter()
    keys.set("k", .uint32(1))
    keys.set("k", .uint32(2))
    var tensors = GGUFWriter()
    tensors.add("t", dimensions: [1], values: [1])
    tensors.add("t", dimensions: [1], values: [2])
    for bytes in [keys.bytes, tensors.bytes] {
      try SmallModel.withFile(bytes) { path in
        let problem = #expect(throws: Problem.self) { try GGUFFile(path: path) }
        #expect(problem?.description.contains("again") == true)
      }
    }
  }

  /// Every mutation must give an error or a file whose parts all lie within its bytes; a crash, a
  /// hang or a huge allocation fails the run.
  @Test func `broken files give errors and nothing worse`() throws {
    var writer = SmallModel.everything()
    SmallModel.addTokenizer(to: &writer)
    let good = writer.bytes
    var random = SeededRandom(seed: 2)
    var refused = 0
    let rounds = trials(10_000, fast: 1000)
    for _ in 0..<rounds {
      let bytes = mutated(good, &random)
      try SmallModel.withFile(bytes) { path in
        do {
          let file = try GGUFFile(path: path)
          for tensor in file.tensors { #expect(tensor.range.upperBound <= bytes.count) }
          if let tokenizer = try? Tokenizer(file) { _ = tokenizer.encode("the queen [added] 12") }
        } catch let problem as Problem {
          refused += 1
          #expect(problem.description.contains(path))
          #expect(problem.description.contains("expected"), "\(problem)")
        }
      }
    }
    #expect(refused > rounds * 2 / 5)
  }
}

/// One of: cut short, one bit turned, eight bytes of a length made huge, bytes put in or taken out.
private func mutated(_ good: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
  var bytes = good
  // Most of the file is vocabulary; half of the hits go to the head, where the structure is.
  let area = random.nextInteger(below: 2) == 0 ? min(600, good.count) : good.count
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
  default: bytes.removeSubrange(place..<min(bytes.count, place + 1 + random.nextInteger(below: 16)))
  }
  return bytes
}

private func text(_ text: String) -> [UInt8] { Array(text.utf8) }

private func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }

private func head(keys: UInt64) -> [UInt8] {
  text("GGUF") + [3, 0, 0, 0] + long(0) + long(keys)
}

private func long(_ value: UInt64) -> [UInt8] {
  (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
}
