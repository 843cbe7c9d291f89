import Base
import CTensors

// Picking and writing at places.

extension OpSpec {
  static let whereOperation = OpSpec(
    "where", "x where the condition holds, y elsewhere.", .index,
    example: "tensor{ 1, -1 }:gt(0):where(tensor{ 1, -1 }, 0)",
    inputs: [Input("condition"), Input("x", .tensorOrNumber), Input("y", .tensorOrNumber)],
    samples: { () throws(Problem) in
      let mask = try Samples.mask([3, 1])
      return [
        OpCall(mask, try Samples.floats([1, 4]), try Samples.floats([3, 4], seed: 2)),
        OpCall([.tensor(mask), .tensor(try Samples.integers([4])), .number(0)]),
        OpCall(try Samples.mask([0]), try Samples.floats([1]), try Samples.floats([])),
      ]
    },
    reference: { call throws(Problem) in
      let (a, b) = (try call.operand(1), try call.operand(2))
      let dtype = a.promoted(with: b)
      let shape = try Shape.broadcast(
        try call.tensor(0).shape, try Shape.broadcast(a.shape, b.shape, for: "where"), for: "where")
      let mask = try call.tensor(0).expanded(shape).booleans
      let (x, y) = (
        try a.asTensor().expanded(shape).doubles, try b.asTensor().expanded(shape).doubles
      )
      return [try Tensor(mask.indices.map { mask[$0] ? x[$0] : y[$0] }, shape: shape, dtype: dtype)]
    },
    run: { call throws(Problem) in
      [try chosen(try call.tensor(0), try call.operand(1), try call.operand(2), out: call.out)]
    })

  static func chosen(_ mask: Tensor, _ a: Operand, _ b: Operand, out: Tensor? = nil) throws(Problem)
    -> Tensor
  {
    let dtype = a.promoted(with: b)
    guard let loop = ct_where_kernel(dtype.rawValue) else { throw Problem("where: no kernel") }
    let kernel = ElementwiseKernel(
      call: "where", function: loop, computing: [.bool, dtype, dtype], writes: dtype)
    return try kernel.run(
      [mask, try a.tensor(computing: dtype), try b.tensor(computing: dtype)], dtype: dtype, out: out
    )
  }

  static let maskedFill = OpSpec(
    "masked_fill", "A copy with a number where the mask is true.", .index,
    example: "tensor{ 1, 2, 3 }:masked_fill(tensor{ true, false, true }, 0)",
    inputs: [Input("x"), Input("mask")], arguments: [.number("value", "what to write")],
    samples: { () throws(Problem) in
      [
        OpCall(try Samples.floats([3, 4]), try Samples.mask([4]), options: ["value": -1e9]),
        OpCall(try Samples.integers([0, 3]), try Samples.mask([3]), options: ["value": 1]),
      ]
    },
    run: { call throws(Problem) in
      let x = try call.tensor(0)
      guard let value = try call.scalar("value") else {
        throw Problem("masked_fill: value is missing")
      }
      let number = try Tensor(value, dtype: x.dtype)
      return [try chosen(try call.tensor(1), .tensor(number), .tensor(x), out: call.out)]
    })
  static let maskedSelect = OpSpec(
    "masked_select", "The elements where the mask is true, as a list.", .index,
    example: "tensor{ 1, 2, 3 }:masked_select(tensor{ true, false, true })",
    inputs: [Input("x"), Input("mask")],
    samples: { () throws(Problem) in
      [
        OpCall(try Samples.floats([3, 4]), try Samples.mask([3, 4])),
        OpCall(try Samples.floats([0]), try Samples.mask([0])),
        OpCall(try Samples.floats([3, 1]), try Samples.mask([1, 4])),
      ]
    },
    reference: { call throws(Problem) in
      let shape = try Shape.broadcast(
        try call.tensor(0).shape, try call.tensor(1).shape, for: "masked_select")
      let x = try call.tensor(0).expanded(shape)
      let mask = try call.tensor(1).expanded(shape).booleans
      return [try Tensor(zip(x.doubles, mask).filter(\.1).map(\.0), dtype: x.dtype)]
    },
    run: { call throws(Problem) in
      let shape = try Shape.broadcast(
        try call.tensor(0).shape, try call.tensor(1).shape, for: "masked_select")
      let mask = try call.tensor(1).cast(to: .bool).expanded(shape)
      let x = try call.tensor(0).expanded(shape)
      return [
        shape.isEmpty
          ? try x.unsqueezed(0).indexed([.places(try mask.unsqueezed(0))])
          : try x.indexed([.places(mask)])
      ]
    })
  static let nonzero = OpSpec(
    "nonzero", "The positions of the elements that are not zero, one row each.", .index,
    example: "tensor{ 0, 5, 7 }:nonzero()", outputs: ["positions"],
    samples: { () throws(Problem) in
      [
        OpCall(try Samples.mask([3, 4])), OpCall(try Samples.floats([0, 2])),
        OpCall(try Samples.integers([1])),
      ]
    },
    run: { call throws(Problem) in
      let x = try call.tensor(0)
      let places = x.nonzeroPositions()
      let count = x.rank == 0 ? (x.booleans[0] ? 1 : 0) : places.count / x.rank
      return [try Tensor(places, shape: [count, x.rank])]
    })

