public import Base

/// One declared operation.
///
/// From it come the Swift call, the Lua method, its help, the comparison with its plain-loop
/// reference and the tests on strided, empty and single-element inputs.
public struct OpSpec: Described, Sendable {
  /// What kind of operation it is, which also says what general laws hold.
  public enum Family: String, Sendable, CaseIterable {
    case creation, unary, binary, reduction, scan, order, index, shape, view, matrix, row
  }

  /// One tensor argument.
  public struct Input: Sendable {
    /// What is taken.
    public enum Kind: Sendable { case tensor, tensorOrNumber, tensors }
    /// The name, as in "index".
    public let name: String
    /// What is taken.
    public let kind: Kind
    /// True when the elements are positions: Lua counts them from 1.
    public let isIndex: Bool

    /// Declares a tensor argument.
    public init(_ name: String, _ kind: Kind = .tensor, isIndex: Bool = false) {
      self.name = name
      self.kind = kind
      self.isIndex = isIndex
    }
  }

  /// One further argument: its declaration, and how Lua's numbers become Swift's.
  public struct Argument: Sendable {
    /// What a number means.
    public enum Role: Sendable {
      /// The number itself.
      case value
      /// A dimension, or a list of them: from 1 in Lua, from 0 here.
      case dimension
      /// A place along a dimension: from 1 in Lua, from 0 here.
      case position
    }
    /// The declaration.
    public let parameter: Parameter
    /// What a number means.
    public let role: Role
  }

  /// Computes from the call's values.
  public typealias Body = @Sendable (OpCall) throws(Problem) -> [Tensor]

  /// What people know about it.
  public let info: Info
  /// What kind of operation it is.
  public let family: Family
  /// The tensors it takes.
  public let inputs: [Input]
  /// The further arguments, in the order of a call.
  public let arguments: [Argument]
  /// The names of the results; those called "positions" count from 1 in Lua; a "?" marks one that may be missing.
  public let outputs: [String]
  /// How far the fast path may lie from the reference, relative to the values, in f32.
  public let tolerance: Double
  /// The plain loop that says what is right; views and creation need none.
  public let reference: Body?
  /// Calls on which the laws are tested.
  public let samples: @Sendable () throws(Problem) -> [OpCall]
  let body: Body

  /// Declares an operation.
  public init(
    _ name: String, _ summary: String, _ family: Family, example: String,
    inputs: [Input] = [Input("x")], arguments: [Argument] = [], outputs: [String] = ["result"],
    tolerance: Double = 0, samples: @escaping @Sendable () throws(Problem) -> [OpCall],
    reference: Body? = nil, run body: @escaping Body
  ) {
    info = Info(name, summary, example: example, parameters: arguments.map(\.parameter))
    self.family = family
    self.inputs = inputs
    self.arguments = arguments
    self.outputs = outputs
    self.tolerance = tolerance
    self.samples = samples
    self.reference = reference
    self.body = body
  }

  /// Runs the operation.
  public func run(_ call: OpCall) throws(Problem) -> [Tensor] {
    guard call.inputs.count == inputs.count else {
      throw Problem("\(info.name): takes \(inputs.count) tensors, got \(call.inputs.count)")
    }
    return try body(call)
  }
}

extension OpSpec.Argument {
  /// Declares a whole number; required unless a default is given.
  static func integer(_ name: String, _ summary: String, default value: Int? = nil) -> Self {
    make(name, .integer, summary, value.map(String.init))
  }

  /// Declares a number; required unless a default is given.
  static func number(_ name: String, _ summary: String, default value: Double? = nil) -> Self {
    make(name, .number, summary, value.map(\.description))
  }

  /// Declares a number that may be left out and has no default value.
  static func optionalNumber(_ name: String, _ summary: String) -> Self {
    make(name, .number, summary, "nil")
  }

  /// Declares a truth value.
  static func flag(_ name: String, _ summary: String, default value: Bool = false) -> Self {
    make(name, .boolean, summary, value ? "true" : "false")
  }

  /// Declares a word of several; the first is the default.
  static func choice(_ name: String, _ summary: String, _ words: [String]) -> Self {
    make(name, .choice(words), summary, words.first.map { "\"\($0)\"" })
  }

  /// Declares a text.
  static func text(_ name: String, _ summary: String) -> Self { make(name, .string, summary, nil) }

  /// Declares a dimension; the default counts from 0 or, negative, from the end.
  static func dimension(_ name: String, _ summary: String, default value: Int? = nil) -> Self {
    make(name, .integer, summary, value.map { String($0 < 0 ? $0 : $0 + 1) }, .dimension)
  }

  /// Declares one dimension, a list of them, or none for all.
  static func dimensions(_ name: String = "dim") -> Self {
    make(
      name, .either([.integer, .table("integer[]")]),
      "one dimension or a list of them; all when left out", "nil", .dimension)
  }

  /// Declares dimensions that must be named.
  static func dimensionList(_ name: String, _ summary: String) -> Self {
    make(name, .either([.integer, .table("integer[]")]), summary, nil, .dimension)
  }

  /// Declares a list of sizes.
  static func sizes(_ name: String, _ summary: String) -> Self {
    make(name, .either([.integer, .table("integer[]")]), summary, nil)
  }

  /// Declares a place along a dimension.
  static func position(_ name: String, _ summary: String, isOptional: Bool = false) -> Self {
    make(name, .integer, summary, isOptional ? "nil" : nil, .position)
  }

  /// Declares a dtype by name.
  static func dtype(_ summary: String = "dtype of the result", default value: String? = "nil")
    -> Self
  {
    make("dtype", .string, summary, value)
  }

  /// Declares something of any kind; the summary says what.
  static func any(_ name: String, _ summary: String, default value: String? = nil) -> Self {
    make(name, .any, summary, value)
  }

  /// Declares whether reduced dimensions stay with size 1.
  static var keepdim: Self { flag("keepdim", "keep reduced dimensions with size 1") }

  private static func make(
    _ name: String, _ kind: Parameter.Kind, _ summary: String, _ value: String?,
    _ role: Role = .value
  ) -> Self {
    Self(
      parameter: Parameter(name: name, kind: kind, defaultValue: value, summary: summary),
      role: role)
  }
}
