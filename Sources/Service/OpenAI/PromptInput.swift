import Base
import Inference

/// A text, or the tokens of one.
enum PromptInput: Equatable {
  case text(String)
  case tokens([TokenID])

  /// Reads a field that has one or several of them.
  static func list(_ fields: FieldReader, _ key: String, most: Int) throws(APIError)
    -> [PromptInput]
  {
    let value = fields.value(key)
    if let text = value?.string { return [.text(text)] }
    guard let items = value?.array, !items.isEmpty else {
      throw .expected(
        "a string, an array of strings, of token numbers, or of arrays of token numbers",
        at: key, found: value)
    }
    if case .integer = items[0] { return [.tokens(try tokens(items, path: key))] }
    guard items.count <= most else {
      throw .expected("at most \(most) of them", at: key, found: value)
    }
    var inputs: [PromptInput] = []
    for (index, item) in items.enumerated() {
      let path = "\(key)[\(index)]"
      if let text = item.string {
        inputs.append(.text(text))
      } else if let numbers = item.array, !numbers.isEmpty {
        inputs.append(.tokens(try tokens(numbers, path: path)))
      } else {
        throw .expected("a string or an array of token numbers", at: path, found: item)
      }
    }
    return inputs
  }

  /// Reads token numbers, which stand at a path.
  static func tokens(_ items: [JSONValue], path: String) throws(APIError) -> [TokenID] {
    var tokens: [TokenID] = []
    tokens.reserveCapacity(items.count)
    for (index, item) in items.enumerated() {
      guard let number = item.integer.flatMap({ TokenID(exactly: $0) }), number >= 0 else {
        throw .expected("a token number", at: "\(path)[\(index)]", found: item)
      }
      tokens.append(number)
    }
    return tokens
  }
}

extension [TokenID] {
  /// Refuses tokens that are not in a vocabulary.
  func check(below size: Int, path: String) throws(APIError) {
    for (index, token) in enumerated() where token < 0 || Int(token) >= size {
      throw .expected(
        "a token number below \(size)", at: "\(path)[\(index)]", found: .integer(Int(token)))
    }
  }
}
