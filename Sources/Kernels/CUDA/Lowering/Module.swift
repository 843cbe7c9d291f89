/// What one source text declares, and what its kernels share.
final class Module {
  let keys = Keys()
  let global = Region(parent: nil)
  let intrinsics = Intrinsics.makeTable()
  let files: [SourceFile]
  /// True while library text is declared and not the person's.
  var declaresLibrary = false
  var warnings: [Diagnostic] = []
  /// How many instances of class templates are being laid out inside one another.
  var instanceDepth = 0
  /// All `__global__` functions, in order.
  var kernels: [FunctionEntity] = []
  /// Functions of the person that can be checked without a call.
  var plainFunctions: [FunctionEntity] = []

  private(set) var strings: [String] = []
  private var stringNumbers: [String: Int] = [:]
  private(set) var constants: [MemorySymbol] = []
  private(set) var constantBytes = 0
  private(set) var globals: [MemorySymbol] = []
  private(set) var textures: [String] = []
  private var functionRecords: [String: Record] = [:]
  private var texts: [[UInt8]: Pointer] = [:]
  /// Variables that outlive a call, by declaration and instance.
  var statics: [String: Variable] = [:]
  /// Records declared in functions and closures, by declaration and path.
  var localRecords: [Int: Record] = [:]
  /// Enumerations by declaration.
  var enumerations: [Int: Enumeration] = [:]

  init(files: [SourceFile]) {
    self.files = files
    defineBuiltinTypes()
  }

  /// The number of a message or format.
  func string(_ text: String) -> Int {
    if let known = stringNumbers[text] { return known }
    strings.append(text)
    stringNumbers[text] = strings.count - 1
    return strings.count - 1
  }

  /// Reserves constant memory.
  func addConstant(
    _ name: String, _ type: CType, initial: [UInt8], isNamed: Bool = true
  ) -> Pointer {
    let alignment = max(type.alignment, 4)
    let offset = (constantBytes + alignment - 1) / alignment * alignment
    let bytes = type.bytes ?? initial.count
    constantBytes = offset + bytes
    if isNamed || !initial.isEmpty {
      constants.append(
        MemorySymbol(
          name: name, typeName: type.spelling, element: type.numberInside, byteOffset: offset,
          bytes: bytes, initialBytes: initial))
    }
    return Pointer(.constant, .word(0), offset: offset)
  }

  /// A string literal as constant memory.
  func constantText(_ bytes: [UInt8]) -> Pointer {
    if let known = texts[bytes] { return known }
    let type = CType.array(QualifiedType(.arithmetic(.char)), count: bytes.count + 1)
    let pointer = addConstant("\"text \(texts.count)\"", type, initial: bytes + [0])
    texts[bytes] = pointer
    return pointer
  }

  /// Reserves an allocation of its own in device memory.
  func addGlobal(_ name: String, _ type: CType, initial: [UInt8]) -> Pointer {
    globals.append(
      MemorySymbol(
        name: name, typeName: type.spelling, element: type.numberInside, byteOffset: 0,
        bytes: type.bytes ?? 0, initialBytes: initial))
    return Pointer(.global, .global(symbol: globals.count - 1))
  }

  /// The type that stands for a function given as a value: a record with nothing but the function.
  func functionType(_ reference: FunctionReference) -> QualifiedType {
    if let known = functionRecords[reference.name] { return QualifiedType(.record(known)) }
    let record = Record(name: reference.name)
    record.isComplete = true
    record.function = reference
    functionRecords[reference.name] = record
    return QualifiedType(.record(record))
  }

  /// The number of a texture unit.
  func texture(_ name: String) -> Int {
    if let known = textures.firstIndex(of: name) { return known }
    textures.append(name)
    return textures.count - 1
  }

  /// The tables as they stand; they grow as templates are instantiated.
  var tables: ModuleTables {
    ModuleTables(
      files: files, strings: strings, constants: constants, constantBytes: constantBytes,
      globals: globals, textures: textures)
  }
}

extension CType {
  /// The number that a variable consists of, alone or in arrays.
  var numberInside: ValueType? {
    switch self {
    case .array(let element, _): element.type.numberInside
    case .record: nil
    default: memoryType
    }
  }
}