  static let gather = along("gather", "Picks along a dimension at the places of the index.") {
    x, dim, index throws(Problem) in
    try x.gather(dim, index)
  }
  static let takeAlongDim = along(
    "take_along_dim", "As gather, but x and index broadcast in the other dimensions."
  ) { x, dim, index throws(Problem) in
    let dim = try Shape.dimension(dim, rank: x.rank, for: "take_along_dim")
    guard x.rank == index.rank else {
      throw Problem("take_along_dim: needs as many dimensions as the tensor")
    }
    var (shape, indexShape) = (x.shape, index.shape)
    for d in shape.indices where d != dim {
      let size = try Shape.broadcast([shape[d]], [indexShape[d]], for: "take_along_dim")[0]
      (shape[d], indexShape[d]) = (size, size)
    }
    return try x.expanded(shape).gather(dim, try index.expanded(indexShape))
  }
  static let indexSelect = OpSpec(
    "index_select", "Whole slices of a dimension in the order of a list.", .index,
    example: "tensor{ {1, 2}, {3, 4} }:index_select(1, tensor({ 2 }, \"i64\"))",
    inputs: [Input("x"), Input("index", isIndex: true)],
    arguments: [.dimension("dim", "the dimension")],
    samples: { () throws(Problem) in
      [
        OpCall(try Samples.floats([3, 4]), try Tensor([2, 0, 2]), options: ["dim": 0]),
        OpCall(try Samples.floats([3, 4]), try Tensor([Int]()), options: ["dim": 1]),
      ]
    },
    reference: { call throws(Problem) in
      let x = try call.tensor(0)
      let dim = try Shape.dimension(try call.required("dim"), rank: x.rank, for: "index_select")
      var slices: [Tensor] = []
      for i in try call.tensor(1).integers {
        slices.append(try x.narrowed(dim, start: i, length: 1))
      }
      if slices.isEmpty { return [try x.narrowed(dim, start: 0, length: 0)] }
      return [try Tensor.concatenated(slices, dim)]
    },
    run: { call throws(Problem) in
      [try call.tensor(0).indexSelect(try call.required("dim"), try call.tensor(1))]
    })
  static let take = OpSpec(
    "take", "Elements by their position in row-major order.", .index,
    example: "tensor{ {1, 2}, {3, 4} }:take(tensor({ 4 }, \"i64\"))",
    inputs: [Input("x"), Input("index", isIndex: true)],
    samples: { () throws(Problem) in [OpCall(try Samples.floats([3, 4]), try Tensor([11, 0, 5]))] },
    run: { call throws(Problem) in
      let x = try call.tensor(0)
      return [try x.reshaped([x.count]).indexed([.places(try call.tensor(1))])]
    })

  static let scatter = scattering(
    "scatter", "A copy with the source written at the places of the index."
  ) { _ throws(Problem) in (.replace, true) }
  static let scatterAdd = scattering(
    "scatter_add", "A copy with the source added at the places of the index."
  ) { _ throws(Problem) in (.sum, true) }
  static let scatterAmax = scattering(
    "scatter_amax", "A copy with the greater of old and source at the places of the index."
  ) { _ throws(Problem) in (.amax, true) }
  static let scatterAmin = scattering(
    "scatter_amin", "A copy with the lesser of old and source at the places of the index."
  ) { _ throws(Problem) in (.amin, true) }
  static let scatterProd = scattering(
    "scatter_prod", "A copy with old times source at the places of the index."
  ) { _ throws(Problem) in (.prod, true) }
  static let scatterReduce = scattering(
    "scatter_reduce", "A copy with the source combined at the places of the index.",
    [
      .choice("reduce", "how values combine", ["sum", "prod", "mean", "amax", "amin"]),
      .flag("include_self", "the old element counts", default: true),
    ]
  ) { call throws(Problem) in
    let name = call.text("reduce") ?? "sum"
    guard let how = Combination(rawValue: name) else {
      throw .unknown("reduction", name, among: Combination.allCases.map(\.rawValue))
    }
    return (how, try call.flag("include_self", true))
  }

  static let indexAdd = slices(
    "index_add", "A copy with slices of the source added at the places of a list.", .sum)
  static let indexCopy = slices(
    "index_copy", "A copy with slices of the source at the places of a list.", .replace)
  static let indexFill = OpSpec(
    "index_fill", "A copy with a number in the slices of a list.", .index,
    example: "tensor{ 1, 2, 3 }:index_fill(1, tensor({ 2 }, \"i64\"), 0)",
    inputs: [Input("x"), Input("index", isIndex: true)],
    arguments: [.dimension("dim", "the dimension"), .number("value", "what to write")],
    samples: { () throws(Problem) in
      [OpCall(try Samples.floats([3, 4]), try Tensor([0, 2]), options: ["dim": 1, "value": 9])]
    },
    run: { call throws(Problem) in
      let x = try call.tensor(0)
      let value = try Tensor(try call.scalar("value") ?? 0, dtype: x.dtype)
      return [
        try x.slicesCombined(
          try call.required("dim"), try call.tensor(1), value, .replace, call: "index_fill")
      ]
    })

