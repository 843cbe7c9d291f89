/// What a name in the source is, as far as the parser can know without reading it.
struct NameClass {
  enum Kind { case type, template, value, namespace, unknown }

  let kind: Kind
  /// The index of the word behind the name with its arguments.
  let end: Int
}

extension Parser {
  // MARK: Looking ahead

  /// Classifies the possibly qualified name at an index, nothing read; nil if there is no name.
  func classifyName(at start: Int) -> NameClass? {
    var index = start
    var container: Scope?
    var isQualified = false
    if token(at: index).isPunctuator("::") {
      index += 1
      container = outermost
      isQualified = true
    }
    while true {
      let word = token(at: index)
      guard word.kind == .identifier, !Keywords.all.contains(word.text) else { return nil }
      index += 1
      let entry = isQualified ? container?.member(word.text) : scope.find(word.text)
      var hasArguments = false
      if token(at: index).isPunctuator("<"), opensArguments(entry, at: index),
        let close = endOfArguments(at: index)
      {
        index = close
        hasArguments = true
      }
      guard token(at: index).isPunctuator("::"), token(at: index + 1).kind == .identifier,
        !["operator", "template"].contains(token(at: index + 1).text)
      else { return NameClass(kind: kind(of: entry, hasArguments: hasArguments), end: index) }
      index += 1
      container = entry?.scope
      isQualified = true
    }
  }

  private var outermost: Scope {
    var outer = scope
    while let parent = outer.parent { outer = parent }
    return outer
  }

  private func kind(of entry: Scope.Entry?, hasArguments: Bool) -> NameClass.Kind {
    switch entry?.meaning {
    case .type, .typeParameter, .typeTemplate: .type
    case .valueTemplate: hasArguments ? .template : .value
    case .value: .value
    case .namespace: .namespace
    case nil: hasArguments ? .template : .unknown
    }
  }

  /// True if the `<` at an index opens template arguments of a name with this meaning.
  func opensArguments(_ entry: Scope.Entry?, at index: Int) -> Bool {
    switch entry?.meaning {
    case .typeTemplate, .valueTemplate: true
    case .value, .namespace, .type: false
    // A template template parameter is a parameter too.
    case .typeParameter: true
    case nil: looksLikeArguments(at: index)
    }
  }

  /// For an unknown name: `<` and a type, or one word and `>` with a bracket behind it.
  private func looksLikeArguments(at index: Int) -> Bool {
    // One word is looked at: what follows it may open arguments in turn, without end.
    let word = token(at: index + 1)
    if Keywords.builtinTypes.contains(word.text) || Keywords.qualifiers[word.text] != nil
      || (word.kind == .identifier && scope.find(word.text)?.meaning.isType == true)
    {
      return true
    }
    guard token(at: index + 2).isPunctuator(">"), !token(at: index + 2).isGlued else {
      return false
    }
    let isWord = [.number, .identifier].contains(token(at: index + 1).kind)
    return isWord && ["(", "::", "{"].contains(token(at: index + 3).text)
  }

  /// The index behind the `>` that closes the `<` at an index, found by counting.
  func endOfArguments(at start: Int) -> Int? {
    var level = 0
    var index = start
    // Real lists are short; the bound keeps hostile input linear.
    let limit = min(start + 1500, tokens.count)
    while index < limit {
      let word = tokens[index]
      guard word.kind == .punctuator else {
        if word.kind == .endOfFile { return nil }
        index += 1
        continue
      }
      switch word.text {
      case "<": level += 1
      case ">":
        level -= 1
        if level == 0 { return index + 1 }
      case "(", "[", "{":
        guard let end = endOfBalanced(at: index, limit: limit) else { return nil }
        index = end
        continue
      case ";", ")", "]", "}", "&&", "||": return nil
      default: break
      }
      index += 1
    }
    return nil
  }

  private func endOfBalanced(at start: Int, limit: Int) -> Int? {
    var level = 0
    for index in start..<limit where tokens[index].kind == .punctuator {
      switch tokens[index].text {
      case "(", "[", "{": level += 1
      case ")", "]", "}":
        level -= 1
        if level == 0 { return index + 1 }
      default: break
      }
    }
    return nil
  }

  /// True if a type begins at an index.
  func isTypeStart(at index: Int) -> Bool {
    let word = token(at: index)
    if word.isPunctuator("::") { return classifyName(at: index)?.kind == .type }
    guard word.kind == .identifier else { return false }
    if Keywords.builtinTypes.contains(word.text) || Keywords.qualifiers[word.text] != nil {
      return true
    }
    if ["struct", "class", "union", "enum", "typename", "auto", "decltype"].contains(word.text) {
      return true
    }
    return classifyName(at: index)?.kind == .type
  }

