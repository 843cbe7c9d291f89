public import Base
public import LuaBridge

/// Where a session shows what is more than text; the host sets one on each state.
///
/// `state[DisplayPortBox.self]?.port` finds it. Bindings know neither notebooks nor terminals.
public protocol DisplayPort: AnyObject {
  /// Shows something; an id lets a later update replace it.
  func display(_ forms: DisplayForms, id: String?, isUpdate: Bool)
  /// Clears what the cell has shown, at once or when the next output comes.
  func clear(wait: Bool)
  /// Asks the person for a line; nil when there is nobody to ask.
  func readLine(prompt: String, isPassword: Bool) -> String?
  /// A table's content as text to read; nil where the port has no way to tell it.
  func text(of table: LuaTable) -> String?
  /// Columns that text may take.
  var columns: Int { get }
  /// True where colours may be used in text.
  var usesColour: Bool { get }
}

extension DisplayPort {
  /// Nothing: `tostring` has to do.
  public func text(of table: LuaTable) -> String? { nil }
}

/// Keeps a state's port.
public final class DisplayPortBox {
  /// The port.
  public let port: any DisplayPort

  /// Keeps a port.
  public init(_ port: any DisplayPort) { self.port = port }
}

/// One thing in several forms, by MIME type such as "text/plain" or "image/svg+xml".
public struct DisplayForms: Sendable {
  /// The MIME types in order, each with its bytes; text is UTF-8.
  public var forms: [(type: String, bytes: [UInt8])]
  /// Metadata by MIME type.
  public var metadata: JSONObject

  /// Creates a set of forms.
  public init(_ forms: [(type: String, bytes: [UInt8])] = [], metadata: JSONObject = [:]) {
    self.forms = forms
    self.metadata = metadata
  }

  /// Adds a form of text.
  public mutating func add(_ type: String, _ text: String) {
    forms.append((type, Array(text.utf8)))
  }
}

/// How values tell their forms.
///
/// An exported type declares a method `__mime` that returns a table from MIME type to text or
/// bytes; a Lua table has a metatable with a function `__mime`. `shownForms(of:)` asks either.
extension LuaState {
  /// The forms of a value beside its plain text; nil when it has none.
  public func shownForms(of value: LuaValue) throws(LuaError) -> DisplayForms? {
    let method: LuaValue
    switch value {
    case .table(let table): method = table.metatable?["__mime"] ?? .nil
    case .userdata(let userdata):
      guard case .type(let type)? = description(of: value), type.entry("__mime") != nil else {
        return nil
      }
      method = try userdata.get("__mime")
    default: return nil
    }
    guard case .function(let function) = method else { return nil }
    guard case .table(let table)? = try function.call([value]).first else { return nil }
    return DisplayForms(bundle: table)
  }
}

extension DisplayForms {
  /// Takes a Lua table from MIME type to text; "text/plain" first, then by name.
  public init(bundle table: LuaTable) {
    self.init()
    for (key, value) in table.pairs {
      guard case .string(let text) = value, let type = key.text else { continue }
      forms.append((type, text.bytes))
    }
    forms.sort {
      ($0.type == "text/plain" ? "" : $0.type) < ($1.type == "text/plain" ? "" : $1.type)
    }
  }
}