  static let indexOperations: [OpSpec] = [
    whereOperation, maskedFill, maskedSelect, nonzero, gather, takeAlongDim, indexSelect, take,
    scatter, scatterAdd, scatterAmax, scatterAmin, scatterProd, scatterReduce, indexAdd, indexCopy,
    indexFill,
  ]

  private static func along(
    _ name: String, _ summary: String,
    _ run: @escaping @Sendable (Tensor, Int, Tensor) throws(Problem) -> Tensor
  ) -> OpSpec {
    OpSpec(
      name, summary, .index,
      example: "tensor{ {1, 2}, {3, 4} }:\(name)(2, tensor({ {1}, {2} }, \"i64\"))",
      inputs: [Input("x"), Input("index", isIndex: true)],
      arguments: [.dimension("dim", "the dimension")],
      samples: { () throws(Problem) in
        [
          OpCall(
            try Samples.floats([3, 4]), try Tensor([0, 2, 1, 3, 0, 0], shape: [3, 2]),
            options: ["dim": 1]),
          OpCall(
            try Samples.integers([3, 4]), try Tensor([2, 0, 1, 1], shape: [1, 4]),
            options: ["dim": 0]),
        ]
      },
      reference: { call throws(Problem) in
        let (x, index) = (try call.tensor(0), try call.tensor(1))
        let dim = try Shape.dimension(try call.required("dim"), rank: x.rank, for: name)
        var places = index.integers.enumerated().map { flat, place in
          (flat / index.shape[1], flat % index.shape[1], place)
        }
        if dim == 0 {
          places = places.map { ($0.2, $0.1, 0) }
        } else {
          places = places.map { ($0.0, $0.2, 0) }
        }
        let values = x.doubles
        return [
          try Tensor(
            places.map { values[$0.0 * x.shape[1] + $0.1] }, shape: index.shape, dtype: x.dtype)
        ]
      },
      run: { call throws(Problem) in
        [try run(try call.tensor(0), try call.required("dim"), try call.tensor(1))]
      })
  }

  private static func scattering(
    _ name: String, _ summary: String, _ arguments: [Argument] = [],
    _ options: @escaping @Sendable (OpCall) throws(Problem) -> (Combination, Bool)
  ) -> OpSpec {
    OpSpec(
      name, summary, .index,
      example: "tensor.zeros{ 2, 2 }:\(name)(2, tensor({ {1}, {2} }, \"i64\"), tensor{ {5}, {6} })",
      inputs: [Input("x"), Input("index", isIndex: true), Input("source", .tensorOrNumber)],
      arguments: [.dimension("dim", "the dimension")] + arguments,
      samples: { () throws(Problem) in
        let index = try Tensor([0, 2, 1, 1, 3, 0], shape: [3, 2])
        return [
          OpCall(
            try Samples.floats([3, 4]), index, try Samples.floats([3, 2], seed: 2),
            options: ["dim": 1]),
          OpCall(
            try Samples.integers([3, 4]), index, try Samples.integers([3, 2], seed: 2),
            options: ["dim": 1]),
        ]
      },
      run: { call throws(Problem) in
        let (x, index) = (try call.tensor(0), try call.tensor(1))
        let (how, includeSelf) = try options(call)
        var source = try call.operand(2).asTensor()
        if source.rank == 0 { source = try source.expanded(index.shape) }
        return [
          try x.scattered(
            try call.required("dim"), index, source, how, includeSelf: includeSelf, call: name)
        ]
      })
  }

  private static func slices(_ name: String, _ summary: String, _ how: Combination) -> OpSpec {
    OpSpec(
      name, summary, .index,
      example: "tensor.zeros{ 3 }:\(name)(1, tensor({ 2 }, \"i64\"), tensor{ 5 })",
      inputs: [Input("x"), Input("index", isIndex: true), Input("source")],
      arguments: [
        .dimension("dim", "the dimension"), .number("alpha", "factor of the source", default: 1),
      ],
      samples: { () throws(Problem) in
        [
          OpCall(
            try Samples.floats([3, 4]), try Tensor([0, 2]), try Samples.floats([2, 4], seed: 2),
            options: ["dim": 0])
        ]
      },
      run: { call throws(Problem) in
        var source = try call.tensor(2)
        if let alpha = try call.scalar("alpha") { source = try source * alpha }
        return [
          try call.tensor(0).slicesCombined(
            try call.required("dim"), try call.tensor(1), source, how, call: name)
        ]
      })
  }
}
