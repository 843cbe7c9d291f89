import Base
import Inference
import Tensors

/// What constraining costs beside the model itself: 50 schemas, each used for the first time.
///
/// Texts are drawn from the real model's logits, on one thread. A step's cost is all that a constraint
/// adds to it: filling the mask, writing it into the logits and taking the token.
struct MaskSuite: Suite {
  let name = "masks"
  let summary = "The share of a decode step that masks of JSON schemas take, at their first use."

  func cases() throws -> [Case] {
    let runs = try MaskRuns(ModelStore().find("smollm2-135m-instruct"))
    func row(_ name: String, _ quantity: Quantity, _ figure: @escaping (MaskFigures) -> Double)
      -> Case
    {
      Case(name, quantity, .none, rounds: 1) { figure(try runs.figures()) }
    }
    return [
      Case("first use, share of decoding", .share, .atMost(0.05), rounds: 3) {
        try runs.measure().firstShare
      },
      row("first use, mean step", .seconds) { $0.first.mean },
      row("first use, 99th percentile of the steps", .seconds) { $0.first.quantile(0.99) },
      row("first use, worst step", .seconds) { $0.first.quantile(1) },
      row("used again, share of decoding", .share) { $0.again.mean / $0.decode.mean },
      row("used again, mean step", .seconds) { $0.again.mean },
      row("a decode step, mean", .seconds) { $0.decode.mean },
      row("making a constraint of a schema, mean", .seconds) { $0.making.mean },
      Case("indexing the vocabulary, once per model", .seconds, .none, rounds: 3) {
        processorSeconds { keep(TokenTrie(runs.engine.tokenizer)) }
      },
    ]
  }
}

/// Seconds of each step.
private struct MaskFigures {
  var first: [Double] = []
  var again: [Double] = []
  var decode: [Double] = []
  var making: [Double] = []

  var firstShare: Double { first.mean / decode.mean }
}

extension [Double] {
  fileprivate var mean: Double { reduce(0, +) / Double(count) }

  fileprivate func quantile(_ share: Double) -> Double {
    sorted()[Swift.min(count - 1, Int(Double(count) * share))]
  }
}

/// Texts under schemas, measured step by step.
private final class MaskRuns {
  let engine: Engine
  private let schemas: [JSONValue]
  private let prompt: [TokenID]
  private var latest: MaskFigures?
  private static let maxTokens = 64

  init(_ path: String) throws {
    engine = try Engine(path: path)
    var maker = SchemaMaker()
    schemas = (0..<50).map { _ in maker.object(depth: 2) }
    prompt = engine.tokenizer.encode("Write a JSON object about a city.\n")
    keep(engine.tokenizer.trie)
  }

  /// What the last run found; runs once if there was none.
  func figures() throws -> MaskFigures { try latest ?? measure() }

  /// Takes every schema as if it was never seen.
  func measure() throws -> MaskFigures {
    let threads = ComputeThreads.count
    defer { ComputeThreads.set(threads) }
    ComputeThreads.set(1)
    var figures = MaskFigures()
    for (number, schema) in schemas.enumerated() { try add(schema, UInt64(number), to: &figures) }
    latest = figures
    return figures
  }

  private func add(_ schema: JSONValue, _ seed: UInt64, to figures: inout MaskFigures) throws {
    var made: Constraint?
    figures.making.append(try processorSeconds { made = try Constraint.json(schema: schema) })
    guard let constraint = made else { return }
    var sampler = Sampler(SamplingOptions(temperature: 1, topP: 0.95, seed: seed))
    let session = engine.makeSession(format: .f16)
    var text: ConstrainedText?
    var start = processorSeconds { text = constraint.start(engine.tokenizer.trie) }
    var tokens = prompt
    var logits = try session.logits(after: prompt)
    while var current = text, !current.isFinished, tokens.count - prompt.count < Self.maxTokens {
      let left = Self.maxTokens - (tokens.count - prompt.count)
      let filling = logits.withUnsafeMutableBufferPointer { row in
        processorSeconds { keep(current.apply(to: row, tokensLeft: left)) }
      }
      let token = logits.withUnsafeMutableBufferPointer {
        sampler.sample($0, history: tokens).token
      }
      let taking = processorSeconds { keep(current.accept(token)) }
      figures.first.append(start + filling + taking)
      (start, text) = (0, current)
      tokens.append(token)
      guard !engine.tokenizer.endsGeneration(token) else { break }
      figures.decode.append(try processorSeconds { logits = try session.logits(after: [token]) })
    }
    repeatText(constraint, Array(tokens[prompt.count...]), &logits, &figures)
  }

  /// The same text once more.
  private func repeatText(
    _ constraint: Constraint, _ tokens: [TokenID], _ logits: inout [Float],
    _ figures: inout MaskFigures
  ) {
    var text = constraint.start(engine.tokenizer.trie)
    for (index, token) in tokens.enumerated() {
      logits.withUnsafeMutableBufferPointer { row in
        figures.again.append(
          processorSeconds {
            keep(text.apply(to: row, tokensLeft: Self.maxTokens - index))
            keep(text.accept(token))
          })
      }
    }
  }
}

/// Schemas as programs ask for them: records of named fields, with lists, enums and bounds.
private struct SchemaMaker {
  private var random = SeededRandom(seed: 21, named: "schemas")
  private static let names = [
    "name", "title", "city", "country", "price", "count", "tags", "address", "email", "created",
    "status", "notes", "items", "language", "url", "score", "zone", "quantity", "summary", "id",
  ]

  /// A record of two to five fields.
  mutating func object(depth: Int) -> JSONValue {
    var fields = JSONObject()
    for _ in 0..<2 + random.nextInteger(below: 4) {
      let name = Self.names[random.nextInteger(below: Self.names.count)]
      fields[name] = value(depth: depth)
    }
    let required = fields.keys.filter { _ in random.nextInteger(below: 4) > 0 }
    var schema: JSONObject = ["type": "object", "properties": .object(fields)]
    schema["required"] = .array(required.map { .string($0) })
    if random.nextInteger(below: 3) > 0 { schema["additionalProperties"] = false }
    if random.nextInteger(below: 6) == 0 { schema["additionalProperties"] = ["type": "string"] }
    return .object(schema)
  }

  private mutating func value(depth: Int) -> JSONValue {
    switch random.nextInteger(below: depth == 0 ? 8 : 11) {
    case 0, 1: return ["type": "string"]
    case 2: return ["type": "string", "maxLength": .integer(5 + random.nextInteger(below: 300))]
    case 3: return ["type": "string", "minLength": 3, "maxLength": 40]
    case 4:
      return [
        "type": "integer", "minimum": 0, "maximum": .integer(random.nextInteger(below: 9999)),
      ]
    case 5: return ["type": ["number", "null"]]
    case 6: return ["enum": ["new", "open", "done", "closed"]]
    case 7:
      let formats = ["date", "date-time", "email", "uri", "uuid", "ipv4"]
      return [
        "type": "string", "format": .string(formats[random.nextInteger(below: formats.count)]),
      ]
    case 8: return ["type": "string", "pattern": "^[A-Z][a-z]+( [A-Z][a-z]+)*$"]
    case 9: return ["type": "array", "items": value(depth: depth - 1), "maxItems": 6]
    default: return object(depth: depth - 1)
    }
  }
}
