public import Base
public import Devices

/// What a serving engine adds to its kernels, as a few named numbers: one set for an engine on a kind of GPU,
/// whatever the model and the load.
public struct EngineConstants: Described, Sendable {
  /// Its name and where the numbers come from.
  public var info: Info
  /// Whose kernels run.
  public var backend: OperatorBackend
  /// Seconds of each step in which the GPU waits for the host.
  public var hostSeconds: Double
  /// Seconds of each step that every sequence adds on the host: sampling, bookkeeping, streaming.
  public var sequenceSeconds: Double
  /// Seconds of each layer between its kernels.
  public var layerSeconds: Double
  /// How much longer kernels take in an engine than alone: cold caches, clocks under load.
  public var kernelFactor: Double
  /// The same for attention of sequences that decode.
  public var decodeFactor: Double
  /// The same for layers of experts.
  public var expertFactor: Double
  /// The same for collectives, which wait for the slowest GPU.
  public var collectiveFactor: Double
  /// True when kernels are launched as captured graphs.
  public var usesGraphs: Bool
  /// The most tokens of a step that a graph was captured for.
  public var graphTokens: Int
  /// Seconds in which the host launches a kernel that is in no graph.
  public var launchSeconds: Double
  /// Seconds of a request outside the engine's steps: HTTP, the tokenizer, hand-overs between processes.
  ///
  /// No step contains them; they come on top of the time to the first token.
  public var requestSeconds: Double
  /// Memory that keys and values may take, and what is kept from them.
  public var memory: KVMemory

  /// States an engine.
  public init(
    info: Info, backend: OperatorBackend, hostSeconds: Double, sequenceSeconds: Double = 0,
    layerSeconds: Double = 0, kernelFactor: Double = 1, decodeFactor: Double = 1,
    expertFactor: Double = 1, collectiveFactor: Double = 1, usesGraphs: Bool = true,
    graphTokens: Int = 512,
    launchSeconds: Double = 4e-6, requestSeconds: Double = 0, memory: KVMemory = KVMemory()
  ) {
    self.info = info
    self.backend = backend
    self.hostSeconds = hostSeconds
    self.sequenceSeconds = sequenceSeconds
    self.layerSeconds = layerSeconds
    self.kernelFactor = kernelFactor
    self.decodeFactor = decodeFactor
    self.expertFactor = expertFactor
    self.collectiveFactor = collectiveFactor
    self.usesGraphs = usesGraphs
    self.graphTokens = graphTokens
    self.launchSeconds = launchSeconds
    self.requestSeconds = requestSeconds
    self.memory = memory
  }
}
