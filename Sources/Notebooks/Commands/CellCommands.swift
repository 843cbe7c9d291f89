public import Base

/// All cell commands, in the order that `%help` lists them.
public enum CellCommands {
  /// A command in the catalog.
  public struct Entry: Described, Sendable {
    /// The command.
    public let command: any CellCommand
    /// What people know about it.
    public var info: Info { command.info }
  }

  /// The commands by name.
  public static let all = CellCommandCatalog([
    HelpCommand(),
    TimeCommand(),
    BenchCommand(),
    MemoryCommand(),
    WhoCommand(),
    LoadCommand(),
    SaveCommand(),
    EditCommand(),
    ResetCommand(),
    RestrictedCommand(),
  ])

  /// The command whose name, with its percent signs, a text starts with.
  static func named(atStartOf text: String) -> (any CellCommand)? {
    guard text.hasPrefix("%") else { return nil }
    let name = text.drop { $0 == "%" }.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
    return all.find(String(name))
  }

  /// True for a line that is a command we know: `%name` or `%%name`, alone or before a space.
  static func isCommandLine(_ row: Substring) -> Bool {
    let marks = row.prefix { $0 == "%" }.count
    guard marks == 1 || marks == 2 else { return false }
    let name = row.dropFirst(marks).prefix { $0.isLetter || $0.isNumber || $0 == "_" }
    let rest = row.dropFirst(marks + name.count)
    return all.find(String(name)) != nil && (rest.isEmpty || rest.first == " ")
  }
}

/// The catalog of cell commands.
public struct CellCommandCatalog: Sendable {
  /// The entries in order.
  public let catalog: Catalog<CellCommands.Entry>

  init(_ commands: [any CellCommand]) {
    catalog = Catalog("cell command", commands.map { CellCommands.Entry(command: $0) })
  }

  /// The commands in order.
  public var commands: [any CellCommand] { catalog.elements.map(\.command) }

  /// Finds a command, or nothing.
  public func find(_ name: String) -> (any CellCommand)? { catalog.find(name)?.command }

  /// Finds a command; the error for an unknown name lists the nearest ones.
  public subscript(name: String) -> any CellCommand {
    get throws(Problem) {
      if let command = find(name) { return command }
      throw .unknown("cell command", name, among: catalog.names, list: "%help lists them")
    }
  }
}
