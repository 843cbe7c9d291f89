import Base
public import LuaBridge
import Tensors

extension TensorObject: LuaExported {
  /// The name in messages and stubs.
  public static let luaName = "tensor.Tensor"

  /// What Lua sees of a tensor: its form, access by place, operators, and every operation.
  public static let exported = Exported<TensorObject>(
    "A block of numbers of one dtype.",
    detail: """
      Places, dimensions and ranges count from 1, -1 is the last, and ranges have both ends. A view \
      shares its elements with what it was taken from; a plain method never changes its tensor, one \
      with a trailing underscore does. Operators broadcast.
      """,
    example: "tensor{ {1, 2}, {3, 4} }"
  ) {
    form
    access
    conversion
    operators
    TensorOperations.methods
    TensorOperations.changingMethods
  }

  private static var form: [ExportedMember] {
    [
      property("shape", "The size of each dimension.") { try $0.tensor().shape }
        .example("tensor.zeros{ 2, 3 }.shape"),
      property("strides", "Elements between neighbours along each dimension.") {
        try $0.tensor().strides
      }.example("tensor.zeros{ 2, 3 }.strides"),
      property("dtype", "What one element is, as in \"f32\".") { try $0.tensor().dtype.name }
        .example("tensor{ 1 }.dtype"),
      property("rank", "The number of dimensions.") { try $0.tensor().rank }
        .example("tensor.zeros{ 2, 3 }.rank"),
      property("count", "The number of elements.") { try $0.tensor().count }
        .example("tensor.zeros{ 2, 3 }.count"),
      property("memory_bytes", "Bytes of the elements.", unit: .bytes) { try $0.tensor().byteCount }
        .example("tensor.zeros{ 2, 3 }.memory_bytes"),
      property("is_contiguous", "True when the elements lie in row-major order without gaps.") {
        try $0.tensor().isContiguous
      }.example("tensor.zeros{ 2, 3 }:t().is_contiguous"),
      method("size", "The size of a dimension.", .integer("dim", "the dimension, from 1")) {
        object, dim in
        let tensor = try object.tensor()
        guard dim != 0 else { throw Problem("size: dimensions count from 1") }
        let zero = try Shape.dimension(dim > 0 ? dim - 1 : dim, rank: tensor.rank, for: "size")
        guard tensor.rank > 0 else { throw Problem("size: the tensor is a scalar") }
        return tensor.shape[zero]
      }.example("tensor.zeros{ 2, 3 }:size(2)"),
      method(
        "shares", "True when both see the same bytes.", .value("other", of: TensorObject.self)
      ) { object, other in try object.tensor().sharesStorage(with: try other.tensor()) }
      .example("tensor{ 1, 2 }:shares(tensor{ 1, 2 })"),
    ]
  }

  private static var access: [ExportedMember] {
    [
      method(
        "at", "The element at some places, as a tensor without dimensions.",
        .rest("places", "one per dimension, from 1", of: Int.self), .state
      ) { object, places, state in
        let tensor = try object.tensor()
        guard places.values.count == tensor.rank else {
          throw Problem("at: \(places.values.count) places for \(tensor.rank) dimensions")
        }
        let key = LuaValue.table(state.makeTable(places.values.map { .integer($0) }))
        return TensorObject(
          try tensor.indexed(try TensorIndex(key, of: tensor, in: state).items), in: state)
      }.example("tensor{ {1, 2}, {3, 4} }:at(2, 1)"),
      method(
        "slice", "A view by places, ranges and texts, as t[{ … }] but always a tensor.",
        .rest("parts", "one per dimension", of: LuaValue.self), .state
      ) { object, parts, state in
        let tensor = try object.tensor()
        let isText = parts.values.count == 1 && parts.values[0].text != nil
        let key = isText ? parts.values[0] : .table(state.makeTable(parts.values))
        return TensorObject(
          try tensor.indexed(try TensorIndex(key, of: tensor, in: state).items), in: state)
      }.example("tensor{ 1, 2, 3, 4 }:slice({ 2, 3 })"),
      method("rows", "Walks over the first dimension: number and row.", .state) { object, state in
        let tensor = try object.tensor()
        guard tensor.rank > 0 else { throw Problem("rows: the tensor is a scalar") }
        var row = 0
        return LuaIterator<Several<Int, TensorElement>> {
          guard row < tensor.shape[0] else { return nil }
          row += 1
          return Several(row, try TensorElement(try tensor.selected(0, row - 1), in: state))
        }
      }.example("tensor{ {1, 2}, {3, 4} }:rows()"),
      metamethod(
        .index,
        "A place, range, text, mask or list of places: t[2], t[{ {1, 3}, {} }], t[\"1:3, :\"].",
        .any("key", "where"), .state
      ) { object, key, state in
        let tensor = try object.tensor()
        if case .string(let name) = key { try refuseUnknown(name.text) }
        let index = try TensorIndex(key, of: tensor, in: state)
        return try TensorElement(try tensor.indexed(index.items), in: state)
      }.example("tensor{ {1, 2}, {3, 4} }[{ 2, -1 }]"),
      metamethod(
        .newIndex, "Writes a number or a tensor, which broadcasts.", .any("key", "where"),
        .any("value", "what"), .state
      ) { object, key, value, state in
        let tensor = try object.tensor()
        if case .string(let name) = key { try refuseUnknown(name.text) }
        let index = try TensorIndex(key, of: tensor, in: state)
        try tensor.assign(try TensorElement.tensor(value, like: tensor), at: index.items)
      },
      metamethod(.length, "The size of the first dimension.") { object in
        let tensor = try object.tensor()
        guard let size = tensor.shape.first else {
          throw Problem("a tensor without dimensions has no length")
        }
        return size
      }.example("#tensor{ 5, 6, 7 }"),
    ]
  }

