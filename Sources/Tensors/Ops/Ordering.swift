import Base
import Glibc

// Order, counting and search.

extension OpSpec {
  static let sort = OpSpec(
    "sort", "Elements of a dimension in order, stably, and where they were; NaN is greatest.",
    .order,
    example: "tensor{ 3, 1, 2 }:sort()", arguments: [lastDimension, descending],
    outputs: ["values", "positions"], samples: Samples.ordered,
    reference: { call throws(Problem) in try plainSort(call) },
    run: { call throws(Problem) in
      let (values, positions) = try call.tensor(0).sorted(
        try call.integer("dim") ?? -1, descending: try call.flag("descending"))
      return [values, positions]
    })
  static let argsort = OpSpec(
    "argsort", "The positions that put a dimension in order, stably.", .order,
    example: "tensor{ 3, 1, 2 }:argsort()", arguments: [lastDimension, descending],
    outputs: ["positions"], samples: Samples.ordered,
    reference: { call throws(Problem) in [try plainSort(call)[1]] },
    run: { call throws(Problem) in
      [
        try call.tensor(0).argsort(
          try call.integer("dim") ?? -1, descending: try call.flag("descending"))
      ]
    })
  static let topk = OpSpec(
    "topk", "The k greatest elements of a dimension, or the least, and where they are.", .order,
    example: "tensor{ 3, 1, 2 }:topk(2)",
    arguments: [
      .integer("k", "how many"), lastDimension,
      .flag("largest", "greatest rather than least", default: true),
    ], outputs: ["values", "positions"],
    samples: { () throws(Problem) in
      try Samples.ordered().filter { $0.options["descending"] == nil }.map { call throws(Problem) in
        OpCall(
          call.inputs,
          call.options.merging(["k": try call.tensor(0).shape.contains(0) ? 0 : 1]) { $1 })
      }
    },
    run: { call throws(Problem) in
      let (values, positions) = try call.tensor(0).topk(
        try call.required("k"), try call.integer("dim") ?? -1,
        largest: try call.flag("largest", true))
      return [values, positions]
    })
  static let kthvalue = OpSpec(
    "kthvalue", "The k-th least element of a dimension and where it is; k counts from 1.", .order,
    example: "tensor{ 3, 1, 2 }:kthvalue(2)",
    arguments: [.integer("k", "which, from 1"), lastDimension, .keepdim],
    outputs: ["values", "positions"],
    samples: { () throws(Problem) in [OpCall(try Samples.floats([3, 4]), options: ["k": 2])] },
    run: { call throws(Problem) in
      let x = try call.tensor(0)
      let dim = try Shape.dimension(try call.integer("dim") ?? -1, rank: x.rank, for: "kthvalue")
      let k = try call.required("k")
      guard k >= 1, k <= (x.shape.isEmpty ? 1 : x.shape[dim]) else {
        throw Problem(
          "kthvalue: k is \(k), the dimension has \(x.shape.isEmpty ? 1 : x.shape[dim])")
      }
      let (values, positions) = try x.topk(k, dim, largest: false)
      if x.rank == 0 { return [values, positions] }
      let last = [
        try values.narrowed(dim, start: k - 1, length: 1),
        try positions.narrowed(dim, start: k - 1, length: 1),
      ]
      if try call.flag("keepdim") { return last }
      return [try last[0].squeezed([dim]), try last[1].squeezed([dim])]
    })
  static let median = quantileLike(
    "median", "The middle element in order, the lower of two for an even count.", []
  ) { _ throws(Problem) in (0.5, "lower") }
  static let nanmedian = quantileLike(
    "nanmedian", "The middle element without NaN, the lower of two.", []
  ) { _ throws(Problem) in (0.5, "lower") }
  static let quantile = quantileLike(
    "quantile", "The value at a fraction q of the sorted elements.", quantileArguments
  ) { call throws(Problem) in
    (try fraction(call), call.text("interpolation") ?? "linear")
  }
  static let nanquantile = quantileLike(
    "nanquantile", "The value at a fraction q without NaN.", quantileArguments
  ) { call throws(Problem) in
    (try fraction(call), call.text("interpolation") ?? "linear")
  }
  static let unique = OpSpec(
    "unique", "The distinct elements in order, where each went, and how many of each.", .order,
    example: "tensor{ 3, 1, 3 }:unique()", outputs: ["values", "positions", "counts"],
    samples: { () throws(Problem) in
      [
        OpCall(try Samples.integers([3, 4])), OpCall(try Samples.floats([0, 3])),
        OpCall(try Tensor([2, .nan, 2, -0.0, 0])), OpCall(try Samples.mask([5])),
        OpCall(try Samples.floats([])),
      ]
    },
    reference: { call throws(Problem) in
      let x = try call.tensor(0)
      var kept: [Double] = []
      for v in x.doubles.filter({ !$0.isNaN }).sorted() where kept.last != v { kept.append(v) }
      kept += x.doubles.filter(\.isNaN)
      let counts = kept.map { k in k.isNaN ? 1 : x.doubles.filter { $0 == k }.count }
      return [try Tensor(kept, dtype: x.dtype), try x.unique().inverse, try Tensor(counts)]
    },
    run: { call throws(Problem) in
      let (values, inverse, counts) = try call.tensor(0).unique()
      return [values, inverse, counts]
    })
  static let bincount = OpSpec(
    "bincount", "How often each whole number from 0 on occurs, or the sum of its weights.", .order,
    example: "tensor({ 0, 2, 2 }, \"i64\"):bincount()",
    arguments: [
      .any("weights", "a tensor of weights", default: "nil"),
      .integer("minlength", "least length of the result", default: 0),
    ],
    samples: { () throws(Problem) in
      [OpCall(try Samples.integers([20])), OpCall(try Samples.integers([0]))]
    },
    reference: { call throws(Problem) in
      let values = try call.tensor(0).integers
      return [
        try Tensor((0..<((values.max() ?? -1) + 1)).map { n in values.filter { $0 == n }.count })
      ]
    },
    run: { call throws(Problem) in [try counted(call)] })
  static let searchsorted = OpSpec(
    "searchsorted", "Where values would go into a row in ascending order.", .order,
    example: "tensor{ 1, 3, 5 }:searchsorted(tensor{ 2, 3 })",
    inputs: [Input("x"), Input("values")],
    arguments: [.flag("right", "after equals rather than before")], outputs: ["positions"],
    samples: { () throws(Problem) in
      let edges = try Tensor([-1.0, 0, 0, 1])
      return [
        OpCall(edges, try Samples.floats([5])),
        OpCall(edges, try Tensor([0.0, 1, 2, -3]), options: ["right": true]),
      ]
    },
    reference: { call throws(Problem) in
      let (edges, values) = (try call.tensor(0).doubles, try call.tensor(1))
      let right = try call.flag("right")
      return [
        try Tensor(
          values.doubles.map { v in edges.filter { right ? $0 <= v : $0 < v }.count },
          shape: values.shape)
      ]
    },
    run: { call throws(Problem) in
      [try call.tensor(0).searchSorted(try call.tensor(1), right: try call.flag("right"))]
    })
  static let histogram = OpSpec(
    "histogram", "How many elements fall into each of some equal bins, and the edges.", .order,
    example: "tensor{ 0.1, 0.4, 0.45 }:histogram{ bins = 2, range = { 0, 1 } }",
    arguments: [
      .integer("bins", "how many", default: 10),
      .any("range", "both ends; the least and the greatest element unless given", default: "nil"),
    ], outputs: ["counts", "edges"],
    samples: { () throws(Problem) in
      [
        OpCall(try Samples.floats([40]), options: ["bins": 5, "range": [-2, 2]]),
        OpCall(try Samples.floats([3, 4])), OpCall(try Samples.floats([0])),
      ]
    },
    run: { call throws(Problem) in try counts(call) })

