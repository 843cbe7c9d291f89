public import Base

/// How the next token is drawn from the logits.
///
/// In this order: penalties and bias change logits; top-k, temperature, typical, min-p and top-p
/// narrow the choice; one random number decides.
public struct SamplingOptions: Sendable, Hashable {
  /// Divides the logits; 0 takes the most probable token always.
  public var temperature: Double
  /// Only the k most probable tokens; 0 keeps all.
  public var topK: Int
  /// Only the most probable tokens that together reach this probability; 1 keeps all.
  public var topP: Double
  /// Only tokens of at least this share of the best one's probability; 0 keeps all.
  public var minP: Double
  /// Only the tokens whose surprise is nearest to the expected one, up to this probability together
  /// (locally typical sampling, Meister 2022); 1 keeps all.
  public var typicalP = 1.0
  /// Divides the positive and multiplies the negative logits of tokens that stand before; 1 is off.
  public var repetitionPenalty: Double
  /// Taken from a token's logit once for each time that it stands before.
  public var frequencyPenalty = 0.0
  /// Taken from the logit of every token that stands before.
  public var presencePenalty = 0.0
  /// How many of the last tokens the penalties look at.
  public var penaltyWindow: Int
  /// Added to the logits of single tokens.
  public var logitBias: [TokenID: Float] = [:]
  /// Holds the surprise of the text at a target instead of narrowing by shares; nil is off.
  public var mirostat: Mirostat?
  /// The seed of the random stream.
  public var seed: UInt64

  /// Mirostat 2 (Basu 2021): tokens more surprising than a moving limit are left out, and the limit
  /// follows the surprise of what was drawn.
  public struct Mirostat: Sendable, Hashable {
    /// The surprise to hold, in bits.
    public var target: Double
    /// How fast the limit follows.
    public var rate: Double

    /// Creates a controller; 5 bits and 0.1 are the paper's.
    public init(target: Double = 5, rate: Double = 0.1) {
      self.target = target
      self.rate = rate
    }
  }

  /// Creates options; by default the most probable token is taken.
  public init(
    temperature: Double = 0, topK: Int = 0, topP: Double = 1, minP: Double = 0,
    repetitionPenalty: Double = 1, penaltyWindow: Int = 64, seed: UInt64 = 0
  ) {
    self.temperature = temperature
    self.topK = topK
    self.topP = topP
    self.minP = minP
    self.repetitionPenalty = repetitionPenalty
    self.penaltyWindow = penaltyWindow
    self.seed = seed
  }

  /// True where every token can be drawn.
  var narrowsNothing: Bool { narrowsAtMostByTopP && topP == 1 && mirostat == nil }

  /// True where top-p alone narrows the choice, mirostat aside.
  var isNucleus: Bool { narrowsAtMostByTopP && topP < 1 }

  private var narrowsAtMostByTopP: Bool { topK == 0 && minP == 0 && typicalP == 1 }

  /// Checks ranges, for values that come from outside.
  public func check() throws(Problem) {
    func require(_ holds: Bool, _ name: String, _ value: some Any, _ range: String) throws(Problem)
    {
      if !holds { throw Problem("\(name) should be \(range), is \(value)") }
    }
    try require(temperature >= 0 && temperature.isFinite, "temperature", temperature, "0 or more")
    try require(topK >= 0, "top_k", topK, "0 or more")
    try require(topP > 0 && topP <= 1, "top_p", topP, "above 0 and at most 1")
    try require(minP >= 0 && minP <= 1, "min_p", minP, "from 0 to 1")
    try require(typicalP > 0 && typicalP <= 1, "typical_p", typicalP, "above 0 and at most 1")
    try require(
      repetitionPenalty > 0 && repetitionPenalty.isFinite, "repetition_penalty", repetitionPenalty,
      "above 0")
    try require(
      frequencyPenalty.isFinite, "frequency_penalty", frequencyPenalty, "a finite number")
    try require(presencePenalty.isFinite, "presence_penalty", presencePenalty, "a finite number")
    for (token, bias) in logitBias {
      try require(!bias.isNaN, "logit_bias of token \(token)", bias, "a number")
    }
    guard let mirostat else { return }
    try require(mirostat.target > 0, "mirostat's target", mirostat.target, "above 0")
    try require(
      mirostat.rate > 0 && mirostat.rate <= 1, "mirostat's rate", mirostat.rate,
      "above 0 and at most 1")
  }
}
