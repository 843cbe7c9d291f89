public import Base
public import Clusters
public import Serving

/// A step's time as a sum of what it computes, with numbers fitted to a server's answers.
///
/// seconds = base + prefill · tokens of prompts + pair · pairs of tokens that prompts compute
/// + sequence · decoding sequences + context · their known tokens
public struct FittedCostModel: CostModel, Hashable {
  /// Seconds of a step that computes nothing.
  public var baseSeconds = 0.0
  /// Seconds per token of a prompt.
  public var prefillSeconds = 0.0
  /// Seconds per pair of a prompt's token and one that it attends to.
  public var pairSeconds = 0.0
  /// Seconds per sequence that decodes.
  public var sequenceSeconds = 0.0
  /// Seconds per known token of sequences that decode.
  public var contextSeconds = 0.0
  /// Seconds per request outside of steps: the way there and back.
  public var requestSeconds = 0.0

  /// Creates a model in which everything takes no time.
  public init() {}

  /// The sum, shared equally among the stages.
  public func seconds(of shape: StepShape, stage: Int, of stages: Int) -> Double {
    parts(shape).reduce(0) { $0 + $1.seconds } / Double(stages)
  }

  /// The terms of the sum.
  public func explain(_ shape: StepShape, stage: Int, of stages: Int) -> [CostPart] {
    parts(shape).map { part in
      CostPart(part.name, seconds: part.seconds / Double(stages), note: part.note)
    }
  }

  private func parts(_ shape: StepShape) -> [CostPart] {
    [
      CostPart("base", seconds: baseSeconds),
      CostPart(
        "prefill", seconds: prefillSeconds * Double(shape.prefillTokens),
        note: "\(shape.prefillTokens) tokens"),
      CostPart(
        "prefill_pairs", seconds: pairSeconds * Double(shape.prefillPairs),
        note: "\(shape.prefillPairs) pairs"),
      CostPart(
        "decode", seconds: sequenceSeconds * Double(shape.decodes),
        note: "\(shape.decodes) sequences"),
      CostPart(
        "decode_context", seconds: contextSeconds * Double(shape.decodeContext),
        note: "\(shape.decodeContext) tokens read"),
    ]
  }
}

/// One measurement that a cost model is fitted to.
public struct CostObservation: Hashable, Sendable {
  /// What was measured, as in "prefill of 256 tokens".
  public var name: String
  /// Steps that it took.
  public var steps = 1.0
  /// Tokens of prompts, and pairs of tokens, that were computed in them.
  public var prefillTokens = 0.0, prefillPairs = 0.0
  /// Sequences that decoded, and their known tokens together.
  public var decodes = 0.0, decodeContext = 0.0
  /// Requests that went there and back.
  public var requests = 0.0
  /// What it took, in seconds.
  public var seconds: Double

  /// Creates a measurement.
  public init(_ name: String, seconds: Double) {
    self.name = name
    self.seconds = seconds
  }

  fileprivate var terms: [Double] {
    [steps, prefillTokens, prefillPairs, decodes, decodeContext, requests]
  }
}

extension FittedCostModel {
  /// Fits the numbers to measurements by least squares of relative errors; no number is negative.
  ///
  /// A term that the measurements do not tell apart from others gets no weight.
  public init(fitting observations: [CostObservation]) throws(Problem) {
    guard observations.count >= 3, observations.allSatisfy({ $0.seconds > 0 }) else {
      throw Problem(
        "\(observations.count) measurements are too few to fit a cost model to",
        fix: "measure at least three different steps, each of some time")
    }
    let rows = observations.map { observation in
      observation.terms.map { $0 / observation.seconds }
    }
    let fitted = LeastSquares.nonNegative(rows, Array(repeating: 1, count: rows.count))
    baseSeconds = fitted[0]
    prefillSeconds = fitted[1]
    pairSeconds = fitted[2]
    sequenceSeconds = fitted[3]
    contextSeconds = fitted[4]
    requestSeconds = fitted[5]
  }

  /// What the model says a measurement takes.
  public func seconds(of observation: CostObservation) -> Double {
    let numbers = [
      baseSeconds, prefillSeconds, pairSeconds, sequenceSeconds, contextSeconds, requestSeconds,
    ]
    return zip(numbers, observation.terms).reduce(0) { $0 + $1.0 * $1.1 }
  }
}

/// Least squares for a handful of unknowns.
enum LeastSquares {
  /// The x of no negative element with the least squares of `rows · x - targets`.
  ///
  /// Elements that come out negative are taken out one by one, the worst first, and the rest is solved
  /// again; for columns that all grow with the work this ends at the least squares.
  static func nonNegative(_ rows: [[Double]], _ targets: [Double]) -> [Double] {
    let count = rows.first?.count ?? 0
    // Columns of one size make "small against the others" mean something.
    let sizes = (0..<count).map { column in
      rows.reduce(0) { $0 + $1[column] * $1[column] }.squareRoot()
    }
    var active = (0..<count).filter { sizes[$0] > 0 }
    while !active.isEmpty {
      let scaled = rows.map { row in active.map { row[$0] / sizes[$0] } }
      guard let solution = solve(scaled, targets) else {
        active.removeLast()
        continue
      }
      if let worst = solution.indices.min(by: { solution[$0] < solution[$1] }), solution[worst] < 0
      {
        active.remove(at: worst)
        continue
      }
      var result = Array(repeating: 0.0, count: count)
      for (place, column) in active.enumerated() {
        result[column] = solution[place] / sizes[column]
      }
      return result
    }
    return Array(repeating: 0, count: count)
  }

  /// Solves the normal equations; nothing where columns cannot be told apart.
  private static func solve(_ rows: [[Double]], _ targets: [Double]) -> [Double]? {
    let count = rows.first?.count ?? 0
    var matrix = (0..<count).map { i in
      (0..<count).map { j in rows.reduce(0) { $0 + $1[i] * $1[j] } }
        + [zip(rows, targets).reduce(0) { $0 + $1.0[i] * $1.1 }]
    }
    for column in 0..<count {
      let pivot =
        (column..<count).max { abs(matrix[$0][column]) < abs(matrix[$1][column]) } ?? column
      guard abs(matrix[pivot][column]) > 1e-12 else { return nil }
      matrix.swapAt(pivot, column)
      for row in 0..<count where row != column {
        let factor = matrix[row][column] / matrix[column][column]
        for place in column...count { matrix[row][place] -= factor * matrix[column][place] }
      }
    }
    return (0..<count).map { matrix[$0][count] / matrix[$0][$0] }
  }
}
