public import Base

/// A drafted token and the distribution that it was drawn from.
public struct Draft: Sendable {
  /// The token.
  public let token: TokenID
  /// What it was drawn from, most probable first; empty where it was the only choice.
  public let distribution: [Sampler.Candidate]

  /// Creates a draft; without a distribution the drafter would always have drawn this token.
  public init(_ token: TokenID, from distribution: [Sampler.Candidate] = []) {
    self.token = token
    self.distribution = distribution
  }

  /// The probability that a token had when the draft was drawn.
  public func probability(of other: TokenID) -> Double {
    if distribution.isEmpty { return other == token ? 1 : 0 }
    return distribution.first { $0.token == other }?.probability ?? 0
  }

  /// The probability of the drafted token.
  var probability: Double { probability(of: token) }
}

/// Guesses what comes next, cheaply; the model verifies several guesses in one step.
///
/// What is generated does not depend on the drafter: only how many steps it takes does.
public protocol Drafter: Sendable {
  /// How it is told in reports, as in "prompt-lookup".
  var name: String { get }

  /// Guesses tokens that follow `tokens`; as many as it thinks worth verifying, none at all included.
  func draft(after tokens: [TokenID], atMost count: Int) throws(Problem) -> [Draft]
}

/// A drafter that gives fewer guesses at a time than it could.
public struct LimitedDrafter: Drafter {
  private let base: any Drafter
  private let drafts: Int
  /// How it is told in reports.
  public var name: String { base.name }

  /// Limits a drafter.
  public init(_ base: any Drafter, drafts: Int) {
    self.base = base
    self.drafts = drafts
  }

  /// What the drafter guesses, cut off.
  public func draft(after tokens: [TokenID], atMost count: Int) throws(Problem) -> [Draft] {
    try base.draft(after: tokens, atMost: min(drafts, count))
  }
}

/// What drafts gain, by closed formulas (Leviathan 2023), under the assumption that each draft is taken
/// over with the same probability, independently.
public enum SpeculationModel {
  /// The tokens that one verification of `drafts` guesses gives, (1 - a^(k+1)) / (1 - a).
  public static func tokensPerStep(acceptance a: Double, drafts k: Int) -> Double {
    if a >= 1 { return Double(k + 1) }
    return (1 - power(a, k + 1)) / (1 - a)
  }

  /// How much faster than one token a step, where a guess costs `draftCost` and verifying `k` guesses
  /// costs `verifyCost` of a plain step.
  public static func speedUp(
    acceptance: Double, drafts k: Int, draftCost: Double, verifyCost: Double = 1
  ) -> Double {
    tokensPerStep(acceptance: acceptance, drafts: k) / (Double(k) * draftCost + verifyCost)
  }

  private static func power(_ base: Double, _ exponent: Int) -> Double {
    (0..<exponent).reduce(1) { product, _ in product * base }
  }
}