  static let orderOperations: [OpSpec] = [
    sort, argsort, topk, kthvalue, median, nanmedian, quantile, nanquantile, unique, bincount,
    searchsorted, histogram,
  ]

  /// The fraction where one number is given; a list is taken apart by the caller.
  private static func fraction(_ call: OpCall) throws(Problem) -> Double {
    switch call.options["q"] {
    case .numbers: 0.5
    case .tensor(let tensor) where tensor.rank > 0: 0.5
    default: try call.number("q", 0.5)
    }
  }

  private static let lastDimension = Argument.dimension("dim", "the dimension", default: -1)
  private static let descending = Argument.flag("descending", "greatest first")
  private static let quantileArguments: [Argument] = [
    .any("q", "fraction from 0 to 1, or a list of them", default: "0.5"),
    .choice(
      "interpolation", "between two elements", ["linear", "lower", "higher", "midpoint", "nearest"]),
  ]

  private static func quantileLike(
    _ name: String, _ summary: String, _ arguments: [Argument],
    _ options: @escaping @Sendable (OpCall) throws(Problem) -> (Double, String)
  ) -> OpSpec {
    OpSpec(
      name, summary, .reduction, example: "tensor{ 1, 2, 9 }:\(name)()",
      arguments: arguments + [.dimensions(), .keepdim],
      samples: { () throws(Problem) in
        try Samples.reduction(needsElements: true).filter { call in
          if case .tensor(let x) = call.inputs[0] { x.count < 10_000 } else { false }
        }
      },
      run: { call throws(Problem) in
        let (q, rule) = try options(call)
        let (x, dims) = (try call.tensor(0), try call.integers("dim"))
        let keep = try call.flag("keepdim")
        let list: [Double]? =
          switch call.options["q"] {
          case .numbers(let numbers): numbers.map(\.double)
          case .tensor(let tensor) where tensor.rank > 0: tensor.doubles
          default: nil
          }
        guard let list else {
          return [try x.quantile(q, dims, keepdim: keep, interpolation: rule, call: name)]
        }
        // One result per fraction, along a new first dimension.
        var results: [Tensor] = []
        for q in list {
          results.append(try x.quantile(q, dims, keepdim: keep, interpolation: rule, call: name))
        }
        return [try Tensor.stacked(results)]
      })
  }

