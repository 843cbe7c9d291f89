public import Base

/// One thing that Lua sees, as people and tools read it: a member of a type or of a module.
public struct ExportedEntry: Sendable {
  /// What it is.
  public enum Kind: Sendable, Hashable {
    case property, settableProperty, method, function, constant
    case metamethod(LuaMetamethod)
  }

  /// One result.
  public struct Result: Sendable {
    /// The LuaCATS type, as in "number" or "tensor.Tensor?".
    public let type: String
    /// The unit of a number.
    public let unit: Unit?

    /// Creates a result.
    public init(type: String, unit: Unit? = nil) {
      self.type = type
      self.unit = unit
    }
  }

  /// What it is.
  public let kind: Kind
  /// The name in Lua; of a metamethod with its underscores.
  public let name: String
  /// What it is or does, in one line.
  public let summary: String
  /// More, in paragraphs; empty where the summary says it all.
  public internal(set) var detail = ""
  /// One line of Lua that shows it at work; a test runs it.
  public internal(set) var example: String?
  /// The arguments in order, without the object of a method.
  public let parameters: [Parameter]
  /// What the last argument's table of named arguments may hold; empty when there is no such table.
  public let options: [Parameter]
  /// True when the last of `parameters` stands for any number of arguments.
  public let isVariadic: Bool
  /// The value of a constant as Lua shows it.
  public internal(set) var constant: String?
  var unit: Unit?
  var resultTypes: @Sendable () -> [String]

  /// What it returns: of a property, its value.
  ///
  /// A type that ends in "..." stands for any number of results.
  public var results: [Result] { resultTypes().map { Result(type: $0, unit: unit) } }

  /// How it is called, as in "split(share, count?, {...})"; a property is its name.
  public var signature: String {
    switch kind {
    case .property, .settableProperty, .constant: return name
    default: break
    }
    var words = parameters.map { $0.name + ($0.isOptional ? "?" : "") }
    if isVariadic, !words.isEmpty { words[words.count - 1] = "..." }
    return "\(name)(\(words.joined(separator: ", ")))"
  }
}

/// The events of a Lua value that a type or module may answer.
public enum LuaMetamethod: String, Sendable, CaseIterable {
  case add = "__add"
  case subtract = "__sub"
  case multiply = "__mul"
  case divide = "__div"
  case modulo = "__mod"
  case power = "__pow"
  case negate = "__unm"
  case floorDivide = "__idiv"
  case bitAnd = "__band"
  case bitOr = "__bor"
  case bitXor = "__bxor"
  case bitNot = "__bnot"
  case shiftLeft = "__shl"
  case shiftRight = "__shr"
  case concat = "__concat"
  case length = "__len"
  case equals = "__eq"
  case less = "__lt"
  case lessOrEqual = "__le"
  case index = "__index"
  case newIndex = "__newindex"
  case call = "__call"
  case string = "__tostring"
  case close = "__close"
  case pairs = "__pairs"
}

/// Anything that help, completion and the generated texts can show.
public enum LuaDescription: Sendable {
  case type(ExportedType)
  case module(LuaModule)
  /// An entry, and the Lua name of the type or module it belongs to.
  case entry(ExportedEntry, owner: String)
}
