/// Turns the bytes of a terminal into keys: UTF-8, control characters, xterm and kitty sequences.
///
/// Every escape sequence is read to its end, so one that means nothing here types nothing.
struct KeyDecoder {
  /// What a read gave.
  enum Input: Equatable { case byte(UInt8), nothing, end, woken }

  /// How long the rest of an escape sequence may take, in milliseconds.
  private static let patience: Int32 = 50
  /// Longest sequence read before it is given up.
  private static let longest = 256

  private let read: (_ timeoutMilliseconds: Int32) -> Input
  private var kept: UInt8?

  /// Creates a decoder; `read` waits for a byte, for ever with a negative time-out.
  init(read: @escaping (_ timeoutMilliseconds: Int32) -> Input) { self.read = read }

  /// True when a byte was read ahead.
  var hasByte: Bool { kept != nil }

  /// Waits for the next key.
  mutating func next() -> Key {
    switch take(timeout: -1) {
    case .byte(let byte): decode(byte)
    case .end: .end
    case .woken: .woken
    case .nothing: .unknown
    }
  }

  private mutating func take(timeout: Int32) -> Input {
    if let byte = kept {
      kept = nil
      return .byte(byte)
    }
    return read(timeout)
  }

  private mutating func decode(_ byte: UInt8) -> Key {
    switch byte {
    case 0x1B: escape()
    case 0x0D, 0x0A: .named(.enter, [])
    case 0x09: .named(.tab, [])
    case 0x7F, 0x08: .named(.backspace, [])
    case 0..<0x20: .control(Character(Unicode.Scalar(byte | 0x40)).lowercasedOne)
    default: text(from: byte)
    }
  }

  // MARK: Text

  private mutating func text(from first: UInt8) -> Key {
    var text = String.UnicodeScalarView()
    if let scalar = scalar(from: first) { text.append(scalar) }
    while text.count < 4096, case .byte(let byte) = take(timeout: 0) {
      guard byte >= 0x20, byte != 0x7F else {
        kept = byte
        break
      }
      if let scalar = scalar(from: byte) { text.append(scalar) }
    }
    return text.isEmpty ? .unknown : .text(String(text))
  }

  private mutating func scalar(from first: UInt8) -> Unicode.Scalar? {
    let missing: Int
    switch first {
    case 0x20..<0x80: return Unicode.Scalar(first)
    case 0xC2...0xDF: missing = 1
    case 0xE0...0xEF: missing = 2
    case 0xF0...0xF4: missing = 3
    default: return nil
    }
    var bytes = [first]
    for _ in 0..<missing {
      guard case .byte(let byte) = take(timeout: Self.patience) else { return nil }
      guard byte & 0xC0 == 0x80 else {
        kept = byte
        return nil
      }
      bytes.append(byte)
    }
    let scalars = String(decoding: bytes, as: UTF8.self).unicodeScalars
    // Repairing gives U+FFFD: nothing that a person typed.
    guard scalars.count == 1, let scalar = scalars.first, scalar != "\u{FFFD}", scalar.value >= 0xA0
    else { return nil }
    return scalar
  }

  // MARK: Escape sequences

