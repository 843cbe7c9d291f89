/// A type as written, from the outside in: `const float *p[4]` is an array of pointers to a
/// constant float.
struct TypeSyntax: Sendable {
  indirect enum Kind: Sendable {
    case builtin(BuiltinType)
    /// A record, an enumeration, an alias, a template parameter, or a type of CUDA such as `float4`.
    case named(QualifiedName)
    /// `auto`, before it is deduced.
    case automatic
    /// `decltype(e)`; `decltype(auto)` has no expression.
    case decltype(Expression?)
    case pointer(to: TypeSyntax)
    /// `T &`.
    case reference(to: TypeSyntax)
    /// `T &&`.
    case rvalueReference(to: TypeSyntax)
    /// `T x[n]`; nil for `T x[]`.
    case array(of: TypeSyntax, count: Expression?)
    /// What a pointer to a function points to; also `R(A, B)` as a template argument.
    case function(result: TypeSyntax, parameters: [ParameterDeclaration])
    /// A record defined on the spot, as in `typedef struct { … } T;`.
    case record(RecordDeclaration)
    /// An enumeration defined on the spot.
    case enumeration(EnumDeclaration)
    /// What could not be read; its error is already reported.
    case invalid
  }

  let kind: Kind
  /// Of this level alone: the `const` of `const float *` belongs to the pointee.
  var qualifiers: TypeQualifiers = []
  let range: SourceRange
}

/// `const`, `volatile` and `__restrict__`.
struct TypeQualifiers: OptionSet, Hashable, Sendable {
  let rawValue: UInt8

  static let const = TypeQualifiers(rawValue: 1)
  static let volatile = TypeQualifiers(rawValue: 2)
  static let restrict = TypeQualifiers(rawValue: 4)
}

/// The types of C with a keyword; the order of words does not matter (`long unsigned int`).
///
/// `char` is signed and `long` has 64 bits, as on the hosts that nvcc runs on.
enum BuiltinType: String, Sendable, Hashable, CaseIterable {
  case void
  case bool
  case char, signedChar = "signed char", unsignedChar = "unsigned char"
  case short, unsignedShort = "unsigned short"
  case int, unsignedInt = "unsigned int"
  case long, unsignedLong = "unsigned long"
  case longLong = "long long", unsignedLongLong = "unsigned long long"
  case float, double, longDouble = "long double"
  case char16 = "char16_t", char32 = "char32_t", wideChar = "wchar_t"
}
