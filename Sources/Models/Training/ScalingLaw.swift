#if canImport(Glibc)
internal import Glibc
#else
internal import Darwin
#endif

/// A law of the loss after training N parameters on D tokens: `E + A/N^α + B/D^β`, in nats per token.
public struct ScalingLaw: Sendable, Hashable {
  /// E, what no model can go below.
  public let irreducible: Double
  /// A, the scale of what parameters are missing.
  public let parameterScale: Double
  /// α.
  public let parameterExponent: Double
  /// B, the scale of what data is missing.
  public let tokenScale: Double
  /// β.
  public let tokenExponent: Double

  /// States a law.
  public init(
    irreducible: Double, parameterScale: Double, parameterExponent: Double, tokenScale: Double,
    tokenExponent: Double
  ) {
    self.irreducible = irreducible
    self.parameterScale = parameterScale
    self.parameterExponent = parameterExponent
    self.tokenScale = tokenScale
    self.tokenExponent = tokenExponent
  }

  /// The fit of Hoffmann and others, 2022 (approach 3).
  public static let chinchilla = ScalingLaw(
    irreducible: 1.69, parameterScale: 406.4, parameterExponent: 0.34, tokenScale: 410.7,
    tokenExponent: 0.28)

  /// The same data fitted anew by Besiroglu and others, 2024, who found the published fit inconsistent.
  public static let chinchillaRefitted = ScalingLaw(
    irreducible: 1.8172, parameterScale: 482.01, parameterExponent: 0.3478, tokenScale: 2085.43,
    tokenExponent: 0.3658)

  /// The loss after a training run.
  public func loss(parameters: Double, tokens: Double) -> Double {
    irreducible + parameterScale / pow(parameters, parameterExponent)
      + tokenScale / pow(tokens, tokenExponent)
  }

  /// The parameters and tokens that make the least loss of so many operations (6·N·D).
  public func optimum(flops: Double) -> (parameters: Double, tokens: Double) {
    let product = flops / 6
    let sum = parameterExponent + tokenExponent
    let ratio =
      parameterExponent * parameterScale / (tokenExponent * tokenScale)
    let parameters = pow(ratio, 1 / sum) * pow(product, tokenExponent / sum)
    return (parameters, product / parameters)
  }

  /// Loss by parameters alone, data being plenty: `(8.8e13/N)^0.076` (Kaplan and others, 2020).
  public static func kaplanLoss(parameters: Double) -> Double { pow(8.8e13 / parameters, 0.076) }
}
