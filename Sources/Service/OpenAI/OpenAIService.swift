import Base
import Glibc
import Inference
import Synchronization

/// Answers requests in OpenAI's form with a language model.
///
/// It knows no sockets: a request goes in, the answer goes to a writer.
public final class OpenAIService: Sendable {
  private let model: any LanguageModel
  private let apiKeys: [String]
  private let startedAt = Int(time(nil))
  private let requests = Atomic(0)
  private let stopping = Atomic(false)
  private let router: Router

  /// Creates a service; without keys everybody is served.
  public init(_ model: any LanguageModel, apiKeys: [String] = []) {
    self.model = model
    self.apiKeys = apiKeys
    router = Router([
      Route("GET", "/health", needsKey: false) { service, _, writer throws(APIError) in
        try service.health(writer)
      },
      Route("GET", "/metrics", needsKey: false) { service, _, writer throws(APIError) in
        service.metrics(writer)
      },
      Route("GET", "/v1/models") { service, _, writer throws(APIError) in
        writer.respond(HTTPResponse(json: ["object": "list", "data": [service.card]]))
      },
      Route("GET", "/v1/models/*") { service, call, writer throws(APIError) in
        try service.check(model: call.rest)
        writer.respond(HTTPResponse(json: service.card))
      },
      Route("POST", "/v1/completions") { service, call, writer throws(APIError) in
        try service.complete(call.request, writer)
      },
      Route("POST", "/v1/chat/completions") { service, call, writer throws(APIError) in
        try service.chat(call.request, writer)
      },
    ])
  }

  /// Refuses new work from now on; what runs goes on.
  public func stop() { stopping.store(true, ordering: .relaxed) }

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

  private func health(_ writer: any ResponseWriter) throws(APIError) {
    guard !stopping.load(ordering: .relaxed) else { throw .stopping }
    writer.respond(HTTPResponse(json: ["status": "ok"]))
  }

  private func metrics(_ writer: any ResponseWriter) {
    let text = PrometheusText.write(model: model.name, model.statistics)
    writer.respond(
      HTTPResponse(status: 200, type: PrometheusText.type, body: Array(text.utf8)))
  }

  private var card: JSONValue {
    [
      "id": .string(model.name), "object": "model", "created": .integer(startedAt),
      "owned_by": "orrery", "max_model_len": .integer(model.contextLength),
    ]
  }

  private func complete(_ request: HTTPRequest, _ writer: any ResponseWriter) throws(APIError) {
    let body = try Self.object(request)
    let asked = try CompletionRequest(body)
    try check(model: asked.sampling.model)
    var prompts: [[TokenID]] = []
    for (index, prompt) in asked.prompts.enumerated() {
      let path = asked.prompts.count == 1 ? "prompt" : "prompt[\(index)]"
      prompts.append(try tokens(prompt, path: path))
    }
    let echoes = zip(asked.prompts, prompts).map { prompt, tokens in
      if case .text(let text) = prompt { text } else { model.text(of: tokens) }
    }
    var plan = try plan(.completion, asked.sampling, prompts, param: "prompt")
    plan.echoes = asked.echoes ? echoes : []
    plan.logprobs = asked.logprobs
    if asked.echoes, let count = asked.logprobs {
      plan.promptScores = try scores(prompts, alternatives: count, writer)
    }
    try start(plan, writer)
  }

  /// What is told of the tokens of prompts that are put before their answers.
  private func scores(_ prompts: [[TokenID]], alternatives: Int, _ writer: any ResponseWriter)
    throws(APIError) -> [[TokenLogprob]]
  {
    let gone = Flag()
    writer.whenGone { gone.isUp.store(true, ordering: .relaxed) }
    let shouldStop: @Sendable () -> Bool = { [self] in
      gone.isUp.load(ordering: .relaxed) || stopping.load(ordering: .relaxed)
    }
    do throws(Problem) {
      return try prompts.map { prompt throws(Problem) in
        let first = TokenScore(prompt[0], logProbability: .nan)
        let rest = try model.scores(
          of: prompt, alternatives: alternatives, shouldStop: shouldStop)
        return ([first] + rest).map { TokenLogprob($0, alternatives, model) }
      }
    } catch {
      throw error.kind == .interrupted ? .stopping : .invalid("prompt", error)
    }
  }

