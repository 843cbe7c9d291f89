import Base
import CTensors
import Glibc

// Functions of one number that neural networks use, and those with parameters.

extension OpSpec {
  static let relu = unary(
    "relu", "max(x, 0); NaN passes on.", kernel: CT_RELU, integers: .exact { max($0, 0) },
    tolerance: 0
  ) { $0 < 0 ? 0 : $0 }
  static let relu6 = unary(
    "relu6", "x limited to 0 ... 6.", integers: .exact { min(max($0, 0), 6) }
  ) {
    $0 < 0 ? 0 : $0 > 6 ? 6 : $0
  }
  static let sigmoid = unary("sigmoid", "1 / (1 + exp(-x))", kernel: CT_SIGMOID) { logistic($0) }
  static let silu = unary("silu", "x * sigmoid(x), also called swish.", kernel: CT_SILU) {
    $0 * logistic($0)
  }
  static let mish = unary("mish", "x * tanh(softplus(x))") {
    $0 * Glibc.tanh(softplusValue($0))
  }
  static let logSigmoid = unary("log_sigmoid", "log(sigmoid(x)) without overflow.") {
    -softplusValue(-$0)
  }
  static let softsign = unary("softsign", "x / (1 + |x|)") {
    $0 / (1 + Swift.abs($0))
  }
  // Constants of Klambauer et al., "Self-normalizing neural networks" (2017).
  static let selu = unary("selu", "Scaled exponential linear unit.") {
    1.0507009873554805 * ($0 > 0 ? $0 : 1.6732632423543772 * Glibc.expm1($0))
  }
  static let hardsigmoid = unary("hardsigmoid", "relu6(x + 3) / 6") { clip($0 + 3, 0, 6) / 6 }
  static let hardswish = unary("hardswish", "x * relu6(x + 3) / 6") {
    $0 * clip($0 + 3, 0, 6) / 6
  }
  static let tanhshrink = unary("tanhshrink", "x - tanh(x)") { $0 - Glibc.tanh($0) }

  static let gelu = parametric(
    "gelu", "x * P(X <= x) for a standard normal X.",
    [.choice("approximate", "\"tanh\" uses the tanh formula", ["none", "tanh"])],
    kernel: { call throws(Problem) in
      (call.text("approximate") == "tanh" ? CT_GELU_TANH : CT_GELU, [0])
    },
    make: { call throws(Problem) in
      if call.text("approximate") == "tanh" {
        let root = (2 / Double.pi).squareRoot()
        return { $0 * logistic(2 * root * ($0 + 0.044715 * $0 * $0 * $0)) }
      }
      return { 0.5 * $0 * Glibc.erfc(-$0 * 0.5.squareRoot()) }
    })

  static let clamp = OpSpec.parametric(
    "clamp", "x limited to a range; either end may be left out.",
    [.optionalNumber("min", "least value"), .optionalNumber("max", "greatest value")],
    integersStay: true, example: "tensor{ -2, 0.5, 9 }:clamp(0, 1)",
    options: ["min": -0.5, "max": 0.75],
    kernel: { call throws(Problem) in
      (CT_CLAMP, [try call.number("min", -.infinity), try call.number("max", .infinity)])
    },
    make: { call throws(Problem) in
      let (low, high) = (try call.number("min", -.infinity), try call.number("max", .infinity))
      return { $0 > high || low > high ? high : $0 < low ? low : $0 }
    })

