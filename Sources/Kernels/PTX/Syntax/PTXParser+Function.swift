extension PTXParser {
  mutating func parseFunction(isEntry: Bool, at start: PTXPosition) throws(PTXFault) {
    var results: [PTXVariable] = []
    if !isEntry, isAt("(") { results = try parseParameters() }
    let name = try takeName("the name of a function")
    var function = PTXFunction(name: name, isEntry: isEntry, position: start)
    function.results = results
    if isAt("(") { function.parameters = try parseParameters() }
    function.variables = results + function.parameters
    try parsePerformance(of: &function)
    if !accept(";") {
      function.hasBody = true
      var body = PTXBodyParser(function: function)
      try body.parse(with: &self)
      function = body.function
    }
    add(function)
  }

  /// A definition takes the place of an earlier declaration.
  private mutating func add(_ function: PTXFunction) {
    if let known = module.functions.firstIndex(where: { $0.name == function.name }) {
      if function.hasBody { module.functions[known] = function }
    } else {
      module.functions.append(function)
    }
  }

  private mutating func parseParameters() throws(PTXFault) -> [PTXVariable] {
    try expect("(", "to begin the parameters")
    var result: [PTXVariable] = []
    var total = 0
    while !isAt(")") {
      let start = position
      guard accept(directive: "param") else {
        if accept(directive: "reg") { throw PTXFault.unsupported(start, ".reg parameters") }
        throw expected(".param")
      }
      var type = try parseVariableType()
      try parsePointerAttributes(of: &type)
      result.append(try parseDeclarator(.param, type, isExtern: false))
      total += result[result.count - 1].bytes
      guard total <= PTXLimit.parameterBytes else {
        throw PTXFault(start, "parameters take more than \(PTXLimit.parameterBytes) bytes")
      }
      if !accept(",") { break }
    }
    try expect(")", "behind the parameters")
    return result
  }

  /// `.ptr .global .align 4`: what a parameter points to; the alignment is the target's.
  private mutating func parsePointerAttributes(of type: inout VariableType) throws(PTXFault) {
    guard accept(directive: "ptr") else { return }
    for space in ["global", "const", "shared", "local", "param"]
    where accept(directive: space) { break }
    if accept(directive: "align") { _ = try takeCount("an alignment", 1...4096) }
  }

  private mutating func parsePerformance(of function: inout PTXFunction) throws(PTXFault) {
    while case .dotted(let name) = token {
      let start = position
      switch name {
      case "maxntid", "reqntid":
        advance()
        var threads = try takeCount("a number of threads", 1...4096)
        while accept(",") { threads *= try takeCount("a number of threads", 1...4096) }
        function.maximumThreads = threads
      case "minnctapersm", "maxnctapersm", "maxnreg", "maxclusterrank":
        advance()
        _ = try takeCount("a number", 0...(1 << 20))
      case "noreturn", "unique", "abi_preserve", "explicitcluster": advance()
      case "pragma":
        advance()
        while !accept(";") {
          if token == .end { throw expected("';'") }
          advance()
        }
      default: throw PTXFault.unsupported(start, ".\(name)")
      }
    }
  }
}

/// Reads the body of one function: declarations, scopes, labels and instructions.
struct PTXBodyParser {
  var function: PTXFunction
  /// The names that each open scope declares.
  private var names: [[String: Name]] = []
  /// The scopes that are open, by number.
  private var open: [Int] = []
  private var location = SourceLocation()

  private enum Name {
    case register(Int)
    /// `%r<9>`: this many registers from a number on.
    case registers(Int, count: Int)
    case variable(Int)
  }

  init(function: PTXFunction) { self.function = function }

  private var scope: Int { open[open.count - 1] }

  mutating func parse(with parser: inout PTXParser) throws(PTXFault) {
    let start = parser.position
    try parser.expect("{", "to begin the body, or ';'")
    openScope()
    for index in function.variables.indices {
      names[0][function.variables[index].name] = .variable(index)
    }
    while !open.isEmpty {
      if parser.token == .end { throw PTXFault(start, "this body has no end") }
      try parseStatement(with: &parser)
    }
  }

  private mutating func openScope() {
    open.append(function.scopes.count)
    function.scopes.append(PTXScope(parent: open.count > 1 ? open[open.count - 2] : nil))
    names.append([:])
  }

  private mutating func parseStatement(with parser: inout PTXParser) throws(PTXFault) {
    switch parser.token {
    case .symbol(UInt8(ascii: "{")):
      guard open.count < PTXLimit.scopeDepth else {
        throw PTXFault(parser.position, "scopes nest deeper than \(PTXLimit.scopeDepth)")
      }
      parser.advance()
      openScope()
    case .symbol(UInt8(ascii: "}")):
      parser.advance()
      open.removeLast()
      names.removeLast()
    case .symbol(UInt8(ascii: ";")): parser.advance()
    case .dotted: try parseDirective(with: &parser)
    case .name where parser.token(ahead: 1) == .symbol(UInt8(ascii: ":")):
      try parseLabel(with: &parser)
    case .name, .symbol(UInt8(ascii: "@")): try parseInstruction(with: &parser)
    default: throw parser.expected("an instruction, a label or a declaration")
    }
  }

