import Base
import LuaBridge
import Tensors

/// Between nested Lua tables and tensors.
enum TensorTables {
  /// Makes a tensor from a number, a boolean, or tables nested to any depth; numbers give f32.
  static func tensor(from value: LuaValue, dtype: DType?) throws -> Tensor {
    var shape: [Int] = []
    var probe = value
    while case .table(let table) = probe {
      let count = table.count
      guard shape.count < Shape.maximumRank else {
        throw Problem("tensor: tables are nested too deep")
      }
      shape.append(count)
      guard count > 0 else { break }
      probe = table[1]
    }
    if probe.isTrue || probe == .boolean(false), case .boolean = probe {
      var flags: [Bool] = []
      try collect(value, shape[...], []) { element, path throws(Problem) in
        guard case .boolean(let flag) = element else { throw mixed(element, path) }
        flags.append(flag)
      }
      return try Tensor(flags, shape: shape).cast(to: dtype ?? .bool)
    }
    return try numbers(value, shape, dtype ?? .standardFloat)
  }

  private static func numbers(_ value: LuaValue, _ shape: [Int], _ dtype: DType) throws -> Tensor {
    if dtype.category == .integer {
      var values: [Int] = []
      try collect(value, shape[...], []) { element, path throws(Problem) in
        guard let number = element.integer else { throw mixed(element, path, "a whole number") }
        values.append(number)
      }
      return try Tensor(values, shape: shape, dtype: dtype)
    }
    var values: [Double] = []
    try collect(value, shape[...], []) { element, path throws(Problem) in
      guard let number = element.number else { throw mixed(element, path) }
      values.append(number)
    }
    return try Tensor(values, shape: shape, dtype: dtype)
  }

  private static func mixed(
    _ element: LuaValue, _ path: [Int], _ expected: String = "a number"
  ) -> Problem {
    let place = path.map { "[\($0)]" }.joined()
    return Problem(
      "tensor: \(expected) was expected at \(place.isEmpty ? "the top" : place), got \(element.typeName)"
    )
  }

  private static func collect(
    _ value: LuaValue, _ shape: ArraySlice<Int>, _ path: [Int],
    _ take: (LuaValue, [Int]) throws(Problem) -> Void
  ) throws {
    guard let size = shape.first else {
      try take(value, path)
      return
    }
    guard case .table(let table) = value else { throw mixed(value, path, "a table of \(size)") }
    let elements = table.elements
    guard elements.count == size else {
      let place = path.map { "[\($0)]" }.joined()
      throw Problem(
        "tensor: tables of one dimension have one length; \(place.isEmpty ? "the top" : place) has "
          + "\(elements.count), \(size) were expected")
    }
    for (number, element) in elements.enumerated() {
      try collect(element, shape.dropFirst(), path + [number + 1], take)
    }
  }

  /// The elements as nested tables; a 0-d tensor is its number.
  static func table(from tensor: Tensor, in state: LuaState) throws -> LuaValue {
    if tensor.rank == 0 { return try number(tensor) }
    if tensor.rank == 1 { return .table(state.makeTable(values(tensor))) }
    var rows: [LuaValue] = []
    for row in 0..<tensor.shape[0] {
      rows.append(try table(from: try tensor.selected(0, row), in: state))
    }
    return .table(state.makeTable(rows))
  }

  private static func values(_ tensor: Tensor) -> [LuaValue] {
    switch tensor.dtype.category {
    case .float: tensor.doubles.map { .number($0) }
    case .integer: tensor.integers.map { .integer($0) }
    case .boolean: tensor.booleans.map { .boolean($0) }
    }
  }

  /// The only element as a Lua number or boolean.
  static func number(_ tensor: Tensor) throws(Problem) -> LuaValue {
    switch try tensor.item() {
    case .float(let value): .number(value)
    case .integer(let value): .integer(value)
    case .boolean(let value): .boolean(value)
    }
  }
}