  private mutating func escape() -> Key {
    guard case .byte(let byte) = take(timeout: Self.patience) else { return .unknown }
    switch byte {
    case UInt8(ascii: "["): return controlSequence()
    case UInt8(ascii: "O"): return singleShift()
    case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "_"), UInt8(ascii: "^"):
      skipString()
      return .unknown
    case 0x1B:
      // Escape, then a key of its own.
      kept = byte
      return .unknown
    case 0x0D, 0x0A: return .named(.enter, .alt)
    case 0x7F, 0x08: return .named(.backspace, .alt)
    default:
      guard let scalar = scalar(from: byte) ?? (byte < 0x20 ? Unicode.Scalar(byte) : nil) else {
        return .unknown
      }
      return .alt(Character(scalar))
    }
  }

  private mutating func controlSequence() -> Key {
    var parameters: [UInt8] = []
    while parameters.count < Self.longest {
      guard case .byte(let byte) = take(timeout: Self.patience) else { return .unknown }
      if byte == 0x1B {
        kept = byte
        return .unknown
      }
      if (0x40...0x7E).contains(byte), !(byte == UInt8(ascii: "[") && parameters.isEmpty) {
        return key(final: byte, parameters: parameters)
      }
      parameters.append(byte)
    }
    return .unknown
  }

  private mutating func key(final: UInt8, parameters: [UInt8]) -> Key {
    let numbers = String(decoding: parameters, as: UTF8.self)
      .split(separator: ";", omittingEmptySubsequences: false)
      .map { Int($0.split(separator: ":").first ?? "") ?? 1 }
    let modifiers = Key.Modifiers(rawValue: numbers.count > 1 ? max(0, numbers[1] - 1) & 7 : 0)
    switch final {
    case UInt8(ascii: "~"):
      if numbers.first == 200 { return paste() }
      if numbers.first == 27, numbers.count == 3 { return Self.key(code: numbers[2], modifiers) }
      return Self.tildeNames[numbers.first ?? 0].map { .named($0, modifiers) } ?? .unknown
    case UInt8(ascii: "u"): return Self.key(code: numbers.first ?? 0, modifiers)
    case UInt8(ascii: "Z"): return .named(.tab, .shift)
    default: return Self.letterNames[final].map { .named($0, modifiers) } ?? .unknown
    }
  }

  private mutating func singleShift() -> Key {
    guard case .byte(let byte) = take(timeout: Self.patience) else { return .alt("O") }
    if byte == UInt8(ascii: "M") { return .named(.enter, []) }
    return Self.letterNames[byte].map { .named($0, []) } ?? .unknown
  }

  /// Skips an operating-system command or another string, up to its terminator.
  private mutating func skipString() {
    var count = 0
    while count < 1 << 16, case .byte(let byte) = take(timeout: Self.patience) {
      count += 1
      if byte == 0x07 { return }
      if byte == 0x1B {
        _ = take(timeout: Self.patience)
        return
      }
    }
  }

  /// Reads a paste up to its closing bracket; a terminal that forgets it ends the paste by silence.
  private mutating func paste() -> Key {
    let closing = Array("\u{1B}[201~".utf8)
    var bytes: [UInt8] = []
    while case .byte(let byte) = take(timeout: 1000) {
      bytes.append(byte)
      if byte == closing.last, bytes.suffix(closing.count).elementsEqual(closing) {
        bytes.removeLast(closing.count)
        break
      }
    }
    return .paste(String(decoding: bytes, as: UTF8.self))
  }

  // MARK: Tables

  private static let letterNames: [UInt8: Key.Name] = [
    UInt8(ascii: "A"): .up, UInt8(ascii: "B"): .down, UInt8(ascii: "C"): .right,
    UInt8(ascii: "D"): .left, UInt8(ascii: "H"): .home, UInt8(ascii: "F"): .end,
    UInt8(ascii: "P"): .function(1), UInt8(ascii: "Q"): .function(2),
    UInt8(ascii: "R"): .function(3), UInt8(ascii: "S"): .function(4),
  ]

  private static let tildeNames: [Int: Key.Name] = [
    1: .home, 2: .insert, 3: .delete, 4: .end, 5: .pageUp, 6: .pageDown, 7: .home, 8: .end,
    11: .function(1), 12: .function(2), 13: .function(3), 14: .function(4), 15: .function(5),
  ]

  /// A key given by its code point, as kitty and xterm's modifyOtherKeys send it.
  private static func key(code: Int, _ modifiers: Key.Modifiers) -> Key {
    switch code {
    case 13: return .named(.enter, modifiers)
    case 9: return .named(.tab, modifiers)
    case 27: return .unknown
    case 127, 8: return .named(.backspace, modifiers)
    default:
      guard let scalar = Unicode.Scalar(UInt32(clamping: code)), code >= 0x20 else {
        return .unknown
      }
      let character = Character(scalar)
      if modifiers.contains(.control) { return .control(character.lowercasedOne) }
      if modifiers.contains(.alt) { return .alt(character) }
      return .text(String(character))
    }
  }
}

extension Character {
  /// The lower-case letter, or the character itself where that would be several.
  fileprivate var lowercasedOne: Character {
    let lower = lowercased()
    return lower.count == 1 ? lower.first ?? self : self
  }
}