  // MARK: Directives

  private mutating func parseDirective(with parser: inout PTXParser) throws(PTXFault) {
    let start = parser.position
    switch try parser.takeDotted("a directive") {
    case "reg": try parseRegisters(with: &parser)
    case "local": try declare(.local, with: &parser)
    case "shared": try declare(.shared, with: &parser)
    case "param": try declare(.param, with: &parser)
    case "const": try declare(.const, with: &parser)
    case "global": try declare(.global, with: &parser)
    case "loc": try parseLocation(with: &parser)
    case "pragma":
      while !parser.accept(";") {
        if parser.token == .end { throw parser.expected("';'") }
        parser.advance()
      }
    case "extern":
      _ = parser.accept(directive: "shared")
      try declare(.shared, isExtern: true, with: &parser)
    case let name: throw PTXFault.unsupported(start, ".\(name)")
    }
  }

  private mutating func declare(
    _ space: PTXSpace, isExtern: Bool = false, with parser: inout PTXParser
  ) throws(PTXFault) {
    for variable in try parser.parseVariables(space, isExtern: isExtern) {
      names[names.count - 1][variable.name] = .variable(function.variables.count)
      function.variables.append(variable)
    }
  }

  private mutating func parseRegisters(with parser: inout PTXParser) throws(PTXFault) {
    let start = parser.position
    let type = try parser.takeType()
    repeat {
      let name = try parser.takeName("the name of a register")
      let first = function.registers.count
      var count = 1
      if parser.accept("<") {
        count = try parser.takeCount("a number of registers", 0...PTXLimit.registers)
        try parser.expect(">", "behind the number")
        names[names.count - 1][name] = .registers(first, count: count)
      } else {
        names[names.count - 1][name] = .register(first)
      }
      guard first + count <= PTXLimit.registers else {
        throw PTXFault(start, "more than \(PTXLimit.registers) registers")
      }
      function.registers += Array(repeating: type, count: count)
    } while parser.accept(",")
    try parser.expect(";", "behind the registers")
  }

  /// `.loc file line column[, function_name label[+n], inlined_at file line column]`.
  ///
  /// Code inlined from another file than the function's first one is shown where it was called.
  private mutating func parseLocation(with parser: inout PTXParser) throws(PTXFault) {
    var place = try parsePlace(with: &parser)
    while parser.accept(",") {
      switch try parser.takeName("function_name or inlined_at") {
      case "function_name":
        _ = try parser.takeName("a label")
        _ = try parser.takeOffset()
      case "inlined_at":
        let caller = try parsePlace(with: &parser)
        if let home, place.file != home { place = caller }
      default: throw parser.expected("function_name or inlined_at")
      }
    }
    if home == nil { home = place.file }
    // Line 0 says that no line stands for what follows; the last one is the better guess.
    if place.line > 0 { location = place }
  }

  /// The file that the function is in.
  private var home: Int?

  private func parsePlace(with parser: inout PTXParser) throws(PTXFault) -> SourceLocation {
    let file = try parser.takeCount("the number of a file", 0...(1 << 24))
    let line = try parser.takeCount("a line", 0...(1 << 30))
    return SourceLocation(
      file: file, line: line, column: try parser.takeCount("a column", 0...(1 << 30)))
  }

  // MARK: Labels

  private mutating func parseLabel(with parser: inout PTXParser) throws(PTXFault) {
    let start = parser.position
    let name = try parser.takeName("a label")
    parser.advance()
    if parser.accept(directive: "branchtargets") {
      function.scopes[scope].branchTargets[name] = try parseNames(with: &parser)
    } else if parser.accept(directive: "calltargets") {
      _ = try parseNames(with: &parser)
    } else if parser.accept(directive: "callprototype") {
      function.scopes[scope].prototypes.insert(name)
      while !parser.accept(";") {
        if parser.token == .end { throw parser.expected("';'") }
        parser.advance()
      }
    } else {
      guard function.scopes[scope].labels[name] == nil else {
        throw PTXFault(start, "label '\(name)' stands twice")
      }
      function.scopes[scope].labels[name] = function.labels
      function.statements.append(.label(function.labels))
      function.labels += 1
    }
  }

  private func parseNames(with parser: inout PTXParser) throws(PTXFault) -> [String] {
    var result: [String] = []
    repeat { result.append(try parser.takeName("a label")) } while parser.accept(",")
    try parser.expect(";", "behind the labels")
    return result
  }

  // MARK: Instructions

