import Base

// Views and new arrangements. A view shares the bytes of its input.

extension OpSpec {
  static let reshape = view(
    "reshape", "The same elements in another shape; -1 stands for what is left.",
    [.sizes("shape", "the sizes")], ["shape": [4, -1]], "{ 2, 2 }"
  ) { x, call throws(Problem) in
    try x.reshaped(try call.sizes("shape"))
  }
  static let viewOperation = view(
    "view", "As reshape, but refused where it would copy.", [.sizes("shape", "the sizes")], nil,
    "{ 2, 2 }"
  ) { x, call throws(Problem) in
    try x.viewed(try call.sizes("shape"))
  }
  static let flatten = view(
    "flatten", "Joins dimensions into one.",
    [
      .dimension("start_dim", "first of them", default: 0),
      .dimension("end_dim", "last of them", default: -1),
    ], [:], ""
  ) { x, call throws(Problem) in
    try x.flattened(try call.integer("start_dim") ?? 0, try call.integer("end_dim") ?? -1)
  }
  static let unflatten = view(
    "unflatten", "Divides a dimension into several.",
    [.dimension("dim", "which"), .sizes("sizes", "its new sizes")], ["dim": 1, "sizes": [2, -1]],
    "1, { 2, 2 }"
  ) { x, call throws(Problem) in
    let dim = try Shape.dimension(try call.required("dim"), rank: x.rank, for: "unflatten")
    guard x.rank > 0 else { throw Problem("unflatten: the tensor is a scalar") }
    var sizes = try call.sizes("sizes")
    if let open = sizes.firstIndex(of: -1) {
      let known = sizes.filter { $0 != -1 }.reduce(1, *)
      guard known > 0, x.shape[dim] % known == 0 else {
        throw Problem("unflatten: \(x.shape[dim]) does not divide into \(sizes)")
      }
      sizes[open] = x.shape[dim] / known
    }
    return try x.reshaped(Array(x.shape[..<dim]) + sizes + Array(x.shape[(dim + 1)...]))
  }
  static let transpose = view(
    "transpose", "Exchanges two dimensions.",
    [.dimension("dim0", "one", default: 0), .dimension("dim1", "the other", default: 1)],
    ["dim0": 0, "dim1": 1], "", on: "tensor{ {1, 2}, {3, 4} }"
  ) { x, call throws(Problem) in
    try x.transposed(try call.integer("dim0") ?? 0, try call.integer("dim1") ?? 1)
  }
  static let turn = view(
    "t", "Exchanges the two dimensions of a matrix.", [], [:], "", on: "tensor{ {1, 2}, {3, 4} }"
  ) { x, _ throws(Problem) in
    guard x.rank <= 2 else {
      throw Problem("t: takes a matrix, got \(x.summary)", fix: "use transpose")
    }
    return x.rank < 2 ? x : try x.transposed(0, 1)
  }
  static let permute = view(
    "permute", "Puts the dimensions into another order.", [.dimensionList("dims", "the order")],
    ["dims": [1, 0]], "{ 2, 1 }", on: "tensor{ {1, 2}, {3, 4} }"
  ) { x, call throws(Problem) in
    try x.permuted(try call.sizes("dims"))
  }
  static let movedim = view(
    "movedim", "Moves dimensions to other places.",
    [.dimensionList("source", "from where"), .dimensionList("destination", "to where")],
    ["source": 0, "destination": -1], "1, 2", on: "tensor{ {1, 2}, {3, 4} }"
  ) { x, call throws(Problem) in
    try x.movedDimensions(try call.sizes("source"), to: try call.sizes("destination"))
  }
  static let squeeze = view("squeeze", "Drops dimensions of size 1.", [.dimensions()], [:], "") {
    x, call throws(Problem) in
    try x.squeezed(try call.integers("dim"))
  }
  static let unsqueeze = view(
    "unsqueeze", "Adds a dimension of size 1.", [.dimension("dim", "where")], ["dim": 1], "1"
  ) { x, call throws(Problem) in
    try x.unsqueezed(try call.required("dim"))
  }
  static let expand = view(
    "expand", "Stretches dimensions of size 1; -1 keeps a size.", [.sizes("size", "the sizes")],
    nil, "{ 2, 4 }"
  ) { x, call throws(Problem) in
    try x.expanded(try call.sizes("size"))
  }
  static let broadcastTo = view(
    "broadcast_to", "Stretches to a shape.", [.sizes("size", "the shape")], nil, "{ 2, 4 }"
  ) { x, call throws(Problem) in
    try x.expanded(try call.sizes("size"))
  }
  static let narrow = view(
    "narrow", "Some places of a dimension.",
    [
      .dimension("dim", "which"), .position("start", "first place"), .integer("length", "how many"),
    ], ["dim": 0, "start": 1, "length": 2], "1, 2, 2"
  ) { x, call throws(Problem) in
    try x.narrowed(
      try call.required("dim"), start: try call.required("start"),
      length: try call.required("length"))
  }
  static let select = view(
    "select", "One place of a dimension, which disappears.",
    [.dimension("dim", "which"), .position("index", "the place")], ["dim": 0, "index": -1], "1, 2"
  ) { x, call throws(Problem) in
    try x.selected(try call.required("dim"), try call.required("index"))
  }
  static let diagonal = view(
    "diagonal", "The elements where two dimensions run together.",
    [
      .integer("offset", "above the main diagonal", default: 0),
      .dimension("dim1", "one dimension", default: 0), .dimension("dim2", "the other", default: 1),
    ], ["offset": 1], "", on: "tensor{ {1, 2}, {3, 4} }"
  ) { x, call throws(Problem) in
    try x.diagonal(
      offset: try call.integer("offset") ?? 0, try call.integer("dim1") ?? 0,
      try call.integer("dim2") ?? 1)
  }
  static let unfold = view(
    "unfold", "Windows along a dimension, as a new last dimension.",
    [
      .dimension("dim", "which"), .integer("size", "of a window"),
      .integer("step", "between windows", default: 1),
    ], ["dim": 0, "size": 2, "step": 1], "1, 2, 1"
  ) { x, call throws(Problem) in
    try x.unfolded(
      try call.required("dim"), size: try call.required("size"), step: try call.integer("step") ?? 1
    )
  }
  static let contiguous = view(
    "contiguous", "The tensor itself when it is dense, else a dense copy.", [], [:], ""
  ) { x, _ throws(Problem) in try x.contiguous() }

