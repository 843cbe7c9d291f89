public import Serving

/// How long a step takes on some hardware.
public protocol CostModel: Sendable {
  /// The seconds that one of several pipeline stages, counted from 0, needs for a step; NaN when that
  /// is not known, which stops the run.
  func seconds(of shape: StepShape, stage: Int, of stages: Int) -> Double
  /// The same, operator by operator; the parts add up to it.
  func explain(_ shape: StepShape, stage: Int, of stages: Int) -> [CostPart]
  /// Seconds of a request that no step contains: the way there and back, HTTP, the tokenizer.
  var requestSeconds: Double { get }
}

extension CostModel {
  /// Nothing beside the steps.
  public var requestSeconds: Double { 0 }
}

/// One operator's part of the time of a step.
public struct CostPart: Hashable, Sendable {
  /// The operator, as in "attn_decode".
  public var name: String
  /// How often it runs in the stage; 0 where nobody counts.
  public var count: Int
  /// Its time in seconds, all runs together.
  public var seconds: Double
  /// What most of the time goes to, as in "memory"; empty where nobody knows.
  public var bound: String
  /// How the time came about.
  public var note: String

  /// Creates a part.
  public init(
    _ name: String, count: Int = 0, seconds: Double, bound: String = "", note: String = ""
  ) {
    self.name = name
    self.count = count
    self.seconds = seconds
    self.bound = bound
    self.note = note
  }
}

extension [CostPart] {
  /// The time of all parts, in seconds.
  public var seconds: Double { reduce(0) { $0 + $1.seconds } }

  /// Each part's share of the time of all.
  public var shares: [Double] {
    let all = seconds
    return map { all > 0 ? $0.seconds / all : 0 }
  }
}

/// A step's time as a straight line in what it computes: enough to try policies out where no measured
/// model is at hand.
public struct LinearCostModel: CostModel, Hashable {
  /// Seconds of a step that computes nothing.
  public var baseSeconds: Double
  /// Seconds per token that runs through the layers.
  public var tokenSeconds: Double
  /// Seconds per token of context that decoding sequences read.
  public var contextSeconds: Double
  /// Seconds per pair of tokens that prompts compute.
  public var pairSeconds: Double
  /// Seconds per token whose blocks are copied to or from host memory.
  public var swapSeconds: Double

  /// Creates a model; the default is of the size of an 8B model on an A100.
  public init(
    baseSeconds: Double = 10e-3, tokenSeconds: Double = 60e-6, contextSeconds: Double = 60e-9,
    pairSeconds: Double = 1e-9, swapSeconds: Double = 5e-6
  ) {
    self.baseSeconds = baseSeconds
    self.tokenSeconds = tokenSeconds
    self.contextSeconds = contextSeconds
    self.pairSeconds = pairSeconds
    self.swapSeconds = swapSeconds
  }

  /// The line's value, shared equally among the stages.
  public func seconds(of shape: StepShape, stage: Int, of stages: Int) -> Double {
    (baseSeconds + tokenSeconds * Double(shape.tokens)
      + contextSeconds * Double(shape.decodeContext) + pairSeconds * Double(shape.prefillPairs)
      + swapSeconds * Double(shape.swappedTokens)) / Double(stages)
  }

  /// The line's terms.
  public func explain(_ shape: StepShape, stage: Int, of stages: Int) -> [CostPart] {
    let share = 1 / Double(stages)
    return [
      CostPart("base", seconds: baseSeconds * share),
      CostPart(
        "tokens", seconds: tokenSeconds * Double(shape.tokens) * share,
        note: "\(shape.tokens) tokens"),
      CostPart(
        "decode_context", seconds: contextSeconds * Double(shape.decodeContext) * share,
        note: "\(shape.decodeContext) tokens read"),
      CostPart(
        "prefill_pairs", seconds: pairSeconds * Double(shape.prefillPairs) * share,
        note: "\(shape.prefillPairs) pairs"),
      CostPart(
        "swap", seconds: swapSeconds * Double(shape.swappedTokens) * share,
        note: "\(shape.swappedTokens) tokens copied"),
    ]
  }
}
