/// GPT-2's spelling of bytes: each of the 256 bytes is one printable letter in the vocabulary.
///
/// Printable Latin-1 letters stand for themselves; the other 68 bytes take the letters from U+0100
/// on, so that a space is spelled `Ġ` and a line feed `Ċ`.
enum ByteAlphabet {
  /// The letter of each byte, in UTF-8.
  static let letters: [[UInt8]] = {
    var next: UInt32 = 256
    return (0..<256).map { byte in
      var code = UInt32(byte)
      if !isPrintable(byte) {
        code = next
        next += 1
      }
      return utf8(code)
    }
  }()

  /// The byte of each letter below U+0144; -1 where the letter stands for none.
  static let bytes: [Int16] = {
    var bytes = [Int16](repeating: -1, count: 0x144)
    var next = 256
    for byte in 0..<256 {
      if isPrintable(byte) {
        bytes[byte] = Int16(byte)
      } else {
        bytes[next] = Int16(byte)
        next += 1
      }
    }
    return bytes
  }()

  /// Spells bytes in letters.
  static func spell(_ text: some Sequence<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    for byte in text { result += letters[Int(byte)] }
    return result
  }

  /// Reads letters back to bytes; letters outside the alphabet stay what they are.
  static func read(_ spelling: UnsafeRawBufferPointer) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(spelling.count)
    var index = 0
    while index < spelling.count {
      let first = spelling[index]
      if first & 0xE0 == 0xC0, index + 1 < spelling.count {
        let code = Int(first & 0x1F) << 6 | Int(spelling[index + 1] & 0x3F)
        if code < bytes.count, bytes[code] >= 0 {
          result.append(UInt8(bytes[code]))
        } else {
          result += spelling[index...index + 1]
        }
        index += 2
      } else {
        result.append(first)
        index += 1
      }
    }
    return result
  }

  private static func isPrintable(_ byte: Int) -> Bool {
    (33...126).contains(byte) || (161...172).contains(byte) || byte >= 174
  }

  private static func utf8(_ code: UInt32) -> [UInt8] {
    Unicode.Scalar(code).map { Array(String(Character($0)).utf8) } ?? []
  }
}
