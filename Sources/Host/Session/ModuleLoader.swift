import Base
import Bindings
import LuaBridge

/// Makes modules at their first touch: as a global, or by `require`.
struct ModuleLoader {
  let lua: LuaState
  let globals: LuaTable

  /// Puts the loader behind a table of globals; `other` answers for names that are no module.
  func install(other: @escaping (String) -> LuaValue) {
    let loader = self
    let meta = lua.makeTable()
    meta["__index"] = .function(
      lua.makeFunction("global") { frame in
        let name = (try? frame.read(2, "name", as: String.self)) ?? ""
        return loader.module(name) ?? other(name)
      })
    globals.metatable = meta
    guard case .table(let package) = lua.globals["package"],
      case .table(let preload) = package["preload"]
    else { return }
    for entry in StandardModules.all {
      let name = entry.name
      preload[.text(name)] = .function(
        lua.makeFunction("require") { _ in loader.module(name) ?? .nil })
    }
  }

  /// Makes a module and keeps it as a global; nil when there is none of that name.
  private func module(_ name: String) -> LuaValue? {
    guard let declaration = StandardModules.declaration(name) else { return nil }
    let kept = globals[.text(name)]
    if case .table = kept { return kept }
    let module = LuaValue.table(table(for: declaration))
    globals[.text(name)] = module
    if case .table(let package) = lua.globals["package"],
      case .table(let loaded) = package["loaded"], !lua.isRestricted
    {
      loaded[.text(name)] = module
    }
    return module
  }

  /// The state's table of a module; strangers get a copy, so that what they change stays theirs.
  private func table(for declaration: LuaModule) -> LuaTable {
    let shared = lua.makeModule(declaration)
    guard lua.isRestricted else { return shared }
    let copy = lua.makeTable()
    for (key, value) in shared.pairs { copy[key] = value }
    copy.metatable = shared.metatable
    return copy
  }
}
