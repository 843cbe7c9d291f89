public import Base
import CLua
import CLuaSupport

/// One declared member: what is known about it and the closures that Lua calls.
public struct ExportedMember: Sendable {
  /// What people and tools read.
  public internal(set) var entry: ExportedEntry
  let box: FunctionBox?
  let setter: FunctionBox?
  let constant: (@Sendable (LuaStack) -> Void)?
  /// A type or module that the builder was given in place of a member.
  let nested: LuaDescription?
  /// What the boxes were made of, to make them again for a type.
  private let shapes: [ArgumentShape]

  @usableFromInline init(
    _ kind: ExportedEntry.Kind, _ name: String, _ summary: String,
    _ shapes: [ArgumentShape], results: @escaping @Sendable () -> [String],
    setter: ((LuaStack, FunctionBox) throws -> CInt)? = nil,
    body: @escaping (LuaStack, FunctionBox) throws -> CInt
  ) {
    entry = ExportedEntry(
      kind: kind, name: name, summary: summary, parameters: shapes.compactMap(\.parameter),
      options: shapes.flatMap(\.options), isVariadic: shapes.contains(where: \.isRest),
      resultTypes: results)
    let site = CallSite(name, firstArgument: kind.firstArgument)
    box = FunctionBox(site, shapes, body)
    self.setter = setter.map { FunctionBox(site, [], $0) }
    self.shapes = shapes
    constant = nil
    nested = nil
    precondition(name.utf8.count <= 40, "Lua interns names up to 40 bytes: \(name)")
  }

  /// The member as one of a type, whose objects its closures then look for.
  func bound(to type: UnsafePointer<lb_TypeID>) -> ExportedMember {
    ExportedMember(
      self, box: box.map { FunctionBox($0.site, shapes, type: type, $0.body) },
      setter: setter.map { FunctionBox($0.site, [], type: type, $0.body) })
  }

  private init(_ member: ExportedMember, box: FunctionBox?, setter: FunctionBox?) {
    entry = member.entry
    self.box = box
    self.setter = setter
    constant = member.constant
    nested = member.nested
    shapes = member.shapes
  }

  init(entry: ExportedEntry, constant: @escaping @Sendable (LuaStack) -> Void) {
    self.entry = entry
    self.constant = constant
    box = nil
    setter = nil
    shapes = []
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
    shapes = []
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

extension ExportedEntry.Kind {
  /// The stack index of the argument that messages call #1.
  var firstArgument: CInt {
    switch self {
    case .function: 1
    case .metamethod(let event): event.takesOperands ? 1 : 2
    default: 2
    }
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

/// An argument without its type, as declarations keep it.
@usableFromInline struct ArgumentShape: @unchecked Sendable {
  // Unchecked: an argument does not change, and what it captures was @Sendable or immutable.
  let argument: AnyObject
  let parameter: Parameter?
  let options: [Parameter]
  let isRest: Bool
  let isPlain: Bool
  let width: CInt

  @usableFromInline init<Value>(_ argument: Argument<Value>) {
    self.argument = argument
    parameter = argument.parameter
    options = argument.options
    isRest = argument.role == .rest
    isPlain = argument.isPlain && argument.width == 1
    width = argument.width
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
