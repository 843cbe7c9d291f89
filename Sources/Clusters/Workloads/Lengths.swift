public import Base
import Glibc
public import Simulation

/// How many tokens prompts and answers have.
public struct Lengths: Sendable {
  private enum Source: Sendable {
    case laws(prompt: any Distribution, output: any Distribution)
    case pairs([(prompt: Int32, output: Int32)])
    case total(Zipf, least: Int, promptShare: Double)
  }

  private let source: Source
  private let promptRange: ClosedRange<Int>
  private let outputRange: ClosedRange<Int>

  /// Draws both independently from laws, rounded and kept within ranges.
  public init(
    prompt: any Distribution, output: any Distribution, promptRange: ClosedRange<Int> = 1...131_072,
    outputRange: ClosedRange<Int> = 1...16_384
  ) {
    precondition(promptRange.lowerBound >= 1 && outputRange.lowerBound >= 1)
    source = .laws(prompt: prompt, output: output)
    self.promptRange = promptRange
    self.outputRange = outputRange
  }

  /// The same lengths for all.
  public init(prompt: Int, output: Int) {
    self.init(prompt: Deterministic(Double(prompt)), output: Deterministic(Double(output)))
  }

  /// Draws both together from the requests of a trace, so that what belongs together stays so.
  public init(like trace: Trace) throws(Problem) {
    guard trace.count > 0 else { throw Problem("\(trace.name) has no requests to draw from") }
    self.init(source: .pairs(zip(trace.promptTokens, trace.outputTokens).map { ($0, $1) }))
  }

  /// Log-normal lengths by their medians and spreads, as most measured traces have.
  public static func logNormal(
    promptMedian: Double, promptSigma: Double, outputMedian: Double, outputSigma: Double
  ) -> Lengths {
    Lengths(
      prompt: LogNormal(mu: log(promptMedian), sigma: promptSigma),
      output: LogNormal(mu: log(outputMedian), sigma: outputSigma))
  }

  /// Lengths by Zipf's law as Vidur draws them: prompt and answer together have from the least to the
  /// most tokens, short ones more often, and the prompt has a fixed share of them.
  ///
  /// Source: microsoft/vidur, request_generator/zipf_request_length_generator.py.
  public static func zipf(
    tokens: ClosedRange<Int>, exponent: Double = 0.6, promptPerOutput: Double = 20
  ) -> Lengths {
    precondition(tokens.lowerBound >= 2 && exponent >= 0 && promptPerOutput > 0)
    return Lengths(
      source: .total(
        Zipf(count: tokens.count, exponent: exponent), least: tokens.lowerBound,
        promptShare: promptPerOutput / (1 + promptPerOutput)))
  }

  private init(source: Source) {
    self.source = source
    promptRange = 1...Int(Int32.max)
    outputRange = 1...Int(Int32.max)
  }

  /// Draws the lengths of one request.
  public func sample(_ random: inout SeededRandom) -> (prompt: Int, output: Int) {
    switch source {
    case .pairs(let pairs):
      let pair = pairs[random.nextInteger(below: pairs.count)]
      return (Int(pair.prompt), Int(pair.output))
    case .total(let law, let least, let share):
      let total = least + Int(law.sample(&random)) - 1
      let prompt = min(total - 1, max(1, Int(Double(total) * share)))
      return (prompt, total - prompt)
    case .laws(let prompt, let output):
      return (
        Self.whole(prompt.sample(&random), promptRange),
        Self.whole(output.sample(&random), outputRange)
      )
    }
  }

  private static func whole(_ value: Double, _ range: ClosedRange<Int>) -> Int {
    guard value > Double(range.lowerBound) else { return range.lowerBound }
    guard value < Double(range.upperBound) else { return range.upperBound }
    return Int(value.rounded())
  }
}
