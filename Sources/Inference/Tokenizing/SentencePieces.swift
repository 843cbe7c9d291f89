import Base

/// SentencePiece's byte pair encoding (Llama 2, Gemma): letters are joined into the neighbour pair
/// with the best score; what is left over and is no piece goes byte by byte.
final class SentencePieces: TokenizingAlgorithm {
  private let vocabulary: Vocabulary
  private let scores: [Float]
  private let addsSpace: Bool
  /// The token of each byte, as in `<0x0A>`; nil where the vocabulary has none.
  private let byteTokens: [TokenID?]
  private let byteValues: [TokenID: UInt8]

  /// How a space is spelled in pieces: U+2581.
  private static let space: [UInt8] = [0xE2, 0x96, 0x81]

  init(_ file: GGUFFile, _ vocabulary: Vocabulary) throws(Problem) {
    self.vocabulary = vocabulary
    let key = "tokenizer.ggml.scores"
    let list = try file.required(key, "an array of numbers", \.array)
    guard let scores = list.doubles, scores.count == vocabulary.count else {
      throw Problem("\(file.path): \"\(key)\" should hold a number for every token")
    }
    self.scores = scores.map(Float.init)
    addsSpace =
      try file.optional("tokenizer.ggml.add_space_prefix", "a boolean", \.boolean) ?? true
    var byteTokens: [TokenID?] = []
    var byteValues: [TokenID: UInt8] = [:]
    for byte in 0..<256 {
      let digits = String(byte, radix: 16, uppercase: true)
      let name = "<0x" + (digits.utf8.count == 1 ? "0" : "") + digits + ">"
      let id = vocabulary.find(Array(name.utf8))
      byteTokens.append(id)
      if let id { byteValues[id] = UInt8(byte) }
    }
    self.byteTokens = byteTokens
    self.byteValues = byteValues
  }

  func encode(_ text: UnsafeBufferPointer<UInt8>, isFirst: Bool, into ids: inout [TokenID]) {
    var spelled: [UInt8] = addsSpace && isFirst && !text.isEmpty ? Self.space : []
    for byte in text {
      if byte == 0x20 { spelled += Self.space } else { spelled.append(byte) }
    }
    spelled.withUnsafeBufferPointer { buffer in
      var joiner = PieceJoiner(text: buffer, vocabulary: vocabulary, scores: scores)
      joiner.run { range in append(buffer[range], to: &ids) }
    }
  }

  private func append(_ symbol: Slice<UnsafeBufferPointer<UInt8>>, to ids: inout [TokenID]) {
    let buffer = UnsafeBufferPointer(rebasing: symbol)
    if let id = vocabulary.find(UnsafeRawBufferPointer(buffer)) {
      ids.append(id)
      return
    }
    for byte in buffer {
      if let id = byteTokens[Int(byte)] ?? vocabulary.unknown { ids.append(id) }
    }
  }

  func decode(_ id: TokenID) -> [UInt8] {
    if let byte = byteValues[id] { return [byte] }
    let piece = vocabulary.utf8(of: id)
    var result: [UInt8] = []
    var index = 0
    while index < piece.count {
      if index + 3 <= piece.count, piece[index..<index + 3].elementsEqual(Self.space) {
        result.append(0x20)
        index += 3
      } else {
        result.append(piece[index])
        index += 1
      }
    }
    return result
  }

  func finish(_ bytes: inout [UInt8]) {
    if addsSpace, bytes.first == 0x20 { bytes.removeFirst() }
  }
}

/// Joins letters by score: the best pair first, of equal pairs the leftmost.
private struct PieceJoiner {
  private struct Symbol {
    var range: Range<Int>
    var previous: Int
    var next: Int
  }

  private struct Candidate: Comparable {
    let score: Float
    let left: Int
    let length: Int

    static func < (a: Candidate, b: Candidate) -> Bool {
      a.score != b.score ? a.score > b.score : a.left < b.left
    }
  }

  private let text: UnsafeBufferPointer<UInt8>
  private let vocabulary: Vocabulary
  private let scores: [Float]
  private var symbols: [Symbol] = []
  private var heap = BinaryHeap<Candidate>()

  init(text: UnsafeBufferPointer<UInt8>, vocabulary: Vocabulary, scores: [Float]) {
    self.text = text
    self.vocabulary = vocabulary
    self.scores = scores
    var index = 0
    while index < text.count {
      let length = decodeScalar(text, index).length
      let number = symbols.count
      symbols.append(Symbol(range: index..<index + length, previous: number - 1, next: number + 1))
      index += length
    }
    if !symbols.isEmpty { symbols[symbols.count - 1].next = -1 }
  }

  mutating func run(_ body: (Range<Int>) -> Void) {
    for index in symbols.indices { consider(index) }
    while let best = heap.popLeast() { apply(best) }
    var index = symbols.isEmpty ? -1 : 0
    while index >= 0 {
      body(symbols[index].range)
      index = symbols[index].next
    }
  }

  private mutating func apply(_ best: Candidate) {
    let left = symbols[best.left]
    guard left.next >= 0, !left.range.isEmpty else { return }
    let right = symbols[left.next]
    // A pair of another length than when it was found is stale.
    guard left.range.count + right.range.count == best.length else { return }
    symbols[best.left].range = left.range.lowerBound..<right.range.upperBound
    symbols[left.next].range = right.range.upperBound..<right.range.upperBound
    symbols[best.left].next = right.next
    if right.next >= 0 { symbols[right.next].previous = best.left }
    if left.previous >= 0 { consider(left.previous) }
    consider(best.left)
  }

  private mutating func consider(_ left: Int) {
    let next = symbols[left].next
    guard next >= 0 else { return }
    let range = symbols[left].range.lowerBound..<symbols[next].range.upperBound
    let bytes = UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: text[range]))
    guard let id = vocabulary.find(bytes) else { return }
    heap.push(Candidate(score: scores[Int(id)], left: left, length: range.count))
  }
}
