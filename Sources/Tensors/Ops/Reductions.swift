import Base
import CTensors
import Glibc

// Reductions over any set of dimensions.

extension OpSpec {
  static let sum = reduction(
    "sum", "Sum; whole numbers and booleans give i64.", plain: { $0.reduce(0, +) }
  ) { x, dims, keep, _ throws(Problem) in try x.sum(dims, keepdim: keep) }
  static let mean = reduction(
    "mean", "Arithmetic mean; NaN of nothing.",
    plain: { $0.reduce(0, +) / Double($0.count) }
  ) { x, dims, keep, _ throws(Problem) in try x.mean(dims, keepdim: keep) }
  static let nansum = reduction(
    "nansum", "Sum without NaN.", plain: { $0.reduce(0) { $1.isNaN ? $0 : $0 + $1 } }
  ) { x, dims, keep, _ throws(Problem) in
    if !x.dtype.isFloat { return try x.sum(dims, keepdim: keep) }
    return try x.reduced(CT_NANSUM, dims, keepdim: keep, whole: false, call: "nansum").cast(
      to: x.dtype)
  }
  static let nanmean = reduction(
    "nanmean", "Arithmetic mean without NaN.",
    plain: { row in
      let kept = row.filter { !$0.isNaN }
      return kept.reduce(0, +) / Double(kept.count)
    }
  ) { x, dims, keep, _ throws(Problem) in
    let total = try x.reduced(CT_NANSUM, dims, keepdim: keep, whole: false, call: "nanmean")
    let known = try x.mapped("nanmean", .f64) { $0.isNaN ? 0 : 1 }
    let count = try known.reduced(CT_SUM, dims, keepdim: keep, whole: false, call: "nanmean")
    return try (try total / count).cast(to: x.dtype.floating)
  }
  static let prod = reduction(
    "prod", "Product; whole numbers and booleans give i64.", tolerance: 1e-5,
    plain: { $0.reduce(1, *) }
  ) { x, dims, keep, _ throws(Problem) in
    let whole = !x.dtype.isFloat
    return try x.reduced(CT_PROD, dims, keepdim: keep, whole: whole, call: "prod")
      .cast(to: whole ? .i64 : x.dtype)
  }
  static let amax = reduction(
    "amax", "Greatest element; NaN passes on.", needsElements: true,
    plain: { $0.reduce(-.infinity) { $0.isNaN || $1.isNaN ? .nan : Swift.max($0, $1) } }
  ) { x, dims, keep, _ throws(Problem) in try x.amax(dims, keepdim: keep) }
  static let amin = reduction(
    "amin", "Least element; NaN passes on.", needsElements: true,
    plain: { $0.reduce(.infinity) { $0.isNaN || $1.isNaN ? .nan : Swift.min($0, $1) } }
  ) { x, dims, keep, _ throws(Problem) in try x.amin(dims, keepdim: keep) }
  static let any = reduction(
    "any", "True where one element is not zero.",
    plain: { $0.contains { $0 != 0 } ? 1 : 0 }
  ) { x, dims, keep, _ throws(Problem) in
    try x.reduced(CT_ANY, dims, keepdim: keep, whole: !x.dtype.isFloat, call: "any").cast(to: .bool)
  }
  static let all = reduction(
    "all", "True where no element is zero.",
    plain: { $0.allSatisfy { $0 != 0 } ? 1 : 0 }
  ) { x, dims, keep, _ throws(Problem) in
    try x.reduced(CT_ALL, dims, keepdim: keep, whole: !x.dtype.isFloat, call: "all").cast(to: .bool)
  }
  static let countNonzero = reduction(
    "count_nonzero", "How many elements are not zero.",
    plain: { Double($0.filter { $0 != 0 }.count) }
  ) { x, dims, keep, _ throws(Problem) in
    try x.reduced(
      CT_COUNT_NONZERO, dims, keepdim: keep, whole: !x.dtype.isFloat, call: "count_nonzero"
    ).cast(to: .i64)
  }
  static let variance = reduction(
    "var", "Variance: squared deviations over the count less the correction.",
    arguments: [.integer("correction", "1 for a sample, 0 for a population", default: 1)],
    tolerance: 1e-5, plain: { deviations($0) / Double(Swift.max(0, $0.count - 1)) }
  ) { x, dims, keep, call throws(Problem) in try spread("var", x, dims, keep, call) { $0 } }
  static let standardDeviation = reduction(
    "std", "Square root of the variance.",
    arguments: [.integer("correction", "1 for a sample, 0 for a population", default: 1)],
    tolerance: 1e-5, plain: { (deviations($0) / Double(Swift.max(0, $0.count - 1))).squareRoot() }
  ) { x, dims, keep, call throws(Problem) in
    try spread("std", x, dims, keep, call) { $0.squareRoot() }
  }
  static let logsumexp = reduction(
    "logsumexp", "Logarithm of the sum of exponentials, without overflow.", tolerance: 1e-6,
    plain: { row in
      let top = row.reduce(-.infinity) { $0.isNaN || $1.isNaN ? .nan : Swift.max($0, $1) }
      if !top.isFinite { return top }
      return top + Glibc.log(row.reduce(0) { $0 + Glibc.exp($1 - top) })
    }
  ) { x, dims, keep, _ throws(Problem) in
    try x.reduced(CT_LOGSUMEXP, dims, keepdim: keep, whole: false, call: "logsumexp")
      .cast(to: x.dtype.floating)
  }
  static let vectorNorm = norm("vector_norm")
  static let plainNorm = norm("norm")