  static let clone = arrangement("clone", "A dense copy.", [], [:], "") { x, _ throws(Problem) in
    try x.copied()
  }
  static let flip = arrangement(
    "flip", "Reverses dimensions.", [.dimensionList("dims", "which")], ["dims": [0]], "1"
  ) { x, call throws(Problem) in
    try x.flipped(try call.sizes("dims"))
  }
  static let roll = arrangement(
    "roll", "Moves elements along dimensions, those that leave come in at the other end.",
    [.sizes("shifts", "by how much"), .dimensions("dims")], ["shifts": 1, "dims": 0], "1"
  ) { x, call throws(Problem) in
    try x.rolled(try call.sizes("shifts"), try call.integers("dims") ?? [])
  }
  static let repeatOperation = arrangement(
    "repeat", "The whole tensor several times along each dimension.",
    [.sizes("sizes", "how often")], ["sizes": [2, 1, 2]], "{ 2 }", method: "tile"
  ) { x, call throws(Problem) in
    try x.tiled(try call.sizes("sizes"))
  }
  static let tile = arrangement(
    "tile", "As repeat; fewer numbers than dimensions are taken from the right.",
    [.sizes("dims", "how often")], ["dims": [2]], "{ 2 }"
  ) { x, call throws(Problem) in
    let times = try call.sizes("dims")
    return try x.tiled([Int](repeating: 1, count: Swift.max(0, x.rank - times.count)) + times)
  }
  static let repeatInterleave = arrangement(
    "repeat_interleave", "Each element several times.",
    [
      .sizes("repeats", "how often, or one number per element"),
      .dimension("dim", "which; the flat order when left out", default: nil),
    ].map(optional), ["repeats": 2], "2"
  ) { x, call throws(Problem) in
    try x.repeatInterleaved(try call.sizes("repeats"), try call.integer("dim"))
  }
  static let tril = arrangement(
    "tril", "The part on and below a diagonal, zeros above.",
    [.integer("diagonal", "above the main one", default: 0)], ["diagonal": 1], "",
    on: "tensor{ {1, 2}, {3, 4} }"
  ) { x, call throws(Problem) in
    try x.triangle(try call.integer("diagonal") ?? 0, lower: true, "tril")
  }
  static let triu = arrangement(
    "triu", "The part on and above a diagonal, zeros below.",
    [.integer("diagonal", "above the main one", default: 0)], ["diagonal": 1], "",
    on: "tensor{ {1, 2}, {3, 4} }"
  ) { x, call throws(Problem) in
    try x.triangle(try call.integer("diagonal") ?? 0, lower: false, "triu")
  }
  static let diag = arrangement(
    "diag", "A matrix with the list on a diagonal; of a matrix, its diagonal.",
    [.integer("diagonal", "above the main one", default: 0)], nil, ""
  ) { x, call throws(Problem) in
    let k = try call.integer("diagonal") ?? 0
    if x.rank == 2 { return try x.diagonal(offset: k).copied() }
    guard x.rank == 1 else { throw Problem("diag: takes a list or a matrix, got \(x.summary)") }
    let size = x.count + Swift.abs(k)
    let out = try Tensor.zeros([size, size], x.dtype)
    try out.diagonal(offset: k).assign(x)
    return out
  }
  static let pad = arrangement(
    "pad", "Adds places around the last dimensions, or cuts where negative.",
    [
      .sizes("pads", "before and after of the last dimension, then of the one before, …"),
      .choice("mode", "what fills", ["constant", "reflect", "replicate", "circular"]),
      .number("value", "of constant", default: 0),
    ], ["pads": [1, 2]], "{ 1, 2 }"
  ) { x, call throws(Problem) in
    try x.padded(
      try call.sizes("pads"), mode: call.text("mode") ?? "constant",
      value: try call.scalar("value") ?? 0)
  }
  static let cast = arrangement(
    "cast", "The elements in another dtype.",
    [
      .text("dtype", "the dtype"),
      .flag("saturate", "fp8 overflow clamps to the largest finite value", default: true),
    ], ["dtype": "f64"], "\"i64\""
  ) { x, call throws(Problem) in
    try x.cast(to: try call.dtype(x.dtype), saturating: try call.flag("saturate", true))
  }