  static let leakyRelu = parametric(
    "leaky_relu", "x above zero, slope * x below.",
    [.number("slope", "factor below zero", default: 0.01)],
    make: { call throws(Problem) in
      let slope = try call.number("slope", 0.01)
      return { $0 < 0 ? slope * $0 : $0 }
    })
  static let elu = parametric(
    "elu", "x above zero, alpha * (exp(x) - 1) below.",
    [.number("alpha", "depth on the left", default: 1)],
    make: { call throws(Problem) in
      let alpha = try call.number("alpha", 1)
      return { $0 > 0 ? $0 : alpha * Glibc.expm1($0) }
    })
  static let celu = parametric(
    "celu", "max(0, x) + min(0, alpha * (exp(x / alpha) - 1))",
    [.number("alpha", "depth on the left", default: 1)],
    make: { call throws(Problem) in
      let alpha = try call.number("alpha", 1)
      return { $0 > 0 ? $0 : alpha * Glibc.expm1($0 / alpha) }
    })
  static let softplus = parametric(
    "softplus", "log(1 + exp(beta x)) / beta, x itself where that is the same.",
    [
      .number("beta", "sharpness", default: 1),
      .number("threshold", "beta x above which x is returned", default: 20),
    ],
    make: { call throws(Problem) in
      let (beta, threshold) = (try call.number("beta", 1), try call.number("threshold", 20))
      return { $0 * beta > threshold ? $0 : softplusValue($0 * beta) / beta }
    })
  static let hardtanh = parametric(
    "hardtanh", "x limited to a range.",
    [.number("min", "least value", default: -1), .number("max", "greatest value", default: 1)],
    make: { call throws(Problem) in
      let (low, high) = (try call.number("min", -1), try call.number("max", 1))
      return { clip($0, low, high) }
    })
  static let hardshrink = parametric(
    "hardshrink", "x where |x| > lambda, else 0.",
    [.number("lambda", "half width of the gap", default: 0.5)],
    make: { call throws(Problem) in
      let gap = try call.number("lambda", 0.5)
      return { $0 >= -gap && $0 <= gap ? 0 : $0 }
    })
  static let softshrink = parametric(
    "softshrink", "x moved toward 0 by lambda, 0 within.",
    [.number("lambda", "half width of the gap", default: 0.5)],
    make: { call throws(Problem) in
      let gap = try call.number("lambda", 0.5)
      return { $0 > gap ? $0 - gap : $0 < -gap ? $0 + gap : $0.isNaN ? $0 : 0 }
    })
  static let threshold = parametric(
    "threshold", "x above the threshold, a value elsewhere.",
    [
      .number("threshold", "where x begins to pass", default: 0),
      .number("value", "what stands elsewhere", default: 0),
    ],
    make: { call throws(Problem) in
      let (edge, value) = (try call.number("threshold", 0), try call.number("value", 0))
      return { $0 > edge || $0.isNaN ? $0 : value }
    })
  static let logit = parametric(
    "logit", "log(x / (1 - x)), after limiting x to eps ... 1 - eps where eps is given.",
    [.optionalNumber("eps", "distance kept from 0 and 1")],
    make: { call throws(Problem) in
      let eps = try call.scalar("eps")?.double
      return { x in
        let p = eps.map { clip(x, $0, 1 - $0) } ?? x
        return Glibc.log(p / (1 - p))
      }
    })
  static let round = parametric(
    "round", "Nearest whole number, ties to even; or to a number of decimals.",
    [.integer("decimals", "digits kept after the point", default: 0)], integersStay: true,
    kernel: { call throws(Problem) in try call.integer("decimals") ?? 0 == 0 ? (CT_ROUND, [0]) : nil
    },
    make: { call throws(Problem) in
      let scale = Glibc.pow(10, Double(try call.integer("decimals") ?? 0))
      return {
        scale == 1 ? $0.rounded(.toNearestOrEven) : ($0 * scale).rounded(.toNearestOrEven) / scale
      }
    })
  static let nanToNum = parametric(
    "nan_to_num", "Replaces NaN and infinities by numbers.",
    [
      .number("nan", "stands for NaN", default: 0),
      .optionalNumber("posinf", "stands for infinity; the largest number unless given"),
      .optionalNumber("neginf", "stands for -infinity; the least number unless given"),
    ], integersStay: true,
    make: { call throws(Problem) in
      let largest = try call.tensor(0).dtype.largestFinite
      let nan = try call.number("nan", 0)
      let (high, low) = (try call.number("posinf", largest), try call.number("neginf", -largest))
      return { $0.isNaN ? nan : $0 == .infinity ? high : $0 == -.infinity ? low : $0 }
    })

  static let activations: [OpSpec] = [
    relu, relu6, sigmoid, silu, gelu, mish, logSigmoid, softplus, softsign, selu, elu, celu,
    leakyRelu, hardsigmoid, hardswish, hardtanh, tanhshrink, hardshrink, softshrink, threshold,
    clamp, round, logit, nanToNum,
  ]

  /// Declares a function of one number whose shape options decide.
  static func parametric(
    _ name: String, _ summary: String, _ arguments: [Argument], integersStay: Bool = false,
    example: String? = nil, options: [String: OpCall.Option] = [:],
    kernel: (@Sendable (OpCall) throws(Problem) -> (ct_unary, [Double])?)? = nil,
    make: @escaping @Sendable (OpCall) throws(Problem) -> @Sendable (Double) -> Double
  ) -> OpSpec {
    let plain: Body = { call throws(Problem) in
      let x = try call.tensor(0)
      let dtype = integersStay ? x.dtype : x.dtype.floating
      return [try x.mapped(name, dtype, try make(call))]
    }
    return OpSpec(
      name, summary, .unary, example: example ?? "tensor{ -1, 0.5, 2 }:\(name)()",
      arguments: arguments, tolerance: 2e-6,
      samples: { () throws(Problem) in
        try Samples.unary(nil).map { OpCall($0.inputs, options) }
      }, reference: plain,
      run: { call throws(Problem) in
        let x = try call.tensor(0)
        let work = x.dtype.floating.computing
        guard let (code, parameters) = try kernel?(call), x.dtype.isFloat || !integersStay,
          let loop = ct_unary_kernel(Int32(code.rawValue), work.rawValue)
        else { return [try finished(try plain(call)[0], call.out)] }
        let fast = ElementwiseKernel(
          call: name, function: loop, computing: [work], writes: work, parameters: parameters)
        return [try fast.run([x], dtype: x.dtype.floating, out: call.out)]
      })
  }
}

extension DType {
  /// The largest finite number of a float, of f32 for other dtypes.
  var largestFinite: Double {
    switch self {
    case .f64: .greatestFiniteMagnitude
    case .f16: 65504
    case .bf16: 0x1.FEp127
    case .f8e4m3: 448
    case .f8e5m2: 57344
    default: Double(Float.greatestFiniteMagnitude)
    }
  }
}

private func logistic(_ x: Double) -> Double {
  let e = Glibc.exp(-Swift.abs(x))
  return (x < 0 ? e : 1) / (1 + e)
}

private func softplusValue(_ x: Double) -> Double {
  x.isNaN ? x : max(x, 0) + Glibc.log1p(Glibc.exp(-Swift.abs(x)))
}

private func clip(_ x: Double, _ low: Double, _ high: Double) -> Double {
  x < low ? low : x > high ? high : x
}
