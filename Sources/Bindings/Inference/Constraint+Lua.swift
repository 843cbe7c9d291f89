import Base
public import Inference
public import LuaBridge

extension Constraint: LuaExported {
  /// The name in messages and stubs.
  public static let luaName = "llm.Constraint"

  /// What Lua sees of a constraint.
  public static let exported = Exported<Constraint>(
    "A form that generated text must have: the option constraint of generate and chat.",
    example: "llm.choice { \"yes\", \"no\" }"
  ) {
    property("kind", "What it was made from: grammar, json_schema, regex or choice.") {
      $0.kind.rawValue
    }
    property("description", "What text must be, on one line.") { $0.description }
    method(
      "matches", "True for a whole text of this form.", .string("text", "the whole text")
    ) { $0.matches($1) }
    .example("llm.regex(\"[0-9]+\"):matches(\"42\")")
  }
}

extension LLMModule {
  /// The functions that make constraints.
  @MemberBuilder static var constraintMembers: [ExportedMember] {
    function(
      "grammar", "A constraint from a grammar in llama.cpp's GBNF.",
      .string("text", "rules as in root ::= \"yes\" | \"no\"")
    ) { try Constraint.grammar($0) }
    .example("llm.grammar [[root ::= \"yes\" | \"no\"]]")
    .detail(
      """
      Literals in double quotes, classes as in [^a-z], `.` for any letter, groups, | and the
      repetitions ? * + {m} {m,} {m,n}; # begins a comment. The rule of a whole text is root.
      """)
    function(
      "json_schema", "A constraint from a JSON schema: text is JSON that it describes.",
      .value("schema", "a table, or JSON text", of: Either<LuaTable, String>.self),
      .named(
        .boolean("pretty", "line breaks and indentation may be written", default: false),
        .integer(
          "max_depth", "how deep values of any kind and schemas with loops nest", default: 8,
          range: 0...64),
        .optional(
          .integer("max_items", "items of an array where the schema is silent", range: 0...100_000)),
        .optional(
          .integer(
            "max_length", "letters of a string where the schema is silent", range: 0...100_000)))
    ) { schema, options in try jsonSchema(schema, options.values) }
    .example("llm.json_schema { type = \"integer\", minimum = 1, maximum = 6 }")
    .detail(
      """
      Properties come in the order in which JSON text declares them, those of a table in the order
      of their names; optional ones may be left out. Text always ends within max_tokens. What a
      grammar cannot say, such as multipleOf or not, is refused with its place.
      """)
    function(
      "regex", "A constraint from a regular expression that the whole text matches.",
      .string("pattern", "without look-around and back references")
    ) { try Constraint.regex($0) }
    .example("llm.regex(\"[0-9]{4}-[0-9]{2}\")")
    function(
      "choice", "A constraint to one of some texts.",
      .value("texts", "what may come", of: [String].self)
    ) { try Constraint.choice($0) }
    .example("llm.choice { \"red\", \"green\", \"blue\" }")
  }

  private static func jsonSchema(
    _ schema: Either<LuaTable, String>, _ options: (Bool, Int, Int?, Int?)
  ) throws(Problem) -> Constraint {
    let value: JSONValue
    switch schema {
    case .first(let table): value = try JSONValue(.table(table), at: "schema")
    case .second(let text): value = try JSONValue(parsing: text, file: "JSON schema")
    }
    let (pretty, depth, items, length) = options
    return try Constraint.json(
      schema: value,
      options: JSONSchemaOptions(
        allowsLineBreaks: pretty, maxItems: items, maxLength: length, maxDepth: depth))
  }
}
