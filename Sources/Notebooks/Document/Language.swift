public import Base

/// The language of a notebook's code: how files, fences and parameters are written in it.
public struct Language: Hashable, Sendable {
  /// The name in fences and metadata, as in "lua".
  public let name: String
  /// The version in metadata, as in "5.4".
  public let version: String
  /// The name that Jupyter knows the kernel by.
  public let kernelName: String
  /// The name that people see.
  public let displayName: String
  /// What starts a comment that ends with the line.
  public let comment: String
  /// The extension of source files with its dot.
  public let fileExtension: String
  /// The MIME type of source files.
  public let mimeType: String

  /// Lua 5.4 as Orrery runs it.
  public static let lua = Language(
    name: "lua", version: "5.4", kernelName: "orrery", displayName: "Lua (Orrery)", comment: "--",
    fileExtension: ".lua", mimeType: "text/x-lua")

  /// The metadata of a new notebook.
  public var notebookMetadata: JSONObject {
    [
      "kernelspec": [
        "display_name": .string(displayName), "language": .string(name),
        "name": .string(kernelName),
      ],
      "language_info": [
        "file_extension": .string(fileExtension), "mimetype": .string(mimeType),
        "name": .string(name), "pygments_lexer": .string(name), "version": .string(version),
      ],
    ]
  }

  /// Writes a value as a literal: null becomes nil, an object a table of named fields.
  public func literal(_ value: JSONValue) -> String {
    switch value {
    case .null: "nil"
    case .boolean(let flag): flag ? "true" : "false"
    case .integer(let number): number == Int.min ? "math.mininteger" : String(number)
    case .number(let number): Language.literal(number)
    case .literal: Language.literal(value.double ?? .nan)
    case .string(let text): Language.quoted(text)
    case .array(let elements): elements.isEmpty ? "{}" : "{ \(joined(elements.map(literal))) }"
    case .object(let object):
      object.isEmpty
        ? "{}" : "{ \(joined(object.map { "\(Language.key($0.key)) = \(literal($0.value))" })) }"
    }
  }

  private func joined(_ parts: [String]) -> String { parts.joined(separator: ", ") }

  private static func literal(_ number: Double) -> String {
    if number.isNaN { return "0/0" }
    if number.isInfinite { return number > 0 ? "math.huge" : "-math.huge" }
    return number.description
  }

  private static func key(_ name: String) -> String {
    isIdentifier(name) ? name : "[\(quoted(name))]"
  }

  /// True for a name that can stand as a variable.
  static func isIdentifier(_ name: String) -> Bool {
    guard let first = name.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9") ~= first) else {
      return false
    }
    return !reserved.contains(name)
      && name.utf8.allSatisfy { byte in
        byte == UInt8(ascii: "_") || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
          || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
      }
  }

  private static let reserved: Set<String> = [
    "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in",
    "local", "nil", "not", "or", "repeat", "return", "then", "true", "until", "while",
  ]

  /// Writes text as a quoted literal on one line.
  static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\r": quoted += "\\r"
      case "\t": quoted += "\\t"
      case "\0"..<" ", "\u{7F}": quoted += decimalEscape(scalar.value)
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }

  // Three digits always, so that a digit behind it is not read as part of it.
  private static func decimalEscape(_ value: UInt32) -> String {
    let digits = String(value)
    return "\\" + String(repeating: "0", count: 3 - digits.count) + digits
  }
}
