/// How the bits of one lane's value are read.
///
/// Values narrower than 32 bits live in 32-bit registers: signed ones sign-extended, all others
/// with zeros above them.
public enum ValueType: UInt8, Sendable, Hashable, CaseIterable {
  case predicate
  case u8, s8, u16, s16, u32, s32, u64, s64
  case f16, bf16, f32, f64
  /// Two halves in one 32-bit register, the first in the low bits.
  case f16x2, bf16x2

  /// What one value takes in memory; a predicate is never stored.
  public var bytes: Int {
    switch self {
    case .predicate: 0
    case .u8, .s8: 1
    case .u16, .s16, .f16, .bf16: 2
    case .u32, .s32, .f32, .f16x2, .bf16x2: 4
    case .u64, .s64, .f64: 8
    }
  }

  /// True of numbers with a fraction.
  public var isFloating: Bool {
    switch self {
    case .f16, .bf16, .f32, .f64, .f16x2, .bf16x2: true
    default: false
    }
  }

  /// True of whole numbers below zero or above.
  public var isSigned: Bool {
    switch self {
    case .s8, .s16, .s32, .s64: true
    default: isFloating
    }
  }

  /// The register that holds such a value.
  public var register: RegisterClass {
    switch self {
    case .predicate: .predicate
    case .u64, .s64, .f64: .wide
    default: .word
    }
  }
}
