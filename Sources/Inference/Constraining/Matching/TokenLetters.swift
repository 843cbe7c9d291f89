import Synchronization

/// What the tokens of a vocabulary are made of: which kinds of letters each holds, and how long it is.
///
/// A place that treats many letters alike, as the inside of a JSON string does, allows every token of
/// such letters. Those need not be followed one by one: they are found by their kinds.
final class TokenLetters: Sendable {
  /// The tokens of some kinds of letters.
  struct Selection: Hashable, Sendable {
    /// What the first letter may be.
    var first: LetterKinds
    /// What all other letters may be.
    var rest: LetterKinds
    /// No token.
    static let none = Selection(first: [], rest: [])
  }

  /// The kind of the first letter of each token; `torn` for those that stand for no text.
  private let firsts: [LetterKinds]
  /// The kinds of all other letters of each token.
  private let rests: [LetterKinds]
  /// For each length in bytes the tokens that are no longer.
  private let noLonger: [TokenMask]
  private let known = Mutex<[Selection: TokenMask]>([:])

  /// Programs use a few selections; a store larger than this is emptied.
  private static let storeLimit = 64

  /// Looks at the tokens of a vocabulary; each text lies in `bytes` from its start to the next one's.
  init(_ bytes: [UInt8], _ starts: [Int], longest: Int, _ tokens: [TokenID]) {
    let count = starts.count - 1
    var firsts = [LetterKinds](repeating: .torn, count: count)
    var rests = [LetterKinds](repeating: [], count: count)
    var noLonger = [TokenMask](repeating: TokenMask(count: count), count: longest + 1)
    for token in tokens {
      let text = bytes[starts[Int(token)]..<starts[Int(token) + 1]]
      noLonger[text.count].insert(token)
      (firsts[Int(token)], rests[Int(token)]) = Self.kinds(of: text)
    }
    for length in noLonger.indices.dropFirst() {
      noLonger[length].formUnion(noLonger[length - 1])
    }
    (self.firsts, self.rests, self.noLonger) = (firsts, rests, noLonger)
  }

  /// The kind of the first letter of a text, and those of the others.
  static func kinds(of text: ArraySlice<UInt8>) -> (first: LetterKinds, rest: LetterKinds) {
    var (first, rest): (LetterKinds?, LetterKinds) = (nil, [])
    var place = LetterPlace.between
    for byte in text {
      let isASCII = place == .between && byte < 0x80
      place = place.step(byte)
      guard place == .between else { continue }
      let kind = isASCII ? LetterKinds.of(byte) : .beyondASCII
      if first == nil { first = kind } else { rest.formUnion(kind) }
    }
    if place != .between { rest.insert(.torn) }
    return (first ?? .torn, rest)
  }

  /// The tokens whose letters are of some kinds.
  func tokens(_ selection: Selection) -> TokenMask {
    known.withLock { known in
      if let mask = known[selection] { return mask }
      let mask = TokenMask(count: firsts.count) { token in
        !selection.first.isDisjoint(with: firsts[token])
          && selection.rest.isSuperset(of: rests[token])
      }
      if known.count >= Self.storeLimit { known.removeAll() }
      known[selection] = mask
      return mask
    }
  }

  /// The tokens of at most so many bytes.
  func tokens(noLongerThan length: Int) -> TokenMask { noLonger[min(length, noLonger.count - 1)] }
}
