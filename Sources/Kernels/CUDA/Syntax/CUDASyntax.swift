internal import Base

/// The reading of CUDA-C: from text to a syntax tree.
enum CUDASyntax {
  /// A source as read.
  ///
  /// With errors the tree is what could be understood.
  struct Result: Sendable {
    let unit: TranslationUnit
    let diagnostics: DiagnosticList
  }

  /// The longest source that is read.
  static let byteLimit = 8 << 20

  /// Preprocesses and parses a source; never fails, faults are in the diagnostics.
  static func parse(_ text: String, name: String, options: SyntaxOptions = .init()) -> Result {
    guard text.utf8.count <= byteLimit else {
      var diagnostics = DiagnosticList()
      diagnostics.error("the source is longer than \(Bytes(byteLimit))", at: SourceLocation())
      return Result(unit: TranslationUnit(declarations: [], files: []), diagnostics: diagnostics)
    }
    var preprocessor = Preprocessor(options: options)
    preprocessor.run(text, name: name)
    var parser = Parser(
      tokens: preprocessor.output, uses: preprocessor.uses, diagnostics: preprocessor.diagnostics)
    let names = parser.scope
    defer { names.dismantle() }
    let declarations = preprocessor.hasStopped ? [] : parser.parseTranslationUnit()
    return Result(
      unit: TranslationUnit(declarations: declarations, files: preprocessor.files),
      diagnostics: parser.diagnostics)
  }
}
