import CLua
import CLuaSupport

/// Notes which declared entries were called and whether they returned what they declare.
///
/// Set it on a state before anything is registered; a state without one pays nothing.
public final class CallRecorder {
  /// One wrong result.
  public struct Mismatch: Hashable, Sendable {
    /// The entry, as "gpu.Device.split".
    public let entry: String
    /// The declared types.
    public let declared: [String]
    /// The types that came.
    public let found: [String]
  }

  /// Every entry that was registered, as "gpu.Device.split".
  public private(set) var declared: Set<String> = []
  /// How often each was called.
  public private(set) var calls: [String: Int] = [:]
  /// The results that were not as declared.
  public private(set) var mismatches: Set<Mismatch> = []

  /// Creates a recorder.
  public init() {}

  /// The entries that were never called, in order.
  public var uncalled: [String] { declared.subtracting(calls.keys).sorted() }

  func declare(_ entry: ExportedEntry, owner: String) {
    declared.insert("\(owner).\(entry.name)")
  }

  func wrap(
    _ box: FunctionBox, _ entry: ExportedEntry, owner: String, comparesResults: Bool = true
  ) -> FunctionBox {
    let name = "\(owner).\(entry.name)"
    return FunctionBox(box.site) { stack in
      self.calls[name, default: 0] += 1
      let count = try box.body(stack, box)
      if count >= 0, comparesResults { self.compare(name, entry.results.map(\.type), stack, count) }
      return count
    }
  }

  private func compare(_ name: String, _ declared: [String], _ stack: LuaStack, _ count: CInt) {
    let first = lua_gettop(stack) - count + 1
    let indices = first..<(first + count)
    var types = declared[...]
    var fits = true
    for index in indices {
      guard let type = types.first else {
        fits = false
        break
      }
      fits = fits && matches(type, stack, index)
      if !type.hasSuffix("...") { types = types.dropFirst() }
    }
    for missing in types where !missing.hasSuffix("...") && !missing.hasSuffix("?") {
      fits = fits && missing == "any"
    }
    if fits { return }
    let found = indices.map { foundType(stack, $0) }
    mismatches.insert(Mismatch(entry: name, declared: declared, found: found))
  }
}

/// The type of a value as declarations write it: integers and floats apart.
private func foundType(_ stack: LuaStack, _ index: CInt) -> String {
  lua_isinteger(stack, index) != 0 ? "integer" : foundName(stack, index)
}

/// Tells whether a value is of a LuaCATS type; of shapes and elements only the outermost is looked at.
func matches(_ declared: String, _ stack: LuaStack, _ index: CInt) -> Bool {
  var type = declared.hasSuffix("...") ? String(declared.dropLast(3)) : declared
  let found = lua_type(stack, index)
  if type.hasSuffix("?") {
    if found <= LUA_TNIL { return true }
    type.removeLast()
  }
  if type.hasPrefix("fun(") { return found == LUA_TFUNCTION }
  if type.hasSuffix("[]") || type.hasPrefix("{") || type.hasPrefix("table<") {
    return found == LUA_TTABLE
  }
  let parts = type.split(separator: "|")
  if parts.count > 1 { return parts.contains { matches(String($0), stack, index) } }
  switch type {
  case "any", "self": return true
  case "integer": return lua_isinteger(stack, index) != 0
  case "userdata": return found == LUA_TUSERDATA
  case let word where word.hasPrefix("\""):
    return String.luaRead(stack, index).map { "\"\($0)\"" == word } ?? false
  default:
    let kind = String(cString: lua_typename(stack, found))
    return kind == type || foundName(stack, index) == type
      || (kind == "table" && type.contains("."))
  }
}
