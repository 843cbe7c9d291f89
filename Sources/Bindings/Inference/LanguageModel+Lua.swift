import Base
import Inference
public import LuaBridge
import Models

extension LanguageModel: LuaExported {
  /// The name in messages and stubs.
  public static let luaName = "llm.Model"

  /// What Lua sees of a model.
  public static let exported = Exported<LanguageModel>(
    "A language model, loaded and ready to run.", example: "llm.load()"
  ) {
    property("name", "The name it was loaded by.") { $0.name }
    property("path", "The model file.") { $0.engine.file.path }
    property("spec", "The numbers of its architecture.") { $0.engine.spec }
    property("vocabulary_size", "Tokens in its vocabulary.", unit: .tokens) {
      $0.engine.tokenizer.vocabulary.count
    }
    property("context_tokens", "The longest sequence it was trained for.", unit: .tokens) {
      $0.engine.spec.contextLength
    }
    property("chat_template", "How conversations are written for it, in Jinja.") {
      $0.engine.chatTemplate?.source
    }
    property("cache_bytes", "What the keys and values of the current sequence take.", unit: .bytes)
    {
      $0.cacheBytes
    }
    property("last", "What the last generation gave, also when it was stopped half way.") {
      $0.last
    }
    method(
      "generate", "Continues a prompt.", .state,
      .value("prompt", "text, or token ids", of: Prompt.self), generateOptions
    ) { model, state, prompt, options in
      try model.generate(model.tokens(of: prompt), options, state)
    }
    .example("llm.load():generate(\"The capital of France is\", { max_tokens = 8 })")
    .detail(
      """
      Ends when the model ends its turn, at a stop text, after max_tokens, or on Ctrl-C; what was
      produced until then stays in `last`.
      """)
    method(
      "chat", "Answers a message, or continues a conversation.", .state,
      .value(
        "messages", "text, or a list of { role = …, content = … }",
        of: Either<String, [LuaTable]>.self), generateOptions
    ) { model, state, messages, options in try model.chat(messages, options, state) }
    .example("llm.load():chat(\"What is a GPU?\", { max_tokens = 16 })")
    method(
      "chat_prompt", "The text that a conversation becomes for the model.",
      .value(
        "messages", "text, or a list of { role = …, content = … }",
        of: Either<String, [LuaTable]>.self)
    ) { try $0.chatPrompt($1) }
    .example("llm.load():chat_prompt(\"Hi\")")
    method(
      "tokenize", "Cuts text into tokens: their ids, and their pieces of text.",
      .bytes("text", "any bytes"),
      .named(
        .boolean(
          "special", "names of control tokens as in <|im_end|> stand for them", default: true))
    ) { model, text, options in
      let tokenizer = model.engine.tokenizer
      let ids = tokenizer.encode(text.bytes, parsesSpecials: options.values)
      return Several(
        ids.map { Int($0) }, ids.map { LuaString(tokenizer.bytes(of: $0)) })
    }
    .example("llm.load():tokenize(\"Hello, world!\")")
    method(
      "detokenize", "The text of token ids.", .value("ids", "token ids", of: [Int].self)
    ) { model, ids in
      let tokens = try ids.map { try model.token($0) }
      return LuaString(model.engine.tokenizer.decode(tokens))
    }
    .example("llm.load():detokenize({ 19556, 28 })")
    method(
      "next_tokens", "The most probable next tokens: a list of { text, id, probability }.", .state,
      .value("prompt", "text, or token ids", of: Prompt.self),
      .named(
        .integer("k", "how many", default: 10, range: 1...100_000),
        .number("temperature", "divides the logits", default: 1, range: 0...100))
    ) { model, state, prompt, options in
      let (count, temperature) = options.values
      return try model.nextTokens(prompt, count, temperature, state)
    }
    .example("llm.load():next_tokens(\"The capital of France is\", { k = 3 })")
    .returns("{text: string, id: integer, probability: number, logit: number}[]")
    method(
      "perplexity", "How surprised the model is by a text: e to the mean of -log p per token.",
      .state, .value("text", "text, or token ids", of: Prompt.self)
    ) { try perplexity($0.logProbabilities($2, $1)) }
    .example("llm.load():perplexity(\"Paris is the capital of France.\")")
    method(
      "log_probabilities", "The natural logarithm of each token's probability, from the second on.",
      .state, .value("text", "text, or token ids", of: Prompt.self)
    ) { try $0.logProbabilities($2, $1) }
    .unit(.nats)
    .example("llm.load():log_probabilities(\"Paris is in France.\")")
    insideMembers
    beamMembers
    batchMembers
    adapterMembers
    hookMembers
    partMembers
    lensMembers
    shownMembers
    measuredMembers
  }
}

extension LanguageModel: CustomStringConvertible {
  /// One line that says what it is.
  public var description: String {
    let spec = engine.spec
    let millions = (Double(spec.parameters) / 1e5).rounded() / 10
    return "llm.Model \(name): \(millions) million parameters, \(spec.layers) layers, "
      + "\(spec.weightBytes), context \(spec.contextLength)"
  }
}

extension LanguageModel {
  /// The most probable next tokens as a table for Lua.
  func nextTokens(_ prompt: Prompt, _ count: Int, _ temperature: Double, _ state: LuaState)
    throws(Problem) -> LuaTable
  {
    var logits = try logits(prompt, state)
    let top = logits.withUnsafeMutableBufferPointer {
      Sampler.top(count, of: $0, temperature: temperature)
    }
    return state.makeTable(
      top.map { candidate in
        .table(
          state.makeTable(fields: [
            "text": .string(LuaString(engine.tokenizer.bytes(of: candidate.token))),
            "id": .integer(Int(candidate.token)), "probability": .number(candidate.probability),
            "logit": .number(Double(logits[Int(candidate.token)])),
          ]))
      })
  }
}
