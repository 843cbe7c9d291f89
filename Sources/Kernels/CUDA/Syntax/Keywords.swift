internal import Base

/// Words that name nothing of a program, by what the parser does with them.
enum Keywords {
  static let builtinTypes: Set<String> = [
    "void", "bool", "char", "short", "int", "long", "float", "double", "signed", "unsigned",
    "__signed__", "char16_t", "char32_t", "wchar_t", "_Bool", "__int64", "__int128",
  ]

  /// Words of a type or declaration that may stand before or behind the type itself.
  static let qualifiers: [String: TypeQualifiers] = [
    "const": .const, "__const": .const, "volatile": .volatile, "__volatile__": .volatile,
    "__restrict__": .restrict, "__restrict": .restrict, "restrict": .restrict,
  ]

  static let functionSpecifiers: [String: FunctionSpecifiers] = [
    "__global__": .global, "__device__": .device, "__host__": .host, "inline": .inline,
    "__inline__": .inline, "__inline": .inline, "__forceinline__": [.forceInline, .inline],
    "__forceinline": [.forceInline, .inline], "__noinline__": .noInline, "static": .static,
    "extern": .extern, "constexpr": .constexpr, "consteval": .constexpr, "friend": .friend,
    "explicit": .explicit,
  ]

  static let variableSpecifiers: [String: VariableSpecifiers] = [
    "__shared__": .shared, "__constant__": .constant, "__device__": .device,
    "__managed__": .managed, "static": .static, "extern": .extern, "constexpr": .constexpr,
    "mutable": .mutable, "__grid_constant__": .gridConstant,
  ]

  /// Words without a meaning here.
  static let ignored: Set<String> = [
    "register", "__extension__", "__nv_pure__", "__cdecl", "__builtin_unreachable_", "constinit",
  ]

  /// Words that begin a declaration beside types.
  static let declarationStarts: Set<String> = [
    "typedef", "using", "struct", "class", "union", "enum", "template", "typename", "static_assert",
    "_Static_assert", "auto", "decltype", "virtual", "thread_local", "alignas", "__align__",
    "namespace", "__attribute__", "register", "__builtin_align__",
  ]

  static let unsupported: [String: String] = [
    "asm": "inline assembly (asm)", "__asm__": "inline assembly (asm)",
    "__asm": "inline assembly (asm)", "goto": "goto", "try": "exceptions (try)",
    "throw": "exceptions (throw)", "catch": "exceptions (catch)", "new": "allocation with new",
    "delete": "deallocation with delete", "virtual": "virtual functions",
    "dynamic_cast": "dynamic_cast", "typeid": "run-time type information (typeid)",
    "thread_local": "thread_local variables", "co_await": "coroutines", "co_yield": "coroutines",
    "co_return": "coroutines", "requires": "constraints (requires)", "concept": "concepts",
    "__int128": "128-bit integers", "import": "modules", "export": "modules",
  ]

  private static let others: Set<String> = [
    "if", "else", "for", "while", "do", "switch", "case", "default", "break", "continue", "return",
    "sizeof", "alignof", "__alignof__", "static_cast", "reinterpret_cast", "const_cast", "this",
    "true", "false", "nullptr", "operator", "public", "private", "protected", "noexcept",
    "__launch_bounds__",
  ]

  /// All words that cannot name something.
  static let all: Set<String> = others.union(builtinTypes).union(qualifiers.keys)
    .union(functionSpecifiers.keys).union(variableSpecifiers.keys).union(declarationStarts)
    .union(unsupported.keys.filter { $0 != "import" && $0 != "requires" && $0 != "concept" })

  /// The word of CUDA that an unknown word with underscores is nearly.
  static func misspelledSpecifier(_ word: String) -> String? {
    guard word.hasPrefix("_"), !all.contains(word) else { return nil }
    let names = [
      "__global__", "__device__", "__host__", "__shared__", "__constant__", "__forceinline__",
    ]
    return nearestNames(to: word, among: names).first
  }

  /// True of a word that begins a declaration for certain.
  static func beginsDeclaration(_ word: String) -> Bool {
    declarationStarts.contains(word) || qualifiers[word] != nil
      || functionSpecifiers[word] != nil || variableSpecifiers[word] != nil
  }
}