  private mutating func parseInstruction(with parser: inout PTXParser) throws(PTXFault) {
    var condition: PTXGuard?
    if parser.accept("@") {
      let isNegated = parser.accept("!")
      let start = parser.position
      let name = try parser.takeName("a predicate")
      guard case .register(let register) = lookUp(name), function.registers[register] == .pred
      else { throw PTXFault(start, "'\(name)' is no predicate register") }
      condition = PTXGuard(register: register, isNegated: isNegated)
    }
    let start = parser.position
    let name = try parser.takeName("the name of an instruction")
    var modifiers: [String] = []
    while case .dotted(let modifier) = parser.token {
      modifiers.append(modifier)
      parser.advance()
    }
    var operands: [PTXOperand] = []
    while !parser.isAt(";"), !parser.isAt("}") {
      operands.append(try parseOperand(with: &parser, depth: 0))
      if !parser.accept(",") { break }
    }
    try parser.expect(";", "behind the operands of \(name)")
    function.statements.append(
      .instruction(
        PTXInstruction(
          condition: condition, name: name, modifiers: modifiers, operands: operands,
          position: start, location: location)))
  }

  private func parseOperand(
    with parser: inout PTXParser, depth: Int
  ) throws(PTXFault) -> PTXOperand {
    guard depth < 4 else { throw PTXFault(parser.position, "operands nest too deeply") }
    switch parser.token {
    case .symbol(UInt8(ascii: "{")):
      parser.advance()
      return .vector(try parseOperands(until: "}", with: &parser, depth: depth + 1))
    case .symbol(UInt8(ascii: "(")):
      parser.advance()
      return .list(try parseOperands(until: ")", with: &parser, depth: depth + 1))
    case .symbol(UInt8(ascii: "[")): return try parseAddress(with: &parser, depth: depth + 1)
    case .symbol(UInt8(ascii: "!")):
      parser.advance()
      return .not(try parseOperand(with: &parser, depth: depth + 1))
    case .single(let bits):
      parser.advance()
      return .single(bits)
    case .double(let bits):
      parser.advance()
      return .double(bits)
    case .name: return try parseNamed(with: &parser, depth: depth)
    default: return .integer(try parser.takeInteger("an operand"))
    }
  }

  private func parseOperands(
    until close: Character, with parser: inout PTXParser, depth: Int
  ) throws(PTXFault) -> [PTXOperand] {
    var result: [PTXOperand] = []
    while !parser.isAt(close) {
      result.append(try parseOperand(with: &parser, depth: depth))
      if !parser.accept(",") { break }
    }
    try parser.expect(close, "behind the operands")
    return result
  }

  private func parseAddress(
    with parser: inout PTXParser, depth: Int
  ) throws(PTXFault) -> PTXOperand {
    try parser.expect("[", "to begin an address")
    let base = try parseOperand(with: &parser, depth: depth)
    if parser.isAt(",") {
      var parts = [base]
      while parser.accept(",") { parts.append(try parseOperand(with: &parser, depth: depth)) }
      try parser.expect("]", "behind the coordinates")
      return .texture(parts)
    }
    let offset = try parser.takeOffset()
    try parser.expect("]", "behind the address")
    return .address(base, offset: offset)
  }

  private func parseNamed(
    with parser: inout PTXParser, depth: Int
  ) throws(PTXFault) -> PTXOperand {
    let start = parser.position
    let name = try parser.takeName("an operand")
    if name == "_" { return .sink }
    var operand: PTXOperand
    switch lookUp(name) {
    case .register(let index): operand = .register(index)
    case .variable(let index): operand = .variable(index, offset: 0)
    default:
      guard name.hasPrefix("%") else {
        operand = .name(name, scope: scope, offset: 0)
        break
      }
      var special = name
      while case .dotted(let part) = parser.token {
        special += "." + part
        parser.advance()
      }
      guard PTXSpecials.isKnown(special) else {
        throw PTXFault(
          start, "no register '\(special)' is declared here", fix: "declare it with .reg")
      }
      operand = .special(special)
    }
    // Inside an address the offset belongs to the address.
    if depth == 0, parser.isAt("+") || parser.isAt("-") {
      let offset = try parser.takeOffset()
      switch operand {
      case .variable(let index, _): operand = .variable(index, offset: offset)
      case .name(let name, let scope, _): operand = .name(name, scope: scope, offset: offset)
      default: throw PTXFault(start, "an offset follows variables, not '\(name)'")
      }
    }
    guard parser.isAt("|") else { return operand }
    parser.advance()
    return .pair(operand, try parseOperand(with: &parser, depth: depth + 1))
  }

  private func lookUp(_ name: String) -> Name? {
    for level in names.reversed() {
      if let found = level[name] {
        if case .registers = found { continue }
        return found
      }
    }
    // `%r12` is one of `%r<36>`.
    let digits = name.utf8.reversed().prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
    guard !digits.isEmpty, digits.count < 9 else { return nil }
    let prefix = String(name.dropLast(digits.count))
    guard let number = Int(name.suffix(digits.count)) else { return nil }
    for level in names.reversed() {
      if case .registers(let first, let count) = level[prefix], number < count {
        return .register(first + number)
      }
    }
    return nil
  }
}
