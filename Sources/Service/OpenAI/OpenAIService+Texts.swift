import Base
import Inference
import Synchronization

/// Texts: completions and chats.
extension OpenAIService {
  func complete(_ body: JSONObject, _ writer: any ResponseWriter) throws(APIError) {
    let asked = try CompletionRequest(body)
    let model = try language(named: asked.sampling.model)
    var prompts: [[TokenID]] = []
    for (index, prompt) in asked.prompts.enumerated() {
      let path = asked.prompts.count == 1 ? "prompt" : "prompt[\(index)]"
      prompts.append(try model.tokens(of: prompt, path: path))
    }
    let echoes = zip(asked.prompts, prompts).map { prompt, tokens in
      if case .text(let text) = prompt { text } else { model.text(of: tokens) }
    }
    var plan = try plan(.completion, asked.sampling, prompts, model, param: "prompt")
    plan.echoes = asked.echoes ? echoes : []
    plan.logprobs = asked.logprobs
    if asked.echoes, let count = asked.logprobs {
      plan.promptScores = try scores(prompts, model, alternatives: count, writer)
    }
    try start(plan, model, writer)
  }

  /// What is told of the tokens of prompts that are put before their answers.
  private func scores(
    _ prompts: [[TokenID]], _ model: any LanguageModel, alternatives: Int,
    _ writer: any ResponseWriter
  ) throws(APIError) -> [[TokenLogprob]] {
    let gone = Flag()
    writer.whenGone { gone.isUp.store(true, ordering: .relaxed) }
    let shouldStop: @Sendable () -> Bool = { [self] in
      gone.isUp.load(ordering: .relaxed) || isStopping
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

  func chat(_ body: JSONObject, _ writer: any ResponseWriter) throws(APIError) {
    let asked = try ChatRequest(body)
    let model = try language(named: asked.sampling.model)
    var prompt: [TokenID] = []
    do throws(Problem) { prompt = try model.prompt(of: asked.messages) } catch {
      throw .invalid("messages", error)
    }
    var plan = try plan(.chat, asked.sampling, [prompt], model, param: "messages")
    plan.logprobs = asked.logprobs
    try start(plan, model, writer)
  }

  private func start(
    _ plan: AnswerJob.Plan, _ model: any LanguageModel, _ writer: any ResponseWriter
  ) throws(APIError) {
    guard !isStopping else { throw .stopping }
    let job = AnswerJob(plan, model, writer) { [self] in isStopping }
    try job.start()
  }

  private func plan(
    _ shape: AnswerShape, _ asked: SamplingFields, _ prompts: [[TokenID]],
    _ model: any LanguageModel, param: String
  ) throws(APIError) -> AnswerJob.Plan {
    var options = asked.options
    let longest = prompts.map(\.count).max() ?? 0
    let room = model.contextLength - longest
    let wanted = asked.maxTokens ?? max(1, room)
    guard longest + wanted <= model.contextLength else {
      throw .contextTooLong(model.contextLength, prompt: longest, answer: wanted, param)
    }
    guard options.minTokens <= wanted else {
      throw .expected(
        "at most max_tokens, which is \(wanted)", at: "min_tokens",
        found: .integer(options.minTokens))
    }
    for token in options.sampling.logitBias.keys where Int(token) >= model.vocabularySize {
      throw .expected(
        "a token number below \(model.vocabularySize)", at: "logit_bias",
        found: .integer(Int(token)))
    }
    options.maxTokens = wanted
    return AnswerJob.Plan(
      shape: shape, head: head(shape == .chat ? "chatcmpl" : "cmpl", model: model.name),
      prompts: prompts, echoes: [], options: options, n: asked.n,
      logprobs: nil, streams: asked.streams, includesUsage: asked.includesUsage,
      repeatsUsage: asked.repeatsUsage)
  }
}

extension LanguageModel {
  /// The tokens that a prompt stands for; at least one.
  fileprivate func tokens(of prompt: PromptInput, path: String) throws(APIError) -> [TokenID] {
    switch prompt {
    case .tokens(let tokens):
      try tokens.check(below: vocabularySize, path: path)
      return tokens
    case .text(let text):
      let tokens = tokens(of: text, addsMarks: true)
      if !tokens.isEmpty { return tokens }
      guard let beginToken else {
        throw .invalid(path, "\(path): the model needs at least one token to go on from")
      }
      return [beginToken]
    }
  }
}

extension APIError {
  static func contextTooLong(
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
