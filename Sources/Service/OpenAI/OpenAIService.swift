import Base
import Glibc
import Inference
import Synchronization

/// Answers requests in OpenAI's form with a language model, with a model that embeds, or with both.
///
/// It knows no sockets: a request goes in, the answer goes to a writer.
public final class OpenAIService: Sendable {
  /// What writes texts; nil where the service only embeds.
  let language: (any LanguageModel)?
  /// What embeds; nil where the service only writes.
  let embeddings: EmbeddingQueue?
  private let apiKeys: [String]
  private let startedAt = Int(time(nil))
  private let requests = Atomic(0)
  private let stopping = Atomic(false)
  private let router = Router(OpenAIService.routes)

  /// Creates a service.
  ///
  /// - Parameters:
  ///   - language: What writes texts.
  ///   - embedder: What embeds; then ``close()`` must be called before the service is let go.
  ///   - apiKeys: What clients must send one of; without keys everybody is served.
  ///   - mostWaiting: The most requests that wait to be embedded; more are refused.
  public init(
    _ language: (any LanguageModel)?, embedder: (any EmbeddingModel)? = nil,
    apiKeys: [String] = [], mostWaiting: Int = 256
  ) {
    precondition(language != nil || embedder != nil, "a service needs a model")
    self.language = language
    self.apiKeys = apiKeys
    embeddings = embedder.map { EmbeddingQueue($0, mostWaiting: mostWaiting) }
  }

  /// Refuses new work from now on; what runs goes on.
  public func stop() { stopping.store(true, ordering: .relaxed) }

  /// Fails what is still to be embedded; further calls do nothing.
  public func close() {
    stop()
    embeddings?.close()
  }

  /// True once the service is to end.
  var isStopping: Bool { stopping.load(ordering: .relaxed) }

  /// Requests for embeddings that have not ended.
  public var outstandingEmbeddings: Int { embeddings?.outstanding ?? 0 }

  /// Answers a request.
  public func handle(_ request: HTTPRequest, _ writer: any ResponseWriter) {
    do throws(APIError) {
      let (route, call) = try router.find(request)
      if route.needsKey { try authorize(request) }
      try route.action(self, call, writer)
    } catch {
      var response = error.response
      if error.status == 405 {
        let methods = router.methods(for: request.path).joined(separator: ", ")
        response.headers.append(("Allow", methods))
      }
      writer.respond(response)
    }
  }

  // MARK: Routes

  private static let routes = [
    Route("GET", "/health", needsKey: false) { service, _, writer throws(APIError) in
      guard !service.isStopping else { throw .stopping }
      writer.respond(HTTPResponse(json: ["status": "ok"]))
    },
    Route("GET", "/metrics", needsKey: false) { service, _, writer throws(APIError) in
      service.metrics(writer)
    },
    Route("GET", "/v1/models") { service, _, writer throws(APIError) in
      writer.respond(HTTPResponse(json: ["object": "list", "data": .array(service.cards)]))
    },
    Route("GET", "/v1/models/*") { service, call, writer throws(APIError) in
      guard let card = service.cards.first(where: { $0["id"]?.string == call.rest }) else {
        throw service.unknownModel(call.rest)
      }
      writer.respond(HTTPResponse(json: card))
    },
    Route("POST", "/v1/completions") { service, call, writer throws(APIError) in
      try service.complete(object(call.request), writer)
    },
    Route("POST", "/v1/chat/completions") { service, call, writer throws(APIError) in
      try service.chat(object(call.request), writer)
    },
    Route("POST", "/v1/embeddings") { service, call, writer throws(APIError) in
      try service.embed(object(call.request), writer)
    },
    Route("POST", "/tokenize") { service, call, writer throws(APIError) in
      try service.tokenize(object(call.request), writer)
    },
    Route("POST", "/detokenize") { service, call, writer throws(APIError) in
      try service.detokenize(object(call.request), writer)
    },
  ]

