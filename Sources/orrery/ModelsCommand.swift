import Base
import Inference
import Models

extension Command {
  static let models: Command = Command(
    "models", "list, fetch and describe models",
    usage: ["models list", "models get NAME [--quiet]", "models info NAME|PATH"],
    options: [CommandOption("quiet", "say nothing unless something fails", letter: "q")],
    subcommands: ["list", "get", "info"], takesFiles: true,
    run: { words throws(Problem) in try ModelsCommand.run(words) })
}

/// `orrery models …`: the store of model files.
enum ModelsCommand {
  static func run(_ words: [String]) throws(Problem) -> Int32 {
    let arguments = try ParsedOptions(words, options: Command.models.options)
    let names = arguments.words.dropFirst()
    switch (arguments.words.first ?? "list", names.first) {
    case ("list", nil): list()
    case ("get", let name?): try get(name, isQuiet: arguments.has("quiet"))
    case ("info", let name?): try describe(name)
    case ("get", nil), ("info", nil):
      throw Problem("a model's name is missing", fix: "orrery models list shows them", kind: .usage)
    case (let word, _):
      throw Problem.unknown("models command", word, among: Command.models.subcommands).of(.usage)
    }
    return ExitStatus.success
  }

  private static func list() {
    let store = ModelStore()
    let rows = store.entries().map { entry in
      [
        entry.name, (entry.size ?? entry.known?.size)?.description ?? "",
        entry.size == nil ? "orrery models get \(entry.name)" : "here",
        entry.known.map { "\($0.info.summary) (\($0.licence))" } ?? entry.path,
      ]
    }
    for line in columns([["name", "size", "state", "what"]] + rows) { Output.line(line) }
    Output.line("in \(store.folder)")
  }

  private static func get(_ name: String, isQuiet: Bool) throws(Problem) {
    let path = try ModelStore().fetch(name) { if !isQuiet { Output.note($0) } }
    if !isQuiet { Output.line(path) }
  }

  private static func describe(_ name: String) throws(Problem) {
    let path = try ModelStore().find(name)
    let rows = ModelUse(path: path) == .embedding ? try embedder(path) : try languageModel(path)
    for line in columns(rows) { Output.line(line) }
  }

  private static func embedder(_ path: String) throws(Problem) -> [[String]] {
    let embedder = try Embedder(path: path)
    let shape = embedder.shape
    return [
      ["embedder", path],
      ["dimensions", String(embedder.dimensions)],
      ["layers", String(shape.layers)],
      ["width", "\(shape.width), feed-forward \(shape.innerWidth)"],
      ["heads", "\(shape.heads), \(shape.headWidth) wide"],
      ["vocabulary", "\(shape.vocabularySize) tokens"],
      ["sentence", "at most \(embedder.maximumTokens) tokens"],
      ["pooling", embedder.pooling.rawValue],
      ["memory", embedder.packedBytes.description],
    ]
  }

  private static func languageModel(_ path: String) throws(Problem) -> [[String]] {
    let file = try GGUFFile(path: path)
    let spec = try ModelSpec(file)
    return [
      ["file", path],
      ["size", (FileIO.size(path).map { Bytes($0) } ?? Bytes(0)).description],
      ["architecture", spec.architecture],
      ["parameters", millions(spec.parameters)],
      ["layers", String(spec.layers)],
      ["width", "\(spec.width), feed-forward \(spec.feedForwardWidth)"],
      ["heads", "\(spec.heads), key-value \(spec.keyValueHeads), \(spec.headWidth) wide"],
      ["vocabulary", "\(spec.vocabularySize) tokens"],
      ["context", "\(spec.contextLength) tokens"],
      ["KV cache", "\(spec.keyValueBytes()) a token in f16"],
      ["compute", "\(millions(Int(spec.flops(atPosition: 0)))) FLOPs a token at the start"],
    ]
  }

  private static func millions(_ count: Int) -> String {
    "\(Double(count / 100_000) / 10) million"
  }

  /// Rows as aligned columns.
  static func columns(_ rows: [[String]]) -> [String] {
    let count = rows.map(\.count).max() ?? 0
    let widths = (0..<count).map { column in
      rows.map { $0.count > column ? $0[column].displayWidth : 0 }.max() ?? 0
    }
    return rows.map { row in
      row.enumerated().map { column, text in
        column == row.count - 1 ? text : text.padded(toWidth: widths[column] + 2)
      }.joined()
    }
  }
}