  /// A word that is no index text was meant as the name of a method.
  private static func refuseUnknown(_ name: String) throws(Problem) {
    guard let first = name.first, first.isLetter || first == "_", name != "new", !name.contains(",")
    else { return }
    throw .unknown("member of a tensor", name, among: exported.type.entries.map(\.name))
  }

  private static var conversion: [ExportedMember] {
    [
      method("item", "The only element, as a number or boolean.") {
        try TensorTables.number(try $0.tensor())
      }.returns("number|boolean").example("tensor{ 5 }:item()"),
      method("to_table", "The elements as nested tables.", .state) { object, state in
        try TensorTables.table(from: try object.tensor(), in: state)
      }.example("tensor{ {1, 2}, {3, 4} }:to_table()"),
      method(
        "to", "The elements in another dtype; the tensor itself when it has it.",
        .string("dtype", "the dtype"), .state
      ) { object, name, state in
        TensorObject(try object.tensor().cast(to: try TensorElement.dtype(name)), in: state)
      }.example("tensor{ 1.7, -1.7 }:to(\"i64\")"),
      method("fill_", "Sets every element to a number.", .any("value", "the number")) {
        object, value in
        try object.tensor().assign(try TensorElement.tensor(value, like: try object.tensor()))
        return object
      }.example("tensor{ 1, 2 }:fill_(7)"),
      method("zero_", "Sets every element to zero.") { object in
        try object.tensor().assign(.integer(0))
        return object
      }.example("tensor{ 1, 2 }:zero_()"),
      method(
        "copy_", "Writes the elements of another tensor, which broadcasts.",
        .any("source", "a tensor, table or number")
      ) { object, source in
        try object.tensor().assign(try TensorElement.tensor(source, like: try object.tensor()))
        return object
      }.example("tensor{ 1, 2 }:copy_(tensor{ 3, 4 })"),
      method("__mime", "The forms that a notebook shows.") { ["text/html": try $0.tensor().html] }
        .example("tensor{ 1, 2 }:__mime()"),
    ]
  }

  private static var operators: [ExportedMember] {
    [
      binary(.add, "add", "Sum, elementwise."),
      binary(.subtract, "sub", "Difference, elementwise."),
      binary(.multiply, "mul", "Product, elementwise; a:mm(b) multiplies matrices."),
      binary(.divide, "div", "Quotient, elementwise."),
      binary(.floorDivide, "floor_divide", "Quotient rounded down, elementwise."),
      binary(.modulo, "remainder", "Remainder with the divisor's sign, elementwise."),
      binary(.power, "pow", "Power, elementwise."),
      binary(.bitAnd, "bitwise_and", "Bits, or truth, in both."),
      binary(.bitOr, "bitwise_or", "Bits, or truth, in one."),
      binary(.bitXor, "bitwise_xor", "Bits, or truth, in exactly one."),
      binary(.shiftLeft, "bitwise_left_shift", "Bits moved left."),
      binary(.shiftRight, "bitwise_right_shift", "Bits moved right."),
      metamethod(.negate, "Each element with the other sign.", .state) { object, state in
        TensorObject(try object.tensor().apply("neg"), in: state)
      }.example("-tensor{ 1, -2 }"),
      metamethod(.bitNot, "Every bit, or truth, turned over.", .state) { object, state in
        TensorObject(try object.tensor().apply("bitwise_not"), in: state)
      }.example("~tensor{ true, false }"),
      order(.less, "lt") { $0 < $1 }, order(.lessOrEqual, "le") { $0 <= $1 },
    ]
  }

