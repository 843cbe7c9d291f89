import Base

// Products of matrices.

extension OpSpec {
  static let matmul = product(
    "matmul", "Matrix product by NumPy's rank rules; leading dimensions broadcast.",
    Samples.products)
  static let mm = product("mm", "Matrix product by NumPy's rank rules.", Samples.products)
  static let bmm = product(
    "bmm", "Product of each pair of matrices in two batches.",
    { () throws(Problem) in
      [OpCall(try Samples.floats([2, 3, 4]), try Samples.floats([2, 4, 5], seed: 2))]
    }, ranks: (3, 3), example: "tensor.ones{ 1, 2, 2 }:bmm(tensor.ones{ 1, 2, 2 })")
  static let mv = product(
    "mv", "Product of a matrix and a list.",
    { () throws(Problem) in
      [OpCall(try Samples.floats([3, 4]), try Samples.floats([4], seed: 2))]
    }, ranks: (2, 1), example: "tensor{ {1, 2}, {3, 4} }:mv(tensor{ 1, 1 })")
  static let dot = product(
    "dot", "Sum of the products of two lists.",
    { () throws(Problem) in
      [
        OpCall(try Samples.floats([5]), try Samples.floats([5], seed: 2)),
        OpCall(try Samples.integers([5]), try Samples.integers([5])),
      ]
    }, ranks: (1, 1), example: "tensor{ 1, 2 }:dot(tensor{ 3, 4 })")
  static let outer = OpSpec(
    "outer", "Every product of an element of x and one of y.", .matrix,
    example: "tensor{ 1, 2 }:outer(tensor{ 3, 4 })",
    inputs: [Input("x"), Input("y")],
    samples: { () throws(Problem) in
      [OpCall(try Samples.floats([3]), try Samples.floats([4], seed: 2))]
    },
    run: { call throws(Problem) in
      let (x, y) = (try call.tensor(0), try call.tensor(1))
      guard x.rank == 1, y.rank == 1 else {
        throw Problem("outer: takes two lists, got \(x.summary) and \(y.summary)")
      }
      return [try x.unsqueezed(1) * y]
    })
  static let addmm = OpSpec(
    "addmm", "beta * x + alpha * (a times b).", .matrix,
    example: "tensor.zeros{ 2, 2 }:addmm(tensor.eye(2), tensor.eye(2))",
    inputs: [Input("x"), Input("a"), Input("b")],
    arguments: [
      .number("beta", "factor of x", default: 1),
      .number("alpha", "factor of the product", default: 1),
    ], tolerance: 1e-5,
    samples: { () throws(Problem) in
      [
        OpCall(
          try Samples.floats([2, 4]), try Samples.floats([2, 3]), try Samples.floats([3, 4]))
      ]
    },
    run: { call throws(Problem) in
      var product = try call.tensor(1).matmul(try call.tensor(2))
      if let alpha = try call.scalar("alpha") { product = try product * alpha }
      var x = try call.tensor(0)
      if let beta = try call.scalar("beta") { x = try x * beta }
      return [try x + product]
    })
  static let trace = OpSpec(
    "trace", "Sum of the main diagonal of a matrix.", .matrix, example: "tensor.eye(3):trace()",
    samples: { () throws(Problem) in [OpCall(try Samples.floats([3, 4]))] },
    run: { call throws(Problem) in
      let x = try call.tensor(0)
      guard x.rank == 2 else { throw Problem("trace: takes a matrix, got \(x.summary)") }
      return [try x.diagonal().sum()]
    })
  static let kron = OpSpec(
    "kron", "Kronecker product: each element of x times the whole of y.", .matrix,
    example: "tensor.eye(2):kron(tensor{ {1, 2} })",
    inputs: [Input("x"), Input("y")],
    samples: { () throws(Problem) in
      [OpCall(try Samples.floats([2, 3]), try Samples.floats([2, 2], seed: 2))]
    },
    run: { call throws(Problem) in
      var (x, y) = (try call.tensor(0), try call.tensor(1))
      while x.rank < y.rank { x = try x.unsqueezed(0) }
      while y.rank < x.rank { y = try y.unsqueezed(0) }
      let shape = zip(x.shape, y.shape).map { $0 * $1 }
      for d in x.shape.indices.reversed() {
        x = try x.unsqueezed(d + 1)
        y = try y.unsqueezed(d)
      }
      return [try (try x * y).reshaped(shape)]
    })
  static let tensordot = OpSpec(
    "tensordot", "Sums products over pairs of dimensions.", .matrix,
    example: "tensor{ {1, 2}, {3, 4} }:tensordot(tensor.eye(2), 2, 1)",
    inputs: [Input("x"), Input("y")],
    arguments: [
      .dimensionList("dims0", "dimensions of x"), .dimensionList("dims1", "dimensions of y"),
    ], tolerance: 1e-5,
    samples: { () throws(Problem) in
      [
        OpCall(
          try Samples.floats([2, 3, 4]), try Samples.floats([4, 3, 2]),
          options: ["dims0": [1, 2], "dims1": [1, 0]])
      ]
    },
    run: { call throws(Problem) in
      let (x, y) = (try call.tensor(0), try call.tensor(1))
      let a = try call.sizes("dims0").map { d throws(Problem) in
        try Shape.dimension(d, rank: x.rank, for: "tensordot")
      }
      let b = try call.sizes("dims1").map { d throws(Problem) in
        try Shape.dimension(d, rank: y.rank, for: "tensordot")
      }
      guard a.isEmpty || x.rank > 0, b.isEmpty || y.rank > 0 else {
        throw Problem("tensordot: a scalar has no dimensions to sum over")
      }
      guard Set(a).count == a.count, Set(b).count == b.count else {
        throw Problem("tensordot: a dimension is named twice")
      }
      guard a.map({ x.shape[$0] }) == b.map({ y.shape[$0] }) else {
        throw Problem("tensordot: the paired dimensions differ in size")
      }
      let (left, right) = (
        x.shape.indices.filter { !a.contains($0) }, y.shape.indices.filter { !b.contains($0) }
      )
      let size = a.reduce(1) { $0 * x.shape[$1] }
      let (rows, columns) = (left.map { x.shape[$0] }, right.map { y.shape[$0] })
      let m = try x.permuted(left + a).reshaped([rows.reduce(1, *), size])
      let n = try y.permuted(b + right).reshaped([size, columns.reduce(1, *)])
      return [try m.matmul(n).reshaped(rows + columns)]
    })
  static let einsum = OpSpec(
    "einsum",
    "Sums of products by index letters, as in \"ij,jk->ik\"; \"...\" stands for broadcast dimensions.",
    .matrix,
    example: "tensor.einsum(\"ij,jk->ik\", { tensor.eye(2), tensor{ {1, 2}, {3, 4} } })",
    inputs: [Input("tensors", .tensors)],
    arguments: [.text("eq", "the letters of each input, and of the result")], tolerance: 1e-5,
    samples: { () throws(Problem) in
      [
        OpCall(
          [.tensors([try Samples.floats([2, 3]), try Samples.floats([3, 4])])], ["eq": "ij,jk->ik"])
      ]
    },
    run: { call throws(Problem) in
      guard let equation = call.text("eq") else { throw Problem("einsum: the equation is missing") }
      return [try Einsum(equation, call.tensors(0)).evaluated()]
    })

