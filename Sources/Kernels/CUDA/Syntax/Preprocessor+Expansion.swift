/// A stream of words being expanded: the source on the bottom, bodies of macros in use above it.
private struct ExpansionStack {
  struct Level {
    var words: [Token]
    var index = 0
    /// The macro whose body this is.
    var macro: String?
  }

  var levels: [Level]

  /// Forgets levels that are read to their end.
  mutating func settle() {
    while let last = levels.last, last.index >= last.words.count { levels.removeLast() }
  }

  mutating func next() -> Token? {
    settle()
    guard !levels.isEmpty else { return nil }
    defer { levels[levels.count - 1].index += 1 }
    return levels[levels.count - 1].words[levels[levels.count - 1].index]
  }

  mutating func peek() -> Token? {
    settle()
    return levels.last.map { $0.words[$0.index] }
  }

  func isInUse(_ name: String) -> Bool { levels.contains { $0.macro == name } }
}

extension Preprocessor {
  /// Replaces all macros in a run of words.
  mutating func expand(_ words: [Token]) -> [Token] { expand(words, inUse: [], depth: 0) }

  private mutating func expand(_ words: [Token], inUse: Set<String>, depth: Int) -> [Token] {
    guard words.contains(where: { $0.kind == .identifier && isMacro($0.text) }) else {
      return words
    }
    var stack = ExpansionStack(levels: [.init(words: words)])
    var result: [Token] = []
    while !hasStopped, var word = stack.next() {
      guard word.kind == .identifier, !word.isPainted, isMacro(word.text) else {
        result.append(word)
        continue
      }
      guard !inUse.contains(word.text), !stack.isInUse(word.text) else {
        word.isPainted = true
        result.append(word)
        continue
      }
      if word.text == "_Pragma" {
        result += pragmaOperator(&stack, word)
      } else if let macro = macros[word.text] {
        replace(macro, word, &stack, &result, inUse, depth)
      }
    }
    return result
  }

  private func isMacro(_ name: String) -> Bool { macros[name] != nil || name == "_Pragma" }

  private mutating func replace(
    _ macro: Macro, _ word: Token, _ stack: inout ExpansionStack, _ result: inout [Token],
    _ inUse: Set<String>, _ depth: Int
  ) {
    if let special = macro.special {
      result.append(value(of: special, word))
      return
    }
    var body = macro.body
    if let parameters = macro.parameters {
      guard let open = stack.peek(), open.isPunctuator("(") else {
        result.append(word)
        return
      }
      guard let arguments = arguments(of: macro, parameters, word, &stack) else {
        // The name stays, as a value, so that one fault gives one message.
        result.append(word)
        return
      }
      let busy = inUse.union(stack.levels.compactMap(\.macro))
      body = substitute(macro, parameters, arguments, word, inUse: busy, depth: depth)
    } else {
      body = paste(placed(body, word, macro), word)
    }
    wordsMade += body.count + 1
    guard wordsMade <= Self.wordLimit else {
      stop("macros expand to more than \(Self.wordLimit) words", at: word)
      return
    }
    if !body.isEmpty {
      body[0].hasSpaceBefore = word.hasSpaceBefore
      body[0].startsLine = word.startsLine
    }
    // A body that is read to its end stays in use until the next word is asked for.
    stack.levels.append(.init(words: body, macro: macro.name))
  }

  private mutating func value(of special: Macro.Special, _ word: Token) -> Token {
    var token = word
    switch special {
    case .line:
      token.kind = .number
      token.text = String(word.location.line)
    case .file:
      token.kind = .string
      token.text = "\"\(files[word.location.file].name)\""
    case .counter:
      token.kind = .number
      token.text = String(counter)
      counter += 1
    }
    return token
  }

  /// The words of a body at the place where the macro is used.
  private mutating func placed(_ body: [Token], _ word: Token, _ macro: Macro) -> [Token] {
    let use = use(of: macro, word)
    return body.map { token in
      var token = token
      token.location = word.location
      token.end = word.end
      token.startsLine = false
      token.expansion = use
      return token
    }
  }

