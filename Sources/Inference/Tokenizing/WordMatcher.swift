/// The regular expressions of the pre-tokenizers, written out: one step from left to right each.
struct WordMatcher {
  let text: ScalarText
  let pass: PreTokenizer.Pass

  /// Cuts a piece; what no alternative matches is a piece between matches.
  func cut(_ piece: Range<Int>, _ body: (Range<Int>) -> Void) {
    var start = piece.lowerBound
    var position = start
    while position < piece.upperBound {
      let end = match(position, piece.upperBound)
      if end == position {
        position += 1
        continue
      }
      if position > start { body(start..<position) }
      body(position..<end)
      position = end
      start = end
    }
    if position > start { body(start..<position) }
  }

  /// The end of the match that starts at a position; the position itself when there is none.
  private func match(_ position: Int, _ end: Int) -> Int {
    switch pass {
    case .singleNumbers: isNumber(position) ? position + 1 : position
    case .numberRuns: run(from: position, to: end, isNumber)
    case .digitTriples: digitTriple(position, end)
    case .punctuationRuns: run(from: position, to: end, isMark)
    case .gpt2: gpt2(position, end)
    case .llama3(let digits): llama3(position, end, digits: digits)
    }
  }

  // MARK: GPT-2

  private func gpt2(_ position: Int, _ end: Int) -> Int {
    if let apostrophe = contraction(position, end, ignoresCase: false) { return apostrophe }
    // An optional space belongs to the run behind it.
    let start = text.codes[position] == 0x20 && position + 1 < end ? position + 1 : position
    if isLetter(start) { return run(from: start, to: end, isLetter) }
    if isNumber(start) { return run(from: start, to: end, isNumber) }
    if isSymbol(start) { return run(from: start, to: end, isSymbol) }
    return spaces(position, end)
  }

  /// `\s+(?!\S)|\s+`: a run of spaces leaves its last one to the word that follows.
  private func spaces(_ position: Int, _ end: Int) -> Int {
    let stop = run(from: position, to: end, isSpace)
    return stop < end && stop - position > 1 ? stop - 1 : stop
  }

  /// `'s|'t|'re|'ve|'m|'ll|'d`.
  private func contraction(_ position: Int, _ end: Int, ignoresCase: Bool) -> Int? {
    guard text.codes[position] == 0x27, position + 1 < end else { return nil }
    let first = letter(position + 1, ignoresCase)
    if first == "s" || first == "t" || first == "m" || first == "d" { return position + 2 }
    guard position + 2 < end else { return nil }
    let second = letter(position + 2, ignoresCase)
    let isPair =
      (first == "r" && second == "e") || (first == "v" && second == "e")
      || (first == "l" && second == "l")
    return isPair ? position + 3 : nil
  }

  // MARK: Llama 3

  /// `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|`
  /// `\s*[\r\n]+|\s+(?!\S)|\s+`.
  private func llama3(_ position: Int, _ end: Int, digits: Int) -> Int {
    if let apostrophe = contraction(position, end, ignoresCase: true) { return apostrophe }
    if isLetter(position) { return run(from: position, to: end, isLetter) }
    if !isNewline(position), !isNumber(position), position + 1 < end, isLetter(position + 1) {
      return run(from: position + 1, to: end, isLetter)
    }
    if isNumber(position) {
      return run(from: position, to: min(end, position + digits), isNumber)
    }
    let start = text.codes[position] == 0x20 && position + 1 < end ? position + 1 : position
    if isSymbol(start) {
      return run(from: run(from: start, to: end, isSymbol), to: end, isNewline)
    }
    let stop = run(from: position, to: end, isSpace)
    // `\s*[\r\n]+` reaches to the last line end of the run.
    if let last = (position..<stop).last(where: isNewline) { return last + 1 }
    return spaces(position, end)
  }

  // MARK: Letters

  private func run(from start: Int, to end: Int, _ holds: (Int) -> Bool) -> Int {
    var position = start
    while position < end, holds(position) { position += 1 }
    return position
  }

  private func digitTriple(_ position: Int, _ end: Int) -> Int {
    guard position + 3 <= end else { return position }
    let isTriple = text.codes[position..<position + 3].allSatisfy { (0x30...0x39).contains($0) }
    return isTriple ? position + 3 : position
  }

  private func letter(_ index: Int, _ ignoresCase: Bool) -> Unicode.Scalar? {
    let code = text.codes[index]
    // U+017F, the long s, is an s when case does not count.
    if ignoresCase, code == 0x17F { return "s" }
    return Unicode.Scalar(ignoresCase && (0x41...0x5A).contains(code) ? code + 32 : code)
  }

  private func isLetter(_ index: Int) -> Bool { text.classes[index] == .letter }
  private func isNumber(_ index: Int) -> Bool { text.classes[index] == .number }
  private func isNewline(_ index: Int) -> Bool { text.classes[index] == .newline }
  private func isSpace(_ index: Int) -> Bool {
    text.classes[index] == .space || text.classes[index] == .newline
  }
  private func isSymbol(_ index: Int) -> Bool {
    text.classes[index] == .punctuation || text.classes[index] == .other
  }
  /// `[\p{P}\$\+<=>\^~\|]`.
  private func isMark(_ index: Int) -> Bool {
    if text.classes[index] == .punctuation { return true }
    switch text.codes[index] {
    case 0x24, 0x2B, 0x3C, 0x3D, 0x3E, 0x5E, 0x7E, 0x7C: return true
    default: return false
    }
  }
}
