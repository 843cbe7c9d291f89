import Base
import CLua
public import CLuaSupport
import Glibc
import Synchronization

/// A Swift type whose values Lua holds as objects: a final class, or a value type.
///
/// Conform in Bindings and declare everything once. Help, completion, argument errors, LuaCATS
/// stubs and reference text come from the declaration:
///
/// ```swift
/// extension Rectangle: LuaExported {
///   static let luaName = "geometry.Rectangle"
///   static let exported = Exported<Rectangle>("A rectangle with sides along the axes.") {
///     property("width", "Length of the horizontal side.") { $0.width }
///     property("height", "Length of the vertical side.", get: { $0.height }, set: { $0.height = $1 })
///     method("scaled", "A copy with both sides multiplied.",
///       .number("factor", "what to multiply by", range: 0...)
///     ) { rectangle, factor in rectangle.scaled(by: factor) }
///     method("split", "Cuts the rectangle in two.",
///       .number("share", "width of the left part", range: 0...1),
///       .optional(.string("label", "shown in pictures"))
///     ) { rectangle, share, label in
///       let (left, right) = try rectangle.split(share, label: label)
///       return Several(left, right)
///     }
///     metamethod(.length, "Number of corners.") { _ in 4 }
///   }
/// }
/// ```
///
/// Closures are `@Sendable`, may throw any error (a `Problem` reads best) and return any
/// `LuaResult`: a value, `Several`, `Fallible`, `Spread`, `LuaIterator`, nothing, or a `LuaReturn`.
/// A value type is boxed once; `set` closures and `mutating` calls in them change the box.
public protocol LuaExported: LuaReadable, LuaWritable, LuaDeclarations {
  /// The name of the type in messages and stubs, with its module: "gpu.Device".
  static var luaName: String { get }
  /// What Lua sees of it.
  static var exported: Exported<Self> { get }
  /// The value behind a box that Lua holds.
  static func luaUnbox(_ box: UnsafeMutableRawPointer) -> Self
  /// Puts the value into a box, retained once for Lua to release.
  func luaBox() -> UnsafeMutableRawPointer
  /// Changes the value in a box.
  static func luaMutate<Result>(
    _ box: UnsafeMutableRawPointer, _ body: (inout Self) throws -> Result
  ) rethrows -> Result
}

/// The declaration of one exported type.
public struct Exported<Value: LuaExported>: Sendable {
  /// The declaration without its Swift type.
  public let type: ExportedType
  @usableFromInline let id: ExportedType.ID
  @usableFromInline let externalBytes: (@Sendable (Value) -> Int)?

  /// Declares a type.
  ///
  /// - Parameters:
  ///   - summary: What a value is, in one line.
  ///   - detail: More, in paragraphs.
  ///   - example: One line of Lua that makes or uses one; a test runs it.
  ///   - keepsIdentity: True to hand out one userdata per Swift object, so that it can be a table
  ///     key; only for classes. Costs about 50 ns where an object crosses.
  ///   - externalBytes: The memory that a value keeps outside the Lua heap, which the collector
  ///     cannot see; asked once when it crosses.
  ///   - keys: The names that `__index` answers for a value, where it has its own; completion
  ///     offers them, so they must be cheap to list.
  ///   - members: The members.
  public init(
    _ summary: String, detail: String = "", example: String? = nil, keepsIdentity: Bool = false,
    externalBytes: (@Sendable (Value) -> Int)? = nil,
    keys: (@Sendable (Value) -> [String])? = nil,
    @MemberBuilder members: () -> [ExportedMember]
  ) {
    self.externalBytes = externalBytes
    var boxKeys: (@Sendable (UnsafeMutableRawPointer) -> [String])?
    if let keys { boxKeys = { box in keys(Value.luaUnbox(box)) } }
    type = ExportedType(
      name: Value.luaName, summary: summary, detail: detail, example: example,
      keepsIdentity: keepsIdentity, isHeavy: externalBytes != nil,
      text: { (Value.luaUnbox($0) as? any CustomStringConvertible)?.description },
      keys: boxKeys,
      members: members())
    id = type.id
  }
}

/// A declared type as tools see it: its name, words and entries.
public final class ExportedType: Sendable {
  /// What tells a type from another at run time; it lives as long as the process.
  @usableFromInline struct ID: @unchecked Sendable {
    // Unchecked: the record is never changed or freed.
    @usableFromInline let record: UnsafeMutablePointer<lb_TypeID>
  }

  /// The name in messages and stubs, with its module.
  public let name: String
  /// What a value is, in one line.
  public let summary: String
  /// More, in paragraphs.
  public let detail: String
  /// One line of Lua that a test runs.
  public let example: String?
  /// True when one Swift object is always the same userdata.
  public let keepsIdentity: Bool
  let members: [ExportedMember]
  let id: ID
  /// How the value in a box shows, when its type says so.
  let text: @Sendable (UnsafeMutableRawPointer) -> String?
  /// The names that `__index` answers for the value in a box, when its type declares them.
  let keys: (@Sendable (UnsafeMutableRawPointer) -> [String])?
  private static let count = Atomic<Int>(0)

  init(
    name: String, summary: String, detail: String, example: String?, keepsIdentity: Bool,
    isHeavy: Bool, text: @escaping @Sendable (UnsafeMutableRawPointer) -> String?,
    keys: (@Sendable (UnsafeMutableRawPointer) -> [String])?, members: [ExportedMember]
  ) {
    self.text = text
    self.keys = keys
    self.name = name
    self.summary = summary
    self.detail = detail
    self.example = example
    self.keepsIdentity = keepsIdentity
    let record = UnsafeMutablePointer<lb_TypeID>.allocate(capacity: 1)
    let slot = Self.count.wrappingAdd(1, ordering: .relaxed).oldValue
    record.initialize(
      to: lb_TypeID(
        slot: CInt(slot), is_unique: keepsIdentity ? 1 : 0, is_heavy: isHeavy ? 1 : 0))
    id = ID(record: record)
    self.members = members.map { $0.bound(to: record) }
    var seen: Set<String> = []
    for member in members {
      precondition(seen.insert(member.entry.name).inserted, "\(name).\(member.entry.name) twice")
    }
  }

  /// True when values name keys of their own, beside the declared members.
  public var namesKeys: Bool { keys != nil }

  /// The entries in the order of their declaration.
  public var entries: [ExportedEntry] { members.map(\.entry) }

  /// Finds an entry by its name in Lua.
  public func entry(_ name: String) -> ExportedEntry? {
    members.first { $0.entry.name == name }?.entry
  }
}
