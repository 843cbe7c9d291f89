extension TypeSyntax {
  /// The type as a person writes it, without a name: "const float *", "int[4][8]".
  var spelling: String {
    let words = qualifiers.words
    switch kind {
    case .builtin(let type): return words + type.rawValue
    case .named(let name): return words + name.spelling
    case .automatic: return words + "auto"
    case .decltype: return words + "decltype(…)"
    case .pointer(let pointee): return pointee.spelling.spaced + "*" + qualifiers.trailingWords
    case .reference(let target): return target.spelling.spaced + "&"
    case .rvalueReference(let target): return target.spelling.spaced + "&&"
    case .array: return arraySpelling
    case .function(let result, let parameters):
      return "\(result.spelling) (\(parameters.map(\.type.spelling).joined(separator: ", ")))"
    case .record(let record): return words + (record.name?.spelling ?? record.keyword.rawValue)
    case .enumeration(let declaration): return words + (declaration.name?.text ?? "enum")
    case .invalid: return "?"
    }
  }

  /// Bounds come in the order in which they were written.
  private var arraySpelling: String {
    var bounds = ""
    var inner = self
    while case .array(let element, let count) = inner.kind {
      if let count, case .integer(let literal) = count.kind {
        bounds += "[\(literal.value)]"
      } else {
        bounds += count == nil ? "[]" : "[…]"
      }
      inner = element
    }
    return inner.spelling + bounds
  }
}

extension TypeQualifiers {
  fileprivate var words: String {
    (contains(.const) ? "const " : "") + (contains(.volatile) ? "volatile " : "")
  }

  fileprivate var trailingWords: String {
    (contains(.const) ? " const" : "") + (contains(.volatile) ? " volatile" : "")
      + (contains(.restrict) ? " __restrict__" : "")
  }
}

extension String {
  fileprivate var spaced: String { hasSuffix("*") || hasSuffix("&") ? self : self + " " }
}
