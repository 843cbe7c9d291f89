internal import Base

/// The words in front of what a declaration declares.
struct DeclarationHead {
  var type: TypeSyntax?
  var function: FunctionSpecifiers = []
  var variable: VariableSpecifiers = []
  var launchBounds: LaunchBounds?
  var alignment: Expression?
  var isTypedef = false
  /// A record or enumeration defined among the words.
  var definitions: [Declaration] = []
  /// The names inside that record.
  var definedScope: Scope?
  let start: SourceLocation
}

extension Parser {
  /// Reads a type without a name, as in a cast.
  mutating func parseTypeID() throws(ParseFailure) -> TypeSyntax {
    let head = try parseHead(isTypeOnly: true)
    guard let base = head.type else { throw failType() }
    return try parseDeclarator(base, style: .abstract).type
  }

  /// Reads specifiers and a type, in any order.
  mutating func parseHead(isTypeOnly: Bool = false) throws(ParseFailure) -> DeclarationHead {
    var head = DeclarationHead(start: current.location)
    var words = TypeWords()
    while true {
      let word = current
      if word.isPunctuator("["), peek().isPunctuator("[") {
        skipBalanced()
        continue
      }
      guard word.kind == .identifier || word.isPunctuator("::") else { break }
      if endsDefinition(head) { break }
      if Keywords.builtinTypes.contains(word.text), head.type == nil {
        try words.add(advance(), &self)
      } else if let qualifier = Keywords.qualifiers[word.text] {
        words.qualifiers.insert(qualifier)
        advance()
      } else if try parseSpecifier(word, &head) {
        continue
      } else if !words.isEmpty || head.type != nil || isConstructorName() {
        break
      } else if try !parseNamedType(&head) {
        break
      }
    }
    return try finish(head, words)
  }

  /// True where a new declaration begins behind a definition: its `;` is missing.
  private func endsDefinition(_ head: DeclarationHead) -> Bool {
    guard !head.definitions.isEmpty, previous.isPunctuator("}"), current.startsLine else {
      return false
    }
    return Keywords.builtinTypes.contains(current.text) || Keywords.beginsDeclaration(current.text)
  }

  private mutating func finish(
    _ head: DeclarationHead, _ words: TypeWords
  ) throws(ParseFailure) -> DeclarationHead {
    var head = head
    let place = range(from: head.start)
    if let builtin = try words.type(&self) {
      head.type = TypeSyntax(kind: .builtin(builtin), qualifiers: words.qualifiers, range: place)
    } else if let type = head.type {
      head.type = TypeSyntax(
        kind: type.kind, qualifiers: type.qualifiers.union(words.qualifiers), range: place)
    }
    return head
  }

  /// Reads one word that is not part of the type; false if it is no such word.
  private mutating func parseSpecifier(
    _ word: Token, _ head: inout DeclarationHead
  ) throws(ParseFailure) -> Bool {
    let function = Keywords.functionSpecifiers[word.text]
    let variable = Keywords.variableSpecifiers[word.text]
    if function != nil || variable != nil {
      head.function.formUnion(function ?? [])
      head.variable.formUnion(variable ?? [])
      advance()
      if word.text == "explicit", at("(") { skipBalanced() }
      return true
    }
    switch word.text {
    case "typedef":
      head.isTypedef = true
      advance()
    case "__launch_bounds__": head.launchBounds = try parseLaunchBounds()
    case "alignas", "__align__", "__builtin_align__":
      advance()
      head.alignment = try parseAlignment()
    case "__attribute__", "__attribute", "__declspec":
      advance()
      head.alignment = try parseAttributes() ?? head.alignment
    case "__cluster_dims__": throw unsupported("thread block clusters (__cluster_dims__)")
    case "__maxnreg__", "__block_size__":
      advance()
      if at("(") { skipBalanced() }
    case "virtual", "thread_local":
      throw unsupported(Keywords.unsupported[word.text] ?? word.text)
    default:
      guard Keywords.ignored.contains(word.text) else { return false }
      advance()
    }
    return true
  }

