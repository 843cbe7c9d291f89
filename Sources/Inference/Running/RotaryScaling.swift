import Base
import Glibc

/// How a model's turns were changed so that it reads more than it was first trained on.
enum RotaryScaling: Sendable {
  case none
  /// All positions are divided.
  case linear(Double)
  /// Slow turns are stretched, fast ones stay (YaRN, Peng 2023).
  case yarn(YaRN)

  /// The numbers of YaRN under the paper's names.
  struct YaRN: Sendable {
    /// s, how much longer the context is.
    let factor: Double
    /// L, the context of the first training.
    let originalContext: Double
    /// β, turns over L above which a pair stays as it is.
    var fast = 32.0
    /// α, turns over L below which a pair is stretched by s.
    var slow = 1.0
    /// Multiplied with cosines and sines.
    var attentionFactor = 1.0
    /// What the logarithm of s is multiplied with in the scores of DeepSeek's models; 0: nothing.
    var logMultiplier = 0.0

    /// The pair that makes `turns` over L, of a head of which `width` elements turn.
    fileprivate func pair(turns: Double, _ width: Double, _ base: Double) -> Double {
      width * log(originalContext / (turns * 2 * .pi)) / (2 * log(base))
    }
  }

  /// Reads what a file says.
  init(_ file: GGUFFile, prefix: String) throws(Problem) {
    func number(_ key: String) throws(Problem) -> Double? {
      try file.optional("\(prefix).scaling.\(key)", "a number", \.double)
    }
    let type = try file.optional("\(prefix).scaling.type", "a string", \.string) ?? "none"
    let factor = try number("factor") ?? 1
    guard type == "none" || (factor.isFinite && factor > 0) else {
      throw Problem("\(file.path): \(prefix).scaling.factor should be above 0, is \(factor)")
    }
    switch type {
    case "none": self = .none
    case "linear": self = .linear(factor)
    case "yarn":
      var yarn = YaRN(
        factor: factor,
        originalContext: try file.required(
          "\(prefix).scaling.original_context_length", "a number", \.double))
      yarn.fast = try number("yarn_beta_fast") ?? yarn.fast
      yarn.slow = try number("yarn_beta_slow") ?? yarn.slow
      yarn.attentionFactor = try number("attn_factor") ?? yarn.attentionFactor
      yarn.logMultiplier = try number("yarn_log_multiplier") ?? yarn.logMultiplier
      self = .yarn(yarn)
    default:
      throw Problem(
        "\(file.path): rotary scaling \"\(type)\" is not supported",
        fix: "there are none, linear, yarn, and factors in the tensor rope_freqs.weight")
    }
  }

  /// Radians per position of a pair, from those without scaling.
  func scaled(_ frequency: Double, pair: Int, width: Int, base: Double) -> Double {
    switch self {
    case .none: return frequency
    case .linear(let factor): return frequency / factor
    case .yarn(let yarn):
      let width = Double(width)
      let low = max(floor(yarn.pair(turns: yarn.fast, width, base)), 0)
      let high = min(ceil(yarn.pair(turns: yarn.slow, width, base)), width - 1)
      let share = min(max((Double(pair) - low) / max(high - low, 0.001), 0), 1)
      return frequency / yarn.factor * share + frequency * (1 - share)
    }
  }

  /// What cosines and sines are multiplied with.
  ///
  /// YaRN's 0.1·ln(s) + 1; DeepSeek's models, which give a multiplier, have it in the scores instead.
  var amplitude: Double {
    guard case .yarn(let yarn) = self else { return 1 }
    guard yarn.logMultiplier == 0, yarn.factor > 1 else { return yarn.attentionFactor }
    return yarn.attentionFactor * (0.1 * log(yarn.factor) + 1)
  }

  /// What scores are multiplied with in DeepSeek's models, (m·ln(s) + 1)².
  var scoreFactor: Double {
    guard case .yarn(let yarn) = self, yarn.factor > 1 else { return 1 }
    let factor = yarn.logMultiplier * log(yarn.factor) + 1
    return factor * factor
  }
}
