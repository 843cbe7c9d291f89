import Base
public import LuaBridge
import Tensors

/// A random stream as Lua holds it.
public final class GeneratorObject: CustomStringConvertible {
  let generator: TensorGenerator

  init(_ generator: TensorGenerator) { self.generator = generator }

  /// The seed and how far the stream has been used.
  public var description: String {
    "generator with seed \(generator.seed) at \(generator.position)"
  }
}

extension GeneratorObject: LuaExported {
  /// The name in messages and stubs.
  public static let luaName = "tensor.Generator"

  /// What Lua sees of a random stream.
  public static let exported = Exported<GeneratorObject>(
    "A random stream of its own: Philox4x32-10, the same numbers on every machine.",
    example: "tensor.generator(42)"
  ) {
    property("seed", "What fixes the stream.") { Int(bitPattern: UInt($0.generator.seed)) }
      .example("tensor.generator(42).seed")
    RandomDraw.all.map { draw in
      rawMethod(
        draw.name, draw.summary, parameters: draw.parameters, returns: [TensorObject.luaName]
      ) { object, frame in try draw.run(frame, from: 2, object.generator) }
      .example(draw.example.replacing("tensor.", with: "tensor.generator(42):", maxReplacements: 1))
    }
  }
}

/// One kind of random tensor: its arguments, and how it is drawn.
struct RandomDraw: Sendable {
  let name: String
  let summary: String
  let parameters: [Parameter]
  let example: String
  let draw: @Sendable (TensorGenerator, RandomArguments) throws -> Tensor

  func run(_ frame: LuaFrame, from first: Int, _ generator: TensorGenerator) throws -> LuaReturn {
    let arguments = try RandomArguments(name, frame, from: first, parameters)
    let state = frame.state
    let result = try state.stoppable { try draw(generator, arguments) }
    frame.push(TensorObject(result, in: state))
    return .values(1)
  }

  private static let shape = Parameter(
    name: "shape", kind: .either([.integer, .table("integer[]")]),
    summary: "the sizes: a table, or one number after the other")

  private static func option(
    _ name: String, _ kind: Parameter.Kind, _ value: String, _ summary: String
  ) -> Parameter {
    Parameter(name: name, kind: kind, defaultValue: value, summary: summary)
  }

  static let all: [RandomDraw] = [
    RandomDraw(
      name: "rand", summary: "Uniform numbers from low up to, not with, high.",
      parameters: [
        shape, option("low", .number, "0", "least number"),
        option("high", .number, "1", "where it ends"),
        option("dtype", .string, "\"f32\"", "a float"),
      ], example: "tensor.rand{ 2, 3 }"
    ) { generator, arguments in
      try generator.uniform(
        try arguments.shape(), low: try arguments.number("low", 0),
        high: try arguments.number("high", 1), try arguments.dtype(.f32))
    },
    RandomDraw(
      name: "randn", summary: "Normal numbers, by Box and Muller.",
      parameters: [
        shape, option("mean", .number, "0", "the mean"),
        option("std", .number, "1", "the standard deviation"),
        option("dtype", .string, "\"f32\"", "a float"),
      ], example: "tensor.randn{ 2, 3 }"
    ) { generator, arguments in
      try generator.normal(
        try arguments.shape(), mean: try arguments.number("mean", 0),
        deviation: try arguments.number("std", 1), try arguments.dtype(.f32))
    },
    RandomDraw(
      name: "randint", summary: "Whole numbers from low to high, both included, as math.random.",
      parameters: [
        Parameter(name: "low", kind: .integer, summary: "least number"),
        Parameter(name: "high", kind: .integer, summary: "greatest number"), shape,
        option("dtype", .string, "\"i64\"", "an integer"),
      ], example: "tensor.randint(1, 6, { 10 })"
    ) { generator, arguments in
      let (low, high) = (try arguments.integer("low"), try arguments.integer("high"))
      guard low <= high, high < Int.max else {
        throw Problem("randint: nothing lies from \(low) to \(high)")
      }
      return try generator.integers(
        try arguments.shape(), low: low, high: high + 1, try arguments.dtype(.i64))
    },
    RandomDraw(
      name: "randperm", summary: "The numbers from 1 to n in random order.",
      parameters: [Parameter(name: "n", kind: .integer, summary: "how many")],
      example: "tensor.randperm(5)"
    ) { generator, arguments in try generator.permutation(try arguments.integer("n")) + 1 },
    RandomDraw(
      name: "bernoulli", summary: "True with the probability that each element says.",
      parameters: [
        Parameter(name: "p", kind: .object(TensorObject.luaName), summary: "probabilities")
      ], example: "tensor.bernoulli(tensor{ 0.1, 0.9 })"
    ) { generator, arguments in try generator.bernoulli(try arguments.tensor("p")) },
    RandomDraw(
      name: "multinomial", summary: "Draws places of each row by weight.",
      parameters: [
        Parameter(name: "weights", kind: .object(TensorObject.luaName), summary: "not negative"),
        Parameter(name: "n", kind: .integer, summary: "how many draws"),
        option("replacement", .boolean, "false", "a place may be drawn again"),
      ], example: "tensor.multinomial(tensor{ 1, 3 }, 1)"
    ) { generator, arguments in
      try generator.multinomial(
        try arguments.tensor("weights"), try arguments.integer("n"),
        replacement: arguments.flag("replacement")) + 1
    },
  ]
}

