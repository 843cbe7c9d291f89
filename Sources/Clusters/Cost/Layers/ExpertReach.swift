import Glibc

/// How many of some experts a number of tokens reaches when each goes to a few of them.
///
/// Experts are not equally popular: their shares of the tokens are spread log-normally. What a token's
/// picks miss with probability (1 - p)^T is never loaded, so the expected number is E·(1 - mean of that).
public struct ExpertReach: Sendable, Hashable {
  /// How many experts there are.
  public let count: Int
  /// How many of them a token goes to.
  public let used: Int
  /// The standard deviation of the logarithm of an expert's popularity; 0: all are alike.
  public let spread: Double
  /// The share of tokens that goes to experts of 15 equally likely kinds.
  private let shares: [Double]

  /// States the experts.
  public init(count: Int, used: Int, spread: Double = 0) {
    precondition(used >= 1 && used <= count && spread >= 0, "\(used) of \(count), \(spread)")
    self.count = count
    self.used = used
    self.spread = spread
    let kinds = 15
    let weights = (0..<kinds).map { kind in
      exp(spread * Self.normalQuantile((Double(kind) + 0.5) / Double(kinds)))
    }
    let mean = weights.reduce(0, +) / Double(kinds)
    shares = weights.map { min(1, $0 / mean * Double(used) / Double(count)) }
  }

  /// The experts that some tokens are expected to reach.
  public func reached(byTokens tokens: Double) -> Double {
    guard tokens > 0 else { return 0 }
    let missed = shares.reduce(0) { $0 + pow(1 - $1, tokens) } / Double(shares.count)
    return max(Double(min(used, count)), Double(count) * (1 - missed))
  }

  /// The place below which a share of a normal distribution lies, by bisection: it runs fifteen times only.
  private static func normalQuantile(_ share: Double) -> Double {
    var (low, high) = (-8.0, 8.0)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if 0.5 * (1 + erf(middle / 2.0.squareRoot())) < share { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}
