import Base
import Figures
import Glibc
import Inference
import LuaBridge

/// What a model writes, shown with what it could have written.
extension LanguageModel {
  /// The options of `watch`, in the order of their declaration.
  typealias WatchOptions = Named<Int, Int, Double, Double, Int>

  /// Generates and keeps the most probable tokens of every step.
  func watch(_ prompt: Prompt, _ options: WatchOptions, _ state: LuaState) throws -> ModelReport {
    let (count, maxTokens, temperature, topP, seed) = options.values
    var wanted = GenerationOptions(
      maxTokens: maxTokens,
      sampling: SamplingOptions(
        temperature: temperature, topP: topP, seed: UInt64(bitPattern: Int64(seed))))
    wanted.alternatives = count
    let result = try session.generate(
      tokens(of: prompt), options: wanted, shouldStop: state.stopQuestion)
    last = result
    let table = state.makeTable(
      zip(result.tokens, result.alternatives).map { token, tops in
        let chosen = candidates(
          [(token, tops.first { $0.token == token }?.probability ?? 0)], state)
        let step = chosen[1].table ?? state.makeTable()
        step["candidates"] = .table(candidates(tops, state))
        if !tops.contains(where: { $0.token == token }) { step["probability"] = .nil }
        return .table(step)
      }, fields: ["text": .text(result.text)])
    let steps = zip(result.tokens, result.alternatives).map { (token: $0, tops: $1) }
    let rows = steps.enumerated().map { number, step -> [TableFigure.Cell] in
      [.number(Double(number + 1)), .text(label(step.token))]
        + step.tops.map { .text(marked($0, step.token)) }
    }
    let shown = TableFigure(
      "Steps of a generation", subtitle: "▸ is the token that was taken",
      columns: [.init("step"), .init("taken")] + (1...count).map { .init("#\($0)") }, rows: rows,
      rowLimit: 1000)
    return ModelReport(table, shown: shown, picture: .heatmap(picture(result, count)))
  }

  /// A candidate in few letters, with a sign where it was taken.
  private func marked(_ candidate: Sampler.Candidate, _ taken: TokenID) -> String {
    (candidate.token == taken ? "▸" : "") + named(candidate)
  }

  private func picture(_ result: Generation, _ count: Int) -> Heatmap {
    let steps = zip(result.tokens, result.alternatives).map { (token: $0, tops: $1) }
    var map = Heatmap(
      "Steps of a generation", subtitle: "▸ is the token that was taken",
      rows: steps.map { $0.tops.map(\.probability) },
      rowLabels: steps.enumerated().map { "\($0 + 1)  \(label($1.token))" },
      columnLabels: (0..<count).map { "#\($0 + 1)" }, x: Axis("candidates"), y: Axis("step"),
      color: Axis("probability", minimum: 0, maximum: 1))
    map.cellTexts = steps.map { step in step.tops.map { marked($0, step.token) } }
    return map
  }

  /// The tokens of a text, or of what was generated, coloured by how probable they were.
  func colour(_ what: Either<Generation, Prompt>, _ state: LuaState) throws -> ModelReport {
    let text: ScoredText
    switch what {
    case .first(let generation):
      text = ScoredText(generation.tokens, generation.probabilities, engine.tokenizer)
    case .second(let prompt):
      let ids = try tokens(of: prompt)
      let known: [Double] = ids.count > 1 ? try logProbabilities(prompt, state) : []
      text = ScoredText(ids, [nil] + known.map { exp($0) }, engine.tokenizer)
    }
    let table = state.makeTable(
      text.pieces.map { piece in
        let fields = state.makeTable(fields: [
          "text": .text(piece.text),
          "ids": .table(state.makeTable(piece.tokens.map { .integer(Int($0)) })),
        ])
        if let probability = piece.probability { fields["probability"] = .number(probability) }
        if let bits = piece.surprise { fields["surprise_bits"] = .number(bits) }
        return .table(fields)
      }, fields: ["mean_bits": .number(text.meanBits)])
    let colours = TokenColours(text)
    return ModelReport(table, html: colours.html) { colours.text($1) }
  }

  /// The methods that show texts.
  @MemberBuilder static var shownMembers: [ExportedMember] {
    method(
      "watch", "Generates, and shows the most probable tokens of every step.", .state,
      .value("prompt", "text, or token ids", of: Prompt.self),
      .named(
        .integer("k", "how many candidates are shown", default: 5, range: 1...50),
        .integer("max_tokens", "the most tokens to produce", default: 16, range: 1...1000),
        .number("temperature", "divides the logits", default: 0, range: 0...100),
        .number("top_p", "keep the most probable tokens up to this", default: 1, range: 0...1),
        .integer("seed", "fixes the random stream", default: 0))
    ) { model, state, prompt, options in try model.watch(prompt, options, state) }
    .example("llm.load():watch(\"The capital of France is\", { max_tokens = 4, k = 3 })")
    .detail(
      """
      Element i is { text, id, probability, candidates } of a step; probabilities are the model's \
      own, before temperature and top_p. probability is nil where the taken token is not among the \
      k candidates.
      """)
    method(
      "colour", "A text with its tokens coloured by how much the model expected them.", .state,
      .value(
        "text", "a generation, text, or token ids", of: Either<Generation, Prompt>.self)
    ) { model, state, text in try model.colour(text, state) }
    .example("llm.load():colour(\"Paris is the capital of Italy.\")")
    .detail(
      """
      Element i is { text, ids, probability, surprise_bits }; the first token of a text has no \
      probability. A generation keeps the probabilities that its tokens were drawn with.
      """)
  }
}
