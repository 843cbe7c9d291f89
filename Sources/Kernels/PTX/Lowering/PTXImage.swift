import Base

/// Where the variables of a PTX module lie, and what its kernels share.
struct PTXImage {
  /// Where a variable of the module is.
  enum Place {
    case global(Int)
    case constant(Int)
    /// Fixed shared memory; each kernel that names it gives it an offset.
    case shared
    case dynamicShared
    /// Declared here, defined elsewhere.
    case missing
  }

  let module: PTXModule
  private(set) var places: [String: Place] = [:]
  private(set) var variables: [String: PTXVariable] = [:]
  private(set) var functions: [String: Int] = [:]
  private(set) var tables = ModuleTables()
  private var stringNumbers: [String: Int] = [:]
  private var textureNumbers: [String: Int] = [:]
  /// The index in `tables.files` of each `.file` number.
  private(set) var fileNumbers: [Int: Int] = [:]
  /// The functions whose address the module takes.
  private(set) var addressed: Set<String> = []

  /// Lays out a parsed module; `sources` are the texts of files that `.loc` lines speak of.
  init(
    _ module: PTXModule, text: PTXText, sources: [String: String]
  ) throws(PTXFault) {
    self.module = module
    for (index, function) in module.functions.enumerated() { functions[function.name] = index }
    placeFiles(text, sources: sources)
    for variable in module.variables { try place(variable) }
    for variable in module.variables {
      for pointer in variable.pointers where functions[resolve(pointer.symbol)] != nil {
        addressed.insert(resolve(pointer.symbol))
      }
    }
    findAddressedFunctions()
    try placeGlobals()
  }

  /// The function that a name stands for, through aliases.
  func resolve(_ name: String) -> String { module.aliases[name] ?? name }

  func function(named name: String) -> PTXFunction? {
    functions[resolve(name)].map { module.functions[$0] }
  }

  /// What stands for the address of a function: no memory is there.
  func codeAddress(of name: String) -> UInt64? {
    functions[resolve(name)].map { 0x7f00_0000_0000 + UInt64($0 + 1) * 16 }
  }

  // MARK: Files and texts

  private mutating func placeFiles(_ text: PTXText, sources: [String: String]) {
    tables.files = [SourceFile(name: text.name, text: text.string)]
    for (number, name) in module.files.sorted(by: { $0.key < $1.key }) {
      fileNumbers[number] = tables.files.count
      let last = name.split(separator: "/").last.map(String.init) ?? name
      let known = sources[name] ?? sources[last]
      tables.files.append(SourceFile(name: known == nil ? name : last, text: known ?? ""))
    }
  }

  /// The number of a text among the module's strings.
  mutating func number(ofString text: String) -> Int {
    if let known = stringNumbers[text] { return known }
    stringNumbers[text] = tables.strings.count
    tables.strings.append(text)
    return tables.strings.count - 1
  }

  /// The number of a texture unit.
  mutating func number(ofTexture name: String) -> Int {
    if let known = textureNumbers[name] { return known }
    textureNumbers[name] = tables.textures.count
    tables.textures.append(name)
    return tables.textures.count - 1
  }

