import Devices
import Models

extension ModelCost {
  /// The bytes of the weights on one GPU: layers over stages and GPUs, experts over all GPUs of a stage, the
  /// vocabulary in half precision.
  public var weightBytes: Double {
    let tensor = Double(deployment.tensorParallel)
    let stages = Double(deployment.pipelineParallel)
    let plain = deployment.plainWeights.storedWidth
    let vocabulary = Double(model.embeddingParameters * (model.sharesOutput ? 1 : 2)) * 2
    let inExperts =
      model.mixture.map {
        Double(layers.mixtureLayers) * 3 * Double(model.width * $0.count * $0.width)
      } ?? 0
    let others =
      Double(model.parameters - model.embeddingParameters * (model.sharesOutput ? 1 : 2))
      - inExperts
    let expertBytes = inExperts * deployment.weights.storedWidth / Double(deployment.stageDevices)
    return (others * plain / tensor + expertBytes) / stages
      + vocabulary / tensor / min(2, stages)
  }

  /// The bytes that one token's keys and values take on one GPU, in the layers of its stage.
  public var cacheBytesPerToken: Double {
    let perLayer =
      model.latent.map { Double($0.rank + $0.turnedWidth) }
      ?? Double(2 * layers.keyHeads * model.headWidth)
    let layersHere = Double(model.layers) / Double(deployment.pipelineParallel)
    return perLayer * layersHere * deployment.cache.bytes
  }

  /// The bytes that are left for keys and values on one GPU.
  public var cacheBytes: Double {
    engine.memory.cacheBytes(
      on: device, model: model, weightBytes: weightBytes,
      tensorParallel: deployment.tensorParallel)
  }

  /// KV blocks of a replica: what memory leaves, over all copies of attention; 0 when the weights do not fit.
  public func blockCount(blockSize: Int = 16) -> Int {
    precondition(blockSize >= 1, "a block holds tokens, got \(blockSize)")
    return Int(cacheBytes / (cacheBytesPerToken * Double(blockSize))) * deployment.attentionRanks
  }

  /// The seconds in which the keys and values of a prompt come from the GPUs that computed it to those that
  /// go on: each pair of GPUs sends its part at the same time.
  public func transferSeconds(promptTokens: Int, acrossNodes: Bool = true) -> Double {
    let bytes =
      cacheBytesPerToken * Double(deployment.pipelineParallel) * Double(max(0, promptTokens))
    return wires.sendSeconds(bytes: bytes, acrossNodes: acrossNodes)
  }
}

extension NumberFormat {
  /// Bytes of a stored weight with its share of scales: blocks of 16 numbers of 4 bits have one of 8.
  var storedWidth: Double { bits == 4 ? 0.5625 : bytes }
}
