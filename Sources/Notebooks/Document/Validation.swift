public import Base

/// Something in a document that the notebook format forbids.
public struct FormatFault: Hashable, Sendable, CustomStringConvertible {
  /// Where it is, as in `$.cells[3].outputs[0].name`.
  public let path: String
  /// What was expected there and what stands there.
  public let message: String

  /// The path and the message.
  public var description: String { "\(path): \(message)" }
}

extension Notebook {
  /// Lists what the format forbids in a document, in the order of the document.
  ///
  /// Follows the schemas of nbformat 4.0 to 4.5. Newer minor versions may carry keys and types of
  /// output that nobody here knows, so those are let through.
  public static func faults(in document: JSONValue) -> [FormatFault] {
    var validator = NotebookValidator()
    validator.check(document)
    return validator.faults
  }
}

private struct NotebookValidator {
  var faults: [FormatFault] = []
  private var minor = 5
  private var isNewer: Bool { minor > 5 }

  mutating func check(_ document: JSONValue) {
    guard let top = object(document, "$") else { return }
    guard let major = top["nbformat"]?.integer else {
      return report("$.nbformat", "expected the format version, a whole number", top["nbformat"])
    }
    guard major == 4 else {
      return report(
        "$.nbformat", "expected version 4; save it once with a current Jupyter", top["nbformat"])
    }
    guard let number = top["nbformat_minor"]?.integer, number >= 0 else {
      return report(
        "$.nbformat_minor", "expected a whole number from 0 up", top["nbformat_minor"])
    }
    minor = number
    allow(["cells", "metadata", "nbformat", "nbformat_minor"], in: top, "$")
    checkMetadata(top["metadata"])
    guard let cells = top["cells"]?.array else {
      return report("$.cells", "expected an array of cells", top["cells"])
    }
    for (index, cell) in cells.enumerated() { checkCell(cell, "$.cells[\(index)]") }
    if minor >= 5 { checkUniqueIDs(cells) }
  }

  // MARK: Notebook metadata

  private mutating func checkMetadata(_ value: JSONValue?) {
    guard let metadata = object(value, "$.metadata") else { return }
    if let value = metadata["kernelspec"], let spec = object(value, "$.metadata.kernelspec") {
      string(spec["name"], "$.metadata.kernelspec.name")
      string(spec["display_name"], "$.metadata.kernelspec.display_name")
    }
    if let value = metadata["language_info"], let info = object(value, "$.metadata.language_info") {
      string(info["name"], "$.metadata.language_info.name")
      for key in ["file_extension", "mimetype", "pygments_lexer"] where info[key] != nil {
        string(info[key], "$.metadata.language_info.\(key)")
      }
    }
    if let title = metadata["title"] { string(title, "$.metadata.title") }
    if let authors = metadata["authors"], authors.array == nil {
      report("$.metadata.authors", "expected an array", authors)
    }
  }

  // MARK: Cells

  private mutating func checkCell(_ value: JSONValue, _ path: String) {
    guard let cell = object(value, path) else { return }
    guard let kind = cell["cell_type"]?.string.flatMap(Cell.Kind.init(rawValue:)) else {
      return report("\(path).cell_type", "expected code, markdown or raw", cell["cell_type"])
    }
    var known = ["cell_type", "metadata", "source"]
    if minor >= 5 { known.append("id") }
    if kind == .code {
      known += ["execution_count", "outputs"]
    } else if minor >= 1 {
      known.append("attachments")
    }
    allow(known, in: cell, path)
    if minor >= 5 { checkID(cell["id"], "\(path).id") }
    checkCellMetadata(cell["metadata"], kind, "\(path).metadata")
    multiline(cell["source"], "\(path).source")
    if let attachments = cell["attachments"], known.contains("attachments") {
      checkAttachments(attachments, "\(path).attachments")
    }
    if kind == .code { checkCode(cell, path) }
  }

  private mutating func checkID(_ value: JSONValue?, _ path: String) {
    guard let id = value?.string, Cell.isValid(id: id) else {
      return report(path, "expected 1 to 64 letters, digits, \"-\" or \"_\"", value)
    }
  }

  private mutating func checkUniqueIDs(_ cells: [JSONValue]) {
    var first: [String: Int] = [:]
    for (index, cell) in cells.enumerated() {
      guard let id = cell["id"]?.string else { continue }
      if let earlier = first.updateValue(index, forKey: id) {
        report("$.cells[\(index)].id", "\"\(id)\" is already the id of cell \(earlier + 1)")
      }
    }
  }

  private mutating func checkCellMetadata(
    _ value: JSONValue?, _ kind: Cell.Kind, _ path: String
  ) {
    guard let metadata = object(value, path) else { return }
    if kind == .code {
      boolean(metadata["collapsed"], "\(path).collapsed")
      if let scrolled = metadata["scrolled"], scrolled.boolean == nil, scrolled != "auto" {
        report("\(path).scrolled", "expected true, false or \"auto\"", scrolled)
      }
    }
    if kind == .raw, let format = metadata["format"] { string(format, "\(path).format") }
    if let name = metadata["name"], name.string?.isEmpty ?? true {
      report("\(path).name", "expected a name", name)
    }
    // The schema names source_hidden and outputs_hidden in a place where they check nothing.
    if let value = metadata["jupyter"] { _ = object(value, "\(path).jupyter") }
    if let tags = metadata["tags"] { checkTags(tags, "\(path).tags") }
  }

