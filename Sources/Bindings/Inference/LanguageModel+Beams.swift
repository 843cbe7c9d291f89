import Base
import Inference
import LuaBridge

/// Beam search, as Lua knows it.
extension LanguageModel {
  /// The method that keeps several answers.
  @MemberBuilder static var beamMembers: [ExportedMember] {
    method(
      "beam_search", "The most probable answers, best first, instead of one.", .state,
      .value("prompt", "text, or token ids", of: Prompt.self),
      .named(
        .integer("width", "beams that are kept", default: 4, range: 1...256),
        .integer(
          "max_tokens", "the most tokens of an answer", unit: .tokens, default: 32, range: 1...4096),
        .number(
          "length_penalty",
          "0 favours short answers, 1 compares by the mean of a token's logarithm",
          default: 1, range: 0...10))
    ) { model, state, prompt, options in
      let (width, maxTokens, penalty) = options.values
      let search = BeamSearch(width: width, maxTokens: maxTokens, lengthPenalty: penalty)
      let beams = try search.run(
        model.executor, model.tokens(of: prompt), shouldStop: state.stopQuestion)
      return state.makeTable(
        beams.map { beam in
          .table(
            state.makeTable(fields: [
              "text": .text(beam.text), "score": .number(beam.score),
              "log_probability": .number(beam.logProbability),
              "tokens": .table(state.makeTable(beam.tokens.map { .integer(Int($0)) })),
              "finish_reason": .text(beam.finishReason.rawValue),
            ]))
        })
    }
    .returns(
      "{text: string, score: number, log_probability: number, tokens: integer[],"
        + " finish_reason: string}[]"
    )
    .example("llm.load():beam_search(\"The capital of France is\", { width = 2, max_tokens = 4 })")
  }
}
