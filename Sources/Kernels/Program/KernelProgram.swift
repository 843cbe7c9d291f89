/// One argument of a kernel as a launch passes it.
public struct KernelParameter: Hashable, Sendable {
  /// What a value of the parameter is.
  public enum Kind: Hashable, Sendable {
    /// A number.
    case scalar(ValueType)
    /// An address of device memory; the element where the source names one.
    case pointer(to: ValueType?, elementBytes: Int, isConstant: Bool)
    /// Bytes of a structure passed by value, with its members' places.
    case structure(members: [StructureMember])
  }

  /// The name in the source.
  public let name: String
  /// The type as the source spells it, as in "const float *".
  public let typeName: String
  /// What it is.
  public let kind: Kind
  /// Where it lies among the launch arguments.
  public let byteOffset: Int
  /// How long it is.
  public let bytes: Int

  /// Creates a parameter.
  public init(name: String, typeName: String, kind: Kind, byteOffset: Int, bytes: Int) {
    self.name = name
    self.typeName = typeName
    self.kind = kind
    self.byteOffset = byteOffset
    self.bytes = bytes
  }
}

/// One number inside a structure that is passed by value; nested ones are named "a.b", "a[2]".
public struct StructureMember: Hashable, Sendable {
  /// The path of names.
  public let name: String
  /// What the number is.
  public let type: ValueType
  /// Where it lies in the structure.
  public let byteOffset: Int

  /// Creates a member.
  public init(name: String, type: ValueType, byteOffset: Int) {
    self.name = name
    self.type = type
    self.byteOffset = byteOffset
  }
}

/// An address of a `__device__` variable that another one holds before the first launch.
public struct SymbolPointer: Hashable, Sendable {
  /// Where the 8 bytes lie in the variable that holds them.
  public let byteOffset: Int
  /// The number of the variable they point to, among the module's `globals`.
  public let symbol: Int
  /// Bytes added to its address.
  public let addend: Int

  /// Creates an initial pointer.
  public init(byteOffset: Int, symbol: Int, addend: Int = 0) {
    self.byteOffset = byteOffset
    self.symbol = symbol
    self.addend = addend
  }
}

/// A named part of a bank of memory: a `__constant__`, `__device__` or `__shared__` variable.
public struct MemorySymbol: Hashable, Sendable {
  /// The name in the source.
  public let name: String
  /// The type as the source spells it.
  public let typeName: String
  /// The element, where it is a number or an array of numbers.
  public let element: ValueType?
  /// Where it lies in its bank; 0 for a `__device__` variable, which has an allocation of its own.
  public let byteOffset: Int
  /// How long it is.
  public let bytes: Int
  /// What it holds before the first launch; shorter than `bytes` means zeros behind.
  public let initialBytes: [UInt8]
  /// Addresses that lie over the initial bytes; they are known when the module is loaded.
  public let pointers: [SymbolPointer]

  /// Creates a symbol.
  public init(
    name: String, typeName: String, element: ValueType?, byteOffset: Int, bytes: Int,
    initialBytes: [UInt8] = [], pointers: [SymbolPointer] = []
  ) {
    self.name = name
    self.typeName = typeName
    self.element = element
    self.byteOffset = byteOffset
    self.bytes = bytes
    self.initialBytes = initialBytes
    self.pointers = pointers
  }
}

/// A kernel in the one form that every front end writes and the warp machine runs.
///
/// Statements stand in an order in which lanes that run the lowest place first meet again where
/// structured code joins: bodies in source order, a loop's statements beside one another with the
/// target of `continue` behind its body. Lanes that reach the end leave.
public struct KernelProgram: Sendable {
  /// The name that launches it, with template arguments: "mmT<8>".
  public let name: String
  /// The arguments, in order.
  public let parameters: [KernelParameter]
  /// The bytes of all arguments.
  public let argumentBytes: Int
  /// The text.
  public var statements: [Statement]
  /// How many register numbers are in use; all are below it.
  public var registerNumbers: Int
  /// How many label numbers are in use.
  public var labelNumbers: Int
  /// Shared variables of a fixed size.
  public let sharedSymbols: [MemorySymbol]
  /// The bytes of shared memory a block takes before what the launch adds; the dynamic part begins
  /// behind them, 16-byte aligned.
  public let sharedBytes: Int
  /// The bytes of local memory a lane needs.
  public let localBytes: Int
  /// Registers per thread as a compiler counted them; nil where none did.
  public let registersPerThread: Int?
  /// The most threads a block may have, by `__launch_bounds__`.
  public let maximumBlockThreads: Int?
  /// True where blocks wait for all others of the grid, so that all must be resident at once.
  public var waitsForGrid: Bool {
    statements.contains { statement in
      if case .instruction(let it) = statement { it.operation == .barrier(.grid) } else { false }
    }
  }

  /// Creates a kernel.
  public init(
    name: String, parameters: [KernelParameter], argumentBytes: Int, statements: [Statement],
    registerNumbers: Int, labelNumbers: Int, sharedSymbols: [MemorySymbol] = [],
    sharedBytes: Int = 0, localBytes: Int = 0, registersPerThread: Int? = nil,
    maximumBlockThreads: Int? = nil
  ) {
    self.name = name
    self.parameters = parameters
    self.argumentBytes = argumentBytes
    self.statements = statements
    self.registerNumbers = registerNumbers
    self.labelNumbers = labelNumbers
    self.sharedSymbols = sharedSymbols
    self.sharedBytes = sharedBytes
    self.localBytes = localBytes
    self.registersPerThread = registersPerThread
    self.maximumBlockThreads = maximumBlockThreads
  }
}

/// What kernels of one source text share.
public struct ModuleTables: Sendable {
  /// The source files: a name and its lines, for diagnostics and annotated listings.
  public var files: [SourceFile]
  /// Formats and messages.
  public var strings: [String]
  /// `__constant__` variables and their bank's length.
  public var constants: [MemorySymbol]
  /// The bytes of the constant bank.
  public var constantBytes: Int
  /// `__device__` variables.
  public var globals: [MemorySymbol]
  /// Texture units by name.
  public var textures: [String]

  /// Creates the tables.
  public init(
    files: [SourceFile] = [], strings: [String] = [], constants: [MemorySymbol] = [],
    constantBytes: Int = 0, globals: [MemorySymbol] = [], textures: [String] = []
  ) {
    self.files = files
    self.strings = strings
    self.constants = constants
    self.constantBytes = constantBytes
    self.globals = globals
    self.textures = textures
  }
}

/// A source text with its name.
public struct SourceFile: Sendable {
  /// The name in messages.
  public let name: String
  /// The text, by lines.
  public let lines: [String]

  /// Creates a file from its text.
  public init(name: String, text: String) {
    self.name = name
    self.lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }
}
