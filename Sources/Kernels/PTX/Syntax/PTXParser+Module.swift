extension PTXParser {
  mutating func parseModule() throws(PTXFault) {
    while token != .end {
      if accept(";") { continue }
      let start = position
      switch try takeDotted("a directive such as .version or .visible") {
      case "version": try skipVersion()
      case "target": try parseTarget()
      case "address_size":
        guard try takeCount("the address size", 32...64) == 64 else {
          throw PTXFault.unsupported(start, ".address_size 32")
        }
      case "file": try parseFile()
      case "section":
        _ = try takeDotted("the name of a section")
        try skipBraces()
      case "pragma": try skipStatement()
      case "alias": try parseAlias()
      case "visible", "weak", "common": try parseDeclaration(isExtern: false)
      case "extern": try parseDeclaration(isExtern: true)
      case let name: try parseDeclaration(name, isExtern: false, at: start)
      }
    }
  }

  private mutating func skipVersion() throws(PTXFault) {
    switch token {
    case .integer, .double: advance()
    default: throw expected("a version such as 8.0")
    }
  }

  private mutating func parseTarget() throws(PTXFault) {
    module.target = try takeName("a target such as sm_80")
    while accept(",") { _ = try takeName("an option of .target") }
  }

  private mutating func parseFile() throws(PTXFault) {
    let number = try takeCount("the number of a file", 0...(1 << 24))
    guard case .string(let name) = token else { throw expected("the name of a file") }
    advance()
    module.files[number] = name
    while accept(",") { advance() }
  }

  private mutating func skipStatement() throws(PTXFault) {
    let start = position
    while !isAt(";") {
      if token == .end { throw PTXFault(start, "this statement has no ';'") }
      advance()
    }
    advance()
  }

  private mutating func parseAlias() throws(PTXFault) {
    let name = try takeName("the name of an alias")
    try expect(",", "between the names")
    module.aliases[name] = try takeName("the name of a function")
    try expect(";", "behind .alias")
  }

  private mutating func parseDeclaration(isExtern: Bool) throws(PTXFault) {
    let start = position
    let name = try takeDotted(".entry, .func, .global, .const or .shared")
    try parseDeclaration(name, isExtern: isExtern, at: start)
  }

  private mutating func parseDeclaration(
    _ directive: String, isExtern: Bool, at start: PTXPosition
  ) throws(PTXFault) {
    switch directive {
    case "entry": try parseFunction(isEntry: true, at: start)
    case "func": try parseFunction(isEntry: false, at: start)
    case "global": module.variables += try parseVariables(.global, isExtern: isExtern)
    case "const": module.variables += try parseVariables(.const, isExtern: isExtern)
    case "shared": module.variables += try parseVariables(.shared, isExtern: isExtern)
    default: throw PTXFault.unsupported(start, ".\(directive)")
    }
  }

  // MARK: Variables

  /// Declarations up to the `;`, the space already read.
  mutating func parseVariables(
    _ space: PTXSpace, isExtern: Bool = false
  ) throws(PTXFault) -> [PTXVariable] {
    let type = try parseVariableType()
    var result: [PTXVariable] = []
    repeat {
      var variable = try parseDeclarator(space, type, isExtern: isExtern)
      if accept("=") { try parseInitializer(of: &variable) }
      result.append(variable)
    } while accept(",")
    try expect(";", "behind the declaration")
    return result
  }

  /// What stands between the space and the name.
  struct VariableType {
    var type: PTXType
    var lanes = 1
    var alignment: Int?
  }

  mutating func parseVariableType() throws(PTXFault) -> VariableType {
    var alignment: Int?
    var lanes = 1
    while true {
      let start = position
      if accept(directive: "align") {
        let count = try takeCount("an alignment", 1...4096)
        guard count & (count - 1) == 0 else {
          throw PTXFault(start, "an alignment is a power of two, got \(count)")
        }
        alignment = count
      } else if accept(directive: "attribute") {
        try expect("(", "behind .attribute")
        while !accept(")") {
          if token == .end { throw expected("')'") }
          advance()
        }
      } else if accept(directive: "v2") {
        lanes = 2
      } else if accept(directive: "v4") {
        lanes = 4
      } else {
        return VariableType(type: try takeType(), lanes: lanes, alignment: alignment)
      }
    }
  }

  mutating func parseDeclarator(
    _ space: PTXSpace, _ type: VariableType, isExtern: Bool
  ) throws(PTXFault) -> PTXVariable {
    let start = position
    let name = try takeName("the name of a variable")
    var elements = type.lanes
    var isArray = false
    while accept("[") {
      isArray = true
      let count = isAt("]") ? 0 : try takeCount("the length of an array", 0...(1 << 32))
      elements = elements.multipliedReportingOverflow(by: count).partialValue
      guard elements >= 0, elements <= PTXLimit.variableBytes else {
        throw PTXFault(start, "'\(name)' is longer than 4 GiB")
      }
      try expect("]", "behind the length")
    }
    let bytes = elements * type.type.bytes
    let limit = PTXLimit.variableBytes
    guard bytes <= limit else { throw PTXFault(start, "'\(name)' is longer than 4 GiB") }
    return PTXVariable(
      name: name, space: space, type: type.type, isArray: isArray, bytes: bytes,
      alignment: type.alignment ?? max(1, type.type.bytes * type.lanes), isExtern: isExtern,
      position: start)
  }

  // MARK: Initial values

  private mutating func parseInitializer(of variable: inout PTXVariable) throws(PTXFault) {
    let start = position
    if isAt("{") {
      try parseInitializerList(of: &variable, depth: 0)
    } else {
      try parseInitialValue(of: &variable)
    }
    guard variable.initialBytes.count <= max(variable.bytes, 0) else {
      throw PTXFault(
        start,
        "'\(variable.name)' holds \(variable.bytes) bytes, its value has "
          + "\(variable.initialBytes.count)")
    }
  }

  private mutating func parseInitializerList(
    of variable: inout PTXVariable, depth: Int
  ) throws(PTXFault) {
    guard depth < 8 else { throw PTXFault(position, "an initial value nests deeper than 8") }
    try expect("{", "to begin the values")
    while !isAt("}") {
      if isAt("{") {
        try parseInitializerList(of: &variable, depth: depth + 1)
      } else {
        try parseInitialValue(of: &variable)
      }
      if !accept(",") { break }
    }
    try expect("}", "behind the values")
  }

  private mutating func parseInitialValue(of variable: inout PTXVariable) throws(PTXFault) {
    let offset = variable.initialBytes.count
    let bytes = variable.type.bytes
    func write(_ bits: UInt64) {
      for byte in 0..<bytes {
        variable.initialBytes.append(UInt8(truncatingIfNeeded: byte < 8 ? bits >> (8 * byte) : 0))
      }
    }
    switch token {
    case .single(let bits):
      advance()
      write(variable.type == .f64 ? Double(Float(bitPattern: bits)).bitPattern : UInt64(bits))
    case .double(let bits):
      advance()
      write(
        variable.type == .f32 ? UInt64(Float(Double(bitPattern: bits)).bitPattern) : bits)
    case .name:
      variable.pointers.append(try parsePointer(at: offset))
      write(0)
    case .integer(let mask) where token(ahead: 1) == .symbol(UInt8(ascii: "(")):
      // `0xFF00(symbol)`: one byte of an address; the lowest byte stands for all.
      advance()
      advance()
      let pointer = try parsePointer(at: offset)
      try expect(")", "behind the symbol")
      if mask == 0xff { variable.pointers.append(pointer) }
      write(0)
    default:
      write(try takeInteger("a value"))
    }
  }

  private mutating func parsePointer(at offset: Int) throws(PTXFault) -> PTXPointerInitializer {
    let start = position
    var name = try takeName("the name of a variable")
    if name == "generic", accept("(") {
      name = try takeName("the name of a variable")
      try expect(")", "behind the name")
    }
    return PTXPointerInitializer(
      byteOffset: offset, symbol: name, addend: try takeOffset(), position: start)
  }
}
