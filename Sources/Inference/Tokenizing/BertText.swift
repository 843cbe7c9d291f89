// Canonical decomposition is in the standard library, but behind this door.
@_spi(_Unicode) import Swift

/// BERT's text before WordPiece: cleaned, spaced, without case and accents, cut into words.
struct BertText {
  /// True where case and accents are dropped.
  let isUncased: Bool

  /// Calls back with the letters of each word in order, until it answers false.
  func words(of text: Substring, _ body: (ArraySlice<Unicode.Scalar>) -> Bool) {
    let letters = normalised(text)
    var start = 0
    for (index, letter) in letters.enumerated() {
      let isSpace = letter.properties.isWhitespace
      let isPunctuation = !isSpace && Self.isPunctuation(letter)
      guard isSpace || isPunctuation else { continue }
      if start < index, !body(letters[start..<index]) { return }
      if isPunctuation, !body(letters[index...index]) { return }
      start = index + 1
    }
    if start < letters.count { _ = body(letters[start...]) }
  }

  /// Control characters go, any white space becomes a space, and Chinese letters stand alone.
  private func normalised(_ text: Substring) -> [Unicode.Scalar] {
    var letters: [Unicode.Scalar] = []
    letters.reserveCapacity(text.utf8.count)
    var isASCII = true
    for letter in text.unicodeScalars where !Self.isDropped(letter) {
      if letter.isASCII {
        letters.append(letter.properties.isWhitespace ? " " : isUncased ? lower(letter) : letter)
        continue
      }
      isASCII = false
      if letter.properties.isWhitespace {
        letters.append(" ")
      } else if Self.isChinese(letter) {
        letters += [" ", letter, " "]
      } else {
        letters.append(letter)
      }
    }
    return isUncased && !isASCII ? uncased(letters) : letters
  }

  private func lower(_ letter: Unicode.Scalar) -> Unicode.Scalar {
    ("A"..."Z").contains(letter) ? Unicode.Scalar(UInt8(letter.value) + 32) : letter
  }

  /// Without accents: decomposed, non-spacing marks dropped, then in lower case.
  private func uncased(_ letters: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var text = String.UnicodeScalarView()
    text.append(contentsOf: letters)
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(letters.count)
    for letter in String(text)._nfd {
      if letter.isASCII {
        result.append(lower(letter))
      } else if Self.category(letter) != .nonspacingMark {
        result += letter.properties.lowercaseMapping.unicodeScalars
      }
    }
    return result
  }

  private static func isDropped(_ letter: Unicode.Scalar) -> Bool {
    switch letter {
    case "\t", "\n", "\r": return false
    case " "..."~": return false
    case "\0", "\u{FFFD}": return true
    default: break
    }
    switch category(letter) {
    case .control, .format, .surrogate, .privateUse: return true
    default: return false
    }
  }

  /// What a letter is by Unicode 8; later letters are nothing in particular.
  ///
  /// The tokenizers that the models were trained with know no later ones.
  private static func category(_ letter: Unicode.Scalar) -> Unicode.GeneralCategory {
    let properties = letter.properties
    guard let age = properties.age, age.major <= 8 else { return .unassigned }
    return properties.generalCategory
  }

  private static func isPunctuation(_ letter: Unicode.Scalar) -> Bool {
    switch letter {
    case "!"..."/", ":"..."@", "["..."`", "{"..."~": return true
    case "\0"..."\u{7F}": return false
    default: break
    }
    switch category(letter) {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
      .initialPunctuation, .finalPunctuation, .otherPunctuation:
      return true
    default: return false
    }
  }

  /// The blocks of ideographs; Japanese syllables and Korean are written like other scripts.
  private static func isChinese(_ letter: Unicode.Scalar) -> Bool {
    switch letter.value {
    case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F,
      0x2B740...0x2B81F, 0x2B920...0x2CEAF, 0xF900...0xFAFF, 0x2F800...0x2FA1F:
      true
    default: false
    }
  }
}
