import Base

/// The numbers of a device that operator costs are made from.
struct OperatorBoard: Sendable, Hashable {
  /// Multiprocessors.
  let multiprocessors: Double
  /// What device memory moves, in bytes per second.
  let bytesPerSecond: Double
  /// The second-level cache, in bytes.
  let l2Bytes: Double
  /// What the second-level cache could give with 64 bytes a cycle to each multiprocessor.
  let l2BytesPerSecond: Double

  init(_ device: Device) {
    multiprocessors = Double(device.multiprocessors.value)
    bytesPerSecond = device.memory.bytesPerSecond.value
    l2Bytes = Double(device.memory.l2Size.value.count)
    l2BytesPerSecond = multiprocessors * device.clocks.boost.value * 64
  }
}

extension Device {
  /// The format that a matrix product of numbers in `format` is calculated in: the format itself, or
  /// the nearest wider one that the device has, to which the numbers are widened on the way.
  func arithmeticFormat(for format: NumberFormat) -> NumberFormat {
    let wider: [NumberFormat] =
      switch format {
      case .fp4: [.fp4, .fp8, .bf16, .fp16, .fp32]
      case .fp6: [.fp6, .fp8, .bf16, .fp16, .fp32]
      case .fp8: [.fp8, .bf16, .fp16, .fp32]
      case .int4: [.bf16, .fp16, .fp32]
      case .int8: [.int8, .bf16, .fp16, .fp32]
      case .bf16: [.bf16, .fp16, .fp32]
      case .fp16: [.fp16, .bf16, .fp32]
      case .tf32: [.tf32, .fp32]
      case .fp32, .fp64: [format, .fp32]
      }
    return wider.first { peak($0) != nil } ?? .fp32
  }

  /// The rate of matrix products in a format, in operations per second.
  func productRate(_ format: NumberFormat) -> Double {
    peak(arithmeticFormat(for: format))?.rate.value ?? peak(.fp32)?.rate.value
      ?? derivedFP32Peak
  }
}
