public import Base
import Serving

/// A cost model fitted to measurements, with what it says of each of them when it has not seen it.
public struct CostFit: Hashable, Sendable {
  /// What it was fitted to.
  public let observations: [CostObservation]
  /// What was fitted.
  public let model: FittedCostModel
  /// The relative error of each measurement.
  public let errors: [Double]
  /// The relative error of each measurement by a model that is fitted to all others.
  public let heldOutErrors: [Double]

  /// Fits a model to measurements: relative errors count, no number is negative, and outliers count
  /// little.
  ///
  /// The curve of tokens gets a bend, or two, where that makes held-out errors smaller by a tenth. A
  /// term that the measurements do not tell apart from others gets no weight.
  public init(_ observations: [CostObservation]) throws(Problem) {
    guard observations.count >= 3, observations.allSatisfy({ $0.seconds > 0 }) else {
      throw Problem(
        "\(observations.count) measurements are too few to fit a cost model to",
        fix: "measure at least three different steps, each of some time")
    }
    self.observations = observations
    let best = Self.bestForm(observations)
    model = FittedCostModel(best.numbers, bends: best.bends)
    errors = best.errors
    heldOutErrors = best.heldOutErrors
  }

  /// The mean size of the relative errors.
  public var meanError: Double { Self.meanSize(errors) }
  /// The mean size of the relative errors of what was held out.
  public var heldOutError: Double { Self.meanSize(heldOutErrors) }

  private static func meanSize(_ errors: [Double]) -> Double {
    errors.reduce(0) { $0 + abs($1) } / Double(max(1, errors.count))
  }

  /// Tries bends where steps were measured, each with a measurement on both sides.
  private static func bestForm(_ observations: [CostObservation]) -> RobustFit {
    var best = RobustFit(observations, bends: [])
    let places = Set(observations.map(\.stepTokens)).sorted().dropFirst().dropLast()
    for _ in 0..<2 {
      let tried = places.filter { !best.bends.contains($0) }.map { place in
        RobustFit(observations, bends: (best.bends + [place]).sorted())
      }
      guard let next = tried.min(by: { $0.heldOutScore < $1.heldOutScore }),
        next.heldOutScore < 0.9 * best.heldOutScore - 1e-3
      else { break }
      best = next
    }
    return best
  }
}

extension FittedCostModel {
  /// The terms of a measurement, in the order of `init(_:bends:)`.
  ///
  /// Where prompts are only read alone, a prompt and a request cannot be told apart. The prompt, which
  /// stands before the request, has the weight then: a server that does one thing after the other has
  /// no other work on a request's way.
  fileprivate static func terms(_ observation: CostObservation, bends: [Int]) -> [Double] {
    var sums = Array(repeating: 0.0, count: 6 + bends.count)
    for shape in observation.steps {
      let counts = [1, shape.prefills, shape.prefillPairs, shape.decodes, shape.decodeContext]
      let terms = counts.map { Double($0) } + TokenCurve.shares(shape.tokens, bends: bends)
      for (place, term) in terms.enumerated() { sums[place] += term }
    }
    return sums + [observation.requests]
  }

  fileprivate init(_ numbers: [Double], bends: [Int]) {
    baseSeconds = numbers[0]
    promptSeconds = numbers[1]
    pairSeconds = numbers[2]
    sequenceSeconds = numbers[3]
    contextSeconds = numbers[4]
    tokens = TokenCurve(bends: bends, slopes: Array(numbers[5...(5 + bends.count)]))
    requestSeconds = numbers[6 + bends.count]
  }
}

/// A fit of one form by least squares that are weighted anew until outliers count little.
private struct RobustFit {
  let bends: [Int]
  let numbers: [Double]
  let errors: [Double]
  let heldOutErrors: [Double]

  /// The mean held-out error; one that is far off says no more than one that is off.
  var heldOutScore: Double {
    heldOutErrors.reduce(0) { $0 + min(abs($1), 0.3) } / Double(heldOutErrors.count)
  }

  init(_ observations: [CostObservation], bends: [Int]) {
    self.bends = bends
    let rows = observations.map { one in
      FittedCostModel.terms(one, bends: bends).map { $0 / one.seconds }
    }
    var weights = Array(repeating: 1.0, count: rows.count)
    var numbers = Self.solve(rows, weights)
    for isStrict in [false, true] {
      for _ in 0..<8 {
        let next = Self.weights(Self.errors(rows, numbers), isStrict: isStrict)
        let change = zip(next, weights).map { abs($0 - $1) }.max() ?? 0
        weights = next
        if change < 1e-4 { break }
        numbers = Self.solve(rows, weights, from: numbers)
      }
    }
    self.numbers = numbers
    errors = Self.errors(rows, numbers)
    heldOutErrors = Self.heldOut(rows, weights)
  }

  private static func solve(_ rows: [[Double]], _ weights: [Double], from start: [Double]? = nil)
    -> [Double]
  {
    sums(rows, weights).solution(from: start)
  }

  private static func sums(_ rows: [[Double]], _ weights: [Double]) -> LeastSquares {
    var sums = LeastSquares(columns: rows[0].count)
    for (row, weight) in zip(rows, weights) { sums.add(row, weight: weight) }
    return sums
  }

  private static func errors(_ rows: [[Double]], _ numbers: [Double]) -> [Double] {
    rows.map { zip($0, numbers).reduce(-1) { $0 + $1.0 * $1.1 } }
  }

  /// What each is off by when the others alone are fitted.
  private static func heldOut(_ rows: [[Double]], _ weights: [Double]) -> [Double] {
    let all = sums(rows, weights)
    return rows.indices.map { index in
      // From nothing: a start at the whole solution would know what is held out.
      var others = all
      others.add(rows[index], weight: -weights[index])
      return errors([rows[index]], others.solution())[0]
    }
  }

  /// Huber's weights, then Tukey's, which let go of what is far off.
  ///
  /// The scale is that of the median error, and no less than what a good form is off by: a measurement
  /// that the form does not quite meet is no outlier.
  private static func weights(_ errors: [Double], isStrict: Bool) -> [Double] {
    let middle = Quantiles(errors.map { abs($0) }).at(0.5) ?? 0
    let scale = max(1.4826 * middle, isStrict ? 0.03 : 0.02)
    return errors.map { error in
      guard isStrict else { return min(1, 1.345 * scale / max(abs(error), 1e-300)) }
      let share = error / (4.685 * scale)
      return abs(share) < 1 ? (1 - share * share) * (1 - share * share) : 0
    }
  }
}
