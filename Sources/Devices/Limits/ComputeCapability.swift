public import Base

/// What generation of instructions and limits a device has, as NVIDIA numbers it: 8.0, 9.0, 12.0.
public struct ComputeCapability: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The generation, as the 9 in 9.0.
  public let major: Int
  /// The variant inside the generation, as the 6 in 8.6.
  public let minor: Int

  /// Creates a capability from its two numbers.
  public init(_ major: Int, _ minor: Int) {
    self.major = major
    self.minor = minor
  }

  /// Reads "8.0", "sm_80" or "compute_120".
  public init(parsing text: String) throws(Problem) {
    let digits = text.split(separator: "_").last.map(String.init) ?? text
    let parts = digits.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    if parts.count == 2, let major = Int(parts[0]), let minor = Int(parts[1]) {
      self.init(major, minor)
    } else if parts.count == 1, let number = Int(digits), number >= 10, number < 1000 {
      self.init(number / 10, number % 10)
    } else {
      throw Problem(
        "\"\(text)\" is not a compute capability", fix: "write it as \"8.0\" or \"sm_80\"")
    }
  }

  /// The number as it is written, as in "8.0".
  public var description: String { "\(major).\(minor)" }

  /// Earlier generations come first.
  public static func < (left: ComputeCapability, right: ComputeCapability) -> Bool {
    (left.major, left.minor) < (right.major, right.minor)
  }
}
