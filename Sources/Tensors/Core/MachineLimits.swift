internal import CTensors

/// What this machine can do, measured on as many threads as compute: what kernels are held against.
public enum MachineLimits {
  /// Bytes per second that can be read from memory of a size.
  public static func readBytesPerSecond(_ bytes: Int) -> Double { ct_limit_read(Int64(bytes)) }

  /// Multiply-adds of 8-bit integers per second, from registers.
  public static func integerMultiplyAddsPerSecond() -> Double { ct_limit_multiply_adds_8bit() }
}
