/// What a name stands for in the preprocessor.
struct Macro: Sendable {
  /// Names whose value depends on the place.
  enum Special: Sendable { case line, file, counter }

  let name: String
  /// Nil for an object-like macro.
  let parameters: [String]?
  /// The last parameter takes all that is left; it is named `__VA_ARGS__` unless named.
  let isVariadic: Bool
  let body: [Token]
  let location: SourceLocation
  let special: Special?
  /// Set of macros that the language brings; a program may replace them silently.
  let isPredefined: Bool

  init(
    name: String, parameters: [String]? = nil, isVariadic: Bool = false, body: [Token] = [],
    location: SourceLocation = SourceLocation(), special: Special? = nil, isPredefined: Bool = false
  ) {
    self.name = name
    self.parameters = parameters
    self.isVariadic = isVariadic
    self.body = body
    self.location = location
    self.special = special
    self.isPredefined = isPredefined
  }

  /// True where a second definition says the same, white space aside.
  func isSame(as other: Macro) -> Bool {
    parameters == other.parameters && isVariadic == other.isVariadic
      && body.map(\.text) == other.body.map(\.text)
  }
}

/// One use of a macro, so that a diagnostic can say where a word came from.
struct MacroUse: Hashable, Sendable {
  let name: String
  /// Where the macro was defined; line 0 for predefined ones.
  let definition: SourceLocation
}

/// How a source is read.
struct SyntaxOptions: Sendable {
  /// The value of `__CUDA_ARCH__`: compute capability 8.0 is 800.
  var architecture = 800
  /// Macros as given on a command line: a name (or a head with parameters) and its body.
  var macros: [(name: String, body: String)] = []
  /// Gives the text of an included file, or nil.
  var include: @Sendable (String) -> String? = { _ in nil }
}
