public import Base

/// What one source text was compiled to, loaded into a device's memory: kernels, `__constant__` and
/// `__device__` variables, textures.
///
/// Not safe to use from several threads at once.
public final class KernelModule {
  /// What the kernels share; it grows as instances of templates are asked for.
  public private(set) var tables: ModuleTables
  /// The kernels that were asked for so far.
  public private(set) var programs: [KernelProgram]
  /// The device memory that it was loaded into.
  public let memory: DeviceMemory
  /// The constant bank.
  var constantBank: [UInt8] = []
  /// Where each `__device__` variable lies.
  private(set) var globalBuffers: [DeviceBuffer] = []
  var textureBindings: [TextureBinding?] = []
  private var assembled: [String: MachineCode] = [:]
  private let source: (any KernelSource)?
  private var loadedConstants = 0

  /// Loads finished programs: gives variables their memory and their first values.
  ///
  /// - Throws: A problem when the device has no room for them.
  public init(tables: ModuleTables, programs: [KernelProgram], memory: DeviceMemory)
    throws(Problem)
  {
    self.tables = tables
    self.programs = programs
    self.memory = memory
    source = nil
    try loadVariables()
  }

  /// Loads a source; kernels are compiled when they are asked for.
  ///
  /// - Throws: A problem when the device has no room for its variables.
  public init(source: any KernelSource, memory: DeviceMemory) throws(Problem) {
    self.source = source
    self.memory = memory
    programs = []
    tables = source.tables
    try loadVariables()
  }

  /// The kernels' names; templates show their parameters.
  public var kernelNames: [String] { source?.kernelNames ?? programs.map(\.name) }

  /// Gives variables that are new their memory and their first values; older ones keep theirs.
  private func loadVariables() throws(Problem) {
    let ends = tables.constants.map { $0.byteOffset + $0.bytes }
    let bytes = max(tables.constantBytes, ends.max() ?? 0)
    constantBank += [UInt8](repeating: 0, count: max(0, bytes - constantBank.count))
    for symbol in tables.constants[loadedConstants...] {
      for (index, byte) in symbol.initialBytes.prefix(symbol.bytes).enumerated() {
        constantBank[symbol.byteOffset + index] = byte
      }
    }
    loadedConstants = tables.constants.count
    let loaded = globalBuffers.count
    for symbol in tables.globals[loaded...] {
      let buffer = try memory.allocate(bytes: symbol.bytes, name: symbol.name)
      try memory.write(Array(symbol.initialBytes.prefix(symbol.bytes)), to: buffer.address)
      globalBuffers.append(buffer)
    }
    for (symbol, buffer) in zip(tables.globals, globalBuffers).dropFirst(loaded) {
      for pointer in symbol.pointers where globalBuffers.indices.contains(pointer.symbol) {
        let start = globalBuffers[pointer.symbol].address
        let target = start &+ UInt64(bitPattern: Int64(pointer.addend))
        let bytes = (0..<8).map { UInt8(truncatingIfNeeded: target >> UInt64(8 * $0)) }
        try memory.write(bytes, to: buffer.address + UInt64(pointer.byteOffset))
      }
    }
    for _ in textureBindings.count..<max(tables.textures.count, textureBindings.count) {
      textureBindings.append(nil)
    }
  }

  deinit {
    for buffer in globalBuffers { try? memory.free(buffer) }
  }

  /// The kernel of a name; template arguments may be spaced as one likes.
  ///
  /// - Throws: A problem with the nearest names.
  public func program(named name: String) throws(Problem) -> KernelProgram {
    let wanted = name.filter { $0 != " " }
    if let found = programs.first(where: { $0.name.filter { $0 != " " } == wanted }) {
      return found
    }
    guard let source else { throw Problem.unknown("kernel", name, among: programs.map(\.name)) }
    let program = try source.kernel(name)
    programs.append(program)
    tables = source.tables
    try loadVariables()
    return program
  }

  /// The machine code of a kernel, assembled at its first use.
  func code(of program: KernelProgram) throws(Problem) -> MachineCode {
    if let known = assembled[program.name] { return known }
    let code = try Assembler.assemble(program)
    assembled[program.name] = code
    return code
  }

