import Base
import Bindings
import LuaBridge
import Notebooks

/// One Lua state with the names that a session keeps: `Out`, `In`, `_`, the modules, `arg`.
final class LuaSession {
  let lua: LuaState
  let port: SessionPort
  /// The globals of the session's code; a restricted session has its own table.
  let environment: LuaTable
  private let results: LuaTable
  private let inputs: LuaTable
  private let isRestricted: Bool
  /// What a script gets as `...`.
  let scriptArguments: [LuaValue]
  /// The names that were there before any code ran.
  private var ownNames: Set<String> = []

  init(_ options: InterpreterOptions, host: LuaInterpreter.Host, port: SessionPort) {
    self.port = port
    isRestricted = options.isRestricted
    scriptArguments = host.arguments.dropFirst().map { .text($0) }
    lua = LuaState(memoryLimit: options.memoryLimitBytes.map(Bytes.init))
    lua.recorder = host.recorder
    lua.streams = port.streams(asksSink: host.asksSink)
    lua[DisplayPortBox.self] = DisplayPortBox(port)
    port.printTable = { [unowned lua] in LuaPrinter(lua).text(of: .table($0)) }
    results = lua.makeTable()
    inputs = lua.makeTable()
    StandardLibrary.addToPath(of: lua)
    if isRestricted { lua.restrict() }
    lua.isRestricted = isRestricted
    environment = isRestricted ? lua.restrictedGlobals() : lua.globals
    furnish(environment)
    setArguments(host.arguments)
    ownNames = Set(environment.pairs.compactMap(\.key.text))
  }

  /// Puts the session's names into a table of globals.
  private func furnish(_ globals: LuaTable) {
    let modules = ModuleLoader(lua: lua, globals: globals)
    let results = results
    modules.install { name in
      // `_3` is `Out[3]`.
      guard name.first == "_", let number = Int(name.dropFirst()) else { return .nil }
      return results[.integer(number)]
    }
    globals["Out"] = .table(results)
    globals["In"] = .table(inputs)
    for (name, value) in lua.makeModule(SessionFunctions.module).pairs { globals[name] = value }
  }

  private func setArguments(_ arguments: [String]) {
    guard !arguments.isEmpty else { return }
    let table = lua.makeTable(scriptArguments)
    table[0] = .text(arguments[0])
    environment["arg"] = .table(table)
  }

  /// Compiles a chunk in the form whose last expression is its result.
  func compile(_ request: EvaluationRequest, in globals: LuaTable) throws(LuaError) -> LuaFunction {
    let code = request.code.hasPrefix("#!") ? "--" + request.code : request.code
    guard !request.isScript else {
      return try lua.load(code, chunkName: request.chunkName, environment: globals)
    }
    for form in ChunkForms(code: code).candidates.dropLast() {
      if let prefix = form.prefix, !compiles(prefix) { continue }
      guard compiles(form.text) else { continue }
      return try lua.load(
        form.text, chunkName: request.chunkName, shownAs: code, environment: globals)
    }
    return try lua.load(code, chunkName: request.chunkName, environment: globals)
  }

  /// Tells whether a text is a chunk, without running it.
  func compiles(_ text: String) -> Bool { syntaxError(in: text) == nil }

  /// The message of the compiler, or nil when the text is a chunk.
  func syntaxError(in text: String) -> String? {
    do throws(LuaError) {
      _ = try lua.load(text, chunkName: "=(check)", shownAs: "")
      return nil
    } catch {
      return error.message
    }
  }

  /// Files what a chunk returned under its number.
  func file(_ request: EvaluationRequest, _ value: LuaValue?) {
    if let number = request.number { inputs[.integer(number)] = .text(request.code) }
    guard let value else { return }
    environment["_"] = value
    if let number = request.number { results[.integer(number)] = value }
  }

  /// A table of globals for one chunk of a stranger's.
  func strangersGlobals() -> LuaTable {
    let globals = lua.restrictedGlobals()
    furnish(globals)
    return globals
  }

  /// The variables that code made, in alphabetical order.
  func variables() -> [Variable] {
    let printer = LuaPrinter(lua)
    let pairs = environment.pairs.compactMap { key, value in key.text.map { ($0, value) } }
    let loaded = Set(StandardModules.all.map(\.name))
    return pairs.filter { !ownNames.contains($0.0) && !loaded.contains($0.0) && $0.0 != "_" }
      .sorted { $0.0 < $1.0 }
      .map { name, value in
        Variable(name: name, type: lua.typeName(of: value), summary: printer.summary(of: value))
      }
  }
}

extension LuaState {
  /// The type of a value in people's words: integers and floats apart, exported types by name.
  func typeName(of value: LuaValue) -> String {
    switch value {
    case .integer: "integer"
    case .number: "float"
    case .userdata:
      if case .type(let type)? = description(of: value) { type.name } else { "userdata" }
    default: value.typeName
    }
  }

  /// A fresh table of globals without files, processes and byte code.
  func restrictedGlobals() -> LuaTable {
    do throws(LuaError) {
      return try makeRestrictedEnvironment()
    } catch {
      // Only memory can be wanting, and then an empty table restricts all the more.
      return makeTable()
    }
  }
}
