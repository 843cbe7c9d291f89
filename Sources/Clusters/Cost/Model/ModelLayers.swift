import Devices
import Models

/// One operator of a step for some tokens, and how often it runs in all layers.
struct LayerOperator {
  var name: String
  var count: Double
  var seconds: Double
  var bound: String

  var total: Double { count * seconds }
}

/// The operators of a model's layers on one GPU of a deployment, by the tokens that come in.
struct ModelLayers: Sendable {
  let model: ModelSpec
  let deployment: Deployment
  let engine: EngineConstants
  let costs: OperatorCosts
  let wires: Interconnect

  private var width: Int { model.width }
  private var queryHeads: Int { max(1, model.heads / deployment.tensorParallel) }
  /// Heads of keys are copied where there are fewer than GPUs.
  var keyHeads: Int { max(1, model.keyValueHeads / deployment.tensorParallel) }
  /// The heads of one GPU.
  var heads: AttentionHeads {
    AttentionHeads(
      query: max(queryHeads, keyHeads), keyValue: keyHeads, dimension: model.headWidth)
  }
  private var experts: Int { deployment.stageDevices / deployment.expertParallel }
  /// Layers with experts, and all others.
  var mixtureLayers: Int { model.mixture.map { model.layers - $0.denseLayers } ?? 0 }
  private var plainLayers: Int { model.layers - mixtureLayers }

  // MARK: By the tokens of a GPU

  /// What runs for the tokens of one copy of attention, in all layers.
  func tokenOperators(_ tokens: Int) -> [LayerOperator] {
    let all = Double(model.layers)
    var list = attentionProducts(tokens)
    list.append(stream("norm", .norm, tokens, 2 * 2 * width, 2 * all))
    if plainLayers > 0 {
      list += feedForward(tokens, width: model.feedForwardWidth, count: Double(plainLayers), "")
    }
    if let mixture = model.mixture, mixture.sharedWidth > 0 {
      list += feedForward(
        tokens, width: mixture.sharedWidth, count: Double(mixtureLayers), "shared_")
    }
    list += collectives(tokens)
    return list
  }

  private func attentionProducts(_ tokens: Int) -> [LayerOperator] {
    let all = Double(model.layers)
    guard let latent = model.latent else {
      let kept = (queryHeads + 2 * keyHeads) * model.headWidth
      return [
        product("qkv", tokens, kept, width, all),
        stream("rope", .rotation, tokens, 2 * 2 * (queryHeads + keyHeads) * model.headWidth, all),
        product("attention_output", tokens, width, queryHeads * model.headWidth, all),
      ]
    }
    let turned = latent.plainWidth + latent.turnedWidth
    let down = (latent.queryRank ?? queryHeads * turned) + latent.rank + latent.turnedWidth
    var list = [product("latent_down", tokens, down, width, all)]
    if let rank = latent.queryRank {
      list.append(product("query_up", tokens, queryHeads * turned, rank, all))
    }
    list += [
      product(
        "latent_up", tokens, queryHeads * (latent.plainWidth + latent.valueWidth), latent.rank, all),
      stream("rope", .rotation, tokens, 2 * 2 * queryHeads * latent.turnedWidth, all),
      product("attention_output", tokens, width, queryHeads * latent.valueWidth, all),
    ]
    return list
  }

  private func feedForward(
    _ tokens: Int, width inner: Int, count: Double, _ prefix: String
  ) -> [LayerOperator] {
    let local = max(1, inner / deployment.tensorParallel)
    let up = model.isGated ? 2 * local : local
    return [
      product("\(prefix)up", tokens, up, width, count),
      stream("\(prefix)activation", .activation, tokens, 2 * (up + local), count),
      product("\(prefix)down", tokens, width, local, count),
    ]
  }

  private func product(
    _ name: String, _ tokens: Int, _ n: Int, _ k: Int, _ count: Double
  ) -> LayerOperator {
    let estimate = costs.gemm(
      m: tokens, n: n, k: k, format: deployment.plainProducts, weights: deployment.plainWeights)
    return kernel(name, estimate, count)
  }

  private func stream(
    _ name: String, _ kind: StreamKind, _ tokens: Int, _ bytes: Int, _ count: Double
  ) -> LayerOperator {
    kernel(name, costs.elementwise(kind, bytes: Double(tokens) * Double(bytes)), count)
  }