  private static func plainSort(_ call: OpCall) throws(Problem) -> [Tensor] {
    let x = try call.tensor(0)
    let down = try call.flag("descending")
    let (rows, dim) = try x.rows(try call.integer("dim") ?? -1, "sort")
    let size = rows.shape.last ?? 1
    let values = rows.doubles
    var order: [Int] = []
    for start in stride(from: 0, to: values.count, by: Swift.max(size, 1)) {
      order += (0..<size).sorted { i, j in
        let (a, b) = (values[start + i], values[start + j])
        let before = b.isNaN ? !a.isNaN : a < b
        let after = a.isNaN ? !b.isNaN : b < a
        return before == after ? i < j : down ? after : before
      }
    }
    if x.rank == 0 { return [x, try Tensor([0], shape: [])] }
    let positions = try Tensor(order, shape: rows.shape).movedDimensions([-1], to: [dim])
    return [try x.gather(dim, positions), positions]
  }

  private static func counted(_ call: OpCall) throws(Problem) -> Tensor {
    let x = try call.tensor(0)
    guard !x.dtype.isFloat else {
      throw Problem("bincount: needs whole numbers, got \(x.dtype.name)")
    }
    let values = x.integers
    guard values.allSatisfy({ $0 >= 0 }) else { throw Problem("bincount: a number is negative") }
    let length = Swift.max((values.max() ?? -1) + 1, try call.integer("minlength") ?? 0)
    _ = try TensorStorage(byteCount: length * 8, zeroed: false)
    guard case .tensor(let weights) = call.options["weights"] else {
      var counts = [Int](repeating: 0, count: length)
      for value in values { counts[value] += 1 }
      return try Tensor(counts)
    }
    guard weights.count == values.count else {
      throw Problem("bincount: \(weights.count) weights for \(values.count) numbers")
    }
    var sums = [Double](repeating: 0, count: length)
    for (value, weight) in zip(values, weights.doubles) { sums[value] += weight }
    return try Tensor(sums, dtype: weights.dtype.floating)
  }

  private static func counts(_ call: OpCall) throws(Problem) -> [Tensor] {
    let x = try call.tensor(0)
    var range: [Double]?
    switch call.options["range"] {
    case .numbers(let numbers): range = numbers.map(\.double)
    case .tensor(let tensor): range = tensor.doubles
    case nil: break
    default: throw Problem("histogram: range has two numbers")
    }
    if let range, range.count != 2 { throw Problem("histogram: range has two numbers") }
    let finite = x.doubles.filter(\.isFinite)
    let low = range?[0] ?? finite.min() ?? 0
    let high = range?[1] ?? finite.max() ?? 1
    let (counts, edges) = try x.histogram(
      bins: try call.integer("bins") ?? 10, low: low, high: high)
    return [counts, edges]
  }
}

extension Samples {
  static func ordered() throws(Problem) -> [OpCall] {
    var calls: [OpCall] = []
    for x in [
      try floats([3, 4]), try integers([2, 3, 5]), try floats([0, 3]), try floats([1]),
      try Tensor([2, .nan, 2, -.infinity, 5, 0, -0.0]), try mask([7]),
      try floats([3, 9], dtype: .bf16), try integers([6000], below: 1000),
    ] {
      calls.append(OpCall(x))
      calls.append(OpCall(x, options: ["dim": 0]))
      calls.append(OpCall(x, options: ["descending": true]))
    }
    return calls
  }
}
