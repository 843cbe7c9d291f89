public import Base

/// One thing that a cell showed: stream text, something displayed, its result or an error.
public struct Output: Hashable, Sendable {
  /// What sort of output it is.
  public enum Kind: String, Sendable {
    case stream
    case display = "display_data"
    case result = "execute_result"
    case error
    /// A type of a newer format, kept as it is.
    case other
  }

  /// The output as the file has it.
  public internal(set) var fields: JSONObject

  /// Wraps an output as the file has it.
  init(fields: JSONObject) { self.fields = fields }

  /// Creates stream text.
  public static func stream(_ name: OutputStreamName, _ text: String) -> Output {
    Output(fields: [
      "name": .string(name.rawValue), "output_type": "stream", "text": .lines(text),
    ])
  }

  /// Creates something displayed.
  public static func display(_ bundle: MIMEBundle) -> Output {
    Output(fields: [
      "data": .object(bundle.notebookData), "metadata": .object(bundle.metadata),
      "output_type": "display_data",
    ])
  }

  /// Creates the result of a numbered run.
  public static func result(_ bundle: MIMEBundle, number: Int?) -> Output {
    Output(fields: [
      "data": .object(bundle.notebookData),
      "execution_count": number.map(JSONValue.integer) ?? .null,
      "metadata": .object(bundle.metadata), "output_type": "execute_result",
    ])
  }

  /// Creates an error.
  public static func error(_ error: EvaluationError) -> Output {
    Output(fields: [
      "ename": .string(error.name), "evalue": .string(error.message), "output_type": "error",
      "traceback": .array(error.report.map(JSONValue.string)),
    ])
  }

  /// What sort of output it is.
  public var kind: Kind {
    fields["output_type"]?.string.flatMap(Kind.init(rawValue:)) ?? .other
  }

  /// The stream that the text went to.
  public var streamName: String? { kind == .stream ? fields["name"]?.string : nil }

  /// The text of a stream, the report of an error, the plain text of anything else.
  public var text: String {
    switch kind {
    case .stream: JSONValue.joined(fields["text"])
    case .error:
      fields["traceback"]?.array?.compactMap(\.string).joined(separator: "\n") ?? ""
    default: bundle.plain
    }
  }

  /// The forms of something displayed or of a result; empty for anything else.
  public var bundle: MIMEBundle {
    guard let data = fields["data"]?.object else { return MIMEBundle() }
    var bundle = MIMEBundle(notebookData: data)
    bundle.metadata = fields["metadata"]?.object ?? [:]
    return bundle
  }

  /// Replaces forms and metadata, keeping the sort of output it is.
  mutating func replaceBundle(_ bundle: MIMEBundle) {
    fields.place("data", .object(bundle.notebookData))
    fields.place("metadata", .object(bundle.metadata))
  }
}

extension MIMEBundle {
  /// True for types whose data is a JSON value rather than text.
  static func isJSON(_ type: String) -> Bool {
    type == "application/json" || type.hasPrefix("application/") && type.hasSuffix("+json")
  }

  /// True for types whose data stands as base 64 in a notebook.
  static func isBinary(_ type: String) -> Bool {
    if type == "image/svg+xml" { return false }
    return ["image/", "audio/", "video/"].contains { type.hasPrefix($0) }
      || type == "application/pdf" || type == "application/octet-stream"
  }

  /// The forms as a notebook stores them, keys in alphabetical order.
  var notebookData: JSONObject {
    var data = JSONObject()
    for (type, content) in forms {
      switch content {
      case .text(let text):
        let isCut =
          type.hasPrefix("text/") || type == "image/svg+xml" || type == "application/javascript"
        data.insertSorted(type, isCut ? .lines(text) : .string(text))
      case .bytes(let bytes): data.insertSorted(type, .string(Base64.encode(bytes)))
      case .json(let value): data.insertSorted(type, value)
      }
    }
    return data
  }

  /// Reads the forms from a notebook; base 64 that cannot be decoded stays text.
  init(notebookData: JSONObject) {
    self.init()
    for (type, value) in notebookData {
      if MIMEBundle.isJSON(type) {
        self[type] = .json(value)
      } else {
        let text = JSONValue.joined(value)
        let bytes = MIMEBundle.isBinary(type) ? NotebookText.decodeBase64(text) : nil
        self[type] = bytes.map(Content.bytes) ?? .text(text)
      }
    }
  }
}
