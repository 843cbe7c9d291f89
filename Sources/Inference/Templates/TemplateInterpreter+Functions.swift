import Base
import Glibc

extension TemplateInterpreter {
  /// `value | name(arguments)`.
  func filter(_ name: String, _ value: TemplateValue, _ arguments: TemplateCallArguments)
    throws(Problem) -> TemplateValue
  {
    switch name {
    case "trim": return .string(stripped(value.text, arguments[0]))
    case "upper": return .string(value.text.uppercased())
    case "lower": return .string(value.text.lowercased())
    case "capitalize":
      return .string(value.text.prefix(1).uppercased() + value.text.dropFirst().lowercased())
    case "string": return .string(value.text)
    case "safe": return value
    case "length", "count": return .integer(try length(value))
    case "tojson":
      let indent: Int? = if case .integer(let n) = arguments[0, "indent"] { n } else { nil }
      return .string(value.json(indent: indent))
    case "default", "d":
      let replaces = arguments[1, "boolean"].isTrue ? !value.isTrue : isUndefined(value)
      return replaces ? arguments[0] : value
    case "join":
      let separator = arguments[0, "d"].text
      return .string(try elements(of: value).map(\.text).joined(separator: separator))
    case "first": return try elements(of: value).first ?? .undefined
    case "last": return try elements(of: value).last ?? .undefined
    case "list": return .list(try elements(of: value))
    case "reverse": return .list(try elements(of: value).reversed())
    case "items": return items(value)
    case "int": return .integer(Int(value.text) ?? value.double.map { Int($0) } ?? 0)
    case "replace":
      return .string(replaced(value.text, arguments[0].text, arguments[1].text))
    default:
      throw fault(
        "filter \"\(name)\" is not supported",
        fix: "there are trim, upper, lower, capitalize, string, length, tojson, default, join, "
          + "first, last, list, reverse, items, int, replace")
    }
  }

  /// `value is name`.
  func test(_ name: String, _ value: TemplateValue, _ arguments: TemplateCallArguments)
    throws(Problem) -> Bool
  {
    switch (name, value) {
    case ("defined", _): return !isUndefined(value)
    case ("undefined", _): return isUndefined(value)
    case ("none", .none), ("string", .string), ("number", .integer), ("number", .number),
      ("integer", .integer), ("float", .number), ("boolean", .boolean), ("mapping", .map),
      ("iterable", .list), ("iterable", .map), ("iterable", .string), ("sequence", .list),
      ("sequence", .string):
      return true
    case ("none", _), ("string", _), ("number", _), ("integer", _), ("float", _), ("boolean", _),
      ("mapping", _), ("iterable", _), ("sequence", _):
      return false
    case ("true", _): return value.equals(.boolean(true))
    case ("false", _): return value.equals(.boolean(false))
    case ("equalto", _), ("eq", _): return value.equals(arguments[0])
    case ("in", _): return try binary("in", value, arguments[0]).isTrue
    default:
      throw fault(
        "test \"\(name)\" is not supported",
        fix: "there are defined, undefined, none, string, number, boolean, mapping, iterable, "
          + "sequence, true, false, equalto, in")
    }
  }

  /// A method of a text or a mapping.
  func method(_ name: String, of value: TemplateValue, _ arguments: TemplateCallArguments)
    throws(Problem) -> TemplateValue
  {
    switch (name, value) {
    case ("strip", .string(let text)): return .string(stripped(text, arguments[0]))
    case ("lstrip", .string(let text)):
      return .string(stripped(text, arguments[0], end: false))
    case ("rstrip", .string(let text)):
      return .string(stripped(text, arguments[0], start: false))
    case ("upper", .string), ("lower", .string), ("replace", .string), ("capitalize", .string):
      return try filter(name, value, arguments)
    case ("title", .string(let text)):
      let words = text.split(separator: " ", omittingEmptySubsequences: false)
      let titled = words.map { $0.prefix(1).uppercased() + $0.dropFirst().lowercased() }
      return .string(titled.joined(separator: " "))
    case ("startswith", .string(let text)): return .boolean(text.hasPrefix(arguments[0].text))
    case ("endswith", .string(let text)): return .boolean(text.hasSuffix(arguments[0].text))
    case ("split", .string(let text)): return .list(parts(text, arguments[0]))
    case ("items", .map): return items(value)
    case ("keys", .map): return .list(try elements(of: value))
    case ("get", .map):
      let found = value[arguments[0].text]
      if !isUndefined(found) { return found }
      return arguments.values.count > 1 ? arguments[1] : .none
    default:
      throw fault(
        "method \"\(name)\" of \(value.kindName) is not supported",
        fix: "there are strip, lstrip, rstrip, upper, lower, capitalize, title, replace, "
          + "startswith, endswith and split of strings, items, keys and get of mappings")
    }
  }

