import Base
import LuaBridge
import Tensors

/// One declared operation as Lua calls it: arguments by position or by name, counted from 1.
struct TensorCalls: Sendable {
  let operation: OpSpec
  /// The arguments in the order of a call, tensors and others mixed.
  private let order: [Slot]

  private enum Slot: Sendable {
    case input(Int)
    case argument(Int)
  }

  init(_ operation: OpSpec) {
    self.operation = operation
    var slots: [Slot] = operation.inputs.indices.map { .input($0) }
    var rest = Array(operation.arguments.indices)
    // A dimension that must be named stands before the index and the source, as in Torch.
    let first = operation.arguments.first
    let leads =
      operation.family == .index && first?.role == .dimension
      && first?.parameter.isOptional == false
      && operation.inputs.count > 1
    if leads { slots.insert(.argument(rest.removeFirst()), at: 1) }
    if operation.inputs.first?.kind == .tensors, first?.parameter.kind == .string {
      slots.insert(.argument(rest.removeFirst()), at: 0)
    }
    order = slots + rest.map { .argument($0) }
  }

  var name: String { operation.info.name }

  /// What people read; the object of a method is left out.
  func parameters(isMethod: Bool) -> [Parameter] {
    var slots = order
    if isMethod { slots.removeFirst() }
    return slots.map { slot in
      switch slot {
      case .argument(let position): operation.arguments[position].parameter
      case .input(let position): TensorCalls.parameter(operation.inputs[position])
      }
    }
  }

  private static func parameter(_ input: OpSpec.Input) -> Parameter {
    switch input.kind {
    case .tensor:
      Parameter(
        name: input.name, kind: .either([.object(TensorObject.luaName), .table("table")]),
        summary: input.isIndex ? "positions, from 1" : "a tensor, or tables of numbers")
    case .tensorOrNumber:
      Parameter(
        name: input.name, kind: .either([.object(TensorObject.luaName), .number]),
        summary: "a tensor or a number")
    case .tensors:
      Parameter(
        name: input.name, kind: .table("\(TensorObject.luaName)[]"), summary: "a list of tensors")
    }
  }

  /// The results as LuaCATS writes them.
  var results: [String] {
    let one = TensorObject.luaName
    if operation.outputs == ["parts"] || operation.outputs == ["grids"] { return ["\(one)[]"] }
    return operation.outputs.map { $0.hasSuffix("?") ? "\(one)?" : one }
  }

  /// Reads the arguments from a position of the stack on and runs the operation.
  func run(_ frame: LuaFrame, inPlace target: Tensor? = nil) throws -> LuaReturn {
    let state = frame.state
    var values: [LuaValue] = []
    for position in stride(from: 1, through: frame.count, by: 1) { values.append(frame[position]) }
    var (call, asked) = try read(values, state)
    if let target { call.out = target }
    if let asked { call.out = asked }
    return try state.stoppable { () throws in
      var results = try operation.run(call)
      for (number, output) in operation.outputs.enumerated()
      where output.hasPrefix("positions") && number < results.count {
        results[number] = try results[number] + 1
      }
      if operation.outputs == ["parts"] || operation.outputs == ["grids"] {
        frame.push(results.map { TensorObject($0, in: state) })
        return .values(1)
      }
      if let target {
        if !results[0].sharesStorage(with: target) {
          try TensorCalls.overwrite(target, results[0], name)
        }
        frame.push(frame[1])
        return .values(1)
      }
      if let asked, !results[0].sharesStorage(with: asked) {
        try TensorCalls.overwrite(asked, results[0], name)
        results[0] = asked
      }
      let shown = operation.outputs.count
      for result in results.prefix(shown) { frame.push(TensorObject(result, in: state)) }
      return .values(min(shown, results.count))
    }
  }

  private static func overwrite(_ target: Tensor, _ result: Tensor, _ name: String) throws(Problem)
  {
    guard result.shape == target.shape else {
      throw Problem(
        "\(name): the result is \(Shape.text(result.shape)), the tensor to write is \(Shape.text(target.shape))"
      )
    }
    guard result.dtype.category <= target.dtype.category else {
      throw Problem(
        "\(name): a result of \(result.dtype.name) does not go into \(target.dtype.name)")
    }
    try target.assign(result)
  }

  /// Sorts the values of a call into inputs and options.
  private func read(_ values: [LuaValue], _ state: LuaState) throws -> (OpCall, out: Tensor?) {
    var inputs = [OpCall.Value?](repeating: nil, count: operation.inputs.count)
    var options: [String: OpCall.Option] = [:]
    var out: Tensor?
    var rest = values[...]
    if let last = values.last, case .table(let table) = last, isNamed(table) {
      rest = rest.dropLast()
      out = try named(table, &inputs, &options, state)
    }
    if takesSizesFlat(rest) { rest = [.table(state.makeTable(Array(rest)))] }
    for slot in order {
      guard !rest.isEmpty else { break }
      if case .input(let position) = slot, inputs[position] != nil { continue }
      try fill(slot, rest.removeFirst(), &inputs, &options, state)
    }
    guard rest.isEmpty else {
      throw Problem("\(name): \(values.count) arguments, at most \(order.count) are taken")
    }
    var complete: [OpCall.Value] = []
    for (position, input) in inputs.enumerated() {
      guard let input else {
        throw Problem(
          "bad argument '\(operation.inputs[position].name)' to '\(name)' (tensor expected, got no value)"
        )
      }
      complete.append(input)
    }
    for argument in operation.arguments
    where !argument.parameter.isOptional && options[argument.parameter.name] == nil {
      throw Problem(
        "bad argument '\(argument.parameter.name)' to '\(name)' (\(argument.parameter.kind.luaType) expected, got no value)"
      )
    }
    return (OpCall(complete, options), out)
  }

