import Base

/// A module as Lua sees it: a table of functions and constants, perhaps callable.
///
/// ```swift
/// enum Geometry: LuaDeclarations {
///   static let module = LuaModule("geometry", "Shapes in the plane.") {
///     constant("tau", "A full turn in radians.", 2 * Double.pi)
///     function("area", "Area of a rectangle.",
///       .named(.number("width", "one side", range: 0...), .number("height", "other", default: 1))
///     ) { sides in
///       let (width, height) = sides.values
///       return width * height
///     }
///     function("sum", "Adds numbers.", .rest("numbers", "what to add", of: Double.self)) {
///       $0.values.reduce(0, +)
///     }
///     Rectangle.exported
///   }
/// }
/// ```
public final class LuaModule: Sendable {
  /// The name, as `require` takes it.
  public let name: String
  /// What it is for, in one line.
  public let summary: String
  /// More, in paragraphs.
  public let detail: String
  /// One line of Lua that a test runs.
  public let example: String?
  let members: [ExportedMember]

  /// Declares a module.
  public init(
    _ name: String, _ summary: String, detail: String = "", example: String? = nil,
    @MemberBuilder members: () -> [ExportedMember]
  ) {
    self.name = name
    self.summary = summary
    self.detail = detail
    self.example = example
    self.members = members()
    var seen: Set<String> = []
    for member in self.members {
      precondition(seen.insert(member.entry.name).inserted, "\(name).\(member.entry.name) twice")
    }
  }

  /// The functions, constants and metamethods in the order of their declaration.
  public var entries: [ExportedEntry] { members.filter { $0.nested == nil }.map(\.entry) }

  /// The types that are listed with the module.
  public var types: [ExportedType] {
    members.compactMap { if case .type(let type)? = $0.nested { type } else { nil } }
  }

  /// The modules that are fields of this one.
  public var modules: [LuaModule] {
    members.compactMap { if case .module(let module)? = $0.nested { module } else { nil } }
  }

  /// Finds an entry by its name in Lua.
  public func entry(_ name: String) -> ExportedEntry? {
    entries.first { $0.name == name }
  }
}
