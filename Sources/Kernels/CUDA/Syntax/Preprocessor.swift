/// Turns a source text into the words that the parser reads: directives obeyed, macros replaced.
///
/// Every loop consumes a word of a bounded supply, so any input ends: at most `wordLimit` words are
/// read and `wordLimit` produced, includes and expansions nest up to fixed depths.
struct Preprocessor {
  /// The most words read from files, and the most produced by expansion.
  static let wordLimit = 400_000
  /// How deep files may include one another.
  static let includeLimit = 40
  /// How deep macro uses may nest in arguments of one another.
  static let expansionLimit = 60

  /// A conditional that is open.
  struct Conditional {
    let location: SourceLocation
    /// True while its lines are read.
    var isActive: Bool
    /// True once one of its branches was read.
    var wasTaken: Bool
    /// True where the lines around it are read.
    let isOuterActive: Bool
    var hasElse = false
  }

  let options: SyntaxOptions
  var diagnostics = DiagnosticList()
  var files: [SourceFile] = []
  var macros: [String: Macro] = [:]
  var uses: [MacroUse] = []
  var output: [Token] = []
  var conditionals: [Conditional] = []
  var onceFiles: Set<String> = []
  var includeDepth = 0
  var counter = 0
  var wordsRead = 0
  var wordsMade = 0
  /// True once a limit was passed: reading stops.
  var hasStopped = false

  init(options: SyntaxOptions) { self.options = options }

  /// Reads the main file; the words end with an end-of-file token.
  mutating func run(_ text: String, name: String) {
    definePredefined()
    files = [SourceFile(name: name, text: text)]
    read(text, file: 0)
    let end = output.popLast() ?? Token(kind: .endOfFile, text: "", location: .init(), end: .init())
    output.append(end)
  }

  private mutating func definePredefined() {
    macros = PredefinedMacros.all
    files = [SourceFile(name: "<command line>", text: "")]
    var text = "#define __CUDA_ARCH__ \(options.architecture)\n"
    for macro in options.macros { text += "#define \(macro.name) \(macro.body)\n" }
    read(text, file: 0, isPredefined: true)
    output = []
    wordsRead = 0
  }

  /// Reads a file's words line by line; at the end of the main file its end stays in the output.
  mutating func read(_ text: String, file: Int, isPredefined: Bool = false) {
    var lexer = Lexer(text, file: file)
    let words = lexer.tokens()
    for diagnostic in lexer.diagnostics { diagnostics.append(diagnostic) }
    let openBefore = conditionals.count
    var index = 0
    while words[index].kind != .endOfFile, !hasStopped {
      let start = index
      index += 1
      if words[start].isPunctuator("#"), words[start].startsLine {
        while !words[index].startsLine { index += 1 }
        directive(Array(words[start + 1..<index]), hash: words[start], isPredefined: isPredefined)
      } else if isActive {
        // Uses of function-like macros may run over line ends, so text up to the next directive
        // is expanded as one.
        while words[index].kind != .endOfFile,
          !(words[index].startsLine && words[index].isPunctuator("#"))
        {
          index += 1
        }
        output += expand(Array(words[start..<index]))
      }
      count(index - start, at: words[start])
    }
    closeConditionals(openBefore)
    if includeDepth == 0, let end = words.last { output.append(end) }
  }

  private mutating func count(_ words: Int, at token: Token) {
    wordsRead += words
    if wordsRead > Self.wordLimit {
      stop("the source with its includes is longer than \(Self.wordLimit) words", at: token)
    }
  }

  private mutating func closeConditionals(_ openBefore: Int) {
    while conditionals.count > openBefore {
      let open = conditionals.removeLast()
      diagnostics.error(
        "this conditional is never closed: expected #endif", at: open.location)
    }
  }

  /// True where lines are read and not skipped.
  var isActive: Bool { conditionals.last?.isActive ?? true }

  mutating func error(_ message: String, at token: Token) {
    diagnostics.error(message, at: token.location, end: token.end)
  }

  mutating func warn(_ message: String, at token: Token) {
    diagnostics.append(Diagnostic(.warning, message, at: token.location, end: token.end))
  }

  /// Reports a passed limit and ends the reading.
  mutating func stop(_ message: String, at token: Token) {
    guard !hasStopped else { return }
    error(message, at: token)
    hasStopped = true
  }
}