  /// A function by its name.
  func function(_ name: String, _ arguments: TemplateCallArguments) throws(Problem)
    -> TemplateValue
  {
    switch name {
    case "namespace": return .namespace(TemplateNamespace(arguments.named))
    case "range": return try range(arguments)
    case "raise_exception":
      throw Problem("the chat template refuses this conversation: \(arguments[0].text)")
    case "strftime_now": return .string(formattedTime(arguments[0].text))
    default:
      throw fault(
        "function \"\(name)\" is not supported",
        fix: "there are namespace, range, raise_exception, strftime_now")
    }
  }

  // MARK: Helpers

  private func isUndefined(_ value: TemplateValue) -> Bool {
    if case .undefined = value { true } else { false }
  }

  private func length(_ value: TemplateValue) throws(Problem) -> Int {
    if case .string(let text) = value { return text.unicodeScalars.count }
    return try elements(of: value).count
  }

  private func items(_ value: TemplateValue) -> TemplateValue {
    guard case .map(let pairs) = value else { return .list([]) }
    return .list(pairs.map { .list([.string($0.key), $0.value]) })
  }

  private func range(_ arguments: TemplateCallArguments) throws(Problem) -> TemplateValue {
    var bounds: [Int] = []
    for value in arguments.values {
      guard case .integer(let bound) = value else {
        throw fault("range takes whole numbers, got \(value.kindName)")
      }
      bounds.append(bound)
    }
    let start = bounds.count > 1 ? bounds[0] : 0
    let stop = bounds.count > 1 ? bounds[1] : bounds.first ?? 0
    let step = bounds.count > 2 ? bounds[2] : 1
    guard step != 0, abs(stop.subtractingReportingOverflow(start).partialValue / step) < 100_000
    else { throw fault("range of \(start) to \(stop) by \(step) is too long") }
    return .list(Swift.stride(from: start, to: stop, by: step).map { .integer($0) })
  }

  private func stripped(
    _ text: String, _ letters: TemplateValue, start: Bool = true, end: Bool = true
  ) -> String {
    let set: Set<Unicode.Scalar>? =
      if case .string(let text) = letters { Set(text.unicodeScalars) } else { nil }
    func goes(_ scalar: Unicode.Scalar) -> Bool {
      set?.contains(scalar) ?? scalar.properties.isWhitespace
    }
    var scalars = text.unicodeScalars[...]
    while start, let first = scalars.first, goes(first) { scalars.removeFirst() }
    while end, let last = scalars.last, goes(last) { scalars.removeLast() }
    return String(scalars)
  }

  private func parts(_ text: String, _ separator: TemplateValue) -> [TemplateValue] {
    guard case .string(let mark) = separator, !mark.isEmpty else {
      return text.split(whereSeparator: \.isWhitespace).map { .string(String($0)) }
    }
    return pieces(of: text, between: mark).map { .string($0) }
  }

  private func replaced(_ text: String, _ old: String, _ new: String) -> String {
    old.isEmpty ? text : pieces(of: text, between: old).joined(separator: new)
  }

  /// Cuts at every occurrence of a mark; by bytes, so that no letter is glued to its neighbour.
  private func pieces(of text: String, between mark: String) -> [String] {
    let (bytes, cut) = (Array(text.utf8), Array(mark.utf8))
    var result: [String] = []
    var start = 0
    var index = 0
    while index + cut.count <= bytes.count {
      if bytes[index..<index + cut.count].elementsEqual(cut) {
        result.append(String(decoding: bytes[start..<index], as: UTF8.self))
        index += cut.count
        start = index
      } else {
        index += 1
      }
    }
    return result + [String(decoding: bytes[start...], as: UTF8.self)]
  }

  private func formattedTime(_ format: String) -> String {
    var now = time(nil)
    var parts = tm()
    localtime_r(&now, &parts)
    var buffer = [CChar](repeating: 0, count: 256)
    let count = strftime(&buffer, buffer.count, format, &parts)
    return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
