import Base
import CLua
import CLuaSupport
import LuaBridge
import Notebooks

/// The members of something as candidates, with what is known about each.
struct LuaMembers {
  let resolver: LuaResolver
  /// What a name must start with, in either case.
  var prefix = ""

  private var lua: LuaState { resolver.lua }

  /// The members: after a colon only what can be called on the object.
  func list(_ meaning: LuaMeaning, methods: Bool) -> [Completion.Item] {
    switch meaning {
    case .value(.table(let table)):
      return fields(of: table, methods: methods, anyKey: false)
    case .value(.userdata), .object:
      guard let type = resolver.type(of: meaning) else { return [] }
      let own = methods ? [] : keys(of: meaning).filter { LuaText.isName($0.text) }
      return own + members(of: type, methods: methods)
    case .module(let module): return methods ? [] : members(of: module)
    case .string, .value(.string):
      guard methods, let library = lua.globals["string"].table else { return [] }
      return fields(of: library, methods: true, anyKey: false)
    default: return []
    }
  }

  /// The globals, and the modules that a first use would load.
  func globals() -> [Completion.Item] {
    let present = fields(of: resolver.globals, methods: false, anyKey: false)
    let start = prefix.lowercased()
    // Only what may be offered is declared: the declarations of all modules take a while to make.
    let modules = resolver.modules.names.filter { $0.lowercased().hasPrefix(start) }.map {
      Completion.Item($0, kind: "module", hint: resolver.modules[$0]?.summary ?? "")
    }
    return (present + modules).sorted { TableKeys.isBefore($0.text, $1.text) }
  }

  /// The keys that an object has of its own, beside what its type declares.
  func keys(of meaning: LuaMeaning) -> [Completion.Item] {
    guard case .value(let value) = meaning else { return [] }
    let type = resolver.type(of: meaning)?.entry("__index")?.results.first?.type ?? ""
    return lua.keys(of: value).map { Completion.Item($0, kind: "field", hint: type) }
  }

  /// The named fields of a table and of the tables that its `__index` leads to.
  func fields(of table: LuaTable, methods: Bool, anyKey: Bool) -> [Completion.Item] {
    var items: [Completion.Item] = []
    var next: LuaTable? = table
    var depth = 0
    while let current = next, depth < 10 {
      let library = LuaManual.library(current, lua).map { $0 + "." } ?? ""
      for name in TableKeys.names(current, lua, prefix: prefix)
      where anyKey || LuaText.isName(name) {
        let value = current[.text(name)]
        if methods, value.function == nil { continue }
        items.append(item(name, value, library: library))
      }
      next = current.metatable?["__index"].table
      depth += 1
    }
    return items
  }

  private func item(_ name: String, _ value: LuaValue, library: String) -> Completion.Item {
    switch (value, lua.description(of: value)) {
    case (_, .entry(let entry, _)?): return item(entry)
    case (_, .module(let module)?):
      return Completion.Item(name, kind: "module", hint: module.summary)
    case (.function(let function), _):
      return Completion.Item(name, kind: "function", hint: hint(name, function, library))
    case (.table(let table), _):
      return Completion.Item(name, kind: "field", hint: Self.size(of: table))
    case (.userdata, .type(let type)?):
      return Completion.Item(name, kind: "field", hint: "\(type.name): \(type.summary)")
    case (.integer, _), (.number, _), (.boolean, _):
      return Completion.Item(name, kind: "field", hint: LuaText.shown(value, lua))
    case (.string(let text), _):
      return Completion.Item(name, kind: "field", hint: LuaText.quoted(text, limit: 40))
    default: return Completion.Item(name, kind: "field", hint: value.typeName)
    }
  }

  private func hint(_ name: String, _ function: LuaFunction, _ library: String) -> String {
    if let parameters = FunctionParameters(function, lua).text { return name + parameters }
    return LuaManual.line(for: library + name).map { "\($0.signature): \($0.summary)" } ?? ""
  }