  private mutating func parseLaunchBounds() throws(ParseFailure) -> LaunchBounds {
    advance()
    try expect("(", "after __launch_bounds__")
    let threads = try parseAssignment()
    var blocks: Expression?
    if accept(",") { blocks = try parseAssignment() }
    if accept(",") { _ = try parseAssignment() }
    try expect(")", "after the bounds")
    return LaunchBounds(maximumThreads: threads, minimumBlocks: blocks)
  }

  /// `(n)` or `(T)` behind `alignas` and its kin.
  private mutating func parseAlignment() throws(ParseFailure) -> Expression {
    let open = try expect("(", "before an alignment")
    let isType = endOfTypeID(at: position).map { token(at: $0).isPunctuator(")") } ?? false
    let value: Expression
    if isType {
      let type = try parseTypeID()
      value = Expression(.alignOfType(type), type.range)
    } else {
      value = try parseAssignment()
    }
    guard accept(")") else { throw fail(closing(")", open)) }
    return value
  }

  /// `((aligned(16), unused))`: the alignment, if there is one.
  private mutating func parseAttributes() throws(ParseFailure) -> Expression? {
    guard at("("), let end = endOfBalanced(at: position) else {
      throw fail("expected \"((\" after __attribute__")
    }
    var alignment: Expression?
    while position < end {
      if ["aligned", "align"].contains(current.text), peek().isPunctuator("(") {
        advance()
        alignment = try parseAlignment()
      } else {
        advance()
      }
    }
    position = max(position, end)
    return alignment
  }

  /// True where the record's own name begins a constructor.
  private func isConstructorName() -> Bool {
    guard current.kind == .identifier else { return false }
    if let record = enclosingRecordName, current.text == record, peek().isPunctuator("(") {
      return !peek(2).isPunctuator("*")
    }
    // Outside of the record: `S::S(`, also with arguments of a template.
    guard peek().isPunctuator("::") || peek().isPunctuator("<"),
      let name = classifyName(at: position), token(at: name.end).isPunctuator("(")
    else { return false }
    let last = token(at: name.end - 1)
    return last.kind == .identifier && last.text == current.text
      && token(at: name.end - 2).isPunctuator("::")
  }

  private var enclosingRecordName: String? {
    var inner: Scope? = scope
    while let candidate = inner, candidate.kind == .template { inner = candidate.parent }
    return inner?.recordName
  }

  /// Reads a record, an enumeration, `auto`, `decltype` or a name; false if there is no type.
  private mutating func parseNamedType(_ head: inout DeclarationHead) throws(ParseFailure) -> Bool {
    let start = current.location
    switch current.text {
    case "struct", "class", "union":
      head.type = try parseRecordType(&head)
    case "enum": head.type = try parseEnumType(&head)
    case "auto":
      advance()
      head.type = TypeSyntax(kind: .automatic, range: range(from: start))
    case "decltype": head.type = try parseDecltype()
    case "typename":
      advance()
      let name = try parseQualifiedName("a type name after \"typename\"")
      head.type = TypeSyntax(kind: .named(name), range: name.range)
    default:
      guard let found = classifyName(at: position) else { return false }
      guard found.kind == .type else {
        if let meant = Keywords.misspelledSpecifier(current.text), peek().kind == .identifier {
          report(
            "unknown word \(current.quoted): did you mean \"\(meant)\"?", at: advance())
          head.function.formUnion(Keywords.functionSpecifiers[meant] ?? [])
          head.variable.formUnion(Keywords.variableSpecifiers[meant] ?? [])
          return true
        }
        guard isUnknownType(found) else { return false }
        // Reading goes on as if it were a type, so that what follows is checked too.
        _ = failType()
        position = found.end
        head.type = TypeSyntax(kind: .invalid, range: range(from: start))
        return true
      }
      let name = try parseQualifiedName("a type name")
      head.type = TypeSyntax(kind: .named(name), range: name.range)
    }
    return true
  }

  private mutating func parseDecltype() throws(ParseFailure) -> TypeSyntax {
    let start = advance().location
    try expect("(", "after decltype")
    var operand: Expression?
    if !accept("auto") { operand = try parseBracketedExpression() }
    try expect(")", "after the operand of decltype")
    return TypeSyntax(kind: .decltype(operand), range: range(from: start))
  }

