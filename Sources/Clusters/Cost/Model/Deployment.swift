import Base
public import Devices
import Models

/// How a model is laid out over GPUs, and the formats that its numbers are kept and multiplied in.
public struct Deployment: Hashable, Sendable {
  /// GPUs that share each layer's attention and plain feed-forward blocks.
  public var tensorParallel: Int
  /// Stages that each have a part of the layers; as many steps are in flight.
  public var pipelineParallel: Int
  /// Copies of attention, each with its own sequences, that share the experts ("DP attention").
  public var attentionRanks: Int
  /// GPUs among which whole experts are divided; the others of a stage share each expert.
  public var expertParallel: Int
  /// How weights are stored.
  public var weights: NumberFormat
  /// How the weights outside the experts are stored, where that differs.
  public var denseWeights: NumberFormat?
  /// What matrix products multiply; what is stored narrower is widened on the way.
  public var products: NumberFormat
  /// How keys and values are stored.
  public var cache: NumberFormat

  /// States a deployment; products are in the format of the weights where tensor cores have it.
  public init(
    tensorParallel: Int = 1, pipelineParallel: Int = 1, attentionRanks: Int = 1,
    expertParallel: Int = 1, weights: NumberFormat = .bf16, denseWeights: NumberFormat? = nil,
    products: NumberFormat? = nil, cache: NumberFormat = .bf16
  ) {
    self.tensorParallel = tensorParallel
    self.pipelineParallel = pipelineParallel
    self.attentionRanks = attentionRanks
    self.expertParallel = expertParallel
    self.weights = weights
    self.denseWeights = denseWeights
    // Weights of 4-bit integers are widened; nothing multiplies them.
    self.products = products ?? (weights == .int4 ? .bf16 : weights)
    self.cache = cache
  }

  /// GPUs of one stage.
  public var stageDevices: Int { tensorParallel * attentionRanks }
  /// All GPUs.
  public var devices: Int { stageDevices * pipelineParallel }
  /// The format of weights outside the experts.
  var plainWeights: NumberFormat { denseWeights ?? weights }
  /// What products outside the experts multiply.
  var plainProducts: NumberFormat {
    guard let denseWeights else { return products }
    return denseWeights == .int4 ? .bf16 : denseWeights
  }

  /// Refuses what cannot be laid out.
  func check(_ model: ModelSpec) throws(Problem) {
    for (name, value) in [
      ("tp", tensorParallel), ("pp", pipelineParallel), ("attention ranks", attentionRanks),
      ("ep", expertParallel),
    ] where !(1...4096).contains(value) {
      throw Problem("\(name) is \(value)", fix: "a whole number from 1 to 4096 is expected")
    }
    guard model.heads % tensorParallel == 0 else {
      throw Problem(
        "\(model.heads) query heads of \(model.info.name) over tp = \(tensorParallel) GPUs",
        fix: "take a divisor of \(model.heads)")
    }
    guard pipelineParallel <= model.layers else {
      throw Problem("\(model.layers) layers in \(pipelineParallel) stages")
    }
    guard stageDevices % expertParallel == 0 else {
      throw Problem(
        "experts divided over ep = \(expertParallel) of \(stageDevices) GPUs",
        fix: "take a divisor of \(stageDevices)")
    }
    if let mixture = model.mixture, expertParallel > mixture.count {
      throw Problem("\(mixture.count) experts over ep = \(expertParallel) GPUs")
    }
  }
}