  static let cat = joining("cat", "Joins tensors along a dimension.") {
    tensors, dim throws(Problem) in
    try Tensor.concatenated(tensors, dim)
  }
  static let stack = joining("stack", "Joins tensors of one shape along a new dimension.") {
    tensors, dim throws(Problem) in
    try Tensor.stacked(tensors, dim)
  }
  static let split = OpSpec(
    "split", "Divides a dimension into parts, as views.", .shape,
    example: "tensor{ 1, 2, 3 }:split({ 1, 2 })",
    arguments: [
      .sizes("sizes", "of the parts; one number cuts parts of that size"),
      .dimension("dim", "which", default: 0),
    ],
    outputs: ["parts"],
    samples: { () throws(Problem) in
      [
        OpCall(try Samples.floats([3, 4]), options: ["sizes": [1, 3], "dim": 1]),
        OpCall(try Samples.floats([3, 4]), options: ["sizes": 2]),
      ]
    },
    run: { call throws(Problem) in
      let dim = try call.integer("dim") ?? 0
      if case .number(let size) = call.options["sizes"] {
        return try call.tensor(0).split(every: size.integer, dim)
      }
      return try call.tensor(0).split(try call.sizes("sizes"), dim)
    })
  static let chunk = OpSpec(
    "chunk", "Divides a dimension into at most n equal parts, as views.", .shape,
    example: "tensor{ 1, 2, 3, 4 }:chunk(2)",
    arguments: [.integer("n", "how many parts"), .dimension("dim", "which", default: 0)],
    outputs: ["parts"],
    samples: { () throws(Problem) in [OpCall(try Samples.floats([5, 4]), options: ["n": 3])] },
    run: { call throws(Problem) in
      try call.tensor(0).chunked(try call.required("n"), try call.integer("dim") ?? 0)
    })
  static let unbind = OpSpec(
    "unbind", "The slices of a dimension, as views.", .shape,
    example: "tensor{ {1, 2}, {3, 4} }:unbind()",
    arguments: [.dimension("dim", "which", default: 0)], outputs: ["parts"],
    samples: { () throws(Problem) in [OpCall(try Samples.floats([3, 4]), options: ["dim": 1])] },
    run: { call throws(Problem) in
      let x = try call.tensor(0)
      let dim = try Shape.dimension(try call.integer("dim") ?? 0, rank: x.rank, for: "unbind")
      var parts: [Tensor] = []
      for i in 0..<(x.rank == 0 ? 0 : x.shape[dim]) { parts.append(try x.selected(dim, i)) }
      return parts
    })
  static let meshgrid = OpSpec(
    "meshgrid", "Each list spread over the grid that all of them span.", .shape,
    example: "tensor.meshgrid({ tensor{ 1, 2 }, tensor{ 3, 4 } })",
    inputs: [Input("tensors", .tensors)],
    arguments: [.choice("indexing", "\"xy\" swaps the first two dimensions", ["ij", "xy"])],
    outputs: ["grids"],
    samples: { () throws(Problem) in
      [OpCall([.tensors([try Samples.floats([3]), try Samples.floats([2])])])]
    },
    run: { call throws(Problem) in
      try Tensor.meshgrid(call.tensors(0), indexing: call.text("indexing") ?? "ij")
    })