  /// The text, up to its zero, that lies in a variable from an offset on.
  func text(in name: String, from offset: Int) -> String? {
    guard let variable = variables[name], variable.type.bytes == 1,
      offset >= 0, offset <= variable.initialBytes.count
    else { return nil }
    let bytes = variable.initialBytes[offset...].prefix { $0 != 0 }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The variables that hold text: their numbers among the globals and what they say.
  var texts: [(symbol: Int, text: String)] {
    module.variables.compactMap { variable in
      guard variable.isArray, variable.initialBytes.count > 0,
        case .global(let symbol) = places[variable.name],
        let text = text(in: variable.name, from: 0), variable.initialBytes.count <= 1024,
        text.utf8.allSatisfy({ $0 >= 32 || $0 == 9 || $0 == 10 })
      else { return nil }
      return (symbol, text)
    }
  }

  // MARK: Variables

  private mutating func place(_ variable: PTXVariable) throws(PTXFault) {
    if let known = variables[variable.name] {
      // A declaration may come before its definition.
      guard known.isExtern || variable.isExtern else {
        throw PTXFault(variable.position, "'\(variable.name)' is declared twice")
      }
      if variable.isExtern { return }
    }
    variables[variable.name] = variable
    switch variable.space {
    case .global:
      guard variable.bytes <= PTXLimit.arrayBytes else {
        throw PTXFault(variable.position, "'\(variable.name)' is longer than 256 MiB")
      }
      places[variable.name] = variable.isExtern ? .missing : .global(-1)
    case .const: try placeConstant(variable)
    case .shared:
      places[variable.name] = variable.isExtern ? .dynamicShared : .shared
    case .local, .param:
      throw PTXFault(variable.position, "'\(variable.name)' stands outside a function")
    }
  }

  private mutating func placeConstant(_ variable: PTXVariable) throws(PTXFault) {
    guard !variable.isExtern else {
      places[variable.name] = .missing
      return
    }
    let offset = aligned(tables.constantBytes, to: variable.alignment)
    guard offset + variable.bytes <= PTXLimit.constantBytes else {
      throw PTXFault(variable.position, "constants take more than 64 KiB")
    }
    guard variable.pointers.isEmpty else {
      throw PTXFault.unsupported(variable.position, "addresses in .const variables")
    }
    tables.constantBytes = offset + variable.bytes
    tables.constants.append(symbol(variable, at: offset))
    places[variable.name] = .constant(offset)
  }

  private mutating func placeGlobals() throws(PTXFault) {
    var order: [PTXVariable] = []
    for variable in module.variables {
      guard case .global(-1) = places[variable.name] else { continue }
      places[variable.name] = .global(order.count)
      order.append(variables[variable.name] ?? variable)
    }
    for variable in order {
      var bytes = variable.initialBytes
      var pointers: [SymbolPointer] = []
      for pointer in variable.pointers {
        if let code = codeAddress(of: pointer.symbol) {
          write(code, into: &bytes, at: pointer.byteOffset)
        } else if case .global(let index) = places[pointer.symbol] {
          pointers.append(
            SymbolPointer(byteOffset: pointer.byteOffset, symbol: index, addend: pointer.addend))
        } else {
          throw PTXFault(
            pointer.position, "'\(pointer.symbol)' is no .global variable of this module")
        }
      }
      tables.globals.append(symbol(variable, at: 0, bytes: bytes, pointers: pointers))
    }
  }

  private func write(_ value: UInt64, into bytes: inout [UInt8], at offset: Int) {
    for index in 0..<8 where offset + index < bytes.count {
      bytes[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * index))
    }
  }

  private func symbol(
    _ variable: PTXVariable, at offset: Int, bytes: [UInt8]? = nil, pointers: [SymbolPointer] = []
  ) -> MemorySymbol {
    let length = variable.isArray ? "[\(variable.bytes / max(1, variable.type.bytes))]" : ""
    return MemorySymbol(
      name: Demangler.name(of: variable.name), typeName: ".\(variable.type)\(length)",
      element: variable.type == .b8 ? nil : variable.type.value, byteOffset: offset,
      bytes: variable.bytes, initialBytes: bytes ?? variable.initialBytes, pointers: pointers)
  }

  private mutating func findAddressedFunctions() {
    for function in module.functions {
      for case .instruction(let instruction) in function.statements
      where instruction.name == "mov" || instruction.name == "st" {
        for case .name(let name, _, _) in instruction.operands
        where functions[resolve(name)] != nil {
          addressed.insert(resolve(name))
        }
      }
    }
  }
}

/// The next multiple of a power of two.
func aligned(_ offset: Int, to alignment: Int) -> Int {
  (offset + alignment - 1) & ~(alignment - 1)
}