  private static func norm(_ name: String) -> OpSpec {
    reduction(
      name, "Length: (sum |x|^p)^(1/p); p may be infinite, 0 counts elements.",
      arguments: [.number("p", "exponent", default: 2)], tolerance: 1e-6,
      plain: { ($0.reduce(0) { $0 + $1 * $1 }).squareRoot() }
    ) { x, dims, keep, call throws(Problem) in
      let p = try call.number("p", 2)
      let (kind, finish) = normParts(p)
      if kind == CT_MAX_ABS || kind == CT_MIN_ABS {
        try x.refuseEmpty(dims, name)
      }
      return try x.reduced(kind, dims, keepdim: keep, whole: false, parameter: p, call: name)
        .mapped(name, x.dtype.floating, finish)
    }
  }

  private static func normParts(_ p: Double) -> (ct_reduction, (Double) -> Double) {
    switch p {
    case .infinity: (CT_MAX_ABS, { $0 })
    case -.infinity: (CT_MIN_ABS, { $0 })
    case 0: (CT_COUNT_NONZERO, { $0 })
    case 1: (CT_SUM_ABS, { $0 })
    case 2: (CT_SUM_SQUARES, { $0.squareRoot() })
    default: (CT_SUM_POWERS, { Glibc.pow($0, 1 / p) })
    }
  }

  private static func spread(
    _ name: String, _ x: Tensor, _ dims: [Int]?, _ keep: Bool, _ call: OpCall,
    _ finish: (Double) -> Double
  ) throws(Problem) -> Tensor {
    let correction = try call.number("correction", 1)
    let divisor = Swift.max(0, Double(try x.reducedCount(dims, name)) - correction)
    return try x.reduced(CT_VARIANCE, dims, keepdim: keep, whole: false, call: name)
      .mapped(name, x.dtype.floating) { finish($0 / divisor) }
  }

  static let argmax = position("argmax", "Where the greatest element is, the first of equals.") {
    x, dim, keep throws(Problem) in try x.argmax(dim, keepdim: keep)
  }
  static let argmin = position("argmin", "Where the least element is, the first of equals.") {
    x, dim, keep throws(Problem) in try x.argmin(dim, keepdim: keep)
  }

  static let maxOperation = either(
    "max", "Greatest element; along one dimension, also where it is.", isMax: true)
  static let minOperation = either(
    "min", "Least element; along one dimension, also where it is.", isMax: false)
  static let aminmax = OpSpec(
    "aminmax", "Least and greatest element.", .reduction,
    example: "tensor{ 3, 9, 4 }:aminmax()", arguments: [.dimensions(), .keepdim],
    outputs: ["least", "greatest"],
    samples: { () throws(Problem) in try Samples.reduction(needsElements: true) },
    run: { call throws(Problem) in
      let (x, dims) = (try call.tensor(0), try call.integers("dim"))
      let keep = try call.flag("keepdim")
      return [try x.amin(dims, keepdim: keep), try x.amax(dims, keepdim: keep)]
    })

  /// Without a dimension one element, with one the values and their positions.
  private static func either(_ name: String, _ summary: String, isMax: Bool) -> OpSpec {
    OpSpec(
      name, summary, .reduction, example: "tensor{ 3, 9, 4 }:\(name)()",
      arguments: [
        optional(.dimension("dim", "the dimension; all when left out")), .keepdim,
      ], outputs: ["values", "positions?"],
      samples: { () throws(Problem) in
        [
          OpCall(try Samples.floats([3, 4])),
          OpCall(try Samples.integers([3, 4]), options: ["dim": 0]),
          OpCall(try Samples.floats([3, 4]), options: ["dim": 1, "keepdim": true]),
        ]
      },
      run: { call throws(Problem) in
        let x = try call.tensor(0)
        let keep = try call.flag("keepdim")
        guard let dim = try call.integer("dim") else {
          return [isMax ? try x.amax(keepdim: keep) : try x.amin(keepdim: keep)]
        }
        let (values, places) =
          isMax
          ? (try x.amax([dim], keepdim: keep), try x.argmax(dim, keepdim: keep))
          : (try x.amin([dim], keepdim: keep), try x.argmin(dim, keepdim: keep))
        return [values, places]
      })
  }

