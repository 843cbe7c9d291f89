public import Base

/// How a training run is laid over devices.
public struct TrainingLayout: Sendable, Hashable {
  /// What ZeRO spreads over data-parallel devices (Rajbhandari and others, 2020).
  public enum ZeROStage: Int, Sendable, CaseIterable {
    /// Nothing: each device has all states.
    case none
    /// Optimizer states.
    case optimizer
    /// Optimizer states and gradients.
    case gradients
    /// Optimizer states, gradients and weights.
    case weights
  }

  /// What is kept of a layer's forward pass for the backward pass (Korthikanti and others, 2022).
  public enum Recomputation: String, Sendable, CaseIterable {
    /// Everything is kept.
    case none
    /// Attention scores are computed again.
    case selective
    /// Only a layer's input is kept.
    case full
  }

  /// Copies of the model that see different data.
  public var dataParallel = 1
  /// Devices that share each matrix.
  public var tensorParallel = 1
  /// Stages of layers.
  public var pipelineParallel = 1
  /// Devices that share a layer's experts; part of the data-parallel ones.
  public var expertParallel = 1
  /// True where norms and residuals are split along the sequence over the tensor-parallel devices.
  public var isSequenceParallel = false
  /// What is spread over data-parallel devices.
  public var stage = ZeROStage.none
  /// What is computed again.
  public var recomputation = Recomputation.none
  /// Sequences that a device works on at a time.
  public var microbatch = 1
  /// Tokens of a sequence.
  public var sequenceLength = 4096

  /// Creates a layout of one device; set what differs.
  public init() {}

  /// Devices in all.
  public var devices: Int { dataParallel * tensorParallel * pipelineParallel }

  /// The share of a pipeline's time in which a stage waits: `(p - 1)/(m + p - 1)` with m microbatches.
  public func bubble(microbatches: Int) -> Double {
    Double(pipelineParallel - 1) / Double(microbatches + pipelineParallel - 1)
  }
}

/// What one device holds during training, in bytes; the heaviest stage of a pipeline.
public struct TrainingMemory: Sendable, Hashable {
  /// Half-precision weights: 2 bytes each.
  public let weights: Bytes
  /// Half-precision gradients: 2 bytes each.
  public let gradients: Bytes
  /// Adam's master weights, momentum and variance: 12 bytes each.
  public let optimizer: Bytes
  /// What the backward pass needs of the forward pass.
  public let activations: Bytes

  /// All of it.
  public var total: Bytes {
    Bytes(weights.count + gradients.count + optimizer.count + activations.count)
  }

  /// Adds up what mixed-precision Adam keeps of a model under a layout.
  ///
  /// Activations follow Korthikanti et al. 2022: `s·b·d·(10 + 24/t + 5·H·s/(d·t))` bytes a layer with
  /// tensor parallelism t, all of it over t with sequence parallelism, the last term gone with
  /// selective recomputation, `2·s·b·d` with full; the first stage of a pipeline of p keeps p
  /// microbatches of its layers, which is all layers' worth.
  public init(_ spec: ModelSpec, layout: TrainingLayout) {
    let experts = spec.expertParameters
    let dense = Double(spec.parameters - experts) / Double(layout.tensorParallel)
    let sparse = Double(experts) / Double(layout.tensorParallel * layout.expertParallel)
    let perDevice = (dense + sparse) / Double(layout.pipelineParallel)
    func share(from stage: TrainingLayout.ZeROStage) -> Double {
      layout.stage.rawValue >= stage.rawValue ? Double(layout.dataParallel) : 1
    }
    weights = Bytes(Int(2 * perDevice / share(from: .weights)))
    gradients = Bytes(Int(2 * perDevice / share(from: .gradients)))
    optimizer = Bytes(Int(12 * perDevice / share(from: .optimizer)))
    activations = Bytes(Int(Self.activationBytes(spec, layout)))
  }

  /// Bytes of all layers that a device of the first stage keeps.
  private static func activationBytes(_ spec: ModelSpec, _ layout: TrainingLayout) -> Double {
    let split = Double(layout.tensorParallel)
    let plane = Double(layout.sequenceLength * layout.microbatch * spec.width)
    let scores =
      5 * Double(spec.heads * layout.sequenceLength) / Double(spec.width) / split
    let each: Double
    switch layout.recomputation {
    case .full: each = 2 / (layout.isSequenceParallel ? split : 1)
    case .selective: each = layout.isSequenceParallel ? 34 / split : 10 + 24 / split
    case .none: each = (layout.isSequenceParallel ? 34 / split : 10 + 24 / split) + scores
    }
    return plane * each * Double(spec.layers)
  }
}

extension ModelSpec {
  /// Parameters of all layers' experts; what they share and the router are not among them.
  public var expertParameters: Int {
    guard let mixture else { return 0 }
    return (layers - min(mixture.denseLayers, layers)) * mixture.count * 3 * width * mixture.width
  }
}