  private static func size(of table: LuaTable) -> String {
    if let name = table.metatable?["__name"].text { return name }
    let count = table.count
    return count > 0 ? "table of \(count)" : "table"
  }

  private func members(of type: ExportedType, methods: Bool) -> [Completion.Item] {
    type.entries.compactMap { entry in
      switch entry.kind {
      case .metamethod: nil
      case .method: item(entry)
      default: methods ? nil : item(entry)
      }
    }.filter { methods || $0.kind != "method" }
  }

  private func members(of module: LuaModule) -> [Completion.Item] {
    let own = module.entries.filter { !$0.name.hasPrefix("__") }.map { item($0) }
    let inner = module.modules.map {
      Completion.Item(DocsText.lastName($0.name), kind: "module", hint: $0.summary)
    }
    return own + inner
  }

  private func item(_ entry: ExportedEntry) -> Completion.Item {
    switch entry.kind {
    case .method, .function, .metamethod:
      return Completion.Item(
        entry.name, kind: entry.kind == .method ? "method" : "function",
        hint: "\(entry.signature): \(entry.summary)")
    case .property, .settableProperty, .constant:
      let unit = entry.results.first?.unit.map { " in \($0.rawValue)" } ?? ""
      return Completion.Item(
        entry.name, kind: "field", hint: "\(DocsText.results(entry))\(unit): \(entry.summary)")
    }
  }
}

/// The parameters of a Lua function, by the names that its author gave them.
struct FunctionParameters {
  /// The names, with "..." last where it takes any number; nil for a function that is not in Lua.
  let names: [String]?

  /// Reads the names from the function's debug information.
  init(_ function: LuaFunction, _ lua: LuaState) {
    let stack = lua.stack
    var record = lua_Debug()
    guard lua_checkstack(stack, 4) != 0 else {
      names = nil
      return
    }
    function.luaPush(stack)
    defer { lb_pop(stack, 1) }
    lua_pushvalue(stack, -1)
    guard lua_getinfo(stack, ">Su", &record) != 0, record.linedefined > 0 else {
      names = nil
      return
    }
    // Without a record, `lua_getlocal` names the parameters of the function on top.
    var found = (0..<Int32(record.nparams)).compactMap { index in
      lua_getlocal(stack, nil, index + 1).map { String(cString: $0) }
    }
    if record.isvararg != 0 { found.append("...") }
    names = found
  }

  /// The names in brackets.
  var text: String? { names.map { "(\($0.joined(separator: ", ")))" } }
}

extension TableKeys {
  /// More names than this help nobody.
  private static let mostNames = 2_000

  /// The keys of a table that are text and start with a prefix, in either case; sorted.
  static func names(_ table: LuaTable?, _ lua: LuaState, prefix: String = "") -> [String] {
    let stack = lua.stack
    guard let table, lua_checkstack(stack, 6) != 0 else { return [] }
    table.reference.luaPush(stack)
    defer { lb_pop(stack, 1) }
    let wanted = Array(prefix.utf8)
    var names: [String] = []
    lua_pushnil(stack)
    // The key is one that the table gave, so `lua_next` cannot fail.
    while lua_next(stack, -2) != 0 {
      lb_pop(stack, 1)
      guard names.count < mostNames,
        withLuaBytes(stack, -1, { starts($0, with: wanted) }) ?? false,
        let name = LuaString.luaRead(stack, -1)?.exactText
      else { continue }
      names.append(name)
    }
    return names.sorted(by: isBefore)
  }

  /// Compares bytes, the letters of ASCII in either case.
  private static func starts(_ bytes: UnsafeRawBufferPointer, with prefix: [UInt8]) -> Bool {
    guard bytes.count >= prefix.count else { return false }
    for (index, wanted) in prefix.enumerated() where bytes[index] != wanted {
      let isLetter = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(wanted | 0x20)
      guard isLetter, bytes[index] | 0x20 == wanted | 0x20 else { return false }
    }
    return true
  }
}
