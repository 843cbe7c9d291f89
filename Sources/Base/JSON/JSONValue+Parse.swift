internal import CJansson

extension JSONValue {
  /// Reads a document; the error names the byte, what stands there and the name given as `file`.
  ///
  /// Parsing is Jansson's: strict RFC 8259, UTF-8 checked, 64-bit integers, depth up to 2048.
  public init(parsing bytes: UnsafeRawBufferPointer, file: String = "JSON") throws(Problem) {
    var fault = json_error_t()
    let flags = size_t(JSON_DECODE_ANY | JSON_ALLOW_NUL)
    let start = bytes.bindMemory(to: CChar.self).baseAddress
    guard let start, let root = json_loadb(start, bytes.count, flags, &fault) else {
      throw Problem(
        "\(file): byte \(max(0, fault.position)) (line \(fault.line)): not valid JSON, "
          + (bytes.isEmpty ? "it is empty" : fault.message))
    }
    defer { json_decref(root) }
    self = JSONValue(root)
  }

  /// Reads a document from text.
  public init(parsing text: String, file: String = "JSON") throws(Problem) {
    try self.init(parsing: Array(text.utf8), file: file)
  }

  /// Reads a document from bytes.
  public init(parsing bytes: [UInt8], file: String = "JSON") throws(Problem) {
    self = try bytes.withUnsafeBytes { raw in
      Result { () throws(Problem) in try JSONValue(parsing: raw, file: file) }
    }.get()
  }

  private init(_ node: UnsafeMutablePointer<json_t>) {
    switch node.pointee.type {
    case JSON_TRUE: self = .boolean(true)
    case JSON_FALSE: self = .boolean(false)
    case JSON_INTEGER: self = .integer(Int(json_integer_value(node)))
    case JSON_REAL: self = .number(json_real_value(node))
    case JSON_STRING: self = .string(JSONValue.text(node))
    case JSON_ARRAY:
      var elements: [JSONValue] = []
      elements.reserveCapacity(json_array_size(node))
      for index in 0..<json_array_size(node) {
        if let child = json_array_get(node, index) { elements.append(JSONValue(child)) }
      }
      self = .array(elements)
    case JSON_OBJECT:
      var object = JSONObject()
      var iterator = json_object_iter(node)
      while let current = iterator {
        if let key = json_object_iter_key(current), let child = json_object_iter_value(current) {
          object[String(cString: key)] = JSONValue(child)
        }
        iterator = json_object_iter_next(node, current)
      }
      self = .object(object)
    default: self = .null
    }
  }

  private static func text(_ node: UnsafeMutablePointer<json_t>) -> String {
    let length = json_string_length(node)
    guard let start = json_string_value(node) else { return "" }
    return start.withMemoryRebound(to: UInt8.self, capacity: length) { bytes in
      String(decoding: UnsafeBufferPointer(start: bytes, count: length), as: UTF8.self)
    }
  }
}

extension json_error_t {
  fileprivate var message: String {
    withUnsafeBytes(of: text) { raw in
      String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}
