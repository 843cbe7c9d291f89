internal import CTensors

/// What one element of a tensor is.
///
/// Arithmetic narrower than f32 runs in f32 with one rounding at the end.
public enum DType: Int32, CaseIterable, Sendable, Hashable {
  case f64, f32, f16, bf16, f8e4m3, f8e5m2, i64, i32, i8, u8, bool

  /// What decides promotion before size does.
  public enum Category: Int, Comparable, Sendable {
    case boolean, integer, float

    /// Tells which category gives way.
    public static func < (a: Category, b: Category) -> Bool { a.rawValue < b.rawValue }
  }

  /// The dtype of a tensor made without naming one.
  public static let standardFloat = DType.f32

  /// The name Lua knows, as in "f32".
  public var name: String {
    switch self {
    case .f64: "f64"
    case .f32: "f32"
    case .f16: "f16"
    case .bf16: "bf16"
    case .f8e4m3: "f8e4m3"
    case .f8e5m2: "f8e5m2"
    case .i64: "i64"
    case .i32: "i32"
    case .i8: "i8"
    case .u8: "u8"
    case .bool: "bool"
    }
  }

  /// Finds a dtype by its name or by the one other libraries use, as in "float32" or "long".
  public static func named(_ name: String) -> DType? {
    allCases.first { $0.name == name } ?? aliases[name]
  }

  private static let aliases: [String: DType] = [
    "float64": .f64, "double": .f64, "float32": .f32, "float": .f32, "float16": .f16,
    "half": .f16, "bfloat16": .bf16, "f8_e4m3": .f8e4m3, "f8_e5m2": .f8e5m2, "int64": .i64,
    "long": .i64, "int32": .i32, "int": .i32, "int8": .i8, "uint8": .u8, "byte": .u8,
    "boolean": .bool,
  ]

  /// The size of one element in bytes.
  @inlinable
  public var size: Int {
    switch self {
    case .f64, .i64: 8
    case .f32, .i32: 4
    case .f16, .bf16: 2
    case .f8e4m3, .f8e5m2, .i8, .u8, .bool: 1
    }
  }

  /// Booleans, integers or floats.
  public var category: Category {
    switch self {
    case .bool: .boolean
    case .i64, .i32, .i8, .u8: .integer
    default: .float
    }
  }

  /// True for floats of any width.
  public var isFloat: Bool { category == .float }

  /// The dtype in which arithmetic on elements of this one runs.
  var computing: DType {
    switch self {
    case .f16, .bf16, .f8e4m3, .f8e5m2: .f32
    default: self
    }
  }

  /// The dtype of an operation that must give fractions: itself for floats, f32 otherwise.
  public var floating: DType { isFloat ? self : .standardFloat }

  /// The dtype that holds the results of an operation on elements of two dtypes.
  ///
  /// The higher category wins (bool < integers < floats); within one, the one that holds both, and
  /// f32 for f16 with bf16 or for the two fp8 formats, i32 for i8 with u8.
  public static func promoted(_ a: DType, _ b: DType) -> DType {
    if a == b { return a }
    if a.category != b.category { return a.category > b.category ? a : b }
    if a.size != b.size { return a.size > b.size ? a : b }
    return a.isFloat ? .f32 : .i32
  }
}
