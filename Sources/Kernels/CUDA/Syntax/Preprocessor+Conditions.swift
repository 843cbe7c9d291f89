/// A value in the condition of `#if`: 64 bits, signed unless a `u` said otherwise.
private struct ConditionValue {
  var bits: Int64
  var isUnsigned = false

  var isTrue: Bool { bits != 0 }
}

/// Computes the condition of `#if` by precedence climbing.
private struct ConditionReader {
  let words: [Token]
  var index = 0
  var depth = 0
  /// The first error and the word it is about.
  var failure: (message: String, at: Int)?

  init(_ words: [Token]) { self.words = words }

  var current: Token? { index < words.count && failure == nil ? words[index] : nil }

  mutating func fail(_ message: String) {
    if failure == nil { failure = (message, index) }
  }

  mutating func accept(_ symbol: String) -> Bool {
    guard current?.isPunctuator(symbol) == true else { return false }
    index += 1
    return true
  }

  mutating func condition(isEvaluated: Bool = true) -> ConditionValue {
    depth += 1
    defer { depth -= 1 }
    guard depth < 100 else {
      fail("the condition is nested too deeply")
      return ConditionValue(bits: 0)
    }
    let test = binary(0, isEvaluated)
    guard accept("?") else { return test }
    let then = condition(isEvaluated: isEvaluated && test.isTrue)
    guard accept(":") else {
      fail("expected \":\"")
      return then
    }
    let otherwise = condition(isEvaluated: isEvaluated && !test.isTrue)
    return test.isTrue ? then : otherwise
  }

  private static let precedence: [String: Int] = [
    "||": 1, "&&": 2, "|": 3, "^": 4, "&": 5, "==": 6, "!=": 6, "<": 7, "<=": 7, ">": 7, ">=": 7,
    "<<": 8, ">>": 8, "+": 9, "-": 9, "*": 10, "/": 10, "%": 10,
  ]

  private mutating func binary(_ least: Int, _ isEvaluated: Bool) -> ConditionValue {
    var left = unary(isEvaluated)
    while let word = current, word.kind == .punctuator,
      let level = Self.precedence[word.text], level > least
    {
      index += 1
      let isShort = (word.text == "&&" && !left.isTrue) || (word.text == "||" && left.isTrue)
      let right = binary(level, isEvaluated && !isShort)
      left = combine(word.text, left, right, isEvaluated)
    }
    return left
  }

  private mutating func combine(
    _ symbol: String, _ a: ConditionValue, _ b: ConditionValue, _ isEvaluated: Bool
  ) -> ConditionValue {
    let isUnsigned = a.isUnsigned || b.isUnsigned
    func truth(_ value: Bool) -> ConditionValue { ConditionValue(bits: value ? 1 : 0) }
    func number(_ value: Int64) -> ConditionValue {
      ConditionValue(bits: value, isUnsigned: isUnsigned)
    }
    let (ua, ub) = (UInt64(bitPattern: a.bits), UInt64(bitPattern: b.bits))
    let isLess = isUnsigned ? ua < ub : a.bits < b.bits
    switch symbol {
    case "||": return truth(a.isTrue || b.isTrue)
    case "&&": return truth(a.isTrue && b.isTrue)
    case "|": return number(a.bits | b.bits)
    case "^": return number(a.bits ^ b.bits)
    case "&": return number(a.bits & b.bits)
    case "==": return truth(a.bits == b.bits)
    case "!=": return truth(a.bits != b.bits)
    case "<": return truth(isLess)
    case ">=": return truth(!isLess)
    case ">": return truth(isUnsigned ? ua > ub : a.bits > b.bits)
    case "<=": return truth(isUnsigned ? ua <= ub : a.bits <= b.bits)
    case "<<": return ConditionValue(bits: a.bits << (b.bits & 63), isUnsigned: a.isUnsigned)
    case ">>":
      let shift = b.bits & 63
      let bits = a.isUnsigned ? Int64(bitPattern: ua >> shift) : a.bits >> shift
      return ConditionValue(bits: bits, isUnsigned: a.isUnsigned)
    case "+": return number(a.bits &+ b.bits)
    case "-": return number(a.bits &- b.bits)
    case "*": return number(a.bits &* b.bits)
    default: return quotient(symbol, a, b, isUnsigned, isEvaluated)
    }
  }

