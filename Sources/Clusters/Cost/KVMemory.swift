import Base
public import Devices
public import Models

/// What is left of a GPU's memory for keys and values once weights and working space are taken.
public struct KVMemory: Hashable, Sendable {
  /// The share of memory that an engine may use.
  public var utilisation = 0.9
  /// Bytes of the CUDA context, the library's buffers and captured graphs.
  public var fixedBytes = 1e9
  /// The share that keys and values may take of what is left.
  public var freeShare = 1.0
  /// Bytes of a score of the vocabulary: vLLM keeps it in half and twice in single precision.
  public var scoreBytes = 10.0
  /// Tokens of the largest step.
  public var stepTokens = 2048
  /// Sequences of the largest step, each with its scores over the vocabulary.
  public var stepSequences = 256

  /// Creates the defaults, those of vLLM.
  public init() {}

  /// Working space: the widest activations of a step in half precision, and the scores.
  public func workingBytes(_ model: ModelSpec, tensorParallel: Int) -> Double {
    let wide = Double(4 * model.width + 3 * model.feedForwardWidth / tensorParallel)
    return fixedBytes + Double(stepTokens) * wide * 2
      + Double(stepSequences * model.vocabularySize) * scoreBytes
  }

  /// The bytes for keys and values on each GPU; none when the weights take it all.
  ///
  /// - Parameters:
  ///   - device: The GPU.
  ///   - model: What it holds a part of.
  ///   - weightBytes: What the weights on one GPU take.
  ///   - tensorParallel: GPUs that share each layer.
  /// - Returns: The bytes.
  public func cacheBytes(
    on device: Device, model: ModelSpec, weightBytes: Double, tensorParallel: Int
  ) -> Double {
    let usable = utilisation * Double(device.memory.size.value.count)
    let left = usable - weightBytes - workingBytes(model, tensorParallel: tensorParallel)
    return max(0, left * freeShare)
  }
}
