public import Base

/// Why the driver refused, by NVML's code and in nvidia-smi's words.
public struct MIGFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// The return values of NVML that operations on instances give.
  public enum Code: Int, Sendable, CaseIterable {
    /// A profile or a place that does not exist.
    case invalidArgument = 2
    /// The GPU is not in MIG mode.
    case notSupported = 3
    /// The caller is not root.
    case noPermission = 4
    /// No instance has that number.
    case notFound = 6
    /// Compute instances or processes are inside.
    case inUse = 19
    /// The slices are taken.
    case insufficientResources = 23

    /// The words of `nvmlErrorString`.
    public var words: String {
      switch self {
      case .invalidArgument: "Invalid Argument"
      case .notSupported: "Not Supported"
      case .noPermission: "Insufficient Permissions"
      case .notFound: "Not Found"
      case .inUse: "In use by another client"
      case .insufficientResources: "Insufficient Resources"
      }
    }

    /// The name of the constant.
    public var name: String {
      switch self {
      case .invalidArgument: "NVML_ERROR_INVALID_ARGUMENT"
      case .notSupported: "NVML_ERROR_NOT_SUPPORTED"
      case .noPermission: "NVML_ERROR_NO_PERMISSION"
      case .notFound: "NVML_ERROR_NOT_FOUND"
      case .inUse: "NVML_ERROR_IN_USE"
      case .insufficientResources: "NVML_ERROR_INSUFFICIENT_RESOURCES"
      }
    }
  }

  /// NVML's code.
  public let code: Code
  /// All that nvidia-smi prints.
  public let text: String

  /// Creates a fault from its code and what nvidia-smi prints.
  public init(_ code: Code, _ text: String) {
    self.code = code
    self.text = text
  }

  /// What nvidia-smi prints, and the code.
  public var description: String { "\(text) (\(code.name) = \(code.rawValue))" }

  /// The fault as every other error is told.
  public func problem(fix: String? = nil) -> Problem {
    Problem(description, fix: fix, kind: code == .notFound ? .missing : .invalid)
  }
}

extension MIGFault {
  /// Numbers of GPUs and instances stand in a field of two.
  static func field(_ number: Int) -> String { number < 10 ? " \(number)" : "\(number)" }

  static func creating(_ profile: String, on gpu: Int, _ code: Code) -> MIGFault {
    MIGFault(
      code,
      """
      Unable to create a GPU instance on GPU \(field(gpu)) using profile \(profile): \(code.words)
      Failed to create GPU instances: \(code.words)
      """)
  }

  static func destroying(_ id: Int, on gpu: Int, _ code: Code) -> MIGFault {
    MIGFault(
      code,
      """
      Unable to destroy GPU instance ID \(field(id)) from GPU \(field(gpu)): \(code.words)
      Failed to destroy GPU instances: \(code.words)
      """)
  }

  static func creatingCompute(_ profile: String, in instance: Int, on gpu: Int, _ code: Code)
    -> MIGFault
  {
    let place = "GPU \(field(gpu)) GPU instance ID \(field(instance))"
    return MIGFault(
      code,
      """
      Unable to create a compute instance on \(place) using profile \(profile): \(code.words)
      Failed to create compute instances: \(code.words)
      """)
  }

  static func destroyingCompute(_ id: Int, in instance: Int, on gpu: Int, _ code: Code) -> MIGFault
  {
    let place = "GPU \(field(gpu)) GPU instance ID \(field(instance))"
    return MIGFault(
      code,
      """
      Unable to destroy compute instance ID \(field(id)) from \(place): \(code.words)
      Failed to destroy compute instances: \(code.words)
      """)
  }

  static let noInstance = MIGFault(
    .notFound, "No GPU instances found: Not Found")

  static let notEnabled = MIGFault(.notSupported, "No MIG-enabled devices found.")
}
