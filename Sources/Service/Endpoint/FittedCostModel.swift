public import Clusters
public import Serving

/// A step's time as a sum of what it computes, with numbers fitted to a server's answers.
///
/// seconds = base + curve(tokens) + prompt · prompts + pair · pairs of tokens that prompts compute
/// + sequence · decoding sequences + context · their known tokens
///
/// The curve goes straight from bend to bend: what a token adds differs between a small step, which
/// waits for weights to come from memory, and a large one, which computes.
public struct FittedCostModel: CostModel, Hashable {
  /// Seconds of a step that computes nothing.
  public var baseSeconds = 0.0
  /// What the tokens of a step take that run through the layers.
  public var tokens = TokenCurve()
  /// Seconds per sequence that reads its prompt.
  public var promptSeconds = 0.0
  /// Seconds per pair of a prompt's token and one that it attends to.
  public var pairSeconds = 0.0
  /// Seconds per sequence that decodes, beside those of its token.
  public var sequenceSeconds = 0.0
  /// Seconds per known token of sequences that decode.
  public var contextSeconds = 0.0
  /// Seconds per request outside of steps: the way there and back.
  public var requestSeconds = 0.0

  /// Creates a model in which everything takes no time.
  public init() {}

  /// The sum, shared equally among the stages.
  public func seconds(of shape: StepShape, stage: Int, of stages: Int) -> Double {
    seconds(of: shape) / Double(stages)
  }

  /// The sum.
  public func seconds(of shape: StepShape) -> Double {
    baseSeconds + tokens.seconds(shape.tokens) + promptSeconds * Double(shape.prefills)
      + pairSeconds * Double(shape.prefillPairs) + sequenceSeconds * Double(shape.decodes)
      + contextSeconds * Double(shape.decodeContext)
  }

  /// The terms of the sum.
  public func explain(_ shape: StepShape, stage: Int, of stages: Int) -> [CostPart] {
    let terms: [(name: String, seconds: Double, note: String)] = [
      ("base", baseSeconds, ""),
      ("tokens", tokens.seconds(shape.tokens), "\(shape.tokens) tokens"),
      ("prompts", promptSeconds * Double(shape.prefills), "\(shape.prefills) sequences"),
      ("prefill_pairs", pairSeconds * Double(shape.prefillPairs), "\(shape.prefillPairs) pairs"),
      ("decode", sequenceSeconds * Double(shape.decodes), "\(shape.decodes) sequences"),
      (
        "decode_context", contextSeconds * Double(shape.decodeContext),
        "\(shape.decodeContext) tokens read"
      ),
    ]
    return terms.map { CostPart($0.name, seconds: $0.seconds / Double(stages), note: $0.note) }
  }

  /// What it says that a measurement takes.
  public func seconds(of observation: CostObservation) -> Double {
    observation.steps.reduce(requestSeconds * observation.requests) { $0 + seconds(of: $1) }
  }
}

/// What so many tokens of a step take: straight from bend to bend, and never less for more.
public struct TokenCurve: Hashable, Sendable {
  /// The numbers of tokens at which it bends, in order.
  public var bends: [Int]
  /// Seconds per token before the first bend, between bends, and behind the last.
  public var slopes: [Double]

  /// Creates a curve; there is one slope more than bends.
  public init(bends: [Int] = [], slopes: [Double] = [0]) {
    precondition(slopes.count == bends.count + 1, "\(slopes.count) slopes, \(bends.count) bends")
    (self.bends, self.slopes) = (bends, slopes)
  }

  /// The time of so many tokens.
  public func seconds(_ tokens: Int) -> Double {
    var (seconds, from) = (0.0, 0)
    for (bend, slope) in zip(bends, slopes) where tokens > from {
      seconds += slope * Double(min(tokens, bend) - from)
      from = bend
    }
    return seconds + slopes[bends.count] * Double(max(0, tokens - from))
  }

  /// How many of so many tokens lie before the first bend, between bends, and behind the last.
  static func shares(_ tokens: Int, bends: [Int]) -> [Double] {
    zip([0] + bends, bends + [.max]).map { Double(max(0, min(tokens, $1) - $0)) }
  }
}

/// One measurement that a cost model is fitted to.
public struct CostObservation: Hashable, Sendable {
  /// What was measured, as in "prefill 256".
  public var name: String
  /// The steps that it took.
  public var steps: [StepShape]
  /// Requests that went there and back.
  public var requests = 0.0
  /// What it took, in seconds.
  public var seconds: Double
  /// How far repeats were apart, over the time; 0 where there was one.
  public var spread = 0.0

  /// Takes a measurement.
  public init(_ name: String, steps: [StepShape], requests: Double = 0, seconds: Double) {
    self.name = name
    self.steps = steps
    self.requests = requests
    self.seconds = seconds
  }

  /// The mean number of tokens of its steps.
  var stepTokens: Int { steps.reduce(0) { $0 + $1.tokens } / max(1, steps.count) }
}
