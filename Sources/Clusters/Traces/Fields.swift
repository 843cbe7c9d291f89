import Base
import Glibc

/// Reads numbers out of bytes.
enum Fields {
  /// Splits a line at commas, into ranges of its bytes; quotes are not looked at.
  static func split(_ line: UnsafeRawBufferPointer, into fields: inout [Range<Int>]) {
    fields.removeAll(keepingCapacity: true)
    var start = 0
    for index in 0..<line.count where line[index] == UInt8(ascii: ",") {
      fields.append(start..<index)
      start = index + 1
    }
    fields.append(start..<line.count)
  }

  /// A number in decimal notation, or nothing.
  static func double(_ bytes: UnsafeRawBufferPointer) -> Double? {
    var text = trimmed(bytes)
    var isNegative = false
    if let first = text.first, first == UInt8(ascii: "-") {
      isNegative = true
      text = UnsafeRawBufferPointer(rebasing: text.dropFirst())
    }
    guard let quick = quickDouble(text) else { return slowDouble(bytes) }
    return isNegative ? -quick : quick
  }

  /// A whole number, also one written with a fraction of zeros, or nothing.
  static func integer(_ bytes: UnsafeRawBufferPointer) -> Int? {
    let text = trimmed(bytes)
    guard !text.isEmpty else { return nil }
    var value = 0
    for byte in text {
      guard byte >= 0x30, byte <= 0x39, value < Int.max / 16 else {
        return double(bytes).flatMap { Int(exactly: $0) }
      }
      value = value * 10 + Int(byte - 0x30)
    }
    return value
  }

  static func text(_ bytes: UnsafeRawBufferPointer) -> String {
    String(decoding: trimmed(bytes), as: UTF8.self)
  }

  /// Digits and a point that a double holds exactly: one division gives the nearest number (Clinger).
  private static func quickDouble(_ text: UnsafeRawBufferPointer) -> Double? {
    guard text.count >= 1, text.count <= 17 else { return nil }
    var (mantissa, fraction): (UInt64, Int?) = (0, nil)
    for byte in text {
      if byte == UInt8(ascii: ".") {
        guard fraction == nil else { return nil }
        fraction = 0
      } else {
        guard byte >= 0x30, byte <= 0x39 else { return nil }
        mantissa = mantissa * 10 + UInt64(byte - 0x30)
        if let digits = fraction { fraction = digits + 1 }
      }
    }
    guard mantissa < 1 << 53, text.count > (fraction == nil ? 0 : 1) else { return nil }
    return Double(mantissa) / powersOfTen[fraction ?? 0]
  }

  private static func slowDouble(_ bytes: UnsafeRawBufferPointer) -> Double? {
    let text = trimmed(bytes)
    guard text.count >= 1, text.count < 64 else { return nil }
    // strtod wants a zero at the end, and takes words and hexadecimal digits that no trace has.
    for byte in text where !isNumberByte(byte) { return nil }
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { place in
      for (index, byte) in text.enumerated() { place[index] = CChar(bitPattern: byte) }
      place[text.count] = 0
      var end: UnsafeMutablePointer<CChar>?
      guard let base = place.baseAddress else { return nil }
      let value = strtod(base, &end)
      return end == base + text.count ? value : nil
    }
  }

  private static func isNumberByte(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
      || byte == UInt8(ascii: "+") || byte | 0x20 == UInt8(ascii: "e")
  }

  private static func trimmed(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    var (low, high) = (0, bytes.count)
    while low < high, bytes[low] == 0x20 || bytes[low] == 9 || bytes[low] == 0x22 { low += 1 }
    while high > low, bytes[high - 1] == 0x20 || bytes[high - 1] == 13 || bytes[high - 1] == 0x22 {
      high -= 1
    }
    return UnsafeRawBufferPointer(rebasing: bytes[low..<high])
  }

  private static let powersOfTen: [Double] = (0...22).map { power in
    (0..<power).reduce(1.0) { value, _ in value * 10 }
  }
}
