import Base
import Kernels
import LuaBridge
import Tensors

/// Turns what Lua passes to a kernel into launch arguments: tensors are device memory, as they are.
struct CudaArguments {
  let program: KernelProgram
  let memory: DeviceMemory
  /// Views of tensors, to be ended after the launch.
  private(set) var views: [DeviceBuffer] = []

  init(_ program: KernelProgram, memory: DeviceMemory) {
    self.program = program
    self.memory = memory
  }

  /// Converts a launch's arguments.
  mutating func convert(_ values: [LuaValue]) throws(Problem) -> [LaunchArgument] {
    var arguments: [LaunchArgument] = []
    for (number, value) in values.enumerated() {
      let parameter = number < program.parameters.count ? program.parameters[number] : nil
      arguments.append(try convert(value, parameter, number + 1))
    }
    return arguments
  }

  /// Ends the views; the tensors hold what the kernel wrote.
  func end() { for view in views { try? memory.free(view) } }

  private mutating func convert(
    _ value: LuaValue, _ parameter: KernelParameter?, _ number: Int
  ) throws(Problem) -> LaunchArgument {
    let place =
      "argument #\(number)\(parameter.map { " '\($0.name)'" } ?? "") of \"\(program.name)\""
    switch value {
    case .boolean(let flag): return .integer(flag ? 1 : 0)
    case .integer(let whole): return .integer(Int64(whole))
    case .number(let number): return .number(number)
    case .table(let table):
      guard case .structure(let members)? = parameter?.kind, let parameter else {
        throw Problem(
          "\(place) is a table", fix: "tables fill structures; pass a tensor for an array")
      }
      return .bytes(try Self.structure(table, members, parameter, place))
    case .userdata(let userdata):
      guard let object = userdata.object(TensorObject.self) else { break }
      return try buffer(try object.tensor(), parameter, place)
    default: break
    }
    throw Problem(
      "\(place) is a \(value.typeName)", fix: "pass a number, a tensor, or a table for a structure")
  }

  private mutating func buffer(
    _ tensor: Tensor, _ parameter: KernelParameter?, _ place: String
  ) throws(Problem) -> LaunchArgument {
    let tensor = try Self.contiguous(tensor, place)
    guard case .pointer(let element, _, _)? = parameter?.kind else {
      guard let parameter else { return .integer(0) }
      throw Problem("\(place) is a tensor, \(parameter.typeName) expected")
    }
    try Self.check(tensor.dtype, holds: element, place)
    let view = memory.view(
      of: tensor.pointer, bytes: tensor.byteCount, name: parameter?.name ?? "",
      owner: tensor.storage)
    views.append(view)
    return .buffer(view)
  }

  /// The bytes of a structure, its members by their names; those that are not named are zero.
  private static func structure(
    _ table: LuaTable, _ members: [StructureMember], _ parameter: KernelParameter, _ place: String
  ) throws(Problem) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: parameter.bytes)
    let names = members.map(\.name)
    for (key, _) in table.pairs {
      guard let name = key.text else { continue }
      guard names.contains(name) else {
        throw .unknown("member of \(parameter.typeName)", name, among: names)
      }
    }
    for (index, member) in members.enumerated() {
      let named = table[.text(member.name)]
      let found = named == .nil ? table[.integer(index + 1)] : named
      guard found != .nil else { continue }
      guard let number = found.number else {
        throw Problem("\(place): member '\(member.name)' is a \(found.typeName), a number expected")
      }
      let encoded = try LaunchArgument.number(number).encoded(as: member.type, for: member.name)
      bytes.replaceSubrange(member.byteOffset..<member.byteOffset + encoded.count, with: encoded)
    }
    return bytes
  }
}

// MARK: Types

extension CudaArguments {
  /// The tensor, where its elements lie one behind the other.
  static func contiguous(_ tensor: Tensor, _ place: String) throws(Problem) -> Tensor {
    guard tensor.isContiguous else {
      throw Problem(
        "\(place) is a view whose elements do not lie one behind the other",
        fix: "pass x:contiguous()")
    }
    return tensor
  }

  /// Refuses a tensor whose elements are not what a pointer points to.
  static func check(_ dtype: DType, holds element: ValueType?, _ place: String) throws(Problem) {
    guard let element, let wanted = Self.dtype(of: element), dtype != wanted else { return }
    let isBytes = (dtype == .u8 || dtype == .bool) && element.bytes == 1
    guard !isBytes else { return }
    throw Problem(
      "\(place): the tensor holds \(dtype.name), the kernel reads \(wanted.name)",
      fix: "convert it with x:to(\"\(wanted.name)\")")
  }

  /// What holds values of a type; unsigned numbers lie in signed tensors of their size.
  static func dtype(of type: ValueType) -> DType? {
    switch type {
    case .f32: .f32
    case .f64: .f64
    case .f16, .f16x2: .f16
    case .bf16, .bf16x2: .bf16
    case .s32, .u32: .i32
    case .s64, .u64: .i64
    case .s8: .i8
    case .u8: .u8
    case .s16, .u16, .predicate: nil
    }
  }

  /// What a texture's elements are.
  static func valueType(of dtype: DType) -> ValueType? {
    switch dtype {
    case .f32: .f32
    case .i32: .s32
    case .i8: .s8
    case .u8: .u8
    default: nil
    }
  }
}
