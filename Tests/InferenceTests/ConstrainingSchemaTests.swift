import Base
import TestSupport
import Testing

@testable import Inference

@Suite struct ConstrainingSchemaTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let schema: String
    let accepted: [String]
    let refused: [String]
    var testDescription: String { schema }
    init(_ schema: String, _ accepted: [String], _ refused: [String]) {
      self.schema = schema
      self.accepted = accepted
      self.refused = refused
    }
  }

  @Test(
    "a schema accepts its JSON and no other",
    arguments: [
      Case(#"{"type":"boolean"}"#, ["true", "false"], ["", "True", "null", "true ", "1"]),
      Case(
        #"{"type":["null","string"]}"#, ["null", #""""#, #""a\n\u00e4\ud83d\ude80水""#],
        [#""a"#, #""\x""#, #""\ud83d""#, "\"\n\"", "1"]),
      Case(
        #"{"type":"integer"}"#, ["0", "-7", "123456789012345678"],
        ["1.0", "-0", "01", "1234567890123456789", "+1", "1e3"]),
      Case(
        #"{"type":"number"}"#, ["0", "-7.25", "1e10", "2.5E-3"], [".5", "1.", "01", "NaN", "1e999"]),
      Case(
        #"{"type":"integer","minimum":-12,"maximum":105}"#, ["-12", "-9", "0", "99", "105"],
        ["-13", "106", "-0", "1000", "-100"]),
      Case(
        #"{"type":"integer","exclusiveMinimum":9,"exclusiveMaximum":12}"#, ["10", "11"],
        ["9", "12", "100"]),
      Case(#"{"type":"integer","minimum":0.5,"maximum":2.5}"#, ["1", "2"], ["0", "3"]),
      Case(
        #"{"type":"number","minimum":-1.25,"exclusiveMaximum":0.5}"#,
        ["-1.25", "-1.250", "-1", "0", "0.49", "-0.5"],
        ["-1.26", "-1.251", "0.5", "0.50", "1", "-2", "5e-1"]),
      Case(
        #"{"type":"number","exclusiveMinimum":0}"#, ["0.1", "5", "100.001"], ["0", "0.0", "-1"]),
      Case(
        #"{"enum":[1,"a\"",[1,{"k":null}]]}"#,
        ["1", #""a\"""#, #"[1,{"k":null}]"#, #"[1, {"k": null}]"#],
        ["2", "[1]", "[1,  {}]"]),
      Case(#"{"const":null}"#, ["null"], ["false"]),
      Case(#"{"enum":[1,2,3,"x"],"type":"integer","minimum":2}"#, ["2", "3"], ["1", #""x""#]),
      Case(
        #"{"type":"string","minLength":2,"maxLength":3}"#,
        [#""ab""#, #""水火水""#, #""\n\n""#, #""🚀\ud83d\ude80""#], [#""a""#, #""abcd""#]),
      Case(#"{"type":"string","pattern":"^[a-c]+$"}"#, [#""abc""#], [#""""#, #""abd""#]),
      Case(#"{"type":"string","pattern":"b"}"#, [#""b""#, #""abc""#, #""\nb""#], [#""ac""#]),
      Case(#"{"type":"string","pattern":"^\"\\\\$"}"#, [#""\"\\""#], [#""\\""#]),
      Case(
        #"{"type":"string","pattern":"^a","maxLength":2}"#, [#""a""#, #""ab""#],
        [#""abc""#, #""b""#]),
      Case(
        #"{"type":"string","format":"date"}"#,
        [#""2024-02-29""#, #""2000-02-29""#, #""1999-12-31""#],
        [#""2023-02-29""#, #""1900-02-29""#, #""2024-13-01""#, #""2024-04-31""#]),
      Case(
        #"{"type":"string","format":"date-time"}"#,
        [#""2024-05-06T07:08:09Z""#, #""2024-05-06T07:08:09.5+01:00""#],
        [#""2024-05-06 07:08:09Z""#, #""2024-05-06T24:08:09Z""#]),
      Case(
        #"{"type":"string","format":"ipv4"}"#, [#""0.0.0.0""#, #""255.249.10.1""#],
        [#""256.1.1.1""#, #""1.1.1""#, #""01.1.1.1""#]),
      Case(
        #"{"type":"string","format":"ipv6"}"#,
        [#""::""#, #""::1""#, #""1:2:3:4:5:6:7:8""#, #""fe80::1:2""#],
        [#""1:2:3:4:5:6:7""#, #""1::2::3""#, #""1:2:3:4:5:6:7:8:9""#, #""::12345""#]),
      Case(
        #"{"type":"string","format":"uuid"}"#, [#""123e4567-e89b-12d3-a456-426614174000""#],
        [#""123""#]),
      Case(
        #"{"type":"string","format":"duration"}"#,
        [#""P1Y2M3DT4H""#, #""PT5S""#, #""P2W""#, #""P1D""#],
        [#""P""#, #""PT""#, #""P1S""#, #""P1YT""#]),
      Case(
        #"{"type":"array","items":{"type":"integer"},"minItems":1,"maxItems":3}"#,
        ["[1]", "[1,2]", "[1, 2, 3]"], ["[]", "[1,2,3,4]", "[1,]", "[ 1]", "[\"a\"]", "[1,  2]"]),
      Case(
        #"{"type":"array","prefixItems":[{"type":"null"},{"type":"boolean"}],"items":{"const":1}}"#,
        ["[]", "[null]", "[null,true]", "[null,true,1,1]"], ["[1]", "[null,1]", "[null,true,2]"]),
      Case(
        #"{"type":"array","prefixItems":[{"type":"null"},{"type":"boolean"}],"minItems":2}"#,
        ["[null,true]"], ["[]", "[null]", "[null,true,1]"]),
      Case(
        #"{"type":"array","items":[{"const":1}],"additionalItems":{"const":2}}"#,
        ["[]", "[1]", "[1,2,2]"], ["[2]", "[1,1]"]),
      Case(
        #"{"type":"array","items":{"type":"null"},"minItems":40,"maxItems":60}"#,
        [
          "[" + [String](repeating: "null", count: 40).joined(separator: ",") + "]",
          "[" + [String](repeating: "null", count: 60).joined(separator: ", ") + "]",
        ],
        [
          "[" + [String](repeating: "null", count: 39).joined(separator: ",") + "]",
          "[" + [String](repeating: "null", count: 61).joined(separator: ",") + "]",
        ]),
      Case(
        #"{"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"null"},"c":{}},"required":["b"],"additionalProperties":false}"#,
        [#"{"b":null}"#, #"{"a":1,"b":null}"#, #"{"a": 1, "b": null, "c": [{"x": 1.5}]}"#],
        [
          "{}", #"{"a":1}"#, #"{"b":null,"a":1}"#, #"{"b":null,}"#, #"{"b":null,"d":1}"#,
          #"{"b" :null}"#,
        ]),
      Case(
        #"{"type":"object","properties":{"a":{"type":"integer"}},"additionalProperties":{"type":"null"}}"#,
        ["{}", #"{"a":1}"#, #"{"b":null,"aa":null}"#, #"{"a":1,"水":null}"#],
        [#"{"a":null}"#, #"{"b":1}"#, #"{"":null}"#]),
      Case(
        #"{"type":"object","properties":{"a":{"type":"integer"}}}"#, ["{}", #"{"a":1}"#],
        [#"{"b":1}"#]),
      Case(
        #"{"type":"object","patternProperties":{"^n_":{"type":"integer"},"x$":{"minimum":5}},"additionalProperties":false}"#,
        ["{}", #"{"n_a":1}"#, #"{"n_x":5,"ax":6,"bx":"text"}"#],
        [#"{"n_x":4}"#, #"{"ax":1}"#, #"{"b":1}"#, #"{"n_":"a"}"#]),
      Case(
        #"{"type":"object","properties":{"a":{"const":1},"b":{"const":2},"c":{"const":3}},"minProperties":2,"maxProperties":2,"additionalProperties":false}"#,
        [#"{"a":1,"b":2}"#, #"{"a":1,"c":3}"#, #"{"b":2,"c":3}"#],
        ["{}", #"{"a":1}"#, #"{"a":1,"b":2,"c":3}"#]),
      Case(
        #"{"type":"object","required":["k"],"additionalProperties":{"type":"boolean"}}"#,
        [#"{"k":true}"#, #"{"k":true,"z":false}"#], ["{}", #"{"z":true}"#, #"{"k":1}"#]),
      Case(
        #"{"anyOf":[{"type":"null"},{"type":"integer","maximum":3}],"minimum":1}"#, ["null", "2"],
        ["0", "4"]),
      Case(#"{"oneOf":[{"const":"a"},{"const":"b"}]}"#, [#""a""#, #""b""#], [#""c""#]),
      Case(
        #"{"allOf":[{"type":"object","properties":{"a":{"type":"integer"}}},{"properties":{"a":{"maximum":3},"b":{"type":"null"}},"required":["a"]}]}"#,
        [#"{"a":1}"#, #"{"a":3,"b":null}"#], ["{}", #"{"a":4}"#, #"{"b":null}"#]),
      Case(
        ##"{"$ref":"#/$defs/n","$defs":{"n":{"type":"object","properties":{"v":{"type":"integer"},"n":{"$ref":"#/$defs/n"}},"required":["v"]}}}"##,
        [#"{"v":1}"#, #"{"v":1,"n":{"v":2,"n":{"v":3}}}"#], [#"{"n":{"v":1}}"#, #"{"v":1,"n":{}}"#]),
      Case(
        ##"{"$ref":"#x","$defs":{"a b":{"$anchor":"x","type":"array","items":{"$ref":"#/$defs/a%20b"}}}}"##,
        ["[]", "[[],[[]]]"], ["[1]", "{}"]),
      Case(
        "{}", ["1", "null", #"{"a":[1,{"b":"c"}],"d":{}}"#, "[[[[]]]]"],
        ["", "{", "[1 ,2]", "{a:1}"]),
      Case("true", ["[true]"], ["tru"]),
      Case(#"{"minLength":2}"#, ["1", #""ab""#, "[]"], [#""a""#]),
    ])
  func texts(_ given: Case) throws {
    let constraint = try Constraint.json(schema: JSONValue(parsing: given.schema))
    for text in given.accepted { #expect(constraint.matches(text), "\(text) should match") }
    for text in given.refused { #expect(!constraint.matches(text), "\(text) should not match") }
  }

  @Test(
    "what a grammar cannot say is refused with keyword and pointer",
    arguments: [
      (#"{"type":"integer","multipleOf":3}"#, "\"multipleOf\" at # is not supported"),
      (#"{"type":"object","properties":{"a":{"not":{}}}}"#, "\"not\" at #/properties/a is not"),
      (#"{"if":{},"then":{}}"#, "\"if\" at #"),
      (#"{"type":"array","items":{"uniqueItems":true}}"#, "\"uniqueItems\" at #/items is not"),
      (#"{"type":"array","contains":{}}"#, "\"contains\" at #"),
      (#"{"type":"string","format":"regex"}"#, "format \"regex\" at # is not supported"),
      (#"{"type":"string","pattern":"(?=a)b"}"#, "\"pattern\" at #: pattern \"(?=a)b\": line 1"),
      (#"{"type":"string","pattern":"(a)\\1"}"#, "is not supported"),
      (#"{"type":"strin"}"#, "did you mean \"string\"?; at #"),
      (#"{"type":"string","maxLenght":3}"#, "\"maxLenght\" at # is not supported"),
      (#"{"type":"string","maxLength":-3}"#, "\"maxLength\" at # should be a whole number"),
      (#"{"type":"string","minLength":1e9}"#, "above 100000"),
      (#"{"minimum":"3"}"#, "\"minimum\" at # should be a number"),
      (#"{"enum":3}"#, "\"enum\" at # should be an array"),
      (#"{"properties":{"a/b":{"items":3}}}"#, "\"items\" at #/properties/a~1b should be a schema"),
      (#"{"$ref":"other.json"}"#, "leads out of the document"),
      (##"{"$ref":"#/$defs/a"}"##, "nothing at #/$defs/a"),
      (##"{"$ref":"#nope"}"##, "unknown anchor \"nope\""),
      (###"{"$ref":"#"}"###, "# refers to itself"),
      (#"{"anyOf":[]}"#, "\"anyOf\" at # should be an array of schemas, is empty"),
      (#"{"type":"string","minLength":3,"maxLength":2}"#, "no value meets the schema"),
      ("false", "no value meets the schema"),
      (##"{"type":"object","properties":{"a":{"$ref":"#"}},"required":["a"]}"##, "no value meets"),
      (#"{"type":"object","minProperties":3}"#, "\"minProperties\" at # is not supported above 1"),
      ("3", "# should be an object or a boolean"),
    ])
  func refusals(_ schema: String, _ message: String) throws {
    let value = try JSONValue(parsing: schema)
    let problem = #expect(throws: Problem.self) { _ = try Constraint.json(schema: value) }
    #expect("\(problem.map { "\($0)" } ?? "")".contains(message), "\(problem as Any)")
  }

  @Test func `options allow line breaks and bound what a schema leaves open`() throws {
    let pretty = try Constraint.json(
      schema: [
        "type": "object", "additionalProperties": ["type": "array", "items": ["const": 1]],
      ],
      options: JSONSchemaOptions(allowsLineBreaks: true))
    #expect(pretty.matches("{\n  \"a\": [\n    1,\n    1\n  ],\n  \"b\": []\n}"))
    #expect(!pretty.matches("{\n\n}"))
    let small = try Constraint.json(
      schema: [:], options: JSONSchemaOptions(maxItems: 2, maxLength: 3, maxDepth: 2))
    #expect(small.matches("[1,\"abc\"]"))
    #expect(!small.matches("[1,2,3]"))
    #expect(!small.matches("\"abcd\""))
    #expect(small.matches("[[1]]") && !small.matches("[[[[1]]]]"))
  }

  /// Logits that want the worst.
  enum Adversary: String, CaseIterable, Sendable {
    case random, longest, opening, foreign
  }

  /// The token that an adversary takes among the allowed ones.
  static func choose(
    _ mask: TokenMask, _ adversary: Adversary, _ random: inout SeededRandom
  ) -> TokenID? {
    let opening = Array(" \n\t{[\"\\".utf8)
    var best: (score: Double, token: TokenID)?
    for token in mask.tokens {
      let text = PlainVocabulary.texts[Int(token)]
      var score = random.nextUniform()
      switch adversary {
      case .random: break
      case .longest: score += Double(text.count)
      case .opening: score += Double(text.count { opening.contains($0) } * 2 - text.count)
      case .foreign: score += Double(text.count { $0 >= 0x80 }) + (text.isEmpty ? -9 : 0)
      }
      if token == PlainVocabulary.end { score -= 5 }
      if score > best?.score ?? -.infinity { best = (score, token) }
    }
    return best?.token
  }

  @Test(
    "every output parses, validates and ends under adversarial logits",
    arguments: Adversary.allCases)
  func outputs(_ adversary: Adversary) throws {
    var maker = RandomSchema(seed: 4)
    var random = SeededRandom(seed: 5, named: adversary.rawValue)
    var (tried, made) = (0, 0)
    let count = trials(1000, fast: 8)
    while made < count, tried < 6 * count {
      let schema = maker.make()
      tried += 1
      // Quick runs give each adversary other schemas; the thousand are for all of them.
      guard isSlowRun || tried % 4 == Adversary.allCases.firstIndex(of: adversary) else { continue }
      guard let constraint = try? Constraint.json(schema: schema) else { continue }
      made += 1
      var text = constraint.start(PlainVocabulary.trie)
      let budget = 40 + text.shortestRest
      var mask = text.emptyMask
      var output: [UInt8] = []
      for step in 0..<budget {
        text.fill(&mask, tokensLeft: budget - step)
        guard let token = Self.choose(mask, adversary, &random) else { break }
        let isTaken = text.accept(token)
        #expect(isTaken)
        if token == PlainVocabulary.end { break }
        output += PlainVocabulary.texts[Int(token)]
        if text.isFinished { break }
      }
      let string = String(decoding: output, as: UTF8.self)
      #expect(text.canEnd, "\(string) does not end under \(schema.formatted())")
      let value = try JSONValue(parsing: output)
      let fault = PlainValidator(root: schema).fault(value, schema)
      #expect(fault == nil, "\(string) under \(schema.formatted())")
    }
    #expect(made == count, "\(made) of \(tried) schemas were made into constraints")
  }
}
