import Base
import LuaBridge
import Tensors

/// The catalog of operations as members: methods, methods that change their tensor, functions.
enum TensorOperations: LuaDeclarations {
  /// Words of Lua itself, which cannot be names.
  private static let reserved: Set<String> = ["repeat"]
  /// Declared by hand, since they count differently in Lua.
  private static let ownNames: Set<String> = ["arange"]

  private static let calls = Tensor.operations.elements
    .filter { !reserved.contains($0.info.name) }.map { TensorCalls($0) }

  /// One method per operation on a tensor.
  static let methods: [ExportedMember] =
    calls
    .filter { $0.operation.inputs.first.map { $0.kind != .tensors } ?? false }
    .map { call in
      TensorObject.rawMethod(
        call.name, call.operation.info.summary, parameters: call.parameters(isMethod: true),
        returns: call.results
      ) { _, frame in try call.run(frame) }
      .example(call.operation.info.example ?? "")
    }

  /// The operations that also write their result back, under a name with an underscore.
  static let changingMethods: [ExportedMember] =
    calls
    .filter { isChanging($0.operation) }
    .map { call in
      TensorObject.rawMethod(
        "\(call.name)_", "\(call.operation.info.summary) Writes the result back.",
        parameters: call.parameters(isMethod: true), returns: [TensorObject.luaName]
      ) { object, frame in try call.run(frame, inPlace: try object.tensor()) }
      .example(
        (call.operation.info.example ?? "").replacing(":\(call.name)", with: ":\(call.name)_"))
    }

  private static func isChanging(_ operation: OpSpec) -> Bool {
    let name = operation.info.name
    if name.hasPrefix("is") || name.hasPrefix("logical_") || name == "signbit" { return false }
    if ["eq", "ne", "lt", "le", "gt", "ge"].contains(name) { return false }
    switch operation.family {
    case .unary, .binary: return true
    case .index:
      return name.hasPrefix("scatter")
        || ["masked_fill", "index_add", "index_copy", "index_fill"].contains(name)
    default: return ["tril", "triu", "cumsum", "cumprod", "softmax", "log_softmax"].contains(name)
    }
  }

  /// One function of the module per operation: `tensor.add(a, b)` beside `a:add(b)`.
  static let functions: [ExportedMember] =
    calls
    .filter { !ownNames.contains($0.name) }
    .map { call in
      rawFunction(
        call.name, call.operation.info.summary, parameters: call.parameters(isMethod: false),
        returns: call.results
      ) { frame in try call.run(frame) }
      .example(functionExample(call))
    }

  /// `x:name(y)` becomes `tensor.name(x, y)`, `x:name{ y }` becomes `tensor.name(x, { y })`.
  private static func functionExample(_ call: TensorCalls) -> String {
    let example = call.operation.info.example ?? ""
    let mark = ":\(call.name)"
    guard let range = example.lastRange(of: mark) else { return example }
    let object = example[..<range.lowerBound]
    var rest = example[range.upperBound...]
    guard let open = rest.popFirst() else { return example }
    if open == "{" { return "tensor.\(call.name)(\(object), {\(rest))" }
    let arguments = rest.dropLast()
    return "tensor.\(call.name)(\(object)\(arguments.isEmpty ? "" : ", ")\(arguments))"
  }
}

extension String {
  /// The last place where a text stands with an opening bracket behind it.
  fileprivate func lastRange(of text: String) -> Range<String.Index>? {
    var found: Range<String.Index>?
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(text) {
        let end = index(start, offsetBy: text.count)
        if end < endIndex, self[end] == "(" || self[end] == "{" { found = start..<end }
      }
      start = index(after: start)
    }
    return found
  }
}