  private mutating func use(of macro: Macro, _ word: Token) -> Int32 {
    guard macro.location.line > 0 else { return word.expansion }
    if let last = uses.last, last.name == macro.name { return Int32(uses.count - 1) }
    uses.append(MacroUse(name: macro.name, definition: macro.location))
    return Int32(uses.count - 1)
  }

  // MARK: Arguments

  /// The arguments between the brackets of a use; nil after an error.
  private mutating func arguments(
    of macro: Macro, _ parameters: [String], _ word: Token, _ stack: inout ExpansionStack
  ) -> [[Token]]? {
    _ = stack.next()
    var arguments: [[Token]] = [[]]
    var depth = 0
    while let token = stack.next() {
      let takesAll = macro.isVariadic && arguments.count == parameters.count
      switch token.text {
      case ")" where token.kind == .punctuator && depth == 0:
        return checked(arguments, of: macro, parameters, word)
      case "," where token.kind == .punctuator && depth == 0 && !takesAll:
        arguments.append([])
        continue
      case "(" where token.kind == .punctuator: depth += 1
      case ")" where token.kind == .punctuator: depth -= 1
      default: break
      }
      arguments[arguments.count - 1].append(token)
    }
    error("the arguments of macro \"\(macro.name)\" are never closed: expected \")\"", at: word)
    return nil
  }

  private mutating func checked(
    _ arguments: [[Token]], of macro: Macro, _ parameters: [String], _ word: Token
  ) -> [[Token]]? {
    var arguments = arguments
    if parameters.isEmpty, arguments == [[]] { arguments = [] }
    if macro.isVariadic, arguments.count == parameters.count - 1 { arguments.append([]) }
    guard arguments.count == parameters.count else {
      error(
        "macro \"\(macro.name)\" takes \(parameters.count) argument\(parameters.count == 1 ? "" : "s"), "
          + "got \(arguments.count)", at: word)
      return nil
    }
    return arguments
  }

  // MARK: Substitution

  private mutating func substitute(
    _ macro: Macro, _ parameters: [String], _ arguments: [[Token]], _ word: Token,
    inUse: Set<String>, depth: Int
  ) -> [Token] {
    guard depth < Self.expansionLimit else {
      stop("macro uses nest more than \(Self.expansionLimit) deep", at: word)
      return []
    }
    let body = placed(macro.body, word, macro)
    var expanded: [Int: [Token]] = [:]
    var result: [Token] = []
    var index = 0
    while index < body.count, !hasStopped {
      let token = body[index]
      let nextPastes = index + 1 < body.count && body[index + 1].isPunctuator("##")
      let afterPaste = index > 0 && body[index - 1].isPunctuator("##")
      if token.isPunctuator("#"), index + 1 < body.count,
        let which = parameters.firstIndex(of: body[index + 1].text)
      {
        result.append(stringized(arguments[which], token))
        index += 2
        continue
      }
      if let skipped = optionalPart(body, index, macro, arguments) {
        result += skipped.isKept ? substitutePart(skipped.words, parameters, arguments) : []
        index = skipped.next
        continue
      }
      index += 1
      guard token.kind == .identifier, let which = parameters.firstIndex(of: token.text) else {
        result.append(token)
        continue
      }
      // `, ## __VA_ARGS__` drops the comma where nothing was passed.
      if afterPaste, macro.isVariadic, which == parameters.count - 1, result.count > 1,
        result[result.count - 2].isPunctuator(",")
      {
        result.removeLast(arguments[which].isEmpty ? 2 : 1)
        result += arguments[which]
      } else if nextPastes || afterPaste {
        result += arguments[which].isEmpty ? [Self.placeholder(token)] : arguments[which]
      } else {
        let full =
          expanded[which] ?? expand(arguments[which], inUse: inUse, depth: depth + 1)
        expanded[which] = full
        result += spaced(full, like: token)
      }
      guard result.count <= Self.wordLimit else {
        stop("macros expand to more than \(Self.wordLimit) words", at: word)
        return []
      }
    }
    return paste(result, word)
  }

