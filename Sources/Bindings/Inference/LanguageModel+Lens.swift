import Base
import Figures
import Inference
import LuaBridge
import Tensors

/// What layers would say, and where heads look.
extension LanguageModel {
  /// Positions that a picture shows at most, counted from the end.
  private static let pictured = 16

  /// What the model would say behind each layer.
  func logitLens(_ prompt: Prompt, _ count: Int, _ position: Int, _ state: LuaState) throws(Problem)
    -> ModelReport
  {
    let ids = try tokens(of: prompt)
    let place = position < 0 ? ids.count + position : position - 1
    guard ids.indices.contains(place) else {
      throw Problem(
        "the prompt has no position \(position)",
        fix: "positions go from 1 to \(ids.count), or from -1 back")
    }
    var places = Array(max(0, ids.count - Self.pictured)..<ids.count)
    if !places.contains(place) { places.insert(place, at: 0) }
    let lens = try engine.logitLens(
      ids, at: places, top: max(count, 1), on: executor, shouldStop: state.stopQuestion)
    let column = places.firstIndex(of: place) ?? 0
    let tops = lens.tops.map { $0[column] }
    let table = state.makeTable(
      tops.map { .table(candidates($0, state)) }, fields: ["position": .integer(place + 1)])
    let shown = TableFigure(
      "Logit lens", subtitle: "behind token \(place + 1), \"\(label(ids[place]))\"",
      columns: [.init("layer")]
        + (1...count).map { TableFigure.Column("#\($0)") },
      rows: tops.enumerated().map { layer, tops in
        [.number(Double(layer + 1))]
          + tops.map { .text(named($0)) }
      }, rowLimit: 200)
    return ModelReport(table, shown: shown, picture: .heatmap(picture(lens, ids, places)))
  }

  private func picture(_ lens: LogitLens, _ ids: [TokenID], _ places: [Int]) -> Heatmap {
    // The last layer on top: the model's answer is read first.
    let layers = Array(lens.tops.indices.reversed())
    var map = Heatmap(
      "Logit lens", subtitle: "the most probable next token behind each layer",
      rows: layers.map { layer in lens.tops[layer].map { $0.first?.probability ?? .nan } },
      rowLabels: layers.map { String($0 + 1) }, columnLabels: places.map { label(ids[$0]) },
      x: Axis("token of the prompt"), y: Axis("layer"),
      color: Axis("probability", minimum: 0, maximum: 1))
    map.cellTexts = layers.map { layer in
      lens.tops[layer].map { $0.first.map { label($0.token) } ?? "" }
    }
    return map
  }

  /// Candidates as a list of { text, id, probability }.
  func candidates(_ tops: [Sampler.Candidate], _ state: LuaState) -> LuaTable {
    state.makeTable(
      tops.map { candidate in
        .table(
          state.makeTable(fields: [
            "text": .string(LuaString(engine.tokenizer.bytes(of: candidate.token))),
            "id": .integer(Int(candidate.token)), "probability": .number(candidate.probability),
          ]))
      })
  }

  /// A token as a label: without spaces at its ends, with signs for what cannot be seen.
  func label(_ token: TokenID) -> String {
    let text = String(decoding: engine.tokenizer.bytes(of: token), as: UTF8.self)
      .replacing("\n", with: "⏎").replacing("\t", with: "⇥")
    let words = text.split(separator: " ", omittingEmptySubsequences: true)
    return words.isEmpty ? "␣" : words.joined(separator: " ")
  }

  /// A candidate in few letters.
  func named(_ candidate: Sampler.Candidate) -> String {
    label(candidate.token) + " " + percent(candidate.probability)
  }

  /// Where a head looks, as a picture.
  func attentionMap(_ prompt: Prompt, layer: Int, head: Int, _ state: LuaState) throws(Problem)
    -> Figure
  {
    let ids = try tokens(of: prompt)
    let values = try attention(prompt, layer: layer, head: head, state).doubles
    let names = ids.map(label)
    var map = Heatmap(
      "Attention of layer \(layer), head \(head)", subtitle: "each row adds up to 1",
      rows: ids.indices.map { row in
        ids.indices.map { $0 > row ? .nan : values[row * ids.count + $0] }
      }, rowLabels: names, columnLabels: names, x: Axis("looked at"), y: Axis("looking token"),
      color: Axis("weight", minimum: 0, maximum: 1))
    map.showsValues = ids.count <= 12 ? nil : false
    return .heatmap(map)
  }

  /// The methods that look at what layers say.
  @MemberBuilder static var lensMembers: [ExportedMember] {
    method(
      "logit_lens",
      "What the model would say behind each layer: a list of { text, id, probability } per layer.",
      .state, .value("prompt", "text, or token ids", of: Prompt.self),
      .named(
        .integer("k", "how many tokens", default: 5, range: 1...100),
        .integer("position", "behind which token, from 1, or from -1 back", default: -1))
    ) { model, state, prompt, options in
      let (count, position) = options.values
      return try model.logitLens(prompt, count, position, state)
    }
    .example("llm.load():logit_lens(\"The capital of France is\", { k = 1 })[30][1].text")
    .detail(
      """
      The residual stream behind each layer goes through the last norm and the output matrix; the \
      last element is the model's own answer. The picture shows the last 16 positions.
      """)
    method(
      "attention_map", "Where a head looks, as a picture with the tokens at its sides.", .state,
      .value("prompt", "text, or token ids", of: Prompt.self),
      .integer("layer", "from 1", range: 1...), .integer("head", "from 1", range: 1...)
    ) { model, state, prompt, layer, head in
      try model.attentionMap(prompt, layer: layer, head: head, state)
    }
    .example("llm.load():attention_map(\"The cat sat because it was tired\", 1, 1)")
  }
}
