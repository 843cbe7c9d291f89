import Base
import Bindings
public import LuaBridge

/// The functions that every session has as globals.
public enum SessionFunctions: LuaDeclarations {
  /// Their declarations; the module's name stands for the globals themselves.
  public static let module = LuaModule("_G", "Functions of the session.") {
    function(
      "help", "Explains a value, or a name given as a string; without one, says where to start.",
      .state, .optional(.any("what", "a function, module, object, or a name"))
    ) { state, what in
      state.write((what.map { LuaInspector(state).help(for: $0) } ?? start) + "\n")
    }
    .example("help(\"string.format\")")
    function(
      "input", "Asks the person for a line; nil when there is nobody to ask.",
      .state, .string("prompt", "shown before the answer", default: "")
    ) { state, prompt in
      state[DisplayPortBox.self]?.port.readLine(prompt: prompt, isPassword: false)
    }
    .returns("string?")
    function(
      "input_password", "Asks the person for a line that is not shown while it is typed.",
      .state, .string("prompt", "shown before the answer", default: "")
    ) { state, prompt in
      state[DisplayPortBox.self]?.port.readLine(prompt: prompt, isPassword: true)
    }
    .returns("string?")
  }

  /// What `help()` says.
  private static var start: String {
    let modules = StandardModules.all.map { entry in
      "  \(entry.name.padded(toWidth: 10))\(entry.declaration().summary)"
    }
    return """
      help(x) explains a function, a module or an object; help "tensor.softmax" a name. ?x is short
      for it, and the Tab key completes names, options and files.

      modules, made at their first touch:
      \(modules.joined(separator: "\n"))

      %help lists the commands of a session: %time, %bench, %who, %load and others.
      """
  }
}