  /// `__VA_OPT__(…)`: kept only where variadic arguments were passed.
  private func optionalPart(
    _ body: [Token], _ index: Int, _ macro: Macro, _ arguments: [[Token]]
  ) -> (words: [Token], isKept: Bool, next: Int)? {
    guard macro.isVariadic, body[index].isWord("__VA_OPT__"), index + 1 < body.count,
      body[index + 1].isPunctuator("(")
    else { return nil }
    var depth = 0
    for place in (index + 1)..<body.count {
      if body[place].isPunctuator("(") { depth += 1 }
      if body[place].isPunctuator(")") { depth -= 1 }
      if depth == 0 {
        return (Array(body[(index + 2)..<place]), arguments.last?.isEmpty == false, place + 1)
      }
    }
    return nil
  }

  private func substitutePart(
    _ words: [Token], _ parameters: [String], _ arguments: [[Token]]
  ) -> [Token] {
    words.flatMap { word in
      parameters.firstIndex(of: word.text).map { arguments[$0] } ?? [word]
    }
  }

  private func spaced(_ words: [Token], like token: Token) -> [Token] {
    var words = words
    if !words.isEmpty { words[0].hasSpaceBefore = token.hasSpaceBefore }
    return words
  }

  private static func placeholder(_ token: Token) -> Token {
    var token = token
    token.kind = .stray
    token.text = ""
    return token
  }

  private func stringized(_ words: [Token], _ hash: Token) -> Token {
    var text = "\""
    for byte in Self.spelling(words).unicodeScalars {
      if byte == "\"" || byte == "\\" { text.unicodeScalars.append("\\") }
      text.unicodeScalars.append(byte)
    }
    var token = hash
    token.kind = .string
    token.text = text + "\""
    return token
  }

  /// Joins what stands on both sides of each `##`.
  private mutating func paste(_ words: [Token], _ use: Token) -> [Token] {
    guard words.contains(where: { $0.isPunctuator("##") || $0.text.isEmpty }) else { return words }
    var result: [Token] = []
    var index = 0
    while index < words.count {
      if words[index].isPunctuator("##"), index + 1 < words.count, let left = result.popLast() {
        result.append(joined(left, words[index + 1], use))
        index += 2
      } else {
        result.append(words[index])
        index += 1
      }
    }
    return result.filter { !$0.text.isEmpty }
  }

  private mutating func joined(_ left: Token, _ right: Token, _ use: Token) -> Token {
    if left.text.isEmpty { return right }
    if right.text.isEmpty { return left }
    var lexer = Lexer(left.text + right.text, file: 0)
    let words = lexer.tokens()
    var token = left
    if words.count == 2 {
      token.kind = words[0].kind
      token.text = words[0].text
    } else {
      error("pasting \(left.quoted) and \(right.quoted) gives no word", at: use)
    }
    return token
  }

  // MARK: _Pragma

  private mutating func pragmaOperator(_ stack: inout ExpansionStack, _ word: Token) -> [Token] {
    guard stack.next()?.isPunctuator("(") == true, let text = stack.next(), text.kind == .string,
      stack.next()?.isPunctuator(")") == true
    else {
      error("expected (\"…\") after _Pragma", at: word)
      return []
    }
    var lexer = Lexer(String(text.text.dropFirst().dropLast()), file: word.location.file)
    let words = lexer.tokens().dropLast().map { token in
      var token = token
      token.location = word.location
      token.end = word.end
      return token
    }
    guard let name = words.first, name.text == "unroll" else { return [] }
    return unroll(name, expand(Array(words.dropFirst())))
  }
}
