import Base
internal import CTensors

// Elementwise functions of three tensors.

extension OpSpec {
  static let lerp = OpSpec(
    "lerp", "x + weight * (y - x)", .binary, example: "tensor{ 0, 1 }:lerp(tensor{ 10, 11 }, 0.5)",
    inputs: [Input("x"), Input("y", .tensorOrNumber), Input("weight", .tensorOrNumber)],
    tolerance: 2e-6,
    samples: { () throws(Problem) in
      [
        OpCall(
          try Samples.floats([3, 4]), try Samples.floats([4], seed: 2),
          try Samples.floats([3, 1], seed: 3))
      ]
    },
    reference: { call throws(Problem) in
      try elementwise3(call) { x, y, w in x + w * (y - x) }
    },
    run: { call throws(Problem) in
      let (x, y) = (try call.tensor(0), try call.operand(1).asTensor())
      let weight = try call.operand(2)
      let step = try Tensor.apply("mul", [.tensor(try y - x), weight.value])
      return [try finished(try x + step, call.out)]
    })
  static let addcmul = combined("addcmul", "x + value * (y * z)", "mul") { x, y, z in x + y * z }
  static let addcdiv = combined("addcdiv", "x + value * (y / z)", "div") { x, y, z in x + y / z }
  static let isclose = OpSpec(
    "isclose", "True where |x - y| <= atol + rtol * |y|.", .binary,
    example: "tensor{ 1, 2 }:isclose(tensor{ 1, 2.1 })",
    inputs: [Input("x", .tensorOrNumber), Input("y", .tensorOrNumber)], arguments: closeness,
    samples: { () throws(Problem) in try Samples.binary(integersOnly: false) },
    run: { call throws(Problem) in [try close(call)] })
  static let allclose = OpSpec(
    "allclose", "True when all elements are close, as isclose tells.", .reduction,
    example: "tensor{ 1, 2 }:allclose(tensor{ 1, 2 })",
    inputs: [Input("x", .tensorOrNumber), Input("y", .tensorOrNumber)], arguments: closeness,
    samples: { () throws(Problem) in try Samples.binary(integersOnly: false) },
    run: { call throws(Problem) in
      [
        try close(call).reduced(CT_ALL, nil, keepdim: false, whole: true, call: "allclose").cast(
          to: .bool)
      ]
    })
  static let equal = OpSpec(
    "equal", "True when shapes and all elements are the same.", .reduction,
    example: "tensor{ 1, 2 }:equal(tensor{ 1, 2 })",
    inputs: [Input("x"), Input("y")],
    samples: { () throws(Problem) in
      [OpCall(try Samples.floats([3, 4]), try Samples.floats([3, 4]))]
    },
    run: { call throws(Problem) in
      let (x, y) = (try call.tensor(0), try call.tensor(1))
      guard x.shape == y.shape else { return [try Tensor(.boolean(false))] }
      let same = try x.apply("eq", y)
      return [
        try same.reduced(CT_ALL, nil, keepdim: false, whole: true, call: "equal").cast(to: .bool)
      ]
    })

  static let ternaryOperations: [OpSpec] = [lerp, addcmul, addcdiv, isclose, allclose, equal]

  private static let closeness: [Argument] = [
    .number("rtol", "tolerance relative to y", default: 1e-5),
    .number("atol", "absolute tolerance", default: 1e-8), .flag("equal_nan", "NaN is close to NaN"),
  ]

  private static func close(_ call: OpCall) throws(Problem) -> Tensor {
    let (a, b) = (try call.operand(0).asTensor(), try call.operand(1).asTensor())
    let (rtol, atol) = (try call.number("rtol", 1e-5), try call.number("atol", 1e-8))
    let nanToo = try call.flag("equal_nan")
    let shape = try Shape.broadcast(a.shape, b.shape, for: "isclose")
    let (x, y) = (try a.expanded(shape).doubles, try b.expanded(shape).doubles)
    let truth = zip(x, y).map { x, y in
      if x.isNaN || y.isNaN { return nanToo && x.isNaN && y.isNaN }
      return x == y || (y.isFinite && Swift.abs(x - y) <= atol + rtol * Swift.abs(y))
    }
    return try Tensor(truth, shape: shape)
  }

  private static func combined(
    _ name: String, _ summary: String, _ inner: String,
    _ plain: @escaping @Sendable (Double, Double, Double) -> Double
  ) -> OpSpec {
    OpSpec(
      name, summary, .binary, example: "tensor{ 1, 1 }:\(name)(tensor{ 2, 3 }, tensor{ 4, 5 })",
      inputs: [Input("x"), Input("y"), Input("z")],
      arguments: [.number("value", "the factor", default: 1)], tolerance: 2e-6,
      samples: { () throws(Problem) in
        [
          OpCall(
            try Samples.floats([3, 4]), try Samples.floats([4], seed: 2),
            try Samples.floats([3, 1], seed: 3))
        ]
      },
      reference: { call throws(Problem) in try elementwise3(call, plain) },
      run: { call throws(Problem) in
        var term = try call.tensor(1).apply(inner, try call.tensor(2))
        if let value = try call.scalar("value") { term = try term * value }
        return [try finished(try call.tensor(0) + term, call.out)]
      })
  }

  private static func elementwise3(_ call: OpCall, _ f: (Double, Double, Double) -> Double)
    throws(Problem) -> [Tensor]
  {
    let tensors = try (0..<3).map { i throws(Problem) in try call.operand(i).asTensor() }
    var shape: [Int] = []
    for tensor in tensors { shape = try Shape.broadcast(shape, tensor.shape, for: "elementwise") }
    let values = try tensors.map { tensor throws(Problem) in try tensor.expanded(shape).doubles }
    return [
      try Tensor(
        values[0].indices.map { f(values[0][$0], values[1][$0], values[2][$0]) }, shape: shape)
    ]
  }
}

extension Operand {
  /// The operand as an operation's argument.
  var value: OpCall.Value {
    switch self {
    case .tensor(let tensor): .tensor(tensor)
    case .number(let number): .number(number)
    }
  }
}