  /// Registers per thread: as the compiler said, or estimated from what a lane needs at once.
  ///
  /// - Throws: A problem when the kernel does not assemble.
  public func registersPerThread(of program: KernelProgram) throws(Problem) -> Int {
    if let counted = program.registersPerThread { return counted }
    return try code(of: program).registerPressure
  }

  // MARK: - Variables

  /// The variables that `setSymbol` and `symbol` reach.
  public var symbols: [MemorySymbol] { tables.constants + tables.globals }

  /// Copies bytes into a `__constant__` or `__device__` variable.
  ///
  /// - Throws: A problem when there is none of that name, or the bytes do not fit.
  public func setSymbol(_ name: String, _ bytes: [UInt8], offset: Int = 0) throws(Problem) {
    let symbol = try symbol(named: name)
    guard offset >= 0, offset + bytes.count <= symbol.bytes else {
      throw Problem(
        "\(bytes.count) bytes at offset \(offset) do not fit into \"\(name)\", which has "
          + "\(symbol.bytes) bytes")
    }
    if let index = tables.globals.firstIndex(where: { $0.name == name }) {
      return try memory.write(bytes, to: globalBuffers[index].address + UInt64(offset))
    }
    for (index, byte) in bytes.enumerated() {
      constantBank[symbol.byteOffset + offset + index] = byte
    }
  }

  /// Copies the bytes of a `__constant__` or `__device__` variable.
  ///
  /// - Throws: A problem when there is none of that name.
  public func symbolBytes(_ name: String) throws(Problem) -> [UInt8] {
    let symbol = try symbol(named: name)
    if let index = tables.globals.firstIndex(where: { $0.name == name }) {
      return try memory.read(globalBuffers[index].address, bytes: symbol.bytes)
    }
    return Array(constantBank[symbol.byteOffset..<symbol.byteOffset + symbol.bytes])
  }

  private func symbol(named name: String) throws(Problem) -> MemorySymbol {
    if let found = symbols.first(where: { $0.name == name }) { return found }
    throw Problem.unknown("variable", name, among: symbols.map(\.name))
  }

  // MARK: - Textures

  /// Binds a texture unit to device memory.
  ///
  /// - Throws: A problem when there is none of that name, or the texels do not lie in memory.
  public func bindTexture(_ name: String, _ binding: TextureBinding) throws(Problem) {
    guard let unit = tables.textures.firstIndex(of: name) else {
      throw Problem.unknown("texture", name, among: tables.textures)
    }
    let rows = max(binding.height, 1)
    let row = binding.width * binding.components * binding.type.bytes
    guard binding.width > 0, row > 0, binding.pitchBytes >= row else {
      throw Problem(
        "texture \"\(name)\": rows of \(row) bytes do not fit a pitch of \(binding.pitchBytes)")
    }
    _ = try memory.read(binding.address, bytes: (rows - 1) * binding.pitchBytes + row)
    textureBindings[unit] = binding
  }
}

/// What a texture unit reads: texels in device memory and how coordinates find them.
public struct TextureBinding: Sendable, Hashable {
  /// What becomes of coordinates outside.
  public enum AddressMode: Int32, Sendable, Hashable { case clamp, wrap, border, mirror }

  /// The first texel's address.
  public var address: UInt64
  /// Texels in a row.
  public var width: Int
  /// Rows; 0 for one dimension.
  public var height: Int
  /// Bytes from row to row.
  public var pitchBytes: Int
  /// What one component is.
  public var type: ValueType
  /// Components of a texel, 1 to 4.
  public var components = 1
  /// True to interpolate between texels.
  public var isLinear = false
  /// True where coordinates run from 0 to 1.
  public var isNormalized = false
  /// True where integers are read as numbers from 0 (or -1) to 1.
  public var readsNormalizedFloat = false
  /// What becomes of x outside.
  public var addressModeX = AddressMode.clamp
  /// What becomes of y outside.
  public var addressModeY = AddressMode.clamp

  /// Creates a binding of texels that lie one behind the other.
  public init(address: UInt64, width: Int, height: Int = 0, type: ValueType, components: Int = 1) {
    self.address = address
    self.width = width
    self.height = height
    self.type = type
    self.components = components
    pitchBytes = width * components * type.bytes
  }
}