  static let matrixOperations: [OpSpec] = [
    matmul, mm, bmm, mv, dot, outer, addmm, trace, kron, tensordot, einsum,
  ]

  private static func product(
    _ name: String, _ summary: String,
    _ samples: @escaping @Sendable () throws(Problem) -> [OpCall],
    ranks: (Int, Int)? = nil, example: String? = nil
  ) -> OpSpec {
    OpSpec(
      name, summary, .matrix, example: example ?? "tensor{ {1, 2}, {3, 4} }:\(name)(tensor.eye(2))",
      inputs: [Input("x"), Input("y")], tolerance: 1e-5, samples: samples,
      reference: { call throws(Problem) in
        [try plainProduct(try call.tensor(0), try call.tensor(1))]
      },
      run: { call throws(Problem) in
        let (x, y) = (try call.tensor(0), try call.tensor(1))
        if let ranks {
          guard x.rank == ranks.0, y.rank == ranks.1 else {
            throw Problem(
              "\(name): needs tensors of \(ranks.0) and \(ranks.1) dimensions, got \(x.summary) and \(y.summary)"
            )
          }
          guard ranks.0 < 3 || x.shape[0] == y.shape[0] else {
            throw Problem("\(name): batches of \(x.shape[0]) and \(y.shape[0]) differ")
          }
        }
        return [try x.matmul(y)]
      })
  }

  /// Three loops over the elements of each pair of matrices.
  private static func plainProduct(_ x: Tensor, _ y: Tensor) throws(Problem) -> Tensor {
    let a = x.rank == 1 ? try x.unsqueezed(0) : x
    let b = y.rank == 1 ? try y.unsqueezed(1) : y
    let batch = try Shape.broadcast(
      Array(a.shape.dropLast(2)), Array(b.shape.dropLast(2)), for: "matmul")
    let (m, k, n) = (a.shape[a.rank - 2], a.shape[a.rank - 1], b.shape[b.rank - 1])
    let (u, v) = (try a.expanded(batch + [m, k]).doubles, try b.expanded(batch + [k, n]).doubles)
    var values: [Double] = []
    for i in 0..<batch.reduce(1, *) {
      for row in 0..<m {
        for column in 0..<n {
          values.append(
            (0..<k).reduce(0) { $0 + u[(i * m + row) * k + $1] * v[(i * k + $1) * n + column] })
        }
      }
    }
    let shape = batch + (x.rank == 1 ? [] : [m]) + (y.rank == 1 ? [] : [n])
    return try Tensor(values, shape: shape, dtype: DType.promoted(x.dtype, y.dtype))
  }
}

extension Samples {
  static func products() throws(Problem) -> [OpCall] {
    var calls: [OpCall] = []
    let pairs: [([Int], [Int])] = [
      ([3, 4], [4, 5]), ([4], [4]), ([4], [4, 5]), ([3, 4], [4]), ([2, 3, 4], [4, 5]),
      ([2, 1, 3, 4], [3, 4, 2]), ([1, 4], [4, 5]), ([3, 4], [4, 1]), ([0, 4], [4, 5]),
      ([3, 0], [0, 5]),
      ([1, 1], [1, 1]),
    ]
    for (a, b) in pairs {
      calls.append(OpCall(try floats(a), try floats(b, seed: 2)))
      calls.append(OpCall(try floats(a, dtype: .f64), try floats(b, seed: 2, dtype: .f64)))
      calls.append(OpCall(try integers(a), try integers(b, seed: 2)))
    }
    calls.append(OpCall(try floats([3, 4], dtype: .bf16), try floats([4, 2], dtype: .bf16)))
    return calls
  }
}
