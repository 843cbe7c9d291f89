/// Text as letters with their classes and byte offsets, for cutting it into words.
struct ScalarText {
  /// What the cutting rules ask of a letter.
  enum Class: UInt8 {
    case letter, number, space, newline, punctuation, other
  }

  /// The class of each letter.
  private(set) var classes: [Class] = []
  /// The code of each letter; U+FFFD for a byte that is not UTF-8.
  private(set) var codes: [UInt32] = []
  /// Where each letter starts; the last entry is the length of the text.
  private(set) var offsets: [Int] = []

  init(_ text: UnsafeBufferPointer<UInt8>) {
    classes.reserveCapacity(text.count)
    codes.reserveCapacity(text.count)
    offsets.reserveCapacity(text.count + 1)
    var index = 0
    while index < text.count {
      let (code, length) = decodeScalar(text, index)
      codes.append(code)
      classes.append(code < 128 ? asciiClasses[Int(code)] : Self.classify(code))
      offsets.append(index)
      index += length
    }
    offsets.append(text.count)
  }

  /// The number of letters.
  var count: Int { codes.count }

  static func classify(_ code: UInt32) -> Class {
    guard let scalar = Unicode.Scalar(code) else { return .other }
    // By far the most of what is not ASCII in prompts: Chinese, Japanese, Korean letters.
    if (0x4E00...0x9FFF).contains(code) || (0xAC00...0xD7A3).contains(code) { return .letter }
    let properties = scalar.properties
    if properties.isWhitespace { return code == 10 || code == 13 ? .newline : .space }
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      return .letter
    case .decimalNumber, .letterNumber, .otherNumber: return .number
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
      .initialPunctuation, .finalPunctuation, .otherPunctuation:
      return .punctuation
    default: return .other
    }
  }
}

private let asciiClasses: [ScalarText.Class] = (0..<128).map { ScalarText.classify(UInt32($0)) }

/// Reads one letter; a byte that starts none is U+FFFD of length 1.
@inline(__always)
func decodeScalar(_ text: UnsafeBufferPointer<UInt8>, _ index: Int) -> (code: UInt32, length: Int) {
  let first = text[index]
  if first < 0x80 { return (UInt32(first), 1) }
  let length = utf8Length(first)
  guard length > 1, index + length <= text.count else { return (0xFFFD, 1) }
  var code = UInt32(first) & (0xFF >> UInt32(length + 1))
  for offset in 1..<length {
    let byte = text[index + offset]
    guard byte & 0xC0 == 0x80 else { return (0xFFFD, 1) }
    code = code << 6 | UInt32(byte & 0x3F)
  }
  let least: [UInt32] = [0, 0, 0x80, 0x800, 0x10000]
  guard code >= least[length], Unicode.Scalar(code) != nil else { return (0xFFFD, 1) }
  return (code, length)
}

/// How many bytes the letter has that starts with this one; 0 for a byte that starts none.
func utf8Length(_ first: UInt8) -> Int {
  switch first {
  case ..<0x80: 1
  case 0xC2...0xDF: 2
  case 0xE0...0xEF: 3
  case 0xF0...0xF4: 4
  default: 0
  }
}
