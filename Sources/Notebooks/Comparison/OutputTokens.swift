/// Text cut into what is compared: numbers, words, and what changes from run to run, masked.
///
/// Masked are addresses, UUIDs, dates and times of day, directories of absolute paths, terminal
/// colours, and the measurements that `%time`, `%bench` and `%mem` print. Blank space counts only
/// as such, so that a column that grows by a digit changes nothing.
enum OutputToken: Equatable {
  case text(String)
  /// A number as written; whole numbers are compared exactly.
  case number(Double, isWhole: Bool)
  case masked(String)

  /// Where text comes from; in drawings every number counts and nothing is masked.
  enum Source { case plain, markup }

  /// Cuts one line of text.
  static func tokens(of line: String, source: Source) -> [OutputToken] {
    var scanner = TokenScanner(Array(line.utf8), source: source)
    return scanner.scan()
  }
}

private struct TokenScanner {
  private let bytes: [UInt8]
  private let source: OutputToken.Source
  private var position = 0
  private var tokens: [OutputToken] = []
  private var word: [UInt8] = []

  init(_ bytes: [UInt8], source: OutputToken.Source) {
    (self.bytes, self.source) = (bytes, source)
  }

  mutating func scan() -> [OutputToken] {
    if source == .plain, isMeasurement { return [.masked("measurement")] }
    while position < bytes.count {
      let byte = bytes[position]
      if byte == 0x1B, let end = escapeEnd() {
        position = end
      } else if isBlank(byte) {
        flush()
        position += 1
      } else if source == .plain, !isInsideWord, let (end, name) = maskedEnd() {
        flush()
        tokens.append(.masked(name))
        position = end
      } else if let (end, token) = number() {
        flush()
        tokens.append(token)
        position = end
      } else {
        word.append(byte)
        position += 1
        // Punctuation stands alone, so that a number beside it is seen.
        if isAlone(byte) { flush() }
      }
    }
    flush()
    return tokens
  }

  private mutating func flush() {
    if !word.isEmpty { tokens.append(.text(String(decoding: word, as: UTF8.self))) }
    word = []
  }

  // MARK: Bytes