  private mutating func checkTags(_ value: JSONValue, _ path: String) {
    guard let tags = value.array else { return report(path, "expected an array of tags", value) }
    var seen = Set<String>()
    for (index, tag) in tags.enumerated() {
      guard let text = tag.string, !text.isEmpty, !text.utf8.contains(UInt8(ascii: ",")) else {
        report("\(path)[\(index)]", "expected a tag without a comma", tag)
        continue
      }
      if !seen.insert(text).inserted { report("\(path)[\(index)]", "\"\(text)\" stands twice") }
    }
  }

  private mutating func checkAttachments(_ value: JSONValue, _ path: String) {
    guard let attachments = object(value, path) else { return }
    for (name, bundle) in attachments { checkBundle(bundle, "\(path).\(name)") }
  }

  private mutating func checkCode(_ cell: JSONObject, _ path: String) {
    checkCount(cell["execution_count"], "\(path).execution_count")
    guard let outputs = cell["outputs"]?.array else {
      return report("\(path).outputs", "expected an array of outputs", cell["outputs"])
    }
    for (index, output) in outputs.enumerated() { checkOutput(output, "\(path).outputs[\(index)]") }
  }

  private mutating func checkCount(_ value: JSONValue?, _ path: String) {
    if case .null? = value { return }
    if let number = value?.integer, number >= 0 { return }
    report(path, "expected null or a whole number from 0 up", value)
  }

  // MARK: Outputs

  private mutating func checkOutput(_ value: JSONValue, _ path: String) {
    guard let output = object(value, path) else { return }
    switch output["output_type"]?.string.flatMap(Output.Kind.init(rawValue:)) {
    case .stream?:
      allow(["name", "output_type", "text"], in: output, path)
      string(output["name"], "\(path).name")
      multiline(output["text"], "\(path).text")
    case .display?:
      allow(["data", "metadata", "output_type"], in: output, path)
      checkShown(output, path)
    case .result?:
      allow(["data", "execution_count", "metadata", "output_type"], in: output, path)
      checkCount(output["execution_count"], "\(path).execution_count")
      checkShown(output, path)
    case .error?:
      allow(["ename", "evalue", "output_type", "traceback"], in: output, path)
      checkError(output, path)
    case .other?, nil:
      if isNewer, output["output_type"]?.string != nil { return }
      report(
        "\(path).output_type", "expected stream, display_data, execute_result or error",
        output["output_type"])
    }
  }

  private mutating func checkShown(_ output: JSONObject, _ path: String) {
    checkBundle(output["data"], "\(path).data")
    _ = object(output["metadata"], "\(path).metadata")
  }

  private mutating func checkError(_ output: JSONObject, _ path: String) {
    string(output["ename"], "\(path).ename")
    string(output["evalue"], "\(path).evalue")
    guard let lines = output["traceback"]?.array else {
      return report("\(path).traceback", "expected an array of strings", output["traceback"])
    }
    for (index, line) in lines.enumerated() { string(line, "\(path).traceback[\(index)]") }
  }

  private mutating func checkBundle(_ value: JSONValue?, _ path: String) {
    guard let data = object(value, path) else { return }
    for (type, content) in data where !MIMEBundle.isJSON(type) {
      multiline(content, "\(path)[\"\(type)\"]")
    }
  }

  // MARK: Values

  private mutating func report(_ path: String, _ message: String) {
    faults.append(FormatFault(path: path, message: message))
  }

  private mutating func report(_ path: String, _ expected: String, _ found: JSONValue?) {
    let shown: String
    switch found {
    case nil: shown = "nothing"
    case .string(let text)?: shown = "\"\(text.truncated(toWidth: 40))\""
    case .integer?, .number?, .boolean?: shown = found?.formatted() ?? ""
    default: shown = found?.kindName ?? ""
    }
    report(path, "\(expected), found \(shown)")
  }

  private mutating func object(_ value: JSONValue?, _ path: String) -> JSONObject? {
    if let object = value?.object { return object }
    report(path, "expected an object", value)
    return nil
  }

  private mutating func string(_ value: JSONValue?, _ path: String) {
    if value?.string == nil { report(path, "expected a string", value) }
  }

  private mutating func boolean(_ value: JSONValue?, _ path: String) {
    if let value, value.boolean == nil { report(path, "expected true or false", value) }
  }

  private mutating func multiline(_ value: JSONValue?, _ path: String) {
    if value?.string != nil { return }
    guard let lines = value?.array else {
      return report(path, "expected a string or an array of strings", value)
    }
    for (index, line) in lines.enumerated() { string(line, "\(path)[\(index)]") }
  }

  private mutating func allow(_ known: [String], in object: JSONObject, _ path: String) {
    guard !isNewer else { return }
    for key in object.keys where !known.contains(key) {
      let hint = nearestNames(to: key, among: known).first.map { "; did you mean \"\($0)\"?" } ?? ""
      report("\(path).\(key)", "this key is not part of the format\(hint)")
    }
  }
}
