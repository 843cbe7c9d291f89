import Base
import Inference

/// The fields that ask for a form of the text: OpenAI's `response_format` and vLLM's
/// `structured_outputs` and `guided_…`.
enum FormFields {
  /// The form that is asked for; nil leaves the text free.
  static func constraint(_ fields: FieldReader) throws(APIError) -> Constraint? {
    var found: [(path: String, make: () throws(Problem) -> Constraint)] = []
    try collect(fields, prefix: "guided_", into: &found)
    if let outputs = try fields.object("structured_outputs") {
      try collect(outputs, prefix: "", into: &found)
    }
    if let format = try fields.object("response_format") { try add(format, into: &found) }
    guard found.count <= 1 else {
      throw .invalid(
        found[1].path, "\(found[1].path): only one form can be asked for, \(found[0].path) is one")
    }
    guard let first = found.first else { return nil }
    do throws(Problem) { return try first.make() } catch {
      throw .invalid(first.path, error)
    }
  }

  private typealias Found = [(path: String, make: () throws(Problem) -> Constraint)]

  private static func add(_ format: FieldReader, into found: inout Found) throws(APIError) {
    switch try format.string("type") {
    case "text": return
    case "json_object":
      found.append((format.path, { () throws(Problem) in try .json(schema: ["type": "object"]) }))
    case "json_schema":
      guard let wrapper = try format.object("json_schema") else {
        throw .expected("an object with \"schema\"", at: format.name("json_schema"), found: nil)
      }
      guard let schema = wrapper.value("schema") else {
        throw .expected("a JSON schema", at: wrapper.name("schema"), found: nil)
      }
      let path = wrapper.name("schema")
      found.append((path, { () throws(Problem) in try .json(schema: schema) }))
    default:
      throw .expected(
        "\"text\", \"json_object\" or \"json_schema\"", at: format.name("type"),
        found: format.value("type"))
    }
  }

  private static func collect(_ fields: FieldReader, prefix: String, into found: inout Found)
    throws(APIError)
  {
    if let given = fields.value(prefix + "json") {
      var schema = given
      if let text = given.string {
        do throws(Problem) { schema = try JSONValue(parsing: text) } catch {
          throw .invalid(fields.name(prefix + "json"), error)
        }
      }
      found.append(
        (fields.name(prefix + "json"), { () throws(Problem) in try .json(schema: schema) }))
    }
    if let pattern = try fields.string(prefix + "regex") {
      found.append((fields.name(prefix + "regex"), { () throws(Problem) in try .regex(pattern) }))
    }
    if let grammar = try fields.string(prefix + "grammar") {
      found.append(
        (fields.name(prefix + "grammar"), { () throws(Problem) in try .grammar(grammar) }))
    }
    if let choices = try fields.array(prefix + "choice") {
      let texts = choices.compactMap(\.string)
      guard texts.count == choices.count else {
        throw .expected(
          "an array of strings", at: fields.name(prefix + "choice"), found: .array(choices))
      }
      found.append((fields.name(prefix + "choice"), { () throws(Problem) in try .choice(texts) }))
    }
  }
}
