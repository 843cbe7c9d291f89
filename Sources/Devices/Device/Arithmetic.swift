/// A format of numbers that kernels calculate with.
public enum NumberFormat: String, Sendable, Hashable, CaseIterable {
  case fp64, fp32, tf32, fp16, bf16, fp8, fp6, fp4, int8, int4

  /// What one number takes in memory, in bits; TF32 is kept as FP32.
  public var bits: Int {
    switch self {
    case .fp64: 64
    case .fp32, .tf32: 32
    case .fp16, .bf16: 16
    case .fp8, .int8: 8
    case .fp6: 6
    case .fp4, .int4: 4
    }
  }

  /// What one number takes in memory, in bytes.
  public var bytes: Double { Double(bits) / 8 }
}

/// A kind of arithmetic that a device has a rate for: a format, on plain or on tensor cores, and
/// what it accumulates in where that changes the rate.
public enum Arithmetic: String, Sendable, Hashable, CaseIterable {
  case fp64
  case fp64Tensor = "fp64_tensor"
  case fp32
  /// FP16 outside the tensor cores.
  case fp16
  /// BF16 outside the tensor cores.
  case bf16
  case tf32Tensor = "tf32_tensor"
  /// FP16 on tensor cores with the fastest accumulation; GeForce boards halve the rate for FP32.
  case fp16Tensor = "fp16_tensor"
  /// FP16 on tensor cores accumulated in FP32, where that is slower.
  case fp16TensorFP32 = "fp16_tensor_fp32"
  case bf16Tensor = "bf16_tensor"
  /// FP8 on tensor cores with the fastest accumulation.
  case fp8Tensor = "fp8_tensor"
  /// FP8 on tensor cores accumulated in FP32, where that is slower.
  case fp8TensorFP32 = "fp8_tensor_fp32"
  case fp6Tensor = "fp6_tensor"
  case fp4Tensor = "fp4_tensor"
  case int8Tensor = "int8_tensor"
  case int4Tensor = "int4_tensor"

  /// The format of the numbers that are multiplied.
  public var format: NumberFormat {
    switch self {
    case .fp64, .fp64Tensor: .fp64
    case .fp32: .fp32
    case .fp16, .fp16Tensor, .fp16TensorFP32: .fp16
    case .bf16, .bf16Tensor: .bf16
    case .tf32Tensor: .tf32
    case .fp8Tensor, .fp8TensorFP32: .fp8
    case .fp6Tensor: .fp6
    case .fp4Tensor: .fp4
    case .int8Tensor: .int8
    case .int4Tensor: .int4
    }
  }

  /// True when tensor cores do it.
  public var usesTensorCores: Bool {
    switch self {
    case .fp64, .fp32, .fp16, .bf16: false
    default: true
    }
  }

  /// True when it accumulates in FP32 and has a faster sibling that does not.
  public var isWideAccumulation: Bool { self == .fp16TensorFP32 || self == .fp8TensorFP32 }

  /// Kinds that multiply a format, in the order in which a matrix product would want them: tensor
  /// cores that accumulate in FP32, tensor cores, plain cores.
  public static func preferred(for format: NumberFormat) -> [Arithmetic] {
    let kinds = allCases.filter { $0.format == format }
    return kinds.filter(\.isWideAccumulation)
      + kinds.filter { $0.usesTensorCores && !$0.isWideAccumulation }
      + kinds.filter { !$0.usesTensorCores }
  }
}