/// The arguments of a draw by name, however they were given.
struct RandomArguments {
  private let call: String
  private var values: [String: LuaValue] = [:]

  init(_ call: String, _ frame: LuaFrame, from first: Int, _ parameters: [Parameter]) throws {
    self.call = call
    let all = stride(from: first, through: frame.count, by: 1).map { frame[$0] }
    var rest = all[...]
    if case .table(let table)? = rest.last, table.count == 0, let key = table.pairs.first?.key,
      key.text != nil
    {
      rest = rest.dropLast()
      for (key, value) in table.pairs {
        let name = key.text ?? ""
        guard parameters.contains(where: { $0.name == name }) else {
          throw Problem.unknown("argument of \(call)", name, among: parameters.map(\.name))
        }
        values[name] = value
      }
    }
    // `tensor.rand(2, 3)` stands for `tensor.rand{ 2, 3 }`.
    if parameters.first?.name == "shape", rest.count > 1, rest.allSatisfy({ $0.integer != nil }) {
      values["shape"] = .table(frame.state.makeTable(Array(rest)))
      rest = []
    }
    for parameter in parameters where !rest.isEmpty { values[parameter.name] = rest.removeFirst() }
    guard rest.isEmpty else {
      throw Problem("\(call): takes at most \(parameters.count) arguments")
    }
  }

  private func refused(_ name: String, _ expected: String) -> Problem {
    Problem(
      "bad argument '\(name)' to '\(call)' (\(expected) expected, got \(values[name]?.typeName ?? "no value"))"
    )
  }

  func shape() throws(Problem) -> [Int] {
    switch values["shape"] {
    case nil: return []
    case .table(let table):
      let sizes = table.elements.compactMap(\.integer)
      guard sizes.count == table.count else { throw refused("shape", "table of whole numbers") }
      return sizes
    case let value?:
      guard let size = value.integer else { throw refused("shape", "table of whole numbers") }
      return [size]
    }
  }

  func integer(_ name: String) throws(Problem) -> Int {
    guard let value = values[name]?.integer else { throw refused(name, "integer") }
    return value
  }

  func number(_ name: String, _ fallback: Double) throws(Problem) -> Double {
    guard let value = values[name], !value.isNil else { return fallback }
    guard let number = value.number else { throw refused(name, "number") }
    return number
  }

  func flag(_ name: String) -> Bool { values[name]?.isTrue ?? false }

  func dtype(_ fallback: DType) throws(Problem) -> DType {
    guard let value = values["dtype"], !value.isNil else { return fallback }
    return try TensorElement.dtype(value.text ?? value.typeName)
  }

  func tensor(_ name: String) throws -> Tensor {
    guard let value = values[name] else { throw refused(name, "tensor") }
    if let object = TensorElement.object(value) { return try object.tensor() }
    return try TensorTables.tensor(from: value, dtype: nil)
  }
}
