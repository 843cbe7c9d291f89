public import Base

/// How the next token is drawn from the logits.
public struct SamplingOptions: Sendable, Hashable {
  /// Divides the logits; 0 takes the most probable token always.
  public var temperature: Double
  /// Only the k most probable tokens; 0 keeps all.
  public var topK: Int
  /// Only the most probable tokens that together reach this probability; 1 keeps all.
  public var topP: Double
  /// Only tokens of at least this share of the best one's probability; 0 keeps all.
  public var minP: Double
  /// Divides the positive and multiplies the negative logits of tokens that stand before; 1 is off.
  public var repetitionPenalty: Double
  /// How many of the last tokens the penalty looks at.
  public var penaltyWindow: Int
  /// The seed of the random stream.
  public var seed: UInt64

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
    try require(
      repetitionPenalty > 0 && repetitionPenalty.isFinite, "repetition_penalty", repetitionPenalty,
      "above 0")
  }
}
