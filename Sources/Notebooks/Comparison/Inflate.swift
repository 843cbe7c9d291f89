/// Decompression of DEFLATE data (RFC 1951).
struct Inflate {
  private let bytes: ArraySlice<UInt8>
  private let limit: Int
  private var position: Int
  private var bitBuffer: UInt32 = 0
  private var bitCount = 0
  private var output: [UInt8] = []

  /// Decodes data; nothing when it is damaged or gives more bytes than the limit.
  static func decode(_ bytes: ArraySlice<UInt8>, limit: Int) -> [UInt8]? {
    var decoder = Inflate(bytes, limit: limit)
    return decoder.run() ? decoder.output : nil
  }

  private init(_ bytes: ArraySlice<UInt8>, limit: Int) {
    (self.bytes, self.limit, position) = (bytes, limit, bytes.startIndex)
  }

  private mutating func run() -> Bool {
    var isLast = false
    while !isLast {
      guard let last = bits(1), let kind = bits(2) else { return false }
      isLast = last == 1
      let isGood: Bool
      switch kind {
      case 0: isGood = stored()
      case 1: isGood = compressed(Inflate.fixedLengths, Inflate.fixedDistances)
      case 2:
        guard let (lengths, distances) = dynamicTables() else { return false }
        isGood = compressed(lengths, distances)
      default: isGood = false
      }
      guard isGood else { return false }
    }
    return true
  }

  private mutating func bits(_ count: Int) -> Int? {
    while bitCount < count {
      guard position < bytes.endIndex else { return nil }
      bitBuffer |= UInt32(bytes[position]) << UInt32(bitCount)
      position += 1
      bitCount += 8
    }
    let value = Int(bitBuffer & ((1 << UInt32(count)) - 1))
    bitBuffer >>= UInt32(count)
    bitCount -= count
    return value
  }

  private mutating func stored() -> Bool {
    (bitBuffer, bitCount) = (0, 0)
    guard position + 4 <= bytes.endIndex else { return false }
    let length = Int(bytes[position]) | Int(bytes[position + 1]) << 8
    position += 4
    guard length <= bytes.endIndex - position, output.count + length <= limit else { return false }
    output += bytes[position..<(position + length)]
    position += length
    return true
  }

  // MARK: Codes

  /// Canonical Huffman codes: how many of each length, and the symbols in order.
  private struct Codes {
    var counts = [Int](repeating: 0, count: 16)
    var symbols: [Int] = []

    init(_ lengths: [Int]) {
      for length in lengths where length > 0 { counts[length] += 1 }
      for length in 1..<16 {
        for (symbol, own) in lengths.enumerated() where own == length { symbols.append(symbol) }
      }
    }
  }

  private static let fixedLengths = Codes(
    [Int](repeating: 8, count: 144) + [Int](repeating: 9, count: 112)
      + [Int](repeating: 7, count: 24) + [Int](repeating: 8, count: 8))
  private static let fixedDistances = Codes([Int](repeating: 5, count: 30))

  private mutating func symbol(_ codes: Codes) -> Int? {
    var code = 0
    var first = 0
    var index = 0
    for length in 1..<16 {
      guard let bit = bits(1) else { return nil }
      code |= bit
      let count = codes.counts[length]
      if code - first < count { return codes.symbols[index + code - first] }
      index += count
      first = (first + count) << 1
      code <<= 1
    }
    return nil
  }

  private mutating func dynamicTables() -> (Codes, Codes)? {
    guard let a = bits(5), let b = bits(5), let c = bits(4) else { return nil }
    let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
    var lengths = [Int](repeating: 0, count: 19)
    for place in order.prefix(c + 4) {
      guard let length = bits(3) else { return nil }
      lengths[place] = length
    }
    let codes = Codes(lengths)
    var all: [Int] = []
    while all.count < a + 257 + b + 1 {
      guard let symbol = symbol(codes) else { return nil }
      switch symbol {
      case 0..<16: all.append(symbol)
      case 16:
        guard let last = all.last, let more = bits(2) else { return nil }
        all += [Int](repeating: last, count: more + 3)
      default:
        guard let more = bits(symbol == 17 ? 3 : 7) else { return nil }
        all += [Int](repeating: 0, count: more + (symbol == 17 ? 3 : 11))
      }
    }
    guard all.count == a + 257 + b + 1 else { return nil }
    return (Codes(Array(all[..<(a + 257)])), Codes(Array(all[(a + 257)...])))
  }

  private static let lengthBases = [
    3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131,
    163, 195, 227, 258,
  ]
  private static let lengthBits = [
    0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
  ]
  private static let distanceBases = [
    1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049,
    3073, 4097, 6145, 8193, 12289, 16385, 24577,
  ]

  private mutating func compressed(_ lengths: Codes, _ distances: Codes) -> Bool {
    while let symbol = symbol(lengths) {
      if symbol == 256 { return true }
      if symbol < 256 {
        guard output.count < limit else { return false }
        output.append(UInt8(symbol))
        continue
      }
      guard symbol - 257 < Inflate.lengthBases.count,
        let moreLength = bits(Inflate.lengthBits[symbol - 257]),
        let code = self.symbol(distances), code < Inflate.distanceBases.count,
        let moreDistance = bits(max(0, code / 2 - 1))
      else { return false }
      let length = Inflate.lengthBases[symbol - 257] + moreLength
      let distance = Inflate.distanceBases[code] + moreDistance
      guard distance <= output.count, output.count + length <= limit else { return false }
      for _ in 0..<length { output.append(output[output.count - distance]) }
    }
    return false
  }
}
