import Base
public import LuaBridge
public import Notebooks

/// Explains names in Lua source and values: declarations, comments above functions, source text.
public struct LuaInspector {
  private let lua: LuaState
  private let modules: LuaModuleList
  private let globals: LuaTable
  private let source: (String) -> String?

  /// Creates an inspector.
  ///
  /// - Parameters:
  ///   - lua: The state whose variables are looked at.
  ///   - modules: The modules that code may use by their names.
  ///   - globals: The table of global variables; nil takes the state's own.
  ///   - source: The text of a chunk by the name that messages use; nil where it is not kept.
  public init(
    _ lua: LuaState, modules: LuaModuleList, globals: LuaTable? = nil,
    source: @escaping (String) -> String? = { _ in nil }
  ) {
    self.lua = lua
    self.modules = modules
    self.globals = globals ?? lua.globals
    self.source = source
  }

  /// Explains the name at a cursor, an offset in UTF-8 bytes, or the call that it stands in.
  public func inspect(_ code: String, at cursor: Int, detail: InspectionDetail) -> MIMEBundle? {
    let tokens = LuaScanner(code.utf8).tokens
    let resolver = LuaResolver(
      lua: lua, globals: globals, modules: modules, locals: LuaLocals(tokens))
    let touched = tokens.lastIndex { $0.start <= cursor && cursor <= $0.end && $0.isWord }
    if let touched {
      if tokens[touched].kind == .keyword {
        return LuaManual.keyword(tokens[touched].text).map { MIMEBundle(plain: $0) }
      }
      guard let expression = LuaExpression(tokens, endingAt: touched),
        let meaning = resolver.meaning(of: expression)
      else { return nil }
      return MIMEBundle(plain: text(of: meaning, detail: detail))
    }
    let before = tokens.filter { $0.end <= cursor }
    guard let site = LuaCallSite(before), let meaning = resolver.meaning(of: site.callee) else {
      return nil
    }
    return MIMEBundle(plain: text(of: meaning, detail: detail))
  }

  /// What `help(x)` shows; a string is taken for a name, as in `help "string.format"`, or for a type's last
  /// word, as in `help "Plan"`.
  public func help(for value: LuaValue) -> String {
    if let name = value.text {
      if let found = inspect(name, at: name.utf8.count, detail: .full) { return found.plain }
      let types = modules.types(called: name)
      if !types.isEmpty { return types.map(LuaHelpText.text(of:)).joined(separator: "\n\n") }
      return unknown(name)
    }
    return text(of: .value(value), detail: .brief)
  }

  private func unknown(_ name: String) -> String {
    let known = modules.names + TableKeys.names(globals, lua)
    return Problem.unknown("name", name, among: known).description
  }

  private func text(of meaning: LuaMeaning, detail: InspectionDetail) -> String {
    switch meaning {
    case .entry(let entry, let owner): return LuaHelpText.text(of: entry, owner: owner)
    case .module(let module): return LuaHelpText.text(of: module)
    case .object(let type): return LuaHelpText.text(of: type)
    case .string: return LuaManual.text(of: "string") ?? "a string"
    case .value(let value): return text(of: value, detail: detail)
    }
  }

  private func text(of value: LuaValue, detail: InspectionDetail) -> String {
    switch lua.description(of: value) {
    case .entry(let entry, let owner): return LuaHelpText.text(of: entry, owner: owner)
    case .module(let module): return LuaHelpText.text(of: module)
    case .type(let type):
      let shown = LuaPrinter(lua).text(of: value)
      return "\(shown)\n\n\(LuaHelpText.text(of: type))"
    case nil: break
    }
    if case .function(let function) = value { return text(of: function, detail: detail) }
    if case .table(let table) = value, let name = LuaManual.library(table, lua),
      let text = LuaManual.text(of: name)
    {
      return text
    }
    let kind: String =
      switch value {
      case .integer: "number (integer)"
      case .number: "number (float)"
      case .table(let table): table.count > 0 ? "table of \(table.count) elements" : "table"
      case .string(let string): "string of \(string.bytes.count) bytes"
      default: value.typeName
      }
    var options = LuaPrinterOptions()
    if detail == .brief { (options.items, options.depth, options.values) = (20, 3, 200) }
    return "\(kind)\n\(LuaPrinter(lua, options: options).text(of: value))"
  }

  // MARK: Functions

  private func text(of function: LuaFunction, detail: InspectionDetail) -> String {
    let shown = FunctionNames(lua).text(of: function)
    guard let place = FunctionPlace(function, lua) else {
      return LuaManual.text(ofFunction: shown) ?? shown
    }
    let parameters = FunctionParameters(function, lua).text ?? "()"
    let lines = sourceLines(of: place)
    var text: [String] = []
    if let lines, lines.indices.contains(place.firstLine - 1) {
      text.append(lines[place.firstLine - 1].trimmedStart)
    } else {
      text.append("function\(parameters)")
    }
    if let lines { text += comment(above: place.firstLine, in: lines) }
    text.append("defined in \(place.chunk), line \(place.firstLine)")
    if detail == .full {
      if let lines, place.lastLine <= lines.count {
        text += ["", lines[(place.firstLine - 1)..<place.lastLine].joined(separator: "\n")]
      } else {
        text += ["", "the source text is not kept"]
      }
    }
    return text.joined(separator: "\n")
  }

  private func sourceLines(of place: FunctionPlace) -> [String]? {
    let text: String?
    if let file = place.file, let bytes = try? FileIO.read(file) {
      text = String(decoding: bytes, as: UTF8.self)
    } else {
      text = source(place.chunk)
    }
    return text?.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  /// The comment lines directly above a line, without their dashes.
  private func comment(above line: Int, in lines: [String]) -> [String] {
    var found: [String] = []
    var index = line - 2
    while lines.indices.contains(index) {
      let body = lines[index].trimmedStart
      guard body.hasPrefix("--") else { break }
      found.append(String(body.drop { $0 == "-" }).trimmedStart)
      index -= 1
    }
    return found.reversed()
  }
}

extension LuaToken {
  fileprivate var isWord: Bool { kind == .name || kind == .keyword }
}

extension String {
  /// The text without spaces at its start.
  fileprivate var trimmedStart: String { String(drop { $0 == " " || $0 == "\t" }) }
}
