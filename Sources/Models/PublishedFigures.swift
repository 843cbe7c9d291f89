/// What the makers of a model say of it: what its arithmetic is held against.
public struct PublishedFigures: Sendable, Hashable {
  /// All parameters, in billions.
  public let billions: Double
  /// Parameters that a token uses, in billions; nil where all are.
  public let activeBillions: Double?
  /// Bytes that one position takes in a half-precision cache; nil where nobody says.
  public let keyValueBytes: Int?
  /// Tokens it was trained on.
  public let trainingTokens: Double?
  /// Floating-point operations of its training, as stated.
  public let trainingFLOPs: Double?
  /// Where they say so.
  public let source: String

  /// States what is published.
  public init(
    billions: Double, active: Double? = nil, keyValueBytes: Int? = nil,
    trainingTokens: Double? = nil, trainingFLOPs: Double? = nil, source: String
  ) {
    self.billions = billions
    activeBillions = active
    self.keyValueBytes = keyValueBytes
    self.trainingTokens = trainingTokens
    self.trainingFLOPs = trainingFLOPs
    self.source = source
  }
}