  private func kernel(_ name: String, _ estimate: OperatorEstimate, _ count: Double)
    -> LayerOperator
  {
    LayerOperator(
      name: name, count: count, seconds: estimate.seconds * engine.kernelFactor,
      bound: estimate.bound.rawValue)
  }

  /// Sums after attention and after the feed-forward block, or the way to the experts and back.
  private func collectives(_ tokens: Int) -> [LayerOperator] {
    let bytes = Double(tokens * width) * 2
    let factor = engine.collectiveFactor
    var list: [LayerOperator] = []
    let exchanges = deployment.attentionRanks > 1 ? Double(mixtureLayers) : 0
    let sums = 2 * Double(model.layers) - exchanges
    if deployment.tensorParallel > 1 {
      let seconds = wires.seconds(.allReduce, bytes: bytes, devices: deployment.tensorParallel)
      list.append(
        LayerOperator(name: "all_reduce", count: sums, seconds: factor * seconds, bound: "link"))
    }
    if exchanges > 0, let mixture = model.mixture {
      let devices = deployment.stageDevices
      // Each token goes to the GPUs of its experts, at most to all.
      let targets = Double(min(mixture.used, deployment.expertParallel))
      let sent = bytes / Double(deployment.tensorParallel) * max(1, targets)
      let gathered = bytes * Double(deployment.attentionRanks)
      let seconds = min(
        wires.seconds(.allToAll, bytes: sent, devices: devices),
        wires.seconds(.allGather, bytes: gathered, devices: devices))
      list.append(
        LayerOperator(
          name: "expert_exchange", count: 2 * exchanges, seconds: factor * seconds, bound: "link"))
    }
    return list
  }

  // MARK: By the tokens of a stage

  /// What runs for the tokens of all copies of attention: the router and its experts.
  func expertOperators(_ tokens: Int) -> [LayerOperator] {
    guard let mixture = model.mixture else { return [] }
    let shape = ExpertShape(
      hidden: width, intermediate: mixture.width, experts: mixture.count, chosen: mixture.used,
      tensorParallel: experts, expertParallel: deployment.expertParallel)
    let count = Double(mixtureLayers)
    let local = max(1, tokens / deployment.attentionRanks)
    let router = costs.gemm(m: local, n: mixture.count, k: width)
    let estimate = costs.experts(
      tokens: tokens, shape: shape, format: deployment.products, weights: deployment.weights)
    var experts = kernel("experts", estimate, count)
    experts.seconds *= engine.expertFactor / engine.kernelFactor
    return [kernel("router", router, count), experts]
  }

  // MARK: By sequences

  /// What runs once for each sequence of a GPU: the output matrix, its gathering and the sampler.
  func sequenceOperators(_ sequences: Int) -> [LayerOperator] {
    let local = max(1, model.vocabularySize / deployment.tensorParallel)
    // Output matrices stay in half precision.
    let product = costs.gemm(m: sequences, n: local, k: width)
    let scores = Double(sequences * model.vocabularySize)
    var list = [
      kernel("output", product, 1),
      kernel("sampler", costs.elementwise(.addition, bytes: 3 * 4 * scores), 1),
    ]
    if deployment.tensorParallel > 1 {
      let seconds = wires.seconds(
        .allGather, bytes: 2 * scores, devices: deployment.tensorParallel)
      list.append(LayerOperator(name: "output_gather", count: 1, seconds: seconds, bound: "link"))
    }
    return list
  }

  /// Kernels that a stage with all layers launches.
  ///
  /// Experts have their tokens sorted, permuted and put together again around two grouped products;
  /// latent attention splits, turns and joins its parts; narrow products quantise their rows first.
  var kernelCount: Double {
    let narrow = deployment.plainWeights.bits <= 8 ? 2.0 : 1.0
    let products = tokenOperators(1).reduce(0) { $0 + $1.count } * narrow
    let experts = expertOperators(1).reduce(0) { $0 + 6 * $1.count }
    let latent = model.latent == nil ? 0 : 8 * Double(model.layers)
    return products + experts + latent + Double(model.layers) + 4
  }
}
