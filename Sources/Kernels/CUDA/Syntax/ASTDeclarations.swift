/// A whole source after preprocessing.
struct TranslationUnit: Sendable {
  let declarations: [Declaration]
  /// The files that were read, in the order of `SourceLocation.file`.
  let files: [SourceFile]
}

/// Something that gives a name its meaning.
indirect enum Declaration: Sendable {
  case function(FunctionDeclaration)
  case variable(VariableDeclaration)
  case record(RecordDeclaration)
  case enumeration(EnumDeclaration)
  /// `typedef T x;`, `using x = T;`, `template <…> using x = T;`.
  case alias(AliasDeclaration)
  case namespace(NamespaceDeclaration)
  /// `using namespace a::b;`
  case usingNamespace(QualifiedName)
  /// `using a::b;`, in a record also `using Base::member;`.
  case usingName(QualifiedName)
  /// `namespace x = a::b;`
  case namespaceAlias(Identifier, QualifiedName)
  case staticAssert(Expression, message: [UInt8]?, SourceRange)
  /// `template __global__ void f<int>(int *);`: the name has the arguments, where written.
  case explicitInstantiation(FunctionDeclaration)
  /// A host declaration that is not read at all, such as one with types of the standard library.
  case skipped(SourceRange)
}

/// A function, member function, constructor, destructor or conversion.
struct FunctionDeclaration: Sendable {
  /// What follows the head.
  enum Body: Sendable {
    /// A prototype.
    case none
    /// A block.
    case statement(StatementSyntax)
    /// Host code, between its braces; calling it from device code is an error.
    case skippedHostCode(SourceRange)
    case defaulted
    case deleted
  }

  /// `: member(arguments)` of a constructor; also a base class.
  struct MemberInitializer: Sendable {
    let name: QualifiedName
    let arguments: [Expression]
    let isBraced: Bool
    let range: SourceRange
  }

  /// What sort of function it is, by its name.
  enum Role: Sendable {
    case ordinary
    case constructor
    case destructor
    /// `operator T()`; the type is also the result.
    case conversion
  }

  let id: NodeID
  let role: Role
  /// Qualified for a member that is defined outside; with arguments for a specialisation; a
  /// conversion is named "operator".
  let name: QualifiedName
  let specifiers: FunctionSpecifiers
  let launchBounds: LaunchBounds?
  /// Nil for no template, empty for `template <>`.
  let templateParameters: [TemplateParameter]?
  /// Nil for constructors and destructors; a trailing result type replaces `auto`.
  let result: TypeSyntax?
  let parameters: [ParameterDeclaration]
  let memberInitializers: [MemberInitializer]
  let body: Body
  /// From the first word to the end of the head.
  let headRange: SourceRange
  let range: SourceRange
}

/// The words in front of and behind a function's head.
struct FunctionSpecifiers: OptionSet, Hashable, Sendable {
  let rawValue: UInt32

  static let global = FunctionSpecifiers(rawValue: 1)
  static let device = FunctionSpecifiers(rawValue: 2)
  static let host = FunctionSpecifiers(rawValue: 4)
  static let inline = FunctionSpecifiers(rawValue: 8)
  static let forceInline = FunctionSpecifiers(rawValue: 16)
  static let noInline = FunctionSpecifiers(rawValue: 32)
  static let `static` = FunctionSpecifiers(rawValue: 64)
  static let extern = FunctionSpecifiers(rawValue: 128)
  /// `extern "C"`, also by an enclosing block.
  static let externC = FunctionSpecifiers(rawValue: 256)
  static let constexpr = FunctionSpecifiers(rawValue: 512)
  static let friend = FunctionSpecifiers(rawValue: 1024)
  static let explicit = FunctionSpecifiers(rawValue: 2048)
  /// A member that leaves its object as it is.
  static let constMember = FunctionSpecifiers(rawValue: 4096)

  /// True where the function may run on a device.
  var isForDevice: Bool { !isDisjoint(with: [.global, .device, .constexpr]) }
}

