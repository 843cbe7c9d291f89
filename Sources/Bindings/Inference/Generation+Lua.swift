import Base
public import Inference
public import LuaBridge

extension Generation: LuaExported {
  /// The name in messages and stubs.
  public static let luaName = "llm.Generation"

  /// What Lua sees of a generation.
  public static let exported = Exported<Generation>(
    "What a model produced; prints as its text.",
    example: "llm.load():generate(\"Once\", { max_tokens = 4 }).text"
  ) {
    property("text", "The text, without control tokens and stop texts.") { $0.text }
    property("tokens", "The ids of the produced tokens.") { $0.tokens.map { Int($0) } }
    property("probabilities", "The probability that each token had when it was drawn.") {
      $0.probabilities
    }
    property("finish_reason", "Why it ended: \"stop\", \"length\" or \"interrupted\".") {
      $0.finishReason.rawValue
    }
    property("prompt_tokens", "Tokens of the prompt.", unit: .tokens) { $0.promptTokens }
    property(
      "reused_tokens", "Tokens of the prompt whose keys and values were there already.",
      unit: .tokens
    ) { $0.reusedTokens }
    property("seconds", "From the call to the end.", unit: .seconds) { $0.seconds }
    property(
      "time_to_first_token_seconds", "From the call to the first token.", unit: .seconds
    ) { $0.timeToFirstTokenSeconds }
    property(
      "tokens_per_second", "Rate behind the first token; nil for fewer than two.",
      unit: .tokensPerSecond
    ) { $0.tokensPerSecond }
    property(
      "prompt_tokens_per_second", "Rate at which the prompt was read.", unit: .tokensPerSecond
    ) { $0.promptTokensPerSecond }
    method(
      "alternatives",
      "The most probable tokens at each step, where the option alternatives asked for them.", .state
    ) { generation, state in
      state.makeTable(
        generation.alternatives.map { step in
          .table(
            state.makeTable(
              step.map { candidate in
                .table(
                  state.makeTable(fields: [
                    "id": .integer(Int(candidate.token)),
                    "probability": .number(candidate.probability),
                  ]))
              }))
        })
    }
    .returns("{id: integer, probability: number}[][]")
    .example("llm.load():generate(\"Once\", { max_tokens = 2, alternatives = 3 }):alternatives()")
    property("steps", "Runs through the layers, the prompt's included.") { $0.steps }
    property("drafted_tokens", "Tokens that a drafter guessed.", unit: .tokens) { $0.draftedTokens }
    property("accepted_tokens", "Guesses that were taken over.", unit: .tokens) {
      $0.acceptedTokens
    }
    property("acceptance", "The share of guesses that were taken over; nil without guesses.") {
      $0.draftedTokens > 0 ? Double($0.acceptedTokens) / Double($0.draftedTokens) : nil
    }
    method("__mime", "The forms that a session shows: one line for what has been streamed.") {
      $0.isStreamed ? ["text/plain": $0.summary] : nil
    }
    .example("llm.load():generate(\"Once\", { max_tokens = 4, stream = true }):__mime()")
    metamethod(.length, "The number of produced tokens.") { $0.tokens.count }
    metamethod(
      .concat, "Joins the text with another.",
      left: .value("a", of: Either<Generation, String>.self),
      right: .value("b", of: Either<Generation, String>.self)
    ) { a, b in text(of: a) + text(of: b) }
  }

  private static func text(of operand: Either<Generation, String>) -> String {
    switch operand {
    case .first(let generation): generation.text
    case .second(let text): text
    }
  }
}

extension Generation: CustomStringConvertible {
  /// The text.
  public var description: String { text }

  /// One line of numbers, for a text that has been seen.
  var summary: String {
    let count = "\(tokens.count) token" + (tokens.count == 1 ? "" : "s")
    let rate = tokensPerSecond.map { ", \(($0 * 10).rounded() / 10) tokens/s" } ?? ""
    return "(\(count)\(rate), finish reason \(finishReason.rawValue); .text holds the text)"
  }
}
