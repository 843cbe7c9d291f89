/// What a generation is asked for.
public struct GenerationOptions: Sendable {
  /// The most tokens to produce.
  public var maxTokens: Int
  /// No token that ends a turn and no stop text ends the generation before so many tokens.
  public var minTokens = 0
  /// How tokens are drawn.
  public var sampling: SamplingOptions
  /// Texts that end the generation; they are not part of its text.
  public var stops: [String]
  /// True to go on behind tokens that end a turn.
  public var ignoresEnd: Bool
  /// How many of the most probable tokens are noted at each step.
  public var alternatives = 0
  /// What drafts tokens that the model then verifies several at a time; nil for one token a step.
  public var drafter: (any Drafter)?
  /// The form that the text must have; nil leaves it free.
  public var constraint: Constraint?

  /// Creates options.
  public init(
    maxTokens: Int = 128, sampling: SamplingOptions = SamplingOptions(), stops: [String] = [],
    ignoresEnd: Bool = false
  ) {
    self.maxTokens = maxTokens
    self.sampling = sampling
    self.stops = stops
    self.ignoresEnd = ignoresEnd
  }
}

/// What came of a generation.
public struct Generation: Sendable {
  /// Why it ended.
  public enum FinishReason: String, Sendable {
    /// The model ended its turn, or a stop text came.
    case stop
    /// The wanted number of tokens was reached, or the context is full.
    case length
    /// The person or the program stopped it; what was produced is kept.
    case interrupted
  }

  /// The text, without control tokens and stop texts.
  public var text = ""
  /// The produced tokens; an ending token is not among them.
  public var tokens: [TokenID] = []
  /// The probability that each had when it was drawn.
  public var probabilities: [Double] = []
  /// The most probable tokens at each step under the model's own distribution, where asked for.
  public var alternatives: [[Sampler.Candidate]] = []
  /// Runs through the layers behind the prompt's.
  public var steps = 0
  /// Tokens that were drafted, and those of them that were taken over.
  public var draftedTokens = 0, acceptedTokens = 0
  /// Runs in which a draft was turned down; what was drafted behind it was not looked at.
  public var turnedDownDrafts = 0
  /// Why it ended.
  public var finishReason = FinishReason.length
  /// The tokens of the prompt.
  public var promptTokens = 0
  /// Tokens of the prompt whose keys and values were there already.
  public var reusedTokens = 0
  /// From the call to the first token.
  public var timeToFirstTokenSeconds = 0.0
  /// From the call to the end.
  public var seconds = 0.0
  /// True when a person has seen the text already, as it came.
  public var isStreamed = false

  /// Tokens per second behind the first one; nothing for fewer than two.
  public var tokensPerSecond: Double? {
    let time = seconds - timeToFirstTokenSeconds
    return tokens.count > 1 && time > 0 ? Double(tokens.count - 1) / time : nil
  }

  /// The share of the drafts looked at that were taken over, as ``SpeculationModel`` means it; nothing
  /// without drafts.
  public var acceptance: Double? {
    let looked = acceptedTokens + turnedDownDrafts
    return looked > 0 ? Double(acceptedTokens) / Double(looked) : nil
  }

  /// Prompt tokens read per second.
  public var promptTokensPerSecond: Double? {
    let read = promptTokens - reusedTokens
    return timeToFirstTokenSeconds > 0 && read > 0 ? Double(read) / timeToFirstTokenSeconds : nil
  }
}

/// One token as it is produced.
public struct GeneratedToken: Sendable {
  /// The token.
  public let id: TokenID
  /// Text that can be shown now; empty while a letter is not whole or a stop text may be beginning.
  public let text: String
  /// The probability that it was drawn with.
  public let probability: Double
  /// True where it was drafted and taken over.
  public let isDraft: Bool
  /// True where this is no further token but text of the last one that was held back.
  public var isRest = false
  /// The probability that the model itself gave it, before anything narrowed the choice; only where
  /// alternatives were asked for.
  public var modelProbability: Double?
  /// The most probable tokens in its place under the model's own distribution, where asked for.
  public var alternatives: [Sampler.Candidate] = []
}
