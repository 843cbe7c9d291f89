public import Base
import CTensors
import Glibc

// Running results along one dimension, and softmax.

extension Tensor {
  /// The tensor with a dimension moved to the end; a scalar counts as one row of one.
  func rows(_ dim: Int, _ call: String) throws(Problem) -> (rows: Tensor, dim: Int) {
    let dim = try Shape.dimension(dim, rank: rank, for: call)
    if rank == 0 { return (try unsqueezed(0), 0) }
    return (try movedDimensions([dim], to: [-1]), dim)
  }

  func scanned(_ kind: ct_scan_kind, _ dim: Int, _ call: String) throws(Problem) -> [Tensor] {
    let keeps = kind == CT_CUMMAX || kind == CT_CUMMIN
    let whole = !dtype.isFloat && kind != CT_LOGCUMSUMEXP
    let result = keeps ? dtype : whole ? .i64 : dtype.floating
    let out = try Tensor.empty(shape, result)
    let positions = try Tensor.empty(keeps ? shape : [0], .i64)
    if count == 0 { return [out, positions] }
    var from = try rows(dim, call).rows.kernelView
    var to = try out.rows(dim, call).rows.kernelView
    var places = keeps ? try positions.rows(dim, call).rows.kernelView : to
    let stopped = withExtendedLifetime((storage, out, positions)) {
      withUnsafePointer(to: &places) { places in
        ct_scan(Int32(kind.rawValue), &from, whole ? 1 : 0, &to, keeps ? places : nil)
      }
    }
    try Tensor.check(stopped, call)
    return [out, positions]
  }

  /// exp(x) over its sum along a dimension, without overflow.
  public func softmax(_ dim: Int = -1) throws(Problem) -> Tensor {
    try softmaxed(dim, logarithm: false, "softmax")
  }

  /// The logarithm of softmax along a dimension.
  public func logSoftmax(_ dim: Int = -1) throws(Problem) -> Tensor {
    try softmaxed(dim, logarithm: true, "log_softmax")
  }

  private func softmaxed(_ dim: Int, logarithm: Bool, _ call: String) throws(Problem) -> Tensor {
    let out = try Tensor.empty(shape, dtype.floating)
    if count == 0 {
      _ = try Shape.dimension(dim, rank: rank, for: call)
      return out
    }
    var from = try rows(dim, call).rows.kernelView
    var to = try out.rows(dim, call).rows.kernelView
    let stopped = withExtendedLifetime((storage, out)) {
      ct_softmax(&from, &to, logarithm ? 1 : 0)
    }
    try Tensor.check(stopped, call)
    return out
  }
}

extension OpSpec {
  static let cumsum = scan("cumsum", "Running sum along a dimension.", CT_CUMSUM) { row in
    var sum = 0.0
    return row.map {
      sum += $0; return sum
    }
  }
  static let cumprod = scan("cumprod", "Running product along a dimension.", CT_CUMPROD) { row in
    var product = 1.0
    return row.map {
      product *= $0; return product
    }
  }
  static let cummax = scan("cummax", "Running maximum and where it was.", CT_CUMMAX) { row in
    var best = -Double.infinity
    return row.map {
      best = best.isNaN || $0.isNaN ? .nan : Swift.max(best, $0); return best
    }
  }
  static let cummin = scan("cummin", "Running minimum and where it was.", CT_CUMMIN) { row in
    var best = Double.infinity
    return row.map {
      best = best.isNaN || $0.isNaN ? .nan : Swift.min(best, $0); return best
    }
  }
  static let logcumsumexp = scan(
    "logcumsumexp", "Logarithm of the running sum of exponentials.", CT_LOGCUMSUMEXP
  ) { row in
    row.indices.map { end in
      let part = row[...end]
      let top = part.reduce(-.infinity) { $0.isNaN || $1.isNaN ? .nan : Swift.max($0, $1) }
      return top.isFinite ? top + Glibc.log(part.reduce(0) { $0 + Glibc.exp($1 - top) }) : top
    }
  }

  static let softmax = row("softmax", "exp(x) over its sum along a dimension.") {
    x, dim throws(Problem) in
    try x.softmax(dim)
  } plain: { row in
    let top = row.reduce(-.infinity) { $0.isNaN || $1.isNaN ? .nan : Swift.max($0, $1) }
    let powers = row.map { Glibc.exp($0 - top) }
    let sum = powers.reduce(0, +)
    return powers.map { $0 / sum }
  }
  static let logSoftmax = row("log_softmax", "Logarithm of softmax along a dimension.") {
    x, dim throws(Problem) in
    try x.logSoftmax(dim)
  } plain: { row in
    let top = row.reduce(-.infinity) { $0.isNaN || $1.isNaN ? .nan : Swift.max($0, $1) }
    let sum = row.reduce(0) { $0 + Glibc.exp($1 - top) }
    return row.map { $0 - top - Glibc.log(sum) }
  }