/// `__launch_bounds__(threads, blocks)`.
struct LaunchBounds: Sendable {
  let maximumThreads: Expression
  let minimumBlocks: Expression?
}

/// One parameter of a function or lambda.
struct ParameterDeclaration: Sendable {
  /// Nil where it has no name.
  let name: Identifier?
  /// As written; arrays and functions are not yet pointers.
  let type: TypeSyntax
  let defaultValue: Expression?
  let range: SourceRange
}

/// One parameter of a template.
struct TemplateParameter: Sendable {
  enum Kind: Sendable {
    /// `typename T = int`.
    case type(default: TypeSyntax?)
    /// `int N = 4`; the type may be `auto`.
    case value(TypeSyntax, default: Expression?)
    /// `template <typename> class C = D`.
    case template([TemplateParameter], default: QualifiedName?)
  }

  let name: Identifier?
  let kind: Kind
  let range: SourceRange
}

/// A variable, a static or ordinary member of a record.
struct VariableDeclaration: Sendable {
  /// How the first value was written.
  enum Initializer: Sendable {
    /// `= e`; `= {…}` has a list as its expression.
    case copy(Expression)
    /// `x(a, b)`.
    case direct([Expression])
    /// `x{a, b}`.
    case braced(InitializerList)
  }

  let id: NodeID
  /// Qualified for a static member that is defined outside.
  let name: QualifiedName
  let type: TypeSyntax
  let specifiers: VariableSpecifiers
  /// `alignas(n)`, `__align__(n)`.
  let alignment: Expression?
  /// The bits of a bit-field.
  let bitWidth: Expression?
  let initializer: Initializer?
  /// Nil for no template.
  let templateParameters: [TemplateParameter]?
  let range: SourceRange
}

/// The words in front of a variable.
struct VariableSpecifiers: OptionSet, Hashable, Sendable {
  let rawValue: UInt32

  static let shared = VariableSpecifiers(rawValue: 1)
  static let constant = VariableSpecifiers(rawValue: 2)
  static let device = VariableSpecifiers(rawValue: 4)
  static let managed = VariableSpecifiers(rawValue: 8)
  static let `static` = VariableSpecifiers(rawValue: 16)
  static let extern = VariableSpecifiers(rawValue: 32)
  static let constexpr = VariableSpecifiers(rawValue: 64)
  static let mutable = VariableSpecifiers(rawValue: 128)
  /// `__grid_constant__` on a parameter-like object; `inline` variables need no mark.
  static let gridConstant = VariableSpecifiers(rawValue: 256)
}

/// A structure, class or union.
struct RecordDeclaration: Sendable {
  enum Keyword: String, Hashable, Sendable { case `struct`, `class`, union }

  let id: NodeID
  let keyword: Keyword
  /// Nil for an unnamed one; with arguments for a specialisation.
  let name: QualifiedName?
  /// Nil for no template, empty for `template <>`.
  let templateParameters: [TemplateParameter]?
  /// The base classes.
  let bases: [TypeSyntax]
  /// Variables, functions, types and aliases in order; nil for `struct S;`.
  let members: [Declaration]?
  /// `alignas(n)`, `__align__(n)`.
  let alignment: Expression?
  let range: SourceRange
}

/// `enum E : T { a, b = 2 }`.
struct EnumDeclaration: Sendable {
  struct Enumerator: Sendable {
    let name: Identifier
    let value: Expression?
  }

  let id: NodeID
  let name: Identifier?
  /// `enum class`: its names need `E::`.
  let isScoped: Bool
  let underlying: TypeSyntax?
  /// Nil for `enum class E;`.
  let enumerators: [Enumerator]?
  let range: SourceRange
}

/// A second name for a type.
struct AliasDeclaration: Sendable {
  let id: NodeID
  let name: Identifier
  let type: TypeSyntax
  let templateParameters: [TemplateParameter]?
  let range: SourceRange
}

/// `namespace a { … }`; nested names `a::b` come as one inside the other.
struct NamespaceDeclaration: Sendable {
  /// Nil for an unnamed one, whose names are seen outside.
  let name: Identifier?
  let declarations: [Declaration]
  let range: SourceRange
}
