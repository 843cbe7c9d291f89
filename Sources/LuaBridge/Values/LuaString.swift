/// A Lua string: bytes, most often UTF-8 but not always.
public struct LuaString: Hashable, Sendable {
  /// The bytes exactly as Lua holds them.
  public let bytes: [UInt8]

  /// Creates a string from bytes.
  public init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Creates a string from the UTF-8 of a text.
  public init(_ text: String) { bytes = Array(text.utf8) }

  /// The text; bytes that are not UTF-8 show as replacement characters.
  public var text: String { String(decoding: bytes, as: UTF8.self) }

  /// The text when the bytes are UTF-8, else nil.
  public var exactText: String? { String(validating: bytes, as: UTF8.self) }
}

extension LuaString: ExpressibleByStringLiteral, CustomStringConvertible {
  /// Creates a string from a literal.
  public init(stringLiteral value: String) { self.init(value) }

  /// The text.
  public var description: String { text }
}
