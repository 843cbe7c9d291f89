/// A call of a function that CUDA has built in.
struct IntrinsicCall {
  let name: String
  let arguments: [Value]
  let templateArguments: [TemplateValue]
  let expression: Expression
}

/// The functions that CUDA has built in and that are no library text.
enum Intrinsics {
  typealias Body = (Lowering, IntrinsicCall) throws(Fault) -> Value

  /// All of them, by name.
  static func makeTable() -> [String: Intrinsic] {
    let parts = [
      mathematics(), integers(), conversions(), warps(), atomics(), memory(), printing(), halves(),
      matrices(), textures(), vectors(),
    ]
    var table: [String: Intrinsic] = [:]
    for part in parts { table.merge(part.entries) { first, _ in first } }
    return table
  }
}

/// One built-in function.
struct Intrinsic {
  let body: Intrinsics.Body
}

/// Built-in functions of one kind.
struct IntrinsicTable {
  private(set) var entries: [String: Intrinsic] = [:]

  mutating func add(_ name: String, _ body: @escaping Intrinsics.Body) {
    entries[name] = Intrinsic(body: body)
  }
}

/// Values that CUDA's headers name and that are no macros.
enum Constants {
  static func value(_ word: String) -> Value? {
    switch word {
    case "cudaReadModeElementType", "cudaFilterModePoint": .integer(0)
    case "cudaReadModeNormalizedFloat", "cudaFilterModeLinear": .integer(1)
    case "stdout", "stderr": .integer(0)
    default: nil
    }
  }
}

extension IntrinsicCall {
  /// Checks how many arguments came.
  func expect(_ counts: ClosedRange<Int>, _ lowering: Lowering) throws(Fault) {
    guard !counts.contains(arguments.count) else { return }
    let wanted =
      counts.lowerBound == counts.upperBound
      ? "\(counts.lowerBound)" : "\(counts.lowerBound) to \(counts.upperBound)"
    throw lowering.fail(
      "'\(name)' takes \(wanted) argument\(wanted == "1" ? "" : "s"), \(arguments.count) given",
      at: expression)
  }

  /// One argument, read and converted.
  func argument(_ index: Int, as type: CType, _ lowering: Lowering) throws(Fault) -> Value {
    guard arguments.indices.contains(index) else {
      throw lowering.fail("'\(name)' needs argument \(index + 1)", at: expression)
    }
    return try lowering.convertImplicitly(
      arguments[index], to: type, as: "argument \(index + 1) of '\(name)'", at: expression.range)
  }

  /// One argument as it is, read.
  func argument(_ index: Int, _ lowering: Lowering) throws(Fault) -> Value {
    guard arguments.indices.contains(index) else {
      throw lowering.fail("'\(name)' needs argument \(index + 1)", at: expression)
    }
    return try lowering.rvalue(arguments[index])
  }

  /// The numeric type of an argument; records that convert to a number count as that.
  func number(_ index: Int, _ lowering: Lowering) throws(Fault) -> Value {
    let value = try argument(index, lowering)
    if value.type.arithmetic != nil { return value }
    for (entity, region) in lowering.conversions(of: value.type) {
      return try lowering.rvalue(try lowering.invokeConversion(entity, region, value))
    }
    throw lowering.fail(
      "argument \(index + 1) of '\(name)' must be a number, got '\(value.qualifiedType.spelling)'",
      at: expression)
  }

  /// A pointer argument with what it points to.
  func pointer(
    _ index: Int, _ lowering: Lowering
  ) throws(Fault) -> (pointer: Pointer, target: QualifiedType) {
    let value = try argument(index, lowering)
    guard let target = value.type.pointee, let pointer = value.pointer else {
      throw lowering.fail(
        "argument \(index + 1) of '\(name)' must be a pointer, got '\(value.qualifiedType.spelling)'",
        at: expression)
    }
    return (pointer, target)
  }

  /// A whole number that must be known while compiling.
  func constant(_ index: Int, _ lowering: Lowering) throws(Fault) -> Int {
    guard let number = try argument(index, lowering).integer else {
      throw lowering.fail("argument \(index + 1) of '\(name)' must be a constant", at: expression)
    }
    return number
  }
}
