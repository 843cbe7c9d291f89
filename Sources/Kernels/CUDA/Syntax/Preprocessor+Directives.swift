extension Preprocessor {
  /// Obeys one directive: the words behind `#` on its line.
  mutating func directive(_ words: [Token], hash: Token, isPredefined: Bool) {
    guard let name = words.first else { return }
    let rest = Array(words.dropFirst())
    switch name.text {
    case "if", "ifdef", "ifndef": open(name, rest)
    case "elif", "elifdef", "elifndef": elseIf(name, rest)
    case "else": otherwise(name)
    case "endif":
      if conditionals.popLast() == nil { error("#endif without an #if", at: name) }
    case _ where !isActive: break
    case "define": define(rest, directive: name, isPredefined: isPredefined)
    case "undef": undefine(rest, directive: name)
    case "include": include(rest, directive: name)
    case "pragma": pragma(rest, directive: name)
    case "error": error("#error \(Self.spelling(rest))", at: name)
    case "warning": warn("#warning \(Self.spelling(rest))", at: name)
    case "line", "ident": break
    default:
      if name.kind != .number {
        error("unknown directive \(name.quoted): expected #define, #if, #include, …", at: name)
      }
    }
  }

  /// Words as text, with single spaces where there was space.
  static func spelling(_ words: [Token]) -> String {
    var text = ""
    for (index, word) in words.enumerated() {
      if index > 0, word.hasSpaceBefore || word.startsLine { text += " " }
      text += word.text
    }
    return text
  }

  // MARK: Conditionals

  private mutating func open(_ name: Token, _ words: [Token]) {
    let holds = isActive && test(name, words)
    conditionals.append(
      Conditional(
        location: name.location, isActive: holds, wasTaken: holds, isOuterActive: isActive))
  }

  private mutating func test(_ name: Token, _ words: [Token]) -> Bool {
    guard name.text == "if" || name.text == "elif" else {
      guard let macro = words.first, macro.kind == .identifier else {
        error("expected a name after #\(name.text)", at: words.first ?? name)
        return false
      }
      return (macros[macro.text] != nil) == !name.text.hasSuffix("ndef")
    }
    return evaluate(words, directive: name)
  }

  private mutating func elseIf(_ name: Token, _ words: [Token]) {
    guard var current = conditionals.last else {
      error("#\(name.text) without an #if", at: name)
      return
    }
    if current.hasElse { error("#\(name.text) after #else", at: name) }
    let holds = current.isOuterActive && !current.wasTaken && test(name, words)
    current.isActive = holds
    current.wasTaken = current.wasTaken || holds
    conditionals[conditionals.count - 1] = current
  }

  private mutating func otherwise(_ name: Token) {
    guard var current = conditionals.last else {
      error("#else without an #if", at: name)
      return
    }
    if current.hasElse { error("a second #else", at: name) }
    current.isActive = current.isOuterActive && !current.wasTaken
    current.wasTaken = true
    current.hasElse = true
    conditionals[conditionals.count - 1] = current
  }

  // MARK: Macros

  private mutating func define(_ words: [Token], directive: Token, isPredefined: Bool) {
    guard let name = words.first, name.kind == .identifier, name.text != "defined" else {
      error("expected a macro name after #define", at: words.first ?? directive)
      return
    }
    var body = Array(words.dropFirst())
    var parameters: [String]?
    var isVariadic = false
    if let open = body.first, open.isPunctuator("("), !open.hasSpaceBefore {
      guard let head = macroParameters(body, name) else { return }
      parameters = head.names
      isVariadic = head.isVariadic
      body.removeFirst(head.length)
    }
    guard checkBody(body, parameters) else { return }
    let macro = Macro(
      name: name.text, parameters: parameters, isVariadic: isVariadic, body: body,
      location: isPredefined ? SourceLocation() : name.location, isPredefined: isPredefined)
    if let old = macros[name.text], !old.isPredefined, !old.isSame(as: macro) {
      let note = Diagnostic(.note, "the earlier definition is here", at: old.location)
      diagnostics.append(
        Diagnostic(
          .warning, "macro \"\(name.text)\" is defined again with another meaning",
          at: name.location, end: name.end, notes: [note]))
    }
    macros[name.text] = macro
  }

  private mutating func macroParameters(
    _ words: [Token], _ name: Token
  ) -> (names: [String], isVariadic: Bool, length: Int)? {
    var names: [String] = []
    var index = 1
    var expectsName = true
    while index < words.count {
      let word = words[index]
      index += 1
      if word.isPunctuator(")"), !expectsName || names.isEmpty { return (names, false, index) }
      if word.isPunctuator("..."), index < words.count, words[index].isPunctuator(")") {
        if expectsName { names.append("__VA_ARGS__") }
        return (names, true, index + 1)
      }
      let isRight = expectsName ? word.kind == .identifier : word.isPunctuator(",")
      guard isRight else {
        let wanted = expectsName ? "a parameter name" : "\",\" or \")\""
        error("expected \(wanted) in the parameters of macro \"\(name.text)\"", at: word)
        return nil
      }
      if expectsName {
        guard !names.contains(word.text) else {
          error("macro \"\(name.text)\" has two parameters named \(word.quoted)", at: word)
          return nil
        }
        names.append(word.text)
      }
      expectsName.toggle()
    }
    error("expected \")\" after the parameters of macro \"\(name.text)\"", at: words[0])
    return nil
  }

  private mutating func checkBody(_ body: [Token], _ parameters: [String]?) -> Bool {
    if let edge = [body.first, body.last].compactMap({ $0 }).first(where: { $0.isPunctuator("##") })
    {
      error("\"##\" cannot stand at the edge of a macro's body", at: edge)
      return false
    }
    guard let parameters else { return true }
    for (index, word) in body.enumerated() where word.isPunctuator("#") {
      guard index + 1 < body.count, parameters.contains(body[index + 1].text) else {
        error("expected a parameter of the macro after \"#\"", at: word)
        return false
      }
    }
    return true
  }

  private mutating func undefine(_ words: [Token], directive: Token) {
    guard let name = words.first, name.kind == .identifier else {
      error("expected a macro name after #undef", at: words.first ?? directive)
      return
    }
    macros[name.text] = nil
  }

  // MARK: Pragmas

  mutating func pragma(_ words: [Token], directive: Token) {
    guard let name = words.first else { return }
    switch name.text {
    case "once": onceFiles.insert(files[directive.location.file].name)
    case "unroll": output += unroll(name, expand(Array(words.dropFirst())))
    case "nounroll":
      output += unroll(
        name, [Token(kind: .number, text: "1", location: name.location, end: name.end)])
    default: break
    }
  }

  /// The words of an unroll hint as the parser reads them.
  func unroll(_ name: Token, _ count: [Token]) -> [Token] {
    var first = name
    first.kind = .pragmaUnroll
    let place = count.last?.end ?? name.end
    return [first] + count
      + [Token(kind: .pragmaEnd, text: "", location: place, end: place)]
  }

  // MARK: Includes

  private mutating func include(_ words: [Token], directive: Token) {
    guard let (name, isSystem) = includeName(words, directive) else { return }
    if let text = options.include(name) {
      guard !onceFiles.contains(name) else { return }
      guard includeDepth < Self.includeLimit else {
        stop("files include one another more than \(Self.includeLimit) deep", at: directive)
        return
      }
      includeDepth += 1
      files.append(SourceFile(name: name, text: text))
      read(text, file: files.count - 1)
      includeDepth -= 1
    } else if !KnownHeaders.contains(name) {
      let quoted = isSystem ? "<\(name)>" : "\"\(name)\""
      diagnostics.error(
        "included file \(quoted) is not found", at: words.first?.location ?? directive.location,
        end: words.last?.end)
    }
  }

  private mutating func includeName(_ words: [Token], _ directive: Token) -> (String, Bool)? {
    var words = words
    if words.first?.kind == .identifier { words = expand(words) }
    if let word = words.first, word.kind == .string {
      return (String(word.text.dropFirst().dropLast()), false)
    }
    if words.count > 2, words[0].isPunctuator("<"),
      let close = words.firstIndex(where: { $0.isPunctuator(">") })
    {
      return (Self.spelling(Array(words[1..<close])), true)
    }
    error("expected \"file\" or <file> after #include", at: words.first ?? directive)
    return nil
  }
}
