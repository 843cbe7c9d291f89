import Base

/// Byte-level byte pair encoding (GPT-2): words start as bytes, and of all neighbours the pair that
/// was learned first is joined until no pair is left that was learned.
final class BytePairEncoding: TokenizingAlgorithm {
  private let vocabulary: Vocabulary
  private let preTokenizer: PreTokenizer
  private let merges: MergeTable
  /// The token of each single byte.
  private let byteTokens: [TokenID]

  init(_ file: GGUFFile, _ vocabulary: Vocabulary, _ preTokenizer: PreTokenizer) throws(Problem) {
    self.vocabulary = vocabulary
    self.preTokenizer = preTokenizer
    merges = try MergeTable(file, vocabulary)
    var byteTokens: [TokenID] = []
    for byte in 0..<256 {
      let letter = ByteAlphabet.letters[byte]
      guard let id = vocabulary.find(letter) ?? vocabulary.unknown else {
        throw Problem(
          "\(file.path): the vocabulary has no token for byte \(byte) and none for the unknown")
      }
      byteTokens.append(id)
    }
    self.byteTokens = byteTokens
  }

  func encode(_ text: UnsafeBufferPointer<UInt8>, isFirst: Bool, into ids: inout [TokenID]) {
    // Words repeat; within one text each is merged once.
    var known: [ArraySlice<UInt8>: Range<Int>] = [:]
    let bytes = Array(text)
    var merger = WordMerger(merges)
    var out: [TokenID] = []
    preTokenizer.words(of: text) { word in
      if word.count == 1 {
        out.append(byteTokens[Int(text[word.lowerBound])])
        return
      }
      let key = bytes[word]
      if let earlier = known[key] {
        for index in earlier { out.append(out[index]) }
        return
      }
      let start = out.count
      merger.start()
      for byte in text[word] { merger.add(byteTokens[Int(byte)]) }
      merger.run(into: &out)
      known[key] = start..<out.count
    }
    ids += out
  }

  func decode(_ id: TokenID) -> [UInt8] { ByteAlphabet.read(vocabulary.utf8(of: id)) }

  func finish(_ bytes: inout [UInt8]) {}
}

/// The learned pairs: which two tokens join, in which order of preference, into which token.
struct MergeTable: Sendable {
  /// What a pair becomes and how early it was learned; lower ranks go first.
  struct Merge: Sendable {
    let rank: Int32
    let result: TokenID
  }

  private let keys: [UInt64]
  private let values: [Merge]
  private let mask: Int

  init(_ file: GGUFFile, _ vocabulary: Vocabulary) throws(Problem) {
    let key = "tokenizer.ggml.merges"
    let list = try file.required(key, "an array of strings", \.array)
    guard list.elementType == .string else {
      throw Problem("\(file.path): \"\(key)\" should hold strings, holds \(list.elementType)")
    }
    var size = 16
    while size < list.count * 2 { size *= 2 }
    let mask = size - 1
    var keys = [UInt64](repeating: .max, count: size)
    var values = [Merge](repeating: Merge(rank: 0, result: 0), count: size)
    for rank in 0..<list.count {
      guard let pair = Self.read(list.utf8(at: rank), vocabulary) else { continue }
      var slot = Self.hash(pair.key) & mask
      while keys[slot] != .max, keys[slot] != pair.key { slot = (slot + 1) & mask }
      if keys[slot] == .max {
        keys[slot] = pair.key
        values[slot] = Merge(rank: Int32(rank), result: pair.result)
      }
    }
    self.keys = keys
    self.values = values
    self.mask = mask
  }

  /// Finds what two neighbours become.
  @inline(__always)
  func find(_ left: TokenID, _ right: TokenID) -> Merge? {
    let key = Self.key(left, right)
    var slot = Self.hash(key) & mask
    while keys[slot] != .max {
      if keys[slot] == key { return values[slot] }
      slot = (slot + 1) & mask
    }
    return nil
  }

  /// Reads a line as in "Ġt he"; nothing where a part or the whole is no piece.
  private static func read(_ line: UnsafeRawBufferPointer, _ vocabulary: Vocabulary)
    -> (key: UInt64, result: TokenID)?
  {
    guard line.count >= 3, let space = line.dropFirst().firstIndex(of: 0x20) else { return nil }
    let left = UnsafeRawBufferPointer(rebasing: line[..<space])
    let right = UnsafeRawBufferPointer(rebasing: line[(space + 1)...])
    var joined = ContiguousArray(left)
    joined += right
    guard let a = vocabulary.find(left), let b = vocabulary.find(right),
      let result = joined.withUnsafeBytes({ vocabulary.find($0) })
    else { return nil }
    return (key(a, b), result)
  }

  @inline(__always)
  private static func key(_ left: TokenID, _ right: TokenID) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  @inline(__always)
  private static func hash(_ key: UInt64) -> Int {
    Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 33)
  }
}
