import Base
import LuaBridge
import Notebooks
import TestSupport
import Testing

@testable import Host

/// Completion inside tables of named arguments, for everything that is declared.
@Suite struct OptionCompletionTests {
  private struct Call {
    let code: String
    let entry: ExportedEntry
  }

  /// Every declared function and method with named arguments, as code calls it.
  ///
  /// A method's object is the result of something that returns its type.
  private static func calls() -> (found: [Call], unreached: [String]) {
    let modules = LuaModuleList.standard
    var objects: [String: String] = [:]
    var calls: [Call] = []
    var types: [ExportedType] = []
    func visit(_ entries: [ExportedEntry], _ owner: String, mark: String) {
      for entry in entries {
        let code: String
        switch entry.kind {
        case .function: code = "\(owner).\(entry.name)"
        case .method: code = "\(owner)\(mark)\(entry.name)"
        case .metamethod where entry.name == "__call": code = owner
        case .property, .settableProperty:
          if let type = entry.results.first?.type, objects[type] == nil {
            objects[type] = "\(owner).\(entry.name)"
          }
          continue
        default: continue
        }
        if !entry.options.isEmpty { calls.append(Call(code: code, entry: entry)) }
        if let type = entry.results.first?.type, objects[type] == nil {
          objects[type] = code + "()"
        }
      }
    }
    func visit(_ module: LuaModule) {
      visit(module.entries, module.name, mark: ".")
      types += module.types
      for inner in module.modules { visit(inner) }
    }
    for name in modules.names { modules[name].map { visit($0) } }
    var waiting = types
    while let next = waiting.firstIndex(where: { objects[$0.name] != nil }) {
      let type = waiting.remove(at: next)
      objects[type.name].map { visit(type.entries, $0, mark: ":") }
    }
    let unreached = waiting.filter { type in type.entries.contains { !$0.options.isEmpty } }
    return (calls, unreached.map(\.name))
  }

  @Test func `the options of every declared call are offered, and no other name before them`() {
    let lua = LuaState()
    defer { lua.close() }
    let completer = LuaCompleter(lua, modules: .standard)
    let (calls, unreached) = Self.calls()
    #expect(calls.count > 30 && unreached.isEmpty, "\(unreached)")
    for call in calls {
      let names = call.entry.options.map { "\($0.name) = " }
      for opening in ["{", "({ ", "(x, { ", "({ 1, 2 }, {", "(f(1), 'a', {\n  "] {
        let code = call.code + opening
        let offered = completer.complete(code, at: code.utf8.count).items.map(\.text)
        #expect(offered == names, "\(code)")
      }
      let typed = String(call.entry.options[0].name.prefix(2))
      let code = "\(call.code)({ 1 }, { \(typed)"
      let first = completer.complete(code, at: code.utf8.count).items.map(\.text)
      #expect(first.first == names.first { $0.hasPrefix(typed) }, "\(code)")
      let rest = "\(call.code)(x, { \(names[0])f(1, { 2 }), "
      let offered = completer.complete(rest, at: rest.utf8.count).items.map(\.text)
      #expect(offered == (names.count > 1 ? Array(names[1...]) : offered), "\(rest)")
    }
  }
}