  /// True if an unknown name stands where only a type makes sense: before another name, or before
  /// pointers and a name with one of `followers` behind it.
  func isUnknownType(
    _ name: NameClass, followers: [String] = ["=", ";", ",", ")", "(", "["]
  ) -> Bool {
    guard name.kind == .unknown || name.kind == .template else { return false }
    var index = name.end
    let isPointer = ["*", "&", "&&"].contains(token(at: index).text)
    while ["*", "&", "&&"].contains(token(at: index).text)
      || Keywords.qualifiers[token(at: index).text] != nil
    {
      index += 1
    }
    let next = token(at: index)
    guard next.kind == .identifier, !Keywords.all.contains(next.text) || next.text == "operator"
    else { return false }
    return !isPointer || followers.contains(token(at: index + 1).text)
  }

  /// Reports that a type is missing here, with the nearest names of types.
  mutating func failType() -> ParseFailure {
    guard current.kind == .identifier, !Keywords.all.contains(current.text) else {
      if let feature = Keywords.unsupported[current.text] { return unsupported(feature) }
      return fail("expected a type")
    }
    let end = classifyName(at: position)?.end ?? position + 1
    let spelling = Preprocessor.spelling(Array(tokens[position..<max(end, position + 1)]))
    let near = nearestNames(
      to: spelling, among: scope.visibleTypes + Keywords.builtinTypes.sorted())
    var message = "unknown type \"\(spelling)\""
    if let best = near.first { message += ": did you mean \"\(best)\"?" }
    let notes = skippedTypes[spelling].map { [$0] } ?? []
    report(message, at: current, sort: .unknownType, notes: notes)
    return .syntax
  }
}

/// The keywords of a builtin type, counted: their order does not matter.
private struct TypeWords {
  var qualifiers: TypeQualifiers = []
  private var counts: [String: Int] = [:]
  private var first: Token?

  var isEmpty: Bool { counts.isEmpty }

  mutating func add(_ token: Token, _ parser: inout Parser) throws(ParseFailure) {
    if token.text == "__int128" { throw parser.unsupported("128-bit integers", at: token) }
    let word = Self.plain[token.text] ?? token.text
    counts[word, default: 0] += 1
    if first == nil { first = token }
  }

  private static let plain = ["__signed__": "signed", "_Bool": "bool", "__int64": "long"]

  /// The type that the words make; nil without any.
  func type(_ parser: inout Parser) throws(ParseFailure) -> BuiltinType? {
    guard let first else { return nil }
    var words = counts
    let isUnsigned = words.removeValue(forKey: "unsigned") != nil
    let isSigned = words.removeValue(forKey: "signed") != nil
    let key = words.sorted { $0.key < $1.key }.flatMap {
      Array(repeating: $0.key, count: min($0.value, 3))
    }
    .joined(separator: " ")
    if let type = Self.types[key], !(isUnsigned && isSigned) {
      if !isUnsigned && !isSigned { return type }
      if isUnsigned, let twin = Self.unsignedTwins[type] { return twin }
      if isSigned, Self.unsignedTwins[type] != nil { return type == .char ? .signedChar : type }
    }
    let spelling = counts.sorted { $0.key > $1.key }.map(\.key).joined(separator: " ")
    parser.report("\"\(spelling)\" is no type", at: first)
    throw .syntax
  }

  private static let types: [String: BuiltinType] = [
    "": .int, "void": .void, "bool": .bool, "char": .char, "short": .short, "int short": .short,
    "int": .int, "long": .long, "int long": .long, "long long": .longLong,
    "int long long": .longLong, "float": .float, "double": .double, "double long": .longDouble,
    "char16_t": .char16, "char32_t": .char32, "wchar_t": .wideChar,
  ]

  private static let unsignedTwins: [BuiltinType: BuiltinType] = [
    .char: .unsignedChar, .short: .unsignedShort, .int: .unsignedInt, .long: .unsignedLong,
    .longLong: .unsignedLongLong,
  ]
}