  /// True for a table of named arguments: it has text keys and no elements.
  private func isNamed(_ table: LuaTable) -> Bool {
    guard table.count == 0, let first = table.pairs.first else { return false }
    return first.key.text != nil
  }

  /// `tensor.zeros(2, 3)` stands for `tensor.zeros{ 2, 3 }`.
  private func takesSizesFlat(_ values: ArraySlice<LuaValue>) -> Bool {
    guard operation.arguments.first?.parameter.name == "shape", operation.arguments.count <= 2,
      values.count > operation.inputs.count
    else { return false }
    return operation.inputs.isEmpty && values.allSatisfy { $0.integer != nil }
  }

  private func named(
    _ table: LuaTable, _ inputs: inout [OpCall.Value?], _ options: inout [String: OpCall.Option],
    _ state: LuaState
  ) throws -> Tensor? {
    var out: Tensor?
    for (key, value) in table.pairs {
      let word = key.text ?? ""
      if word == "out" {
        guard case .userdata(let userdata) = value, let object = userdata.object(TensorObject.self)
        else {
          throw Problem("bad argument 'out' to '\(name)' (tensor expected, got \(value.typeName))")
        }
        out = try object.tensor()
      } else if let position = operation.arguments.firstIndex(where: { $0.parameter.name == word })
      {
        try fill(.argument(position), value, &inputs, &options, state)
      } else if let position = operation.inputs.firstIndex(where: { $0.name == word }) {
        try fill(.input(position), value, &inputs, &options, state)
      } else {
        throw Problem.unknown(
          "argument of \(name)", word, among: operation.arguments.map(\.parameter.name) + ["out"])
      }
    }
    return out
  }

  private func fill(
    _ slot: Slot, _ value: LuaValue, _ inputs: inout [OpCall.Value?],
    _ options: inout [String: OpCall.Option], _ state: LuaState
  ) throws {
    switch slot {
    case .input(let position): inputs[position] = try input(operation.inputs[position], value)
    case .argument(let position):
      if value.isNil { return }
      options[operation.arguments[position].parameter.name] = try option(
        operation.arguments[position], value)
    }
  }

  private func input(_ input: OpSpec.Input, _ value: LuaValue) throws -> OpCall.Value {
    if input.kind == .tensors {
      guard case .table(let table) = value else {
        throw refused(input.name, "list of tensors", value)
      }
      return .tensors(try table.elements.map { try tensor($0, input) })
    }
    switch value {
    case .integer(let number) where input.kind == .tensorOrNumber: return .number(.integer(number))
    case .number(let number) where input.kind == .tensorOrNumber: return .number(.float(number))
    case .boolean(let flag) where input.kind == .tensorOrNumber: return .number(.boolean(flag))
    default: return .tensor(try tensor(value, input))
    }
  }

  private func tensor(_ value: LuaValue, _ input: OpSpec.Input) throws -> Tensor {
    let tensor: Tensor
    switch value {
    case .userdata(let userdata):
      guard let object = userdata.object(TensorObject.self) else {
        throw refused(input.name, "tensor", value)
      }
      tensor = try object.tensor()
    case .table, .integer, .number, .boolean:
      tensor = try TensorTables.tensor(from: value, dtype: nil)
    default: throw refused(input.name, "tensor", value)
    }
    return input.isIndex ? try positionsFromOne(tensor, name) : tensor
  }

  private func refused(_ argument: String, _ expected: String, _ value: LuaValue) -> Problem {
    Problem("bad argument '\(argument)' to '\(name)' (\(expected) expected, got \(value.typeName))")
  }

  private func option(_ argument: OpSpec.Argument, _ value: LuaValue) throws -> OpCall.Option {
    let name = argument.parameter.name
    switch value {
    case .integer(let number):
      return .number(.integer(try shifted(number, argument)))
    case .number(let number):
      if let whole = Int(exactly: number), argument.role != .value {
        return .number(.integer(try shifted(whole, argument)))
      }
      return .number(.float(number))
    case .boolean(let flag): return .number(.boolean(flag))
    case .string(let text): return .text(text.text)
    case .table(let table):
      let numbers = try table.elements.map { element throws(Problem) -> Scalar in
        if let whole = element.integer { return .integer(try shifted(whole, argument)) }
        guard let number = element.number else { throw refused(name, "list of numbers", element) }
        return .float(number)
      }
      return .numbers(numbers)
    case .userdata(let userdata):
      guard let object = userdata.object(TensorObject.self) else {
        throw refused(name, argument.parameter.kind.luaType, value)
      }
      return .tensor(try object.tensor())
    default: throw refused(name, argument.parameter.kind.luaType, value)
    }
  }

  /// Dimensions and places count from 1 in Lua, and from the end with -1 in both.
  private func shifted(_ number: Int, _ argument: OpSpec.Argument) throws(Problem) -> Int {
    guard argument.role != .value else { return number }
    guard number != 0 else {
      throw Problem("\(name): '\(argument.parameter.name)' counts from 1, or from the end with -1")
    }
    return number > 0 ? number - 1 : number
  }
}

extension LuaState {
  /// Runs native work that stops when the code that called it is to stop.
  func stoppable<Result>(_ body: () throws -> Result) throws -> Result {
    Cancellation.watch(stopFlag)
    defer { Cancellation.watch(nil) }
    return try body()
  }
}