  static let reductions: [OpSpec] = [
    maxOperation, minOperation, aminmax,
    sum, mean, nansum, nanmean, prod, amax, amin, any, all, countNonzero, variance,
    standardDeviation, logsumexp, vectorNorm, plainNorm, argmax, argmin,
  ]

  /// Declares a reduction; `plain` says what one block of numbers gives with default options.
  static func reduction(
    _ name: String, _ summary: String, arguments: [Argument] = [], needsElements: Bool = false,
    tolerance: Double = 2e-6, plain: @escaping @Sendable ([Double]) -> Double,
    run: @escaping @Sendable (Tensor, [Int]?, Bool, OpCall) throws(Problem) -> Tensor
  ) -> OpSpec {
    OpSpec(
      name, summary, .reduction, example: "tensor{ {1, 2}, {3, 4} }:\(name){ dim = 1 }",
      arguments: [.dimensions(), .keepdim] + arguments, tolerance: tolerance,
      samples: { () throws(Problem) in try Samples.reduction(needsElements: needsElements) },
      reference: { call throws(Problem) in
        let x = try call.tensor(0)
        let keep = try call.flag("keepdim")
        let (rows, dims) = try x.blocks(try call.integers("dim"), name)
        let dtype = try run(x, try call.integers("dim"), keep, call).dtype
        return [
          try Tensor(rows.map(plain), shape: x.reducedShape(dims, keepdim: keep), dtype: dtype)
        ]
      },
      run: { call throws(Problem) in
        let result = try run(
          try call.tensor(0), try call.integers("dim"), try call.flag("keepdim"), call)
        return [try finished(result, call.out)]
      })
  }

  private static func position(
    _ name: String, _ summary: String,
    _ run: @escaping @Sendable (Tensor, Int?, Bool) throws(Problem) -> Tensor
  ) -> OpSpec {
    OpSpec(
      name, summary, .reduction, example: "tensor{ 3, 9, 4 }:\(name)()",
      arguments: [.dimension("dim", "the dimension; all when left out", default: nil), .keepdim]
        .map(optional), outputs: ["positions"],
      samples: { () throws(Problem) in
        try Samples.reduction(needsElements: true).filter {
          $0.options["dim"].map { if case .number = $0 { true } else { false } } ?? true
        }
      },
      reference: { call throws(Problem) in
        let x = try call.tensor(0)
        let keep = try call.flag("keepdim")
        let (rows, dims) = try x.blocks(try call.integers("dim"), name)
        let wantsMore = name == "argmax"
        let found = rows.map { row in
          row.indices.reduce(0) { best, i in
            let (a, b) = (row[i], row[best])
            return b.isNaN ? best : a.isNaN || (wantsMore ? a > b : a < b) ? i : best
          }
        }
        return [try Tensor(found, shape: x.reducedShape(dims, keepdim: keep))]
      },
      run: { call throws(Problem) in
        [try run(try call.tensor(0), try call.integer("dim"), try call.flag("keepdim"))]
      })
  }

  /// The same argument, which may be left out.
  static func optional(_ argument: Argument) -> Argument {
    let p = argument.parameter
    return Argument(
      parameter: Parameter(
        name: p.name, kind: p.kind, defaultValue: p.defaultValue ?? "nil", isOptional: true,
        summary: p.summary), role: argument.role)
  }
}

private func deviations(_ row: [Double]) -> Double {
  let mean = row.reduce(0, +) / Double(row.count)
  return row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
}

extension Samples {
  static func reduction(needsElements: Bool) throws(Problem) -> [OpCall] {
    var calls: [OpCall] = []
    func add(_ x: Tensor, _ options: [String: OpCall.Option] = [:]) {
      calls.append(OpCall([.tensor(x)], options))
    }
    for x in [
      try floats([3, 4]), try floats([2, 3, 5], dtype: .f64), try integers([3, 4]),
      try floats([3, 40], dtype: .bf16), try mask([3, 4]),
    ] {
      add(x)
      add(x, ["dim": 0])
      add(x, ["dim": -1, "keepdim": true])
      add(x, ["dim": [0, 1]])
    }
    // Long enough for several blocks and for tiles of columns.
    add(try floats([33_000]))
    add(try floats([20, 300]), ["dim": 0])
    add(try floats([1]))
    add(try floats([]))
    add(try Tensor([1, .nan, -.infinity, 2, 3, .infinity], shape: [3, 2]), ["dim": 1])
    if !needsElements {
      add(try floats([0]))
      add(try floats([0, 3]), ["dim": 0])
    }
    add(try floats([0, 3]), ["dim": 1])
    return calls
  }
}
