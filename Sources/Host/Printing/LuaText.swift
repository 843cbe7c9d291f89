import Base
import CLua
import CLuaSupport
import LuaBridge

/// Single values as Lua writes them.
enum LuaText {
  /// The words that cannot be names.
  static let keywords: Set<String> = [
    "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in",
    "local", "nil", "not", "or", "repeat", "return", "then", "true", "until", "while",
  ]

  /// True for a text that can stand as a name in code.
  static func isName(_ text: String) -> Bool {
    guard let first = text.utf8.first, !(48...57).contains(first) else { return false }
    return text.utf8.allSatisfy(isNameByte) && !keywords.contains(text)
  }

  /// True for a letter, a digit or an underscore.
  static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }

  /// A number as `tostring` gives it: 3 and 3.0 stay apart.
  static func number(_ value: LuaValue, _ lua: LuaState) -> String { shown(value, lua) }

  /// What `tostring` gives; an error in `__tostring` becomes part of the text.
  static func shown(_ value: LuaValue, _ lua: LuaState) -> String {
    let stack = lua.stack
    guard lua_checkstack(stack, 6) != 0 else { return "<\(value.typeName)>" }
    value.luaPush(stack)
    let status = lb_protect(stack, lb_op_tostring, 1, 1)
    defer { lb_pop(stack, 1) }
    guard status != LUA_OK else { return LuaString.luaRead(stack, -1)?.text ?? "" }
    let reason = LuaString.luaRead(stack, -1)?.text ?? "an error that is no text"
    return "<\(value.typeName) whose __tostring failed: \(reason)>"
  }

  /// A string in quotes: text stays as it is, other bytes are escaped, what is long is cut.
  static func quoted(_ string: LuaString, limit: Int) -> String {
    var text = ""
    var count = 0
    var rest = string.bytes[...]
    while !rest.isEmpty, count < limit {
      let (piece, length) = character(rest)
      text += piece
      rest = rest.dropFirst(length)
      count += 1
    }
    return "\"\(text)\"" + (rest.isEmpty ? "" : "… \(rest.count) more bytes")
  }

  /// The first character as it is written in quotes, and how many bytes it takes.
  private static func character(_ bytes: ArraySlice<UInt8>) -> (String, Int) {
    let first = bytes[bytes.startIndex]
    switch first {
    case UInt8(ascii: "\""): return ("\\\"", 1)
    case UInt8(ascii: "\\"): return ("\\\\", 1)
    case 0x0A: return ("\\n", 1)
    case 0x0D: return ("\\r", 1)
    case 0x09: return ("\\t", 1)
    case 0x20..<0x7F: return (String(Unicode.Scalar(first)), 1)
    default: break
    }
    let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 1
    if length > 1, let text = String(validating: bytes.prefix(length), as: UTF8.self),
      let scalar = text.unicodeScalars.first, text.unicodeScalars.count == 1,
      scalar.properties.generalCategory != .control
    {
      return (text, length)
    }
    let digits = String(first, radix: 16, uppercase: true)
    return ("\\x" + (digits.count < 2 ? "0" : "") + digits, 1)
  }
}

/// What functions are called: those of modules by their names, all others by where they stand.
struct FunctionNames {
  private var names: [UInt: String] = [:]
  private let lua: LuaState

  init(_ lua: LuaState) {
    self.lua = lua
    let globals = lua.globals
    if let loaded = globals["package"].table?["loaded"].table {
      for (name, value) in loaded.pairs {
        guard let module = name.text, module != "_G", let table = value.table else { continue }
        note(table, prefix: module + ".")
      }
    }
    note(globals, prefix: "")
  }

  private mutating func note(_ table: LuaTable, prefix: String) {
    for (key, value) in table.pairs {
      guard let name = key.text, case .function(let function) = value else { continue }
      names[function.reference.identity] = prefix + name
    }
  }

  /// The function in angle brackets: its name where it has one, and its place.
  func text(of function: LuaFunction) -> String {
    let name = names[function.reference.identity].map { " \($0)" } ?? ""
    guard let place = FunctionPlace(function, lua) else { return "<function\(name), built in>" }
    return "<function\(name), \(place.chunk):\(place.firstLine)>"
  }
}

/// Where a Lua function was defined.
struct FunctionPlace {
  /// What messages call the chunk.
  let chunk: String
  /// The name of the file, when the chunk came from one.
  let file: String?
  /// Its first line, from 1.
  let firstLine: Int
  /// Its last line.
  let lastLine: Int

  /// Finds the place; nil for a function that is not written in Lua.
  init?(_ function: LuaFunction, _ lua: LuaState) {
    let stack = lua.stack
    guard lua_checkstack(stack, 4) != 0 else { return nil }
    var record = lua_Debug()
    function.luaPush(stack)
    // With ">" the function is taken from the stack.
    guard lua_getinfo(stack, ">S", &record) != 0, record.linedefined > 0 else { return nil }
    chunk = withUnsafeBytes(of: record.short_src) { raw in
      String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
    }
    let source = record.source.map { String(cString: $0) } ?? ""
    file = source.hasPrefix("@") ? String(source.dropFirst()) : nil
    firstLine = Int(record.linedefined)
    lastLine = Int(record.lastlinedefined)
  }
}