  private mutating func quotient(
    _ symbol: String, _ a: ConditionValue, _ b: ConditionValue, _ isUnsigned: Bool,
    _ isEvaluated: Bool
  ) -> ConditionValue {
    guard b.bits != 0 else {
      if isEvaluated { fail("division by zero") }
      return ConditionValue(bits: 0, isUnsigned: isUnsigned)
    }
    if isUnsigned {
      let (ua, ub) = (UInt64(bitPattern: a.bits), UInt64(bitPattern: b.bits))
      let bits = Int64(bitPattern: symbol == "/" ? ua / ub : ua % ub)
      return ConditionValue(bits: bits, isUnsigned: true)
    }
    let division = a.bits.dividedReportingOverflow(by: b.bits)
    let remainder = a.bits.remainderReportingOverflow(dividingBy: b.bits)
    return ConditionValue(bits: symbol == "/" ? division.partialValue : remainder.partialValue)
  }

  private mutating func unary(_ isEvaluated: Bool) -> ConditionValue {
    depth += 1
    defer { depth -= 1 }
    guard depth < 100 else {
      fail("the condition is nested too deeply")
      return ConditionValue(bits: 0)
    }
    if accept("!") { return ConditionValue(bits: unary(isEvaluated).isTrue ? 0 : 1) }
    if accept("-") {
      let value = unary(isEvaluated)
      return ConditionValue(bits: 0 &- value.bits, isUnsigned: value.isUnsigned)
    }
    if accept("+") { return unary(isEvaluated) }
    if accept("~") {
      let value = unary(isEvaluated)
      return ConditionValue(bits: ~value.bits, isUnsigned: value.isUnsigned)
    }
    if accept("(") {
      let value = condition(isEvaluated: isEvaluated)
      if !accept(")") { fail("expected \")\"") }
      return value
    }
    return primary()
  }

  private mutating func primary() -> ConditionValue {
    guard let word = current else {
      fail("expected a value")
      return ConditionValue(bits: 0)
    }
    index += 1
    switch word.kind {
    case .number:
      if case .integer(let literal) = LiteralReader.number(word.text) {
        let isUnsigned = literal.isUnsigned || literal.value > UInt64(Int64.max)
        return ConditionValue(bits: Int64(bitPattern: literal.value), isUnsigned: isUnsigned)
      }
      index -= 1
      fail("expected an integer, found \(word.quoted)")
    case .character:
      if let value = LiteralReader.character(word.text) {
        return ConditionValue(bits: Int64(value))
      }
      index -= 1
      fail("bad character constant \(word.quoted)")
    // Names that are no macros count as 0, but `true` is true.
    case .identifier: return ConditionValue(bits: word.text == "true" ? 1 : 0)
    default:
      index -= 1
      fail("expected a value, found \(word.quoted)")
    }
    return ConditionValue(bits: 0)
  }
}

extension Preprocessor {
  /// The truth of a condition; a faulty one is reported and false.
  mutating func evaluate(_ words: [Token], directive: Token) -> Bool {
    guard let words = resolveDefined(words, directive: directive) else { return false }
    var reader = ConditionReader(expand(words))
    let value = reader.condition()
    if reader.failure == nil, reader.index < reader.words.count {
      reader.fail("expected an operator, found \(reader.words[reader.index].quoted)")
    }
    if let failure = reader.failure {
      let place = reader.words.indices.contains(failure.at) ? reader.words[failure.at] : words.last
      error("in the condition of #\(directive.text): \(failure.message)", at: place ?? directive)
      return false
    }
    return value.isTrue
  }

  /// Replaces `defined X`, `defined(X)` and `__has_include(…)` by 1 or 0 before macros expand.
  private mutating func resolveDefined(_ words: [Token], directive: Token) -> [Token]? {
    var result: [Token] = []
    var index = 0
    while index < words.count {
      var token = words[index]
      index += 1
      if token.isWord("defined") {
        let hasBracket = index < words.count && words[index].isPunctuator("(")
        let place = hasBracket ? index + 1 : index
        guard place < words.count, words[place].kind == .identifier,
          !hasBracket || (place + 1 < words.count && words[place + 1].isPunctuator(")"))
        else {
          error("expected a macro name after \"defined\"", at: token)
          return nil
        }
        token.text = isDefined(words[place].text) ? "1" : "0"
        token.kind = .number
        index = place + (hasBracket ? 2 : 1)
      } else if token.isWord("__has_include") {
        let close = words[index...].firstIndex { $0.isPunctuator(")") } ?? words.count
        let name = Self.spelling(Array(words[index..<close]))
          .filter { !"(<>\" ".contains($0) }
        token.text = options.include(name) != nil || KnownHeaders.contains(name) ? "1" : "0"
        token.kind = .number
        index = min(close + 1, words.count)
      }
      result.append(token)
    }
    return result
  }

  private func isDefined(_ name: String) -> Bool {
    macros[name] != nil || name == "__has_include"
  }
}