  private func metrics(_ writer: any ResponseWriter) {
    var groups: [(model: String, replicas: [ServiceStatistics])] = []
    if let language { groups.append((language.name, language.statistics)) }
    if let embeddings { groups.append((embeddings.model.name, [embeddings.statistics])) }
    let text = PrometheusText.write(groups)
    writer.respond(
      HTTPResponse(status: 200, type: PrometheusText.type, body: Array(text.utf8)))
  }

  private var cards: [JSONValue] {
    var cards: [JSONValue] = []
    if let language { cards.append(card(language.name, language.contextLength)) }
    if let model = embeddings?.model { cards.append(card(model.name, model.maximumTokens)) }
    return cards
  }

  private func card(_ name: String, _ tokens: Int) -> JSONValue {
    [
      "id": .string(name), "object": "model", "created": .integer(startedAt),
      "owned_by": "orrery", "max_model_len": .integer(tokens),
    ]
  }

  /// What an answer begins with; its number is told by no other answer of this service.
  func head(_ prefix: String, model: String) -> AnswerHead {
    let number = requests.add(1, ordering: .relaxed).newValue
    return AnswerHead(
      id: "\(prefix)-\(String(startedAt, radix: 36))-\(number)", created: Int(time(nil)),
      model: model)
  }

  // MARK: Checks

  private func authorize(_ request: HTTPRequest) throws(APIError) {
    guard !apiKeys.isEmpty else { return }
    let given = request.authorization.flatMap { header in
      header.lowercased().hasPrefix("bearer ") ? String(header.dropFirst(7)) : nil
    }
    guard let given, apiKeys.contains(where: { Self.equal($0, given) }) else {
      throw APIError(
        401,
        given == nil
          ? "an API key is needed: send it as \"Authorization: Bearer KEY\""
          : "the API key is not one of this server's", type: "authentication_error",
        code: "invalid_api_key")
    }
  }

  /// Compares in a time that does not tell where two keys differ.
  private static func equal(_ a: String, _ b: String) -> Bool {
    let (a, b) = (Array(a.utf8), Array(b.utf8))
    guard a.count == b.count else { return false }
    return zip(a, b).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
  }

  /// The language model, if that is the name of it.
  func language(named name: String) throws(APIError) -> any LanguageModel {
    if let language, language.name == name { return language }
    guard name == embeddings?.model.name else { throw unknownModel(name) }
    throw .invalid(
      "model",
      "model \"\(name)\" embeds texts and writes none: ask for /v1/embeddings, or start the server "
        + "with --model NAME to write texts too", code: "model_not_supported")
  }

  /// What embeds, if that is the name of it.
  func embeddings(named name: String) throws(APIError) -> EmbeddingQueue {
    if let embeddings, embeddings.model.name == name { return embeddings }
    guard name == language?.name else { throw unknownModel(name) }
    let fix = embeddings.map { "ask for \"\($0.model.name)\"" } ?? Self.embeddingFix
    throw .invalid(
      "model", "model \"\(name)\" writes texts and does not embed them: \(fix)",
      code: "model_not_supported")
  }

  private static let embeddingFix =
    "start the server with --embedding-model NAME, as in --embedding-model all-minilm-l6-v2"

  private func unknownModel(_ name: String) -> APIError {
    let names = [language?.name, embeddings?.model.name].compactMap { $0.map { "\"\($0)\"" } }
    return APIError(
      404,
      "there is no model \"\(name.truncated(toWidth: 80))\", this server has "
        + names.joined(separator: " and "),
      type: "not_found_error", param: "model", code: "model_not_found")
  }

  private static func object(_ request: HTTPRequest) throws(APIError) -> JSONObject {
    do throws(Problem) {
      let value = try JSONValue(parsing: request.body, file: "the body")
      guard let object = value.object else {
        throw Problem("the body: expected a JSON object, got \(value.kindName)")
      }
      return object
    } catch {
      throw APIError(400, error.description, code: "invalid_json")
    }
  }
}
