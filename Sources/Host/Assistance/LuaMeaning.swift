import Base
public import LuaBridge

/// What an expression stands for, as far as that is known without running it.
enum LuaMeaning {
  case value(LuaValue)
  /// Some object of a declared type.
  case object(ExportedType)
  /// A module that has not been loaded.
  case module(LuaModule)
  /// A declared member, and the Lua name of what it belongs to.
  case entry(ExportedEntry, owner: String)
  /// Some string.
  case string
}

/// Follows expressions through values and declarations; no function of the person's is called.
struct LuaResolver {
  let lua: LuaState
  /// The global variables.
  let globals: LuaTable
  /// The modules that are declared but perhaps not loaded.
  let modules: LuaModuleList
  let locals: LuaLocals

  /// What an expression stands for, or nothing where that takes running it.
  func meaning(of expression: LuaExpression, depth: Int = 0) -> LuaMeaning? {
    guard depth < 20 else { return nil }
    switch expression {
    case .string: return .string
    case .name(let name):
      if let value = locals[name] { return meaning(of: value, depth: depth + 1) }
      return locals.names.contains(name) ? nil : global(name)
    case .field(let base, let name), .method(let base, let name):
      return meaning(of: base, depth: depth + 1).flatMap { member(name, of: $0) }
    case .index(let base):
      return meaning(of: base, depth: depth + 1).flatMap { element(of: $0) }
    case .call(.name("require"), let name?): return global(name) ?? loaded(name)
    case .call(let callee, _):
      return meaning(of: callee, depth: depth + 1).flatMap { entry(calledBy: $0) }
        .flatMap { result(of: $0.entry) }
    }
  }

  /// A global variable, or a module that its first use would load.
  func global(_ name: String) -> LuaMeaning? {
    let value = raw(.text(name), in: globals)
    if !value.isNil { return .value(value) }
    return modules[name].map { .module($0) }
  }

  private func loaded(_ name: String) -> LuaMeaning? {
    guard let value = lua.globals["package"].table?["loaded"].table?[.text(name)], !value.isNil
    else { return nil }
    return .value(value)
  }

  /// A field without calling `__index` functions; tables in its place are followed.
  func raw(_ key: LuaValue, in table: LuaTable, depth: Int = 0) -> LuaValue {
    let value = table[key]
    guard value.isNil, depth < 10, let next = table.metatable?["__index"].table else {
      return value
    }
    return raw(key, in: next, depth: depth + 1)
  }

  /// A member of something by its name.
  func member(_ name: String, of meaning: LuaMeaning) -> LuaMeaning? {
    switch meaning {
    case .value(.table(let table)):
      let value = raw(.text(name), in: table)
      if value.isNil, case .module(let module)? = lua.description(of: .table(table)) {
        return type(name, in: module)
      }
      return value.isNil ? nil : .value(value)
    case .value(.userdata):
      return type(of: meaning).flatMap { member(name, of: .object($0)) }
    case .object(let type):
      guard let entry = type.entry(name) else {
        return type.namesKeys ? element(of: meaning) : nil
      }
      switch entry.kind {
      case .property, .settableProperty: return result(of: entry) ?? .entry(entry, owner: type.name)
      default: return .entry(entry, owner: type.name)
      }
    case .module(let module):
      if let inner = module.modules.first(where: {
        $0.name.hasSuffix(".\(name)") || $0.name == name
      }) {
        return .module(inner)
      }
      return module.entry(name).map { .entry($0, owner: module.name) } ?? type(name, in: module)
    case .string, .value(.string):
      guard let library = lua.globals["string"].table else { return nil }
      return member(name, of: .value(.table(library)))
    default: return nil
    }
  }

  /// A type that is named after a module, as `cluster.Plan`.
  private func type(_ name: String, in module: LuaModule) -> LuaMeaning? {
    module.types.first { $0.name == "\(module.name).\(name)" }.map { .object($0) }
  }

  private func element(of meaning: LuaMeaning) -> LuaMeaning? {
    switch meaning {
    case .value(.table(let table)):
      let first = table[.integer(1)]
      return first.isNil ? nil : .value(first)
    default: return type(of: meaning)?.entry("__index").flatMap { result(of: $0) }
    }
  }

  /// The declared type of an object.
  func type(of meaning: LuaMeaning) -> ExportedType? {
    switch meaning {
    case .object(let type): return type
    case .value(let value):
      if case .userdata = value, case .type(let type)? = lua.description(of: value) { return type }
      return nil
    default: return nil
    }
  }

  /// The declaration behind a call of something.
  func entry(calledBy meaning: LuaMeaning) -> (entry: ExportedEntry, owner: String)? {
    switch meaning {
    case .entry(let entry, let owner): return (entry, owner)
    case .module(let module): return module.entry("__call").map { ($0, module.name) }
    case .object(let type): return type.entry("__call").map { ($0, type.name) }
    case .value(let value):
      switch lua.description(of: value) {
      case .entry(let entry, let owner): return (entry, owner)
      case .module(let module): return module.entry("__call").map { ($0, module.name) }
      case .type(let type): return type.entry("__call").map { ($0, type.name) }
      case nil: return nil
      }
    case .string: return nil
    }
  }

  /// What a declared function returns, or a property holds.
  func result(of entry: ExportedEntry) -> LuaMeaning? {
    guard var name = entry.results.first?.type else { return nil }
    if name.hasSuffix("?") { name.removeLast() }
    if name == "string" { return .string }
    return modules.type(name).map { .object($0) }
  }
}

/// The modules that code may use by their names, declared when they are asked for.
public struct LuaModuleList: Sendable {
  /// The names in order.
  public let names: [String]
  private let declaration: @Sendable (String) -> LuaModule?

  /// Creates a list of names and the way to their declarations.
  public init(names: [String], declaration: @escaping @Sendable (String) -> LuaModule?) {
    self.names = names
    self.declaration = declaration
  }

  /// Creates a list of declared modules.
  public init(_ modules: [LuaModule]) {
    self.init(names: modules.map(\.name)) { name in modules.first { $0.name == name } }
  }

  /// The declaration of a module.
  public subscript(name: String) -> LuaModule? {
    names.contains(name) ? declaration(name) : nil
  }

  /// Finds a type by its Lua name: in the module that it is named after, else in all.
  func type(_ name: String) -> ExportedType? {
    let parts = name.split(separator: ".")
    guard parts.count > 1 else { return nil }
    if let module = self[String(parts[0])], let type = Self.type(name, in: module) { return type }
    for other in names where other != parts[0] {
      if let module = self[other], let type = Self.type(name, in: module) { return type }
    }
    return nil
  }

  /// The types whose last word is a name, as `cluster.Plan` for "Plan".
  func types(called name: String) -> [ExportedType] {
    names.compactMap { self[$0] }.flatMap(\.types).filter { DocsText.lastName($0.name) == name }
  }

  private static func type(_ name: String, in module: LuaModule) -> ExportedType? {
    if let type = module.types.first(where: { $0.name == name }) { return type }
    for inner in module.modules {
      if let type = Self.type(name, in: inner) { return type }
    }
    return nil
  }
}
