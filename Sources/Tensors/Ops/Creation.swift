import Base

// Tensors from nothing.

extension OpSpec {
  static let arange = creation(
    "arange",
    "Numbers at equal steps, the end left out; Lua's `tensor.arange` counts as `for` does, end included.",
    [
      .number("start", "first", default: 0), .number("stop", "where it ends"),
      .number("step", "distance", default: 1), .dtype(),
    ],
    example: "tensor.arange(1, 5)", ["start": 0, "stop": 5, "step": 2]
  ) { call throws(Problem) in
    guard let stop = try call.scalar("stop") else { throw Problem("arange: stop is missing") }
    return try Tensor.arange(
      try call.scalar("start") ?? 0, stop, try call.scalar("step") ?? 1,
      call.text("dtype") == nil ? nil : try call.dtype(.f32))
  }
  static let linspace = creation(
    "linspace", "n numbers at equal distances, both ends included.",
    [.number("start", "first"), .number("stop", "last"), .integer("n", "how many"), .dtype()],
    example: "tensor.linspace(0, 1, 5)", ["start": -1, "stop": 2, "n": 5]
  ) { call throws(Problem) in
    try Tensor.linspace(
      try call.number("start", 0), try call.number("stop", 1), try call.required("n"),
      try call.dtype(.f32))
  }
  static let logspace = creation(
    "logspace", "Powers of a base at equal distances of the exponent.",
    [
      .number("start", "first exponent"), .number("stop", "last exponent"),
      .integer("n", "how many"), .number("base", "the base", default: 10), .dtype(),
    ],
    example: "tensor.logspace(0, 2, 3)", ["start": 0, "stop": 2, "n": 3]
  ) { call throws(Problem) in
    let exponents = try Tensor.linspace(
      try call.number("start", 0), try call.number("stop", 1), try call.required("n"), .f64)
    return try Tensor.apply(
      "pow", [.number(.float(try call.number("base", 10))), .tensor(exponents)]
    ).cast(to: try call.dtype(.f32))
  }
  static let eye = creation(
    "eye", "Ones on the main diagonal of a matrix of zeros.",
    [
      .integer("n", "rows"), optional(.integer("m", "columns; as many as rows unless given")),
      .dtype(),
    ],
    example: "tensor.eye(3)", ["n": 3, "m": 4]
  ) { call throws(Problem) in
    try Tensor.eye(try call.required("n"), try call.integer("m"), try call.dtype(.f32))
  }
  static let zeros = creation(
    "zeros", "Zeros.", [.sizes("shape", "the sizes"), .dtype()], example: "tensor.zeros{ 2, 3 }",
    ["shape": [2, 3]]
  ) { call throws(Problem) in
    try Tensor.zeros(try call.sizes("shape"), try call.dtype(.f32))
  }
  static let ones = creation(
    "ones", "Ones.", [.sizes("shape", "the sizes"), .dtype()], example: "tensor.ones{ 2, 3 }",
    ["shape": [2, 3]]
  ) { call throws(Problem) in
    try Tensor.full(try call.sizes("shape"), 1, try call.dtype(.f32))
  }
  static let full = creation(
    "full", "One number everywhere.",
    [.sizes("shape", "the sizes"), .number("value", "the number"), .dtype()],
    example: "tensor.full({ 2, 3 }, 0.5)", ["shape": [2, 3], "value": 0.5]
  ) { call throws(Problem) in
    let value = try call.scalar("value") ?? 0
    return try Tensor.full(try call.sizes("shape"), value, try call.dtype(value.dtype))
  }

  static let zerosLike = alike("zeros_like", "Zeros in the shape and dtype of x.") {
    x, dtype throws(Problem) in try Tensor.zeros(x.shape, dtype)
  }
  static let onesLike = alike("ones_like", "Ones in the shape and dtype of x.") {
    x, dtype throws(Problem) in try Tensor.full(x.shape, 1, dtype)
  }
  static let oneHot = OpSpec(
    "one_hot", "A row per number with a one at that place, zeros elsewhere.", .creation,
    example: "tensor({ 1, 3 }, \"i64\"):one_hot(3)", inputs: [Input("x", isIndex: true)],
    arguments: [
      .integer("num_classes", "length of a row; as long as needed unless given", default: -1)
    ],
    samples: { () throws(Problem) in [OpCall(try Tensor([0, 2, 1]), options: ["num_classes": 4])] },
    run: { call throws(Problem) in
      let x = try call.tensor(0)
      let values = x.integers
      let classes = try call.integer("num_classes") ?? -1
      let length = classes < 0 ? (values.max() ?? -1) + 1 : classes
      guard values.allSatisfy({ $0 >= 0 && $0 < length }) else {
        throw Problem("one_hot: a number is outside the \(length) classes")
      }
      let out = try Tensor.zeros([values.count, length], .i64)
      if values.isEmpty { return [try out.reshaped(x.shape + [length])] }
      return [
        try out.scattered(
          1, try Tensor(values, shape: [values.count, 1]),
          try Tensor([Int](repeating: 1, count: values.count), shape: [values.count, 1]), .replace,
          call: "one_hot"
        ).reshaped(x.shape + [length])
      ]
    })

  static let creations: [OpSpec] = [
    arange, linspace, logspace, eye, zeros, ones, full, zerosLike, onesLike, oneHot,
  ]

  private static func creation(
    _ name: String, _ summary: String, _ arguments: [Argument], example: String,
    _ options: [String: OpCall.Option],
    _ make: @escaping @Sendable (OpCall) throws(Problem) -> Tensor
  ) -> OpSpec {
    OpSpec(
      name, summary, .creation, example: example, inputs: [], arguments: arguments,
      samples: { () throws(Problem) in [OpCall([], options)] },
      run: { call throws(Problem) in [try make(call)] })
  }

  private static func alike(
    _ name: String, _ summary: String,
    _ make: @escaping @Sendable (Tensor, DType) throws(Problem) -> Tensor
  ) -> OpSpec {
    OpSpec(
      name, summary, .creation, example: "tensor{ 1, 2 }:\(name)()", arguments: [.dtype()],
      samples: { () throws(Problem) in [OpCall(try Samples.floats([3, 4]))] },
      run: { call throws(Problem) in
        let x = try call.tensor(0)
        return [try make(x, try call.dtype(x.dtype))]
      })
  }
}
