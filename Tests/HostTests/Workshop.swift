import Base
import Host
import LuaBridge

/// A declared type and a module that the tests of completion and help share.
final class Engine: LuaExported {
  static let luaName = "workshop.Engine"
  static let exported = Exported<Engine>(
    "An engine with parts.", example: "workshop.engine \"V8\"", keys: { _ in ["valve", "a belt"] }
  ) {
    property("power", "What it gives.", unit: .watts) { _ in 5.0 }
    property("twin", "The other one.") { $0 }
    property("name", "What it is called.") { _ in "V8" }
    method(
      "start", "Starts it.", .number("gas", "how much", range: 0...1, tradeOff: "more is louder")
    ) { engine, _ in engine }
    method("label", "Its label.") { _ in "V8" }
    metamethod(.length, "Number of parts.") { _ in 4 }
    metamethod(.index, "A part by its name.", .string("name")) { engine, _ in engine }
  }
}

enum Workshop: LuaDeclarations {
  static let module = LuaModule("workshop", "Builds engines.", example: "workshop.engine \"V8\"") {
    constant("limit", "The most engines.", 3)
    function("engine", "Makes an engine.", .choice("kind", among: ["V6", "V8", "W-12 (long)"])) {
      _ in Engine()
    }
    function(
      "run", "Runs engines.", .value("engine", of: Engine.self),
      .named(
        .integer("steps", "how many", unit: .steps, default: 10, range: 1...),
        .choice("router", "who decides", among: ["round-robin", "random"], default: "random"),
        .optional(.string("trace", "file to write")))
    ) { _, options in options.values.0 }
    function(
      "rated", "Looks a name up.",
      .string("plate", "what stands on it", words: { ["H100-SXM5-80GB", "H200"] })
    ) { $0 }
    callable("Makes an engine by its kind.", .choice("kind", among: ["V6", "V8"])) { _ in Engine() }
    Engine.exported
  }

  /// A state that knows the module; `isLoaded` false leaves it to its first use.
  static func state(isLoaded: Bool = true) throws -> LuaState {
    let lua = LuaState()
    if isLoaded { try lua.register(module) }
    return lua
  }

  static let modules = LuaModuleList([module])
}