  private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }

  private func isDigit(_ byte: UInt8) -> Bool { 0x30...0x39 ~= byte }

  private func isHex(_ byte: UInt8) -> Bool { isDigit(byte) || 0x61...0x66 ~= byte | 0x20 }

  private func isLetter(_ byte: UInt8) -> Bool {
    0x61...0x7A ~= byte | 0x20 || byte == UInt8(ascii: "_") || byte >= 0x80
  }

  private func isAlone(_ byte: UInt8) -> Bool {
    !isLetter(byte) && !isDigit(byte)
  }

  private var isInsideWord: Bool {
    word.last.map { isLetter($0) || isDigit($0) } ?? false
  }

  private func at(_ index: Int) -> UInt8? { index < bytes.count ? bytes[index] : nil }

  private func hasPrefix(_ text: StaticString, at index: Int) -> Bool {
    guard index + text.utf8CodeUnitCount <= bytes.count else { return false }
    return text.withUTF8Buffer { bytes[index...].starts(with: $0) }
  }

  // MARK: What is masked

  // What `%time`, `%bench` and `%mem` print is never the same twice.
  private var isMeasurement: Bool {
    hasPrefix("wall ", at: 0) && bytes.count < 200 || hasPrefix("process peak ", at: 0)
      || hasPrefix("heap  ", at: 0) || hasPrefix("peak  ", at: 0)
      || hasPrefix("median ", at: 0)
        && String(decoding: bytes, as: UTF8.self).contains("batches of")
  }

  private func escapeEnd() -> Int? {
    guard at(position + 1) == UInt8(ascii: "[") else { return nil }
    var end = position + 2
    while let byte = at(end), !(0x40...0x7E ~= byte) { end += 1 }
    return min(end + 1, bytes.count)
  }

  private func maskedEnd() -> (Int, String)? {
    if let end = addressEnd() { return (end, "address") }
    if let end = shapeEnd("hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh") { return (end, "UUID") }
    if let end = shapeEnd("dddd-dd-dd") { return (dayTimeEnd(end), "date") }
    if let end = shapeEnd("dd:dd:dd") { return (fractionEnd(end), "time") }
    if let end = pathEnd() { return (end, "path") }
    return nil
  }

  private func addressEnd() -> Int? {
    guard hasPrefix("0x", at: position) else { return nil }
    var end = position + 2
    while let byte = at(end), isHex(byte) { end += 1 }
    return end - position >= 8 ? end : nil
  }

  private func shapeEnd(_ shape: StaticString) -> Int? {
    let end = position + shape.utf8CodeUnitCount
    guard end <= bytes.count, at(end).map({ !isDigit($0) && !isLetter($0) || $0 == 0x54 }) ?? true
    else { return nil }
    let matches = shape.withUTF8Buffer { shape in
      zip(shape, bytes[position..<end]).allSatisfy { kind, byte in
        switch kind {
        case UInt8(ascii: "d"): isDigit(byte)
        case UInt8(ascii: "h"): isHex(byte)
        default: kind == byte
        }
      }
    }
    return matches ? end : nil
  }

  private func dayTimeEnd(_ end: Int) -> Int {
    guard let byte = at(end), byte == 0x20 || byte == 0x54 else { return end }
    var probe = self
    probe.position = end + 1
    guard let time = probe.shapeEnd("dd:dd:dd") ?? probe.shapeEnd("dd:dd:ddZ") else { return end }
    return fractionEnd(time)
  }

  private func fractionEnd(_ end: Int) -> Int {
    var end = end
    if at(end) == UInt8(ascii: ".") {
      end += 1
      while let byte = at(end), isDigit(byte) { end += 1 }
    }
    return at(end) == UInt8(ascii: "Z") ? end + 1 : end
  }

  // Masks the directories of an absolute path; the last name stays.
  private func pathEnd() -> Int? {
    guard at(position) == UInt8(ascii: "/"), let next = at(position + 1), isLetter(next) else {
      return nil
    }
    if let before = word.last ?? (position > 0 ? bytes[position - 1] : nil),
      isDigit(before) || isLetter(before) || before == UInt8(ascii: "/")
    {
      return nil
    }
    var end = position
    var lastSlash = position
    while let byte = at(end),
      isLetter(byte) || isDigit(byte) || [0x2F, 0x2E, 0x2D, 0x2B].contains(byte)
    {
      if byte == 0x2F { lastSlash = end }
      end += 1
    }
    return lastSlash > position ? lastSlash + 1 : nil
  }

  // MARK: Numbers

  private func number() -> (Int, OutputToken)? {
    var end = position
    if let sign = at(end), sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { end += 1 }
    let isSigned = end > position
    guard let first = at(end), isDigit(first) || first == UInt8(ascii: ".") else { return nil }
    // In "v2" or "x-1" there is no number, but in the path of a drawing there is.
    if source == .plain, isInsideWord { return nil }
    if isSigned, source == .plain, position > 0, isDigit(bytes[position - 1]) { return nil }
    let digits = digitsEnd(end)
    var isWhole = true
    var last = digits
    if at(last) == UInt8(ascii: ".") {
      last = digitsEnd(last + 1)
      isWhole = false
      guard last > end + 1 else { return nil }
    }
    if let mark = at(last), mark | 0x20 == 0x65 {
      var exponent = last + 1
      if let sign = at(exponent), sign == 0x2B || sign == 0x2D { exponent += 1 }
      let exponentEnd = digitsEnd(exponent)
      if exponentEnd > exponent { (last, isWhole) = (exponentEnd, false) }
    }
    guard let value = Double(String(decoding: bytes[position..<last], as: UTF8.self)) else {
      return nil
    }
    return (last, .number(value, isWhole: isWhole))
  }

  private func digitsEnd(_ start: Int) -> Int {
    var end = start
    while let byte = at(end), isDigit(byte) { end += 1 }
    return end
  }
}
