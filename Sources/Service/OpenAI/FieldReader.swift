import Base

/// Reads the fields of a JSON object and says of each that is wrong where it stands, what was expected
/// and what came.
///
/// A field that is null counts as left out.
struct FieldReader {
  let object: JSONObject
  /// Where the object stands in the body, as in "messages[0]"; empty for the body itself.
  let path: String

  init(_ object: JSONObject, path: String = "") {
    self.object = object
    self.path = path
  }

  /// The value of a field, unless it is null.
  func value(_ key: String) -> JSONValue? {
    guard let value = object[key], value != .null else { return nil }
    return value
  }

  func name(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  func string(_ key: String) throws(APIError) -> String? {
    try read(key, "a string") { $0.string }
  }

  func boolean(_ key: String) throws(APIError) -> Bool? {
    try read(key, "true or false") { $0.boolean }
  }

  func object(_ key: String) throws(APIError) -> FieldReader? {
    try read(key, "an object") { $0.object }.map { FieldReader($0, path: name(key)) }
  }

  func array(_ key: String) throws(APIError) -> [JSONValue]? {
    try read(key, "an array") { $0.array }
  }

  func integer(_ key: String, in range: ClosedRange<Int>) throws(APIError) -> Int? {
    let end = range.upperBound == Int.max ? "up" : "to \(range.upperBound)"
    return try read(key, "a whole number from \(range.lowerBound) \(end)") { value in
      // 5.0 is what some languages write for 5.
      let whole = value.integer ?? value.double.flatMap { Int(exactly: $0) }
      return whole.flatMap { range.contains($0) ? $0 : nil }
    }
  }

  func number(_ key: String, in range: ClosedRange<Double>) throws(APIError) -> Double? {
    try read(key, "a number from \(range.lowerBound) to \(range.upperBound)") { value in
      value.double.flatMap { range.contains($0) ? $0 : nil }
    }
  }

  /// Refuses a field that would change what comes out and is not served.
  func refuse(_ key: String, unless harmless: (JSONValue) -> Bool = { _ in false }, why: String)
    throws(APIError)
  {
    guard let value = value(key), !harmless(value) else { return }
    throw APIError.invalid(name(key), "\(name(key)): \(why)", code: "unsupported_parameter")
  }

  private func read<Value>(_ key: String, _ expected: String, _ body: (JSONValue) -> Value?)
    throws(APIError) -> Value?
  {
    guard let value = value(key) else { return nil }
    guard let result = body(value) else {
      throw .expected(expected, at: name(key), found: value)
    }
    return result
  }
}

extension APIError {
  /// A value that is not what it should be, with where it stands and what stands there.
  static func expected(_ expected: String, at path: String, found value: JSONValue?) -> APIError {
    let text = value.map { short($0) } ?? "nothing"
    return .invalid(path, "\(path): expected \(expected), got \(text)", code: "invalid_value")
  }

  private static func short(_ value: JSONValue) -> String {
    switch value {
    case .array(let items): "an array of \(items.count)"
    case .object(let object): "an object of \(object.count) fields"
    default: value.formatted().truncated(toWidth: 60)
    }
  }

  /// Something that a part further down has found wrong with a field.
  static func invalid(_ param: String, _ problem: Problem) -> APIError {
    .invalid(param, "\(param): \(problem)", code: "invalid_value")
  }
}
