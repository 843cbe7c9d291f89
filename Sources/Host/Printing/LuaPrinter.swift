import Base
public import LuaBridge

/// How much of a value is printed, and into what width.
public struct LuaPrinterOptions: Sendable {
  /// Columns of a line.
  public var width = 80
  /// How deep tables are opened.
  public var depth = 8
  /// The most elements or fields shown of one table.
  public var items = 100
  /// The most values shown altogether.
  public var values = 2_000
  /// The most characters shown of a string inside of a table; by itself a string shows 100 times.
  public var characters = 200

  /// Creates the usual options.
  public init() {}
}

/// Prints any Lua value so that a person can read it and most of it can be read back by Lua.
///
/// Integers and floats stay apart (3 and 3.0), strings are quoted, tables stand on one line where
/// they fit and are cut with a count where they are large; sequences of numbers align in columns
/// and lists of like records become a table. A table met again is a mark: `<1> { self = <cycle 1> }`.
/// Text that a `__tostring` gives stands as it is, and its errors become part of the output.
public struct LuaPrinter {
  let lua: LuaState
  let options: LuaPrinterOptions

  /// Creates a printer for the values of a state.
  public init(_ lua: LuaState, options: LuaPrinterOptions = LuaPrinterOptions()) {
    self.lua = lua
    self.options = options
  }

  /// The value as text, without a line break at its end.
  public func text(of value: LuaValue) -> String {
    var reader = PrintedReader(lua: lua, options: options)
    let node = reader.node(value, depth: 0)
    var layout = PrintedLayout(width: max(20, options.width), linked: reader.linked)
    return layout.lines(node, room: layout.width).joined(separator: "\n")
  }

  /// Several values, as a chunk returns them, one below the other.
  public func text(of values: [LuaValue]) -> String {
    values.map { text(of: $0) }.joined(separator: "\n")
  }

  /// The value in one line of at most so many columns, as lists of variables show it.
  public func summary(of value: LuaValue, columns: Int = 60) -> String {
    var options = options
    options.depth = 2
    options.items = 12
    options.values = 40
    options.characters = columns
    var reader = PrintedReader(lua: lua, options: options)
    let node = reader.node(value, depth: 0)
    var layout = PrintedLayout(width: .max, linked: reader.linked)
    let lines = layout.lines(node, room: .max)
    return lines.joined(separator: " ").truncated(toWidth: columns)
  }
}

/// A value taken out of Lua for printing.
indirect enum PrintedNode {
  case leaf(String, isNumber: Bool)
  case group(PrintedGroup)
  /// A table that stands elsewhere: above it, or beside it.
  case link(UInt, isCycle: Bool)

  static func leaf(_ text: String) -> PrintedNode { .leaf(text, isNumber: false) }
}

/// A table taken out of Lua for printing.
struct PrintedGroup {
  /// An element has no key, a field has one as Lua writes it.
  struct Item {
    var key: String?
    var value: PrintedNode
  }

  /// What tells it from others.
  let id: UInt
  /// The name of its kind, from `__name`.
  var name = ""
  var items: [Item] = []
  /// How many elements and fields are left out.
  var hidden = 0
}