  static let shapeOperations: [OpSpec] = [
    reshape, viewOperation, flatten, unflatten, transpose, turn, permute, movedim, squeeze,
    unsqueeze, expand, broadcastTo, narrow, select, diagonal, unfold, contiguous, clone, flip, roll,
    repeatOperation, tile, repeatInterleave, tril, triu, diag, pad, cast, cat, stack, split, chunk,
    unbind, meshgrid,
  ]

  private static func view(
    _ name: String, _ summary: String, _ arguments: [Argument], _ options: [String: OpCall.Option]?,
    _ example: String, on start: String = "tensor{ 1, 2, 3, 4 }",
    _ run: @escaping @Sendable (Tensor, OpCall) throws(Problem) -> Tensor
  ) -> OpSpec {
    shaping(name, summary, .view, arguments, options, example, start, name, run)
  }

  private static func arrangement(
    _ name: String, _ summary: String, _ arguments: [Argument], _ options: [String: OpCall.Option]?,
    _ example: String, on start: String = "tensor{ 1, 2, 3, 4 }", method: String? = nil,
    _ run: @escaping @Sendable (Tensor, OpCall) throws(Problem) -> Tensor
  ) -> OpSpec {
    shaping(name, summary, .shape, arguments, options, example, start, method ?? name, run)
  }

  private static func shaping(
    _ name: String, _ summary: String, _ family: Family, _ arguments: [Argument],
    _ options: [String: OpCall.Option]?, _ example: String, _ start: String, _ method: String,
    _ run: @escaping @Sendable (Tensor, OpCall) throws(Problem) -> Tensor
  ) -> OpSpec {
    OpSpec(
      name, summary, family, example: "\(start):\(method)(\(example))", arguments: arguments,
      samples: { () throws(Problem) in
        guard let options else { return [] }
        return [
          OpCall(try Samples.floats([3, 4]), options: options),
          OpCall(try Samples.integers([4, 2], dtype: .u8), options: options),
        ]
      },
      run: { call throws(Problem) in [try run(try call.tensor(0), call)] })
  }

  private static func joining(
    _ name: String, _ summary: String,
    _ run: @escaping @Sendable ([Tensor], Int) throws(Problem) -> Tensor
  ) -> OpSpec {
    OpSpec(
      name, summary, .shape, example: "tensor.\(name)({ tensor{ 1, 2 }, tensor{ 3, 4 } })",
      inputs: [Input("tensors", .tensors)],
      arguments: [.dimension("dim", "along which", default: 0)],
      samples: { () throws(Problem) in
        [
          OpCall(
            [.tensors([try Samples.floats([3, 4]), try Samples.floats([3, 4], seed: 2)])],
            ["dim": 1])
        ]
      },
      run: { call throws(Problem) in [try run(call.tensors(0), try call.integer("dim") ?? 0)] })
  }
}