  private static func binary(
    _ event: LuaMetamethod, _ name: String, _ summary: String
  ) -> ExportedMember {
    let sign = [
      "add": "+", "sub": "-", "mul": "*", "div": "/", "floor_divide": "//", "remainder": "%",
      "pow": "^", "bitwise_and": "&", "bitwise_or": "|", "bitwise_xor": "~",
      "bitwise_left_shift": "<<", "bitwise_right_shift": ">>",
    ][name, default: "+"]
    return metamethod(
      event, summary, left: .any("a", "a tensor or a number"),
      right: .any("b", "a tensor or a number")
    ) { a, b in
      guard let object = TensorElement.object(a) ?? TensorElement.object(b),
        let state = object.state
      else { throw Problem("an operator of tensors needs a tensor") }
      let call = OpCall([try TensorElement.value(a, sign), try TensorElement.value(b, sign)])
      return try state.stoppable {
        TensorObject(try Tensor.operations[name].run(call)[0], in: state)
      }
    }.example("tensor({ 6, 3 }, \"i64\") \(sign) 2")
  }

  /// Lua makes a boolean of what a comparison returns, so only single elements have an order.
  private static func order(
    _ event: LuaMetamethod, _ method: String, _ test: @escaping @Sendable (Double, Double) -> Bool
  ) -> ExportedMember {
    metamethod(
      event, "Compares single elements; use a:\(method)(b) for a mask.",
      left: .any("a", "a tensor or a number"), right: .any("b", "a tensor or a number")
    ) { a, b in
      func single(_ value: LuaValue) throws -> Double {
        if let number = value.number { return number }
        guard let tensor = try TensorElement.object(value)?.tensor() else {
          throw Problem("a tensor is compared with a number or a tensor, got \(value.typeName)")
        }
        guard tensor.count == 1 else {
          throw Problem(
            "only tensors of one element have an order (\(tensor.summary))",
            fix: "a:\(method)(b) gives a mask")
        }
        return tensor.doubles[0]
      }
      return test(try single(a), try single(b))
    }.example("tensor{ 1 } \(event == .less ? "<" : "<=") 2")
  }
}

/// What an index gives: a tensor, or the number where every dimension has one place.
struct TensorElement: LuaWritable {
  private let value: LuaValue?
  private let object: TensorObject?

  init(_ tensor: Tensor, in state: LuaState) throws(Problem) {
    value = tensor.rank == 0 ? try TensorTables.number(tensor) : nil
    object = tensor.rank == 0 ? nil : TensorObject(tensor, in: state)
  }

  func luaPush(_ stack: LuaStack) {
    if let object { object.luaPush(stack) } else { (value ?? .nil).luaPush(stack) }
  }

  static var luaType: String { "\(TensorObject.luaName)|number|boolean" }

  /// The tensor behind a Lua value, if it is one.
  static func object(_ value: LuaValue) -> TensorObject? {
    if case .userdata(let userdata) = value { userdata.object(TensorObject.self) } else { nil }
  }

  /// A dtype by its name.
  static func dtype(_ name: String) throws(Problem) -> DType {
    guard let dtype = DType.named(name) else {
      throw .unknown("dtype", name, among: DType.allCases.map(\.name))
    }
    return dtype
  }

  /// A tensor, a number or tables of numbers, to be written into another tensor.
  static func tensor(_ value: LuaValue, like target: Tensor) throws -> Tensor {
    if let object = object(value) { return try object.tensor() }
    return try TensorTables.tensor(from: value, dtype: value.table == nil ? target.dtype : nil)
  }

  /// An operand of an operator.
  static func value(_ value: LuaValue, _ sign: String) throws -> OpCall.Value {
    switch value {
    case .integer(let number): return .number(.integer(number))
    case .number(let number): return .number(.float(number))
    case .boolean(let flag): return .number(.boolean(flag))
    case .table: return .tensor(try TensorTables.tensor(from: value, dtype: nil))
    default:
      guard let object = object(value) else {
        throw Problem("a tensor and a \(value.typeName) have no \(sign)")
      }
      return .tensor(try object.tensor())
    }
  }
}