  /// The index behind the words of a type without its pointers; nil if no type begins here.
  func endOfTypeWords(at start: Int) -> Int? {
    var index = start
    var hasType = false
    while true {
      let word = token(at: index)
      if Keywords.builtinTypes.contains(word.text) {
        hasType = true
        index += 1
      } else if Keywords.qualifiers[word.text] != nil {
        index += 1
      } else if ["struct", "class", "union", "enum", "typename"].contains(word.text) {
        guard !hasType, let name = classifyName(at: index + 1) else { return nil }
        hasType = true
        index = name.end
      } else if word.isWord("auto") {
        hasType = true
        index += 1
      } else if word.isWord("decltype"), token(at: index + 1).isPunctuator("(") {
        guard let end = endOfBalanced(at: index + 1) else { return nil }
        hasType = true
        index = end
      } else if !hasType, let name = classifyName(at: index), name.kind == .type {
        hasType = true
        index = name.end
      } else {
        return hasType ? index : nil
      }
    }
  }

  /// The index behind a type with pointers and empty brackets, as in a cast; nil if it is none.
  func endOfTypeID(at start: Int) -> Int? {
    guard var index = endOfTypeWords(at: start) else { return nil }
    while ["*", "&", "&&"].contains(token(at: index).text)
      || Keywords.qualifiers[token(at: index).text] != nil
    {
      index += 1
    }
    if token(at: index).isPunctuator("("),
      ["*", "&", ")"].contains(token(at: index + 1).text)
        || isTypeStart(at: index + 1)
    {
      guard let end = endOfBalanced(at: index) else { return nil }
      index = end
      // `R (*)(A)` and `T (*)[n]`.
      while ["(", "["].contains(token(at: index).text) {
        guard let end = endOfBalanced(at: index) else { return nil }
        index = end
      }
    }
    while token(at: index).isPunctuator("[") {
      guard let end = endOfBalanced(at: index) else { return nil }
      index = end
    }
    return index
  }

  // MARK: Reading

  /// Reads a possibly qualified name with template arguments.
  mutating func parseQualifiedName(_ context: String) throws(ParseFailure) -> QualifiedName {
    let start = current.location
    var components: [NameComponent] = []
    let isGlobal = accept("::")
    var container = isGlobal ? outermost : nil
    while true {
      accept("template")
      if accept("~") {
        let word = try expectIdentifier("the name of a destructor")
        components.append(component(.destructor(word.text), nil, word.range))
        break
      }
      if at("operator") {
        components.append(try parseOperatorName())
        break
      }
      let word = try expectIdentifier(context)
      let isFirst = components.isEmpty && !isGlobal
      let entry = isFirst ? scope.find(word.text) : container?.member(word.text)
      let wasTemplate = position >= 2 && token(at: position - 2).isWord("template")
      var arguments: [TemplateArgument]?
      if at("<"), wasTemplate || opensArguments(entry, at: position) {
        arguments = try parseTemplateArguments()
      }
      components.append(component(.identifier(word.text), arguments, range(from: word.range.start)))
      guard at("::"), isNamePart(peek()) else { break }
      advance()
      container = entry?.scope
    }
    return QualifiedName(isGlobal: isGlobal, components: components, range: range(from: start))
  }

  private func isNamePart(_ token: Token) -> Bool {
    token.kind == .identifier || token.isPunctuator("~")
  }

  private func component(
    _ kind: NameComponent.Kind, _ arguments: [TemplateArgument]?, _ range: SourceRange
  ) -> NameComponent {
    NameComponent(kind: kind, templateArguments: arguments, range: range)
  }

  /// Reads `operator+`; conversions are read by their declaration.
  private mutating func parseOperatorName() throws(ParseFailure) -> NameComponent {
    let start = advance().location
    if ["new", "delete"].contains(current.text) {
      throw unsupported("operator \(current.text)")
    }
    if current.kind == .string { throw unsupported("user-defined literals") }
    var symbol = advance().text
    if symbol == "(" || symbol == "[" {
      let close = symbol == "(" ? ")" : "]"
      try expect(close, "in the name of the operator")
      symbol += close
    } else if symbol == ">", previous.isGlued {
      symbol += advance().text
    }
    guard let which = OverloadedOperator(rawValue: symbol) else {
      position -= 1
      throw fail("expected an operator that can be defined")
    }
    return component(.operatorName(which), nil, range(from: start))
  }

  /// Reads `<…>`.
  mutating func parseTemplateArguments() throws(ParseFailure) -> [TemplateArgument] {
    let open = try expect("<", "before template arguments")
    let outer = isInTemplateArguments
    isInTemplateArguments = true
    defer { isInTemplateArguments = outer }
    var arguments: [TemplateArgument] = []
    if !at(">") {
      repeat {
        arguments.append(
          try nested { (parser) throws(ParseFailure) in try parser.parseTemplateArgument() })
      } while accept(",")
    }
    guard at(">") else {
      throw fail(closing(">", open))
    }
    advance()
    return arguments
  }

  private mutating func parseTemplateArgument() throws(ParseFailure) -> TemplateArgument {
    if let end = endOfTypeID(at: position),
      [",", ">", "..."].contains(token(at: end).text)
    {
      let type = try parseTypeID()
      if at("...") { throw unsupported("variadic templates") }
      return .type(type)
    }
    let value = try parseAssignment()
    if at("...") { throw unsupported("variadic templates") }
    return .expression(value)
  }
}
