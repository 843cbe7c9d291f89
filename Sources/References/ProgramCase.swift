import Base
import Tensors

/// A case that is a small program: named inputs, steps, expected results or an error.
struct ProgramCase {
  private let value: JSONValue
  private var tensors: [String: Tensor] = [:]

  init(_ value: JSONValue) throws(Problem) {
    self.value = value
    for (name, tensor) in value["in"]?.object ?? [:] { tensors[name] = try tensor.tensor() }
  }

  mutating func outcome() throws(Problem) -> CaseOutcome {
    guard let steps = value["steps"]?.array else { throw Problem("the case has no steps") }
    for step in steps {
      guard let op = step["op"]?.string else { throw Problem("a step has no op") }
      let ours = ProgramCase.ourName(of: op)
      if ours != "index", ours != "index_put", Tensor.operations.find(ours) == nil {
        return .notOffered(op)
      }
    }
    let raises = value["error"]?.string
    for (number, step) in steps.enumerated() {
      do throws(Problem) {
        try run(step)
      } catch {
        if raises != nil, number == steps.count - 1 { return .passed }
        throw error
      }
    }
    if let raises { return .failed("no error was raised: \(raises)") }
    return try compared()
  }

  private func compared() throws(Problem) -> CaseOutcome {
    let rtol = value["rtol"]?.double ?? 1e-5
    let atol = value["atol"]?.double ?? 1e-6
    for (name, expected) in value["out"]?.object ?? [:] {
      guard let ours = tensors[name] else { return .failed("there is no result \"\(name)\"") }
      let wanted = try expected.tensor()
      if let difference = Comparison.difference(ours, wanted, rtol: rtol, atol: atol) {
        return .failed("\(name): \(difference)")
      }
    }
    return .passed
  }

  private mutating func run(_ step: JSONValue) throws(Problem) {
    let op = ProgramCase.ourName(of: step["op"]?.string ?? "")
    let arguments = step["args"]?.object ?? [:]
    var inputs: [Tensor] = []
    for name in step["in"]?.array ?? [] {
      guard let tensor = tensors[name.string ?? ""] else {
        throw Problem("\(op): an input is missing")
      }
      inputs.append(tensor)
    }
    let results: [Tensor]
    switch op {
    case "index": results = [try inputs[0].indexed(try items(arguments["spec"]))]
    case "index_put":
      let spec = try items(arguments["spec"])
      if arguments["accumulate"]?.boolean == true {
        results = [try inputs[0].accumulated(inputs[1], at: spec)]
      } else {
        let copy = try inputs[0].copied()
        try copy.assign(inputs[1], at: spec)
        results = [copy]
      }
    case "unique":
      let all = try inputs[0].unique()
      results =
        [all.values] + (arguments["return_inverse"]?.boolean == true ? [all.inverse] : [])
        + (arguments["return_counts"]?.boolean == true ? [all.counts] : [])
    default: results = try operation(op, inputs, arguments)
    }
    let names = step["out"]?.array?.compactMap(\.string) ?? []
    guard names.count <= results.count else {
      throw Problem("\(op): gave \(results.count) results")
    }
    for (name, result) in zip(names, results) { tensors[name] = result }
  }

  private func items(_ spec: JSONValue?) throws(Problem) -> [IndexItem] {
    var items: [IndexItem] = []
    for entry in spec?.array ?? [] {
      if let place = entry.integer {
        items.append(.at(place))
      } else if let bounds = entry["slice"]?.array, bounds.count == 3 {
        items.append(
          .slice(start: bounds[0].integer, stop: bounds[1].integer, step: bounds[2].integer ?? 1))
      } else if entry.string == "..." {
        items.append(.ellipsis)
      } else if entry.string == "new" {
        items.append(.new)
      } else if let list = entry["idx"]?.string.flatMap({ tensors[$0] }) {
        items.append(.places(list))
      } else {
        throw Problem("an index has an unknown entry")
      }
    }
    return items
  }

  private func operation(
    _ op: String, _ inputs: [Tensor], _ arguments: JSONObject
  ) throws(Problem) -> [Tensor] {
    let spec = try Tensor.operations[op]
    var options: [String: OpCall.Option] = [:]
    let known = spec.arguments.map(\.parameter.name)
    for (name, value) in arguments {
      if value == .null || ProgramCase.ignored.contains(name) { continue }
      guard let ours = ProgramCase.synonym(of: name, among: known) else {
        throw Problem.unknown("argument of \(op)", name, among: known)
      }
      options[ours] = try option(value)
    }
    var values: [OpCall.Value] = inputs.map { .tensor($0) }
    if spec.inputs.count == 1, spec.inputs[0].kind == .tensors { values = [.tensors(inputs)] }
    return try spec.run(OpCall(values, options))
  }

  private func option(_ value: JSONValue) throws(Problem) -> OpCall.Option {
    if let flag = value.boolean { return .number(.boolean(flag)) }
    if let whole = value.integer { return .number(.integer(whole)) }
    if let number = value.double { return .number(.float(number)) }
    if let text = value.string { return .text(text) }
    if let whole = value.integers { return .numbers(whole.map { .integer($0) }) }
    if let numbers = value.reals { return .numbers(numbers.map { .float($0) }) }
    throw Problem("an argument is \(value.kindName)")
  }

  /// Names that libraries use for an operation of ours.
  private static let otherNames = [
    "absolute": "abs", "negative": "neg", "sgn": "sign", "clip": "clamp", "fix": "trunc",
    "logsigmoid": "log_sigmoid", "swish": "silu", "arcsin": "asin", "arccos": "acos",
    "arctan": "atan", "arctan2": "atan2", "divide": "div", "true_divide": "div",
    "multiply": "mul", "subtract": "sub", "greater": "gt", "greater_equal": "ge", "less": "lt",
    "less_equal": "le", "not_equal": "ne", "power": "pow", "left_shift": "bitwise_left_shift",
    "right_shift": "bitwise_right_shift", "concat": "cat", "concatenate": "cat",
    "swapaxes": "transpose", "moveaxis": "movedim", "argwhere": "nonzero",
    "scatter_mul": "scatter_prod", "bitwise_invert": "bitwise_not", "hardsilu": "hardswish",
  ]

  private static func ourName(of op: String) -> String { otherNames[op] ?? op }

  /// Arguments that do not change a result: our orders are always stable and sorted.
  private static let ignored: Set<String> = ["sorted", "stable"]

  /// Names that libraries use for the same thing.
  private static let synonyms: [Set<String>] = [
    ["dim", "dims", "axis"], ["size", "sizes", "shape", "dims", "repeats", "reps"],
    ["n", "num", "steps", "chunks", "count"], ["stop", "end"], ["start", "start_dim"],
    ["end", "end_dim"], ["value", "fill_value"], ["slope", "negative_slope"],
    ["min", "min_val", "low"], ["max", "max_val", "high"], ["lambda", "lambd"],
    ["correction", "ddof"], ["p", "ord"], ["keepdim", "keepdims"], ["offset", "diagonal", "k"],
    ["pads", "pad", "padding"], ["reduce", "reduction"], ["eq", "equation"], ["index", "start"],
    ["dim0", "dim1"], ["m", "columns"],
  ]

  private static func synonym(of name: String, among known: [String]) -> String? {
    if known.contains(name) { return name }
    for group in synonyms where group.contains(name) {
      if let match = known.first(where: { group.contains($0) }) { return match }
    }
    return nil
  }
}