  static let diff = OpSpec(
    "diff", "Differences of neighbours along a dimension, n times.", .scan,
    example: "tensor{ 1, 4, 9 }:diff()",
    arguments: [
      .integer("n", "how often", default: 1), .dimension("dim", "the dimension", default: -1),
    ],
    samples: { () throws(Problem) in
      [
        OpCall(try Samples.floats([3, 4])),
        OpCall(try Samples.integers([3, 4]), options: ["n": 2, "dim": 0]),
        OpCall(try Samples.floats([1])), OpCall(try Samples.floats([0, 3])),
      ]
    },
    run: { call throws(Problem) in
      var x = try call.tensor(0)
      let dim = try Shape.dimension(try call.integer("dim") ?? -1, rank: x.rank, for: "diff")
      guard x.rank > 0 else { throw Problem("diff: the tensor is a scalar") }
      for _ in 0..<Swift.max(0, try call.integer("n") ?? 1) where x.shape[dim] > 0 {
        let later = try x.sliced(dim, start: 1)
        let earlier = try x.sliced(dim, stop: -1)
        x =
          x.dtype == .bool
          ? try later.apply("logical_xor", earlier) : try later - earlier
      }
      return [x]
    })

  static let scans: [OpSpec] = [cumsum, cumprod, cummax, cummin, logcumsumexp, diff]
  static let rowOperations: [OpSpec] = [softmax, logSoftmax]

  private static func scan(
    _ name: String, _ summary: String, _ kind: ct_scan_kind,
    _ plain: @escaping @Sendable ([Double]) -> [Double]
  ) -> OpSpec {
    let keeps = kind == CT_CUMMAX || kind == CT_CUMMIN
    let run: Body = { call throws(Problem) in
      let x = try call.tensor(0)
      let results = try x.scanned(kind, try call.integer("dim") ?? 0, name)
      return keeps ? results : [try finished(results[0], call.out)]
    }
    return OpSpec(
      name, summary, .scan, example: "tensor{ 3, 1, 4 }:\(name)(1)",
      arguments: [.dimension("dim", "the dimension", default: 0)],
      outputs: keeps ? ["values", "positions"] : ["result"], tolerance: 1e-6,
      samples: { () throws(Problem) in try Samples.rows() },
      reference: { call throws(Problem) in
        let x = try call.tensor(0)
        let fast = try run(call)
        let (rows, _) = try x.rows(try call.integer("dim") ?? 0, name)
        let results = [try rowByRow(rows, plain, fast[0].dtype, like: x, call, name)]
        return keeps ? results + [fast[1]] : results
      }, run: run)
  }

  private static func row(
    _ name: String, _ summary: String,
    _ run: @escaping @Sendable (Tensor, Int) throws(Problem) -> Tensor,
    plain: @escaping @Sendable ([Double]) -> [Double]
  ) -> OpSpec {
    OpSpec(
      name, summary, .row, example: "tensor{ 1, 2, 3 }:\(name)(1)",
      arguments: [.dimension("dim", "the dimension", default: -1)], tolerance: 2e-6,
      samples: { () throws(Problem) in try Samples.rows() },
      reference: { call throws(Problem) in
        let x = try call.tensor(0)
        let (rows, _) = try x.rows(try call.integer("dim") ?? -1, name)
        return [try rowByRow(rows, plain, x.dtype.floating, like: x, call, name)]
      },
      run: { call throws(Problem) in
        [try finished(try run(try call.tensor(0), try call.integer("dim") ?? -1), call.out)]
      })
  }

  private static func rowByRow(
    _ rows: Tensor, _ plain: ([Double]) -> [Double], _ dtype: DType, like x: Tensor,
    _ call: OpCall, _ name: String
  ) throws(Problem) -> Tensor {
    let size = rows.shape.last ?? 1
    let values = rows.doubles
    var results: [Double] = []
    for start in stride(from: 0, to: values.count, by: Swift.max(size, 1)) {
      results += plain(Array(values[start..<(start + size)]))
    }
    let out = try Tensor.empty(x.shape, dtype)
    let fallback = name.hasSuffix("softmax") ? -1 : 0
    try out.rows(try call.integer("dim") ?? fallback, name).rows.assign(
      try Tensor(results, shape: rows.shape, dtype: .f64))
    return out
  }
}

extension Samples {
  static func rows() throws(Problem) -> [OpCall] {
    var calls: [OpCall] = []
    for x in [
      try floats([3, 4]), try floats([2, 3, 20]), try floats([4, 5], dtype: .f64),
      try floats([3, 4], dtype: .bf16), try integers([3, 4]), try floats([0, 3]), try floats([1]),
      try floats([]),
    ] {
      calls.append(OpCall(x))
      calls.append(OpCall(x, options: ["dim": -1]))
      if x.rank > 1 { calls.append(OpCall(x, options: ["dim": 0])) }
    }
    calls.append(
      OpCall(
        try Tensor([1, .nan, 3, -.infinity, -.infinity, 5], shape: [2, 3]), options: ["dim": 1]))
    return calls
  }
}
