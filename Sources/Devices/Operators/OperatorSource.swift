/// Where the constants of an operator's cost come from.
public struct OperatorSource: Sendable, Hashable {
  /// How the constants came to hold for a device.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// They were fitted to measurements of this device.
    case fitted
    /// They were fitted to another device's; the sheet of this one gives the rates that they are shares
    /// of.
    case derived
  }

  /// How they came to hold.
  public let kind: Kind
  /// The device that was measured, as the catalogue names it.
  public let device: String
  /// The engine whose kernels were measured, as in "vllm-0.24.0".
  public let backend: String
  /// Whose measurements they are.
  public let source: String

  init(_ kind: Kind, device: String, backend: String) {
    self.kind = kind
    self.device = device
    self.backend = backend
    let owner =
      backend == "vidur"
      ? "microsoft/vidur, PyTorch" : "ai-dynamo/aiconfigurator-core 0.12.0, \(backend)"
    source = "\(owner) on \(device)"
  }
}

/// The engine whose kernels an estimate is about.
public enum OperatorBackend: String, Sendable, Hashable, CaseIterable {
  case vllm
  case tensorRTLLM = "trtllm"
  case sglang
}
