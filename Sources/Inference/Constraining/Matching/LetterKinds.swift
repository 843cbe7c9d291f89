/// Sets of kinds of letters, one bit each: what a token is made of, and what a place treats alike.
///
/// Each small letter and nearly each sign is a kind of its own; capitals, digits, white space, control
/// letters and all letters beyond ASCII are one kind each. Bytes that are not a whole letter are the
/// kind `torn`.
struct LetterKinds: OptionSet, Hashable, Sendable {
  let rawValue: UInt64

  /// All letters beyond ASCII.
  static let beyondASCII = LetterKinds(rawValue: 1 << 61)
  /// Bytes of no whole letter: a piece of one at the end of a token, or what is not UTF-8.
  static let torn = LetterKinds(rawValue: 1 << 62)
  /// Every kind.
  static let all = LetterKinds(rawValue: 1 << 63 - 1)

  /// The kind of each byte that is a letter by itself; `torn` for all others.
  private static let ofByte: [LetterKinds] = {
    var kinds = [LetterKinds](repeating: .torn, count: 256)
    var next: UInt64 = 0
    func make(_ bytes: some Sequence<UInt8>) {
      for byte in bytes { kinds[Int(byte)] = LetterKinds(rawValue: 1 << next) }
      next += 1
    }
    make([0x09, 0x0A, 0x0D])
    make((0x00...0x1F).filter { ![0x09, 0x0A, 0x0D].contains($0) } + [0x7F])
    make(UInt8(ascii: "0")...UInt8(ascii: "9"))
    make(UInt8(ascii: "A")...UInt8(ascii: "Z"))
    make([UInt8(ascii: "^"), UInt8(ascii: "`")])
    for byte: UInt8 in 0x20...0x7E where kinds[Int(byte)] == .torn { make([byte]) }
    return kinds
  }()

  /// The kind of a byte.
  static func of(_ byte: UInt8) -> LetterKinds { ofByte[Int(byte)] }
}

/// How far the bytes of a text have come in a letter of UTF-8; nothing but whole letters is let through.
enum LetterPlace: UInt8, Sendable {
  /// Between two letters.
  case between
  /// So many bytes are missing, all of them free.
  case missing1, missing2, missing3
  /// Behind a first byte that narrows the second one.
  case behindE0, behindED, behindF0, behindF4
  /// Not UTF-8.
  case broken

  /// Where a byte leads.
  func step(_ byte: UInt8) -> LetterPlace {
    switch self {
    case .between: Self.first(byte)
    case .missing1: (0x80...0xBF).contains(byte) ? .between : .broken
    case .missing2: (0x80...0xBF).contains(byte) ? .missing1 : .broken
    case .missing3: (0x80...0xBF).contains(byte) ? .missing2 : .broken
    case .behindE0: (0xA0...0xBF).contains(byte) ? .missing1 : .broken
    case .behindED: (0x80...0x9F).contains(byte) ? .missing1 : .broken
    case .behindF0: (0x90...0xBF).contains(byte) ? .missing2 : .broken
    case .behindF4: (0x80...0x8F).contains(byte) ? .missing2 : .broken
    case .broken: .broken
    }
  }

  private static func first(_ byte: UInt8) -> LetterPlace {
    switch byte {
    case 0x00...0x7F: .between
    case 0xC2...0xDF: .missing1
    case 0xE0: .behindE0
    case 0xED: .behindED
    case 0xE1...0xEF: .missing2
    case 0xF0: .behindF0
    case 0xF1...0xF3: .missing3
    case 0xF4: .behindF4
    default: .broken
    }
  }
}
