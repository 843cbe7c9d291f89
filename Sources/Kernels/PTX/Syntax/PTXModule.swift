/// The state spaces of PTX in which variables are declared.
enum PTXSpace: Hashable, Sendable {
  case global, const, shared, local, param
}

/// The address of a symbol inside the initial value of a variable.
struct PTXPointerInitializer: Sendable {
  let byteOffset: Int
  let symbol: String
  let addend: Int
  let position: PTXPosition
}

/// A declared variable: of the module, of a function, or a parameter.
struct PTXVariable: Sendable {
  let name: String
  let space: PTXSpace
  let type: PTXType
  /// True where brackets follow the name.
  let isArray: Bool
  let bytes: Int
  let alignment: Int
  let isExtern: Bool
  var initialBytes: [UInt8] = []
  var pointers: [PTXPointerInitializer] = []
  let position: PTXPosition
}

/// What an instruction names.
indirect enum PTXOperand: Sendable {
  /// A register of the function, by number.
  case register(Int)
  /// `%tid.x` and the like.
  case special(String)
  case integer(UInt64)
  case single(UInt32)
  case double(UInt64)
  /// A variable that the function declares, by number.
  case variable(Int, offset: Int)
  /// Any other name: a label (seen from the scope), a function or a variable of the module.
  case name(String, scope: Int, offset: Int)
  case not(PTXOperand)
  /// `p|q`.
  case pair(PTXOperand, PTXOperand)
  case vector([PTXOperand])
  /// `[base + offset]`.
  case address(PTXOperand, offset: Int)
  /// `[texture, {coordinates}]`.
  case texture([PTXOperand])
  /// `(a, b)` in a call.
  case list([PTXOperand])
  /// `_`.
  case sink
}

/// A predicate in front of an instruction.
struct PTXGuard: Sendable {
  let register: Int
  let isNegated: Bool
}

/// An instruction as written.
struct PTXInstruction: Sendable {
  let condition: PTXGuard?
  /// The first part of the name: "ld".
  let name: String
  /// The rest: "global", "v4", "f32".
  let modifiers: [String]
  let operands: [PTXOperand]
  let position: PTXPosition
  let location: SourceLocation

  /// The whole name.
  var fullName: String { ([name] + modifiers).joined(separator: ".") }

  func has(_ modifier: String) -> Bool { modifiers.contains(modifier) }

  /// The fundamental types in the name, in order.
  var types: [PTXType] { modifiers.compactMap { PTXType($0) } }
}

/// A step of a function.
enum PTXStatement: Sendable {
  case label(Int)
  case instruction(PTXInstruction)
}

/// A block of braces: the labels in it, and what is around it.
struct PTXScope: Sendable {
  let parent: Int?
  var labels: [String: Int] = [:]
  var branchTargets: [String: [String]] = [:]
  var prototypes: Set<String> = []
}

/// A `.entry` or `.func`, or the declaration of one.
struct PTXFunction: Sendable {
  let name: String
  let isEntry: Bool
  var results: [PTXVariable] = []
  var parameters: [PTXVariable] = []
  /// The type of each register.
  var registers: [PTXType] = []
  /// Results, parameters, then what the body declares.
  var variables: [PTXVariable] = []
  var scopes: [PTXScope] = []
  var statements: [PTXStatement] = []
  var labels = 0
  var maximumThreads: Int?
  var hasBody = false
  let position: PTXPosition

  /// The label that a name means in a scope.
  func label(_ name: String, from scope: Int) -> Int? {
    var current: Int? = scope
    while let index = current {
      if let label = scopes[index].labels[name] { return label }
      current = scopes[index].parent
    }
    return nil
  }

  /// The targets that a `.branchtargets` list names.
  func branchTargets(_ name: String, from scope: Int) -> [String]? {
    var current: Int? = scope
    while let index = current {
      if let targets = scopes[index].branchTargets[name] { return targets }
      current = scopes[index].parent
    }
    return nil
  }
}

/// A parsed PTX text.
struct PTXModule: Sendable {
  var target = ""
  var variables: [PTXVariable] = []
  var functions: [PTXFunction] = []
  var aliases: [String: String] = [:]
  /// Source files by their number in `.file`.
  var files: [Int: String] = [:]
}

/// Sizes beyond which a text is refused rather than run.
enum PTXLimit {
  static let textBytes = 64 << 20
  static let registers = 1 << 20
  static let variableBytes = 1 << 32
  static let arrayBytes = 256 << 20
  static let constantBytes = 64 << 10
  static let sharedBytes = 256 << 10
  static let localBytes = 512 << 10
  static let parameterBytes = 32 << 10
  static let scopeDepth = 200
  static let inlineDepth = 64
  static let statements = 2_000_000
}
