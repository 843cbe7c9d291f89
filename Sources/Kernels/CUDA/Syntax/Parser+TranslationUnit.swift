extension Parser {
  /// Reads everything.
  mutating func parseTranslationUnit() -> [Declaration] {
    var declarations: [Declaration] = []
    do {
      while !isAtEnd {
        declarations += try parseOuter()
        if at("}"), !isAtEnd {
          report("expected a declaration, found a \"}\" that closes nothing", at: advance())
        }
      }
    } catch {
      // The error is reported; a passed limit ends the reading.
    }
    return declarations
  }

  /// Reads declarations of a namespace up to its `}` or the end of the file.
  private mutating func parseOuter() throws(ParseFailure) -> [Declaration] {
    var declarations: [Declaration] = []
    while !isAtEnd, !at("}") {
      let start = position
      if diagnostics.isFull { throw .stop }
      declarations += try parseTolerantly(.namespace) { (parser) throws(ParseFailure) in
        try parser.parseOuterDeclaration()
      }
      if position == start { advance() }
    }
    return declarations
  }

  private mutating func parseOuterDeclaration() throws(ParseFailure) -> [Declaration] {
    skipAttributes()
    if accept(";") { return [] }
    if current.kind == .pragmaUnroll {
      while current.kind != .pragmaEnd, !isAtEnd { advance() }
      advance()
      return []
    }
    if at("inline"), peek().isWord("namespace") { advance() }
    if at("namespace"), !peek(2).isPunctuator("=") { return [try parseNamespace()] }
    if at("extern"), peek().kind == .string { return try parseLinkage() }
    if at("extern"), peek().isWord("template") { advance() }
    if at("template") { return try parseTemplate(.namespace) }
    if let special = try parseSpecialDeclaration() { return special }
    if let feature = Keywords.unsupported[current.text], !["requires"].contains(current.text),
      current.kind == .identifier, current.text != "import", current.text != "export"
    {
      throw unsupported(feature)
    }
    return try parseSimpleDeclaration(.namespace)
  }

  private mutating func parseNamespace() throws(ParseFailure) -> Declaration {
    let start = advance().location
    skipAttributes()
    var name: Identifier?
    if !at("{") { name = try expectIdentifier("the name of the namespace or \"{\"") }
    let outer = scope
    defer { scope = outer }
    scope = openNamespace(name?.text)
    let declarations: [Declaration]
    if at("::") {
      declarations = [try nested { (p) throws(ParseFailure) in try p.parseNamespace() }]
    } else {
      let open = try expect("{", "after the name of the namespace")
      declarations = try nested { (p) throws(ParseFailure) in try p.parseOuter() }
      try closeBlock(open)
    }
    return .namespace(
      NamespaceDeclaration(name: name, declarations: declarations, range: range(from: start)))
  }

  /// The scope of a namespace, new or opened again.
  private func openNamespace(_ name: String?) -> Scope {
    if let name, let known = scope.names[name], known.meaning == .namespace, let inner = known.scope
    {
      return inner
    }
    let inner = Scope(.namespace, in: scope)
    if let name {
      scope.declare(name, .namespace, scope: inner)
    } else {
      scope.opened.append(inner)
    }
    return inner
  }

  private mutating func parseLinkage() throws(ParseFailure) -> [Declaration] {
    advance()
    let isC = advance().text == "\"C\""
    let outer = isExternC
    isExternC = isC
    defer { isExternC = outer }
    guard at("{") else { return try parseOuterDeclaration() }
    let open = advance()
    let declarations = try nested { (p) throws(ParseFailure) in try p.parseOuter() }
    try closeBlock(open)
    return declarations
  }

  // MARK: Host code

  /// Reads one declaration.
  ///
  /// Faults of host code, which no kernel can use, are not reported: it may
  /// use libraries and features that are unknown here.
  mutating func parseTolerantly(
    _ context: DeclarationContext,
    _ read: (inout Parser) throws(ParseFailure) -> [Declaration]
  ) throws(ParseFailure) -> [Declaration] {
    let start = position
    let before = diagnostics
    var result: [Declaration] = []
    var hasFailed = false
    do {
      result = try nested(read)
    } catch {
      guard error == .syntax else { throw error }
      hasFailed = true
    }
    guard hasFailed || diagnostics.errors > before.errors else { return result }
    if isHostCode(from: start, context) {
      if let reason = diagnostics.items.dropFirst(before.items.count).first(where: {
        $0.severity == .error
      }) {
        noteSkipped(at: start, reason)
      }
      diagnostics = before
      position = endOfDeclaration(at: start)
      return [.skipped(range(from: token(at: start).location))]
    }
    if hasFailed { recover() }
    return result
  }

  /// True if the faulty declaration at an index is none of the device's business.
  private func isHostCode(from start: Int, _ context: DeclarationContext) -> Bool {
    if ["namespace", "using", "static_assert", "asm"].contains(token(at: start).text) {
      return false
    }
    if token(at: start).isWord("extern"), token(at: start + 1).kind == .string { return false }
    let end = endOfDeclaration(at: start)
    if end >= tokens.count - 1, !tokens[end - 1].isPunctuator(";"),
      !tokens[end - 1].isPunctuator("}")
    {
      return false
    }
    let words = tokens[start..<end]
    let isMarked = words.contains { word in
      guard word.kind == .identifier else { return false }
      // What runs while compiling may be the host's own, which may use more of the language.
      if word.text == "constexpr" { return lastFailure != .unsupported }
      return Self.deviceMarks.contains(word.text)
    }
    if isMarked || Keywords.misspelledSpecifier(token(at: start).text) != nil { return false }
    if words.contains(where: { $0.isWord("std") }) { return true }
    let isFunction =
      words.firstIndex { $0.isPunctuator("(") }
      .map { open in !words[..<open].contains { ["=", "{", ";"].contains($0.text) } } ?? false
    if context == .record { return isFunction }
    return isFunction || lastFailure != .syntax
  }

  private static let deviceMarks: Set<String> = [
    "__global__", "__device__", "__constant__", "__shared__", "__managed__",
  ]

  /// Keeps why a record was skipped, for whoever asks for it.
  private mutating func noteSkipped(at start: Int, _ reason: Diagnostic) {
    let words = (0..<4).map { token(at: start + $0) }
    guard
      let keyword = words.firstIndex(where: { ["struct", "class", "union"].contains($0.text) }),
      keyword + 1 < words.count
    else { return }
    scope.forget(words[keyword + 1].text)
    skippedTypes[words[keyword + 1].text] = Diagnostic(
      .note, "\"\(words[keyword + 1].text)\" was left out as host code: \(reason.message)",
      at: reason.location, end: reason.end)
  }

  /// The index behind `template <…>` at an index, or the index where there is none.
  private func endOfTemplateHead(at start: Int) -> Int {
    guard token(at: start).isWord("template"), token(at: start + 1).isPunctuator("<") else {
      return start
    }
    var (level, index) = (0, start + 1)
    while index < tokens.count - 1 {
      if tokens[index].isPunctuator("<") { level += 1 }
      if tokens[index].isPunctuator(">") { level -= 1 }
      if ["(", "["].contains(tokens[index].text), let end = endOfBalanced(at: index) {
        index = end
        continue
      }
      if ["{", ";"].contains(tokens[index].text) { return start }
      index += 1
      if level == 0 { return endOfTemplateHead(at: index) }
    }
    return start
  }

  /// The index behind the declaration at an index: behind its `;` or a function's body.
  private func endOfDeclaration(at start: Int) -> Int {
    let head = endOfTemplateHead(at: start)
    let isRecord = (0..<3).contains {
      ["struct", "class", "union", "enum", "typedef"].contains(token(at: head + $0).text)
    }
    var index = head
    while index < tokens.count - 1 {
      switch token(at: index).text {
      case ";" where tokens[index].kind == .punctuator: return index + 1
      case "(", "[":
        guard let end = endOfBalanced(at: index) else { return tokens.count - 1 }
        index = end
      case "}" where tokens[index].kind == .punctuator: return max(index, start + 1)
      case "{" where tokens[index].kind == .punctuator:
        guard let end = endOfBalanced(at: index) else { return tokens.count - 1 }
        let isInitializer = index > start && tokens[index - 1].isPunctuator("=")
        index = end
        if token(at: end).isPunctuator(";") { return end + 1 }
        if !isRecord, !isInitializer, !["{", ","].contains(token(at: end).text) { return end }
      default: index += 1
      }
    }
    return tokens.count - 1
  }
}
