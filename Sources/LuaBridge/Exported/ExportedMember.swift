public import Base
import CLua

/// One declared member: what is known about it and the closures that Lua calls.
public struct ExportedMember: Sendable {
  /// What people and tools read.
  public internal(set) var entry: ExportedEntry
  let box: FunctionBox?
  let setter: FunctionBox?
  let constant: (@Sendable (LuaStack) -> Void)?
  /// A type or module that the builder was given in place of a member.
  let nested: LuaDescription?

  @usableFromInline init(
    _ kind: ExportedEntry.Kind, _ name: String, _ summary: String,
    _ parameters: [ArgumentShape], results: @escaping @Sendable () -> [String],
    setter: ((LuaStack) throws -> CInt)? = nil, body: @escaping (LuaStack) throws -> CInt
  ) {
    let first: CInt
    switch kind {
    case .function: first = 1
    case .metamethod(let event): first = event.takesOperands ? 1 : 2
    default: first = 2
    }
    entry = ExportedEntry(
      kind: kind, name: name, summary: summary,
      parameters: parameters.compactMap(\.parameter),
      options: parameters.flatMap(\.options),
      isVariadic: parameters.contains(where: \.isRest), resultTypes: results)
    let site = CallSite(name, firstArgument: first)
    box = FunctionBox(site, body)
    self.setter = setter.map { FunctionBox(site, $0) }
    constant = nil
    nested = nil
    precondition(name.utf8.count <= 40, "Lua interns names up to 40 bytes: \(name)")
  }

  init(entry: ExportedEntry, constant: @escaping @Sendable (LuaStack) -> Void) {
    self.entry = entry
    self.constant = constant
    box = nil
    setter = nil
    nested = nil
  }

  init(nested: LuaDescription, name: String, summary: String) {
    entry = ExportedEntry(
      kind: .constant, name: name, summary: summary, parameters: [], options: [],
      isVariadic: false, resultTypes: { ["table"] })
    self.nested = nested
    constant = nil
    box = nil
    setter = nil
  }
}

extension ExportedMember {
  /// States the results where Swift's types say too little: LuaCATS types, and a unit.
  public func returns(_ types: String..., unit: Unit? = nil) -> ExportedMember {
    var member = self
    if !types.isEmpty { member.entry.resultTypes = { types } }
    member.entry.unit = unit ?? entry.unit
    return member
  }

  /// States the unit of the result.
  public func unit(_ unit: Unit) -> ExportedMember {
    var member = self
    member.entry.unit = unit
    return member
  }

  /// Adds paragraphs to the summary.
  public func detail(_ text: String) -> ExportedMember {
    var member = self
    member.entry.detail = text
    return member
  }

  /// Adds one line of Lua that shows it at work; a test runs it.
  public func example(_ code: String) -> ExportedMember {
    var member = self
    member.entry.example = code
    return member
  }
}

extension LuaMetamethod {
  /// True for events whose object may be either operand: messages count both.
  var takesOperands: Bool {
    switch self {
    case .add, .subtract, .multiply, .divide, .modulo, .power, .floorDivide, .bitAnd, .bitOr,
      .bitXor, .shiftLeft, .shiftRight, .concat, .equals, .less, .lessOrEqual:
      true
    default: false
    }
  }
}

/// What a declaration keeps of an argument.
@usableFromInline struct ArgumentShape {
  let parameter: Parameter?
  let options: [Parameter]
  let isRest: Bool

  init(parameter: Parameter?, options: [Parameter], isRest: Bool) {
    self.parameter = parameter
    self.options = options
    self.isRest = isRest
  }

  /// A shape that is nothing but a parameter.
  @usableFromInline init(_ parameter: Parameter) {
    self.init(parameter: parameter, options: [], isRest: false)
  }
}

extension Argument {
  /// What a declaration keeps.
  @usableFromInline var shape: ArgumentShape {
    ArgumentShape(parameter: parameter, options: options, isRest: role == .rest)
  }
}

/// Collects members; types and modules may stand among those of a module.
@resultBuilder
public enum MemberBuilder {
  /// Takes a member.
  public static func buildExpression(_ member: ExportedMember) -> [ExportedMember] { [member] }

  /// Takes several members that were made elsewhere.
  public static func buildExpression(_ members: [ExportedMember]) -> [ExportedMember] { members }

  /// Takes a type, so that it is listed with the module.
  public static func buildExpression<T>(_ type: Exported<T>) -> [ExportedMember] {
    [ExportedMember(nested: .type(type.type), name: type.type.name, summary: type.type.summary)]
  }

  /// Takes a module, which becomes a field of the outer one.
  public static func buildExpression(_ module: LuaModule) -> [ExportedMember] {
    let name = module.name.split(separator: ".").last.map(String.init) ?? module.name
    return [ExportedMember(nested: .module(module), name: name, summary: module.summary)]
  }

  /// Joins the members.
  public static func buildBlock(_ parts: [ExportedMember]...) -> [ExportedMember] {
    parts.flatMap { $0 }
  }

  /// Takes members made in a loop.
  public static func buildArray(_ parts: [[ExportedMember]]) -> [ExportedMember] {
    parts.flatMap { $0 }
  }
}