  private final class Flag: Sendable { let isUp = Atomic(false) }

  private func chat(_ request: HTTPRequest, _ writer: any ResponseWriter) throws(APIError) {
    let body = try Self.object(request)
    let asked = try ChatRequest(body)
    try check(model: asked.sampling.model)
    var prompt: [TokenID] = []
    do throws(Problem) { prompt = try model.prompt(of: asked.messages) } catch {
      throw .invalid("messages", error)
    }
    var plan = try plan(.chat, asked.sampling, [prompt], param: "messages")
    plan.logprobs = asked.logprobs
    try start(plan, writer)
  }

  private func start(_ plan: AnswerJob.Plan, _ writer: any ResponseWriter) throws(APIError) {
    guard !stopping.load(ordering: .relaxed) else { throw .stopping }
    let job = AnswerJob(plan, model, writer) { [self] in stopping.load(ordering: .relaxed) }
    try job.start()
  }

  private func plan(
    _ shape: AnswerShape, _ asked: SamplingFields, _ prompts: [[TokenID]], param: String
  ) throws(APIError) -> AnswerJob.Plan {
    var options = asked.options
    let longest = prompts.map(\.count).max() ?? 0
    let room = model.contextLength - longest
    let wanted = asked.maxTokens ?? max(1, room)
    guard longest + wanted <= model.contextLength else {
      throw .contextTooLong(model.contextLength, prompt: longest, answer: wanted, param)
    }
    for token in options.sampling.logitBias.keys where Int(token) >= model.vocabularySize {
      throw .expected(
        "a token number below \(model.vocabularySize)", at: "logit_bias",
        found: .integer(Int(token)))
    }
    options.maxTokens = wanted
    let number = requests.add(1, ordering: .relaxed).newValue
    let prefix = shape == .chat ? "chatcmpl" : "cmpl"
    let head = AnswerHead(
      id: "\(prefix)-\(String(startedAt, radix: 36))-\(number)", created: Int(time(nil)),
      model: model.name)
    return AnswerJob.Plan(
      shape: shape, head: head, prompts: prompts, echoes: [], options: options, n: asked.n,
      logprobs: nil, streams: asked.streams, includesUsage: asked.includesUsage,
      repeatsUsage: asked.repeatsUsage)
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

  private func check(model name: String) throws(APIError) {
    guard name == model.name else {
      throw APIError(
        404,
        "there is no model \"\(name.truncated(toWidth: 80))\", this server has \"\(model.name)\"",
        type: "not_found_error", param: "model", code: "model_not_found")
    }
  }

  private func tokens(_ prompt: PromptInput, path: String) throws(APIError) -> [TokenID] {
    switch prompt {
    case .tokens(let tokens):
      for (index, token) in tokens.enumerated() where Int(token) >= model.vocabularySize {
        throw .expected(
          "a token number below \(model.vocabularySize)", at: "\(path)[\(index)]",
          found: .integer(Int(token)))
      }
      return tokens
    case .text(let text):
      let tokens = model.tokens(of: text)
      if !tokens.isEmpty { return tokens }
      guard let begin = model.beginToken else {
        throw .invalid(path, "\(path): the model needs at least one token to go on from")
      }
      return [begin]
    }
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

extension APIError {
  fileprivate static func contextTooLong(
    _ context: Int, prompt: Int, answer: Int, _ param: String
  ) -> APIError {
    .invalid(
      param,
      "This model's maximum context length is \(context) tokens. However, you requested "
        + "\(prompt.addingReportingOverflow(answer).partialValue) tokens (\(prompt) in the \(param), "
        + "\(answer) in the completion). Please reduce the length of the \(param) or completion.",
      code: "context_length_exceeded")
  }
}
