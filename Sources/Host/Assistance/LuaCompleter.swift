import Base
public import LuaBridge
public import Notebooks

/// Lists what could stand at the cursor in Lua source.
///
/// Values are looked at but never run: tables are read raw, declared types say what their members
/// are, and what only an `__index` function knows is left out.
public struct LuaCompleter {
  let lua: LuaState
  let modules: LuaModuleList
  private let globals: LuaTable

  /// Creates a completer.
  ///
  /// - Parameters:
  ///   - lua: The state whose variables are offered.
  ///   - modules: The modules that code may use by their names.
  ///   - globals: The table of global variables; nil takes the state's own.
  public init(
    _ lua: LuaState, modules: LuaModuleList, globals: LuaTable? = nil
  ) {
    self.lua = lua
    self.modules = modules
    self.globals = globals ?? lua.globals
  }

  /// Lists the candidates at a cursor, an offset in UTF-8 bytes.
  public func complete(_ code: String, at cursor: Int) -> Completion {
    let head = Array(code.utf8.prefix(max(0, cursor)))
    let scan = LuaScanner(head)
    switch scan.ending {
    case .comment: return Completion(range: head.count..<head.count, items: [])
    case .string(let start): return completeString(head, start, scan.tokens)
    case .code: return completeName(head, scan.tokens)
    }
  }

  private func resolver(_ tokens: [LuaToken]) -> LuaResolver {
    LuaResolver(lua: lua, globals: globals, modules: modules, locals: LuaLocals(tokens))
  }

  // MARK: Names

  private func completeName(_ head: [UInt8], _ scanned: [LuaToken]) -> Completion {
    var tokens = scanned
    var word = ""
    var start = head.count
    if let last = tokens.last, last.end == head.count {
      switch last.kind {
      case .name, .keyword:
        word = last.text
        start = last.start
        tokens.removeLast()
      case .number: return Completion(range: start..<start, items: [])
      case .string, .symbol: break
      }
    }
    let items = candidates(tokens, word)
    return Completion(range: start..<head.count, items: CompletionFilter.pick(items, word))
  }

  private func candidates(_ tokens: [LuaToken], _ word: String) -> [Completion.Item] {
    let resolver = resolver(tokens)
    let members = LuaMembers(resolver: resolver, prefix: word)
    if let mark = tokens.last, mark.kind == .symbol, mark.text == "." || mark.text == ":" {
      guard let base = LuaExpression(tokens, endingAt: tokens.count - 2),
        let meaning = resolver.meaning(of: base)
      else { return [] }
      return members.list(meaning, methods: mark.text == ":")
    }
    if let last = tokens.last, last.kind == .keyword, ["local", "goto"].contains(last.text) {
      return []
    }
    let options = options(tokens, resolver)
    // In a table of named arguments the names come alone until a value is begun.
    if word.isEmpty, !options.isEmpty { return options }
    let locals = resolver.locals.names.map { Completion.Item($0, kind: "name", hint: "local") }
    let keywords = word.isEmpty ? [] : LuaText.keywords.map { Completion.Item($0, kind: "keyword") }
    return options + locals + members.globals() + keywords
  }

  /// The named arguments that are not set yet, where a name may stand.
  private func options(_ tokens: [LuaToken], _ resolver: LuaResolver) -> [Completion.Item] {
    guard let site = LuaCallSite(tokens), site.takesName,
      let entry = resolver.meaning(of: site.callee).flatMap({ resolver.entry(calledBy: $0) })?.entry
    else { return [] }
    return entry.options.filter { !site.used.contains($0.name) }.map { option in
      let note = DocsText.note(option)
      return Completion.Item(
        "\(option.name) = ", kind: "argument",
        hint: note.isEmpty ? DocsText.type(option.kind) : "\(DocsText.type(option.kind)): \(note)")
    }
  }

  // MARK: Strings

  private func completeString(_ head: [UInt8], _ start: Int, _ tokens: [LuaToken]) -> Completion {
    let typed = String(decoding: head[start...], as: UTF8.self)
    let range = start..<head.count
    let items = stringItems(tokens, typed)
    return Completion(range: range, items: items)
  }

