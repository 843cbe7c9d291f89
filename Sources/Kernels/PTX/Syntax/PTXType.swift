/// A fundamental type of PTX.
enum PTXType: UInt8, Hashable, Sendable, CaseIterable {
  case pred
  case b8, b16, b32, b64, b128
  case u8, u16, u32, u64
  case s8, s16, s32, s64
  case f16, f16x2, bf16, bf16x2, tf32, f32, f64
  case u16x2, s16x2

  /// The type that a name behind a dot stands for.
  init?(_ name: String) {
    guard let type = Self.byName[name] else { return nil }
    self = type
  }

  private static let byName = Dictionary(
    uniqueKeysWithValues: allCases.map { (String(describing: $0), $0) })

  /// Bytes of one value; 0 for predicates.
  var bytes: Int {
    switch self {
    case .pred: 0
    case .b8, .u8, .s8: 1
    case .b16, .u16, .s16, .f16, .bf16: 2
    case .b32, .u32, .s32, .f16x2, .bf16x2, .tf32, .f32, .u16x2, .s16x2: 4
    case .b64, .u64, .s64, .f64: 8
    case .b128: 16
    }
  }

  var isSigned: Bool {
    switch self {
    case .s8, .s16, .s32, .s64, .s16x2: true
    default: false
    }
  }

  var isFloating: Bool {
    switch self {
    case .f16, .f16x2, .bf16, .bf16x2, .tf32, .f32, .f64: true
    default: false
    }
  }

  /// The class of register that holds it.
  var register: RegisterClass {
    switch self {
    case .pred: .predicate
    case .b64, .u64, .s64, .f64, .b128: .wide
    default: .word
    }
  }

  /// How the machine names it; bits are unsigned.
  var value: ValueType {
    switch self {
    case .pred: .predicate
    case .b8, .u8: .u8
    case .s8: .s8
    case .b16, .u16: .u16
    case .s16: .s16
    case .b32, .u32, .u16x2, .s16x2: .u32
    case .s32: .s32
    case .b64, .u64, .b128: .u64
    case .s64: .s64
    case .f16: .f16
    case .f16x2: .f16x2
    case .bf16: .bf16
    case .bf16x2: .bf16x2
    case .tf32, .f32: .f32
    case .f64: .f64
    }
  }
}