  private func stringItems(_ tokens: [LuaToken], _ typed: String) -> [Completion.Item] {
    let resolver = resolver(tokens)
    if let key = keyItems(tokens, resolver) { return CompletionFilter.pick(key, typed) }
    let direct = LuaExpression.callee(tokens, before: tokens.count)
    let site = LuaCallSite(tokens)
    if let callee = direct ?? site?.callee {
      if callee == .name("require") { return CompletionFilter.pick(moduleItems(typed), typed) }
      if let meaning = resolver.meaning(of: callee),
        let (entry, _) = resolver.entry(calledBy: meaning),
        let parameter = parameter(of: entry, isDirect: direct != nil, site)
      {
        let words = (parameter.words?() ?? []) + Self.choices(parameter.kind)
        let items = CompletionFilter.pick(words.map { .init($0, kind: "name") }, typed)
        if !items.isEmpty || parameter.words == nil && !words.isEmpty { return items }
      }
    }
    return FileNames.items(typed)
  }

  private func parameter(
    of entry: ExportedEntry, isDirect: Bool, _ site: LuaCallSite?
  ) -> Parameter? {
    if isDirect { return entry.parameters.first }
    if let option = site?.option { return entry.options.first { $0.name == option } }
    guard let position = site?.position else { return nil }
    let last = entry.isVariadic ? entry.parameters.count - 1 : position
    return entry.parameters.indices.contains(min(position, last))
      ? entry.parameters[min(position, last)] : nil
  }

  private static func choices(_ kind: Parameter.Kind) -> [String] {
    switch kind {
    case .choice(let words): words
    case .either(let kinds): kinds.flatMap(choices)
    default: []
    }
  }

  /// The keys of a table or an object, for `t["`.
  private func keyItems(_ tokens: [LuaToken], _ resolver: LuaResolver) -> [Completion.Item]? {
    guard let last = tokens.last, last.text == "[", last.kind == .symbol,
      let base = LuaExpression(tokens, endingAt: tokens.count - 2),
      let meaning = resolver.meaning(of: base)
    else { return nil }
    let members = LuaMembers(resolver: resolver)
    if case .value(.table(let table)) = meaning {
      return members.fields(of: table, methods: false, anyKey: true)
    }
    return resolver.type(of: meaning)?.namesKeys == true ? members.keys(of: meaning) : nil
  }

  /// What `require` takes: declared modules, loaded ones, and files on the search path.
  private func moduleItems(_ typed: String) -> [Completion.Item] {
    var items = modules.names.map {
      Completion.Item($0, kind: "module", hint: modules[$0]?.summary ?? "")
    }
    let package = lua.globals["package"].table
    for list in ["loaded", "preload"] {
      for key in TableKeys.names(package?[.text(list)].table, lua) where key != "_G" {
        items.append(Completion.Item(key, kind: "module"))
      }
    }
    let folder = typed.split(separator: ".", omittingEmptySubsequences: false).dropLast()
      .joined(separator: ".")
    for template in (package?["path"].text ?? "").split(separator: ";") {
      guard template.hasSuffix("?.lua") else { continue }
      let root =
        String(template.dropLast(5)) + folder.split(separator: ".").map { $0 + "/" }.joined()
      for name in (try? FileIO.list(root.isEmpty ? "." : root)) ?? [] where name.hasSuffix(".lua") {
        let module = (folder.isEmpty ? "" : folder + ".") + name.dropLast(4)
        items.append(Completion.Item(module, kind: "module", hint: root + name))
      }
    }
    return items
  }
}

/// Picks the candidates that continue what was typed.
enum CompletionFilter {
  /// More candidates than this help nobody.
  private static let most = 2_000

  /// The candidates that start with a word, in any case when none has its own; each once.
  ///
  /// Names that start with an underscore are shown when one was typed.
  static func pick(_ items: [Completion.Item], _ word: String) -> [Completion.Item] {
    var found = items.filter { $0.text.hasPrefix(word) }
    if found.isEmpty {
      let lower = word.lowercased()
      found = items.filter { $0.text.lowercased().hasPrefix(lower) }
    }
    if !word.hasPrefix("_") { found.removeAll { $0.text.hasPrefix("_") } }
    var seen: Set<String> = []
    return Array(found.filter { seen.insert($0.text).inserted }.prefix(most))
  }
}

/// File names as candidates.
enum FileNames {
  /// The files that a path may go on to; hidden ones when a dot was typed.
  static func items(_ typed: String) -> [Completion.Item] {
    let name = FileIO.name(of: typed)
    let folder = String(typed.dropLast(name.count))
    guard let entries = try? FileIO.list(folder.isEmpty ? "." : folder) else { return [] }
    return entries.compactMap { entry in
      guard entry.hasPrefix(name), !entry.hasPrefix(".") || name.hasPrefix("."),
        !entry.contains("\""), !entry.contains("\\")
      else { return nil }
      let path = folder + entry
      return Completion.Item(path + (FileIO.isDirectory(path) ? "/" : ""), kind: "file")
    }
  }
}
