public import Base
public import Devices
public import Models
public import Serving

/// The time of a step of any model on any GPU, from its operators: matrix products, attention, experts,
/// collectives, and what the engine adds.
///
/// ```swift
/// let cost = try ModelCost(
///   .named("llama-3.1-70b"), on: .named("H100"),
///   Deployment(tensorParallel: 4, weights: .fp8), engine: .vllm)
/// options.cost = cost
/// options.stages = cost.deployment.pipelineParallel
/// options.blockCount = cost.blockCount(blockSize: 16)
/// ```
///
/// What depends on the number of tokens is computed once, at places that are an eighth of a power of two
/// apart, and straight between them; attention is computed anew for each step. A step costs well under
/// a microsecond and allocates nothing.
public struct ModelCost: CostModel {
  /// What is served.
  public let model: ModelSpec
  /// One of the GPUs, or a slice of one.
  public let device: Device
  /// How the model is laid out over GPUs.
  public let deployment: Deployment
  /// What the engine adds.
  public let engine: EngineConstants
  /// What joins the GPUs.
  public let wires: Interconnect

  let costs: OperatorCosts
  let layers: ModelLayers
  /// All layers, by the tokens of a copy of attention.
  private let tokenCurve: TokenCurve
  /// All layers' experts, by the tokens of a stage.
  private let expertCurve: TokenCurve?
  /// The end of the last stage, by sequences.
  private let sequenceCurve: TokenCurve
  /// Kernels of all layers.
  private let kernelCount: Double
  /// Layers that see as far back as a window, or everything, and how many there are of each.
  let sights: [Sight]
  /// The model that guesses tokens before they are verified; none or one.
  private let drafts: [ModelCost]
  /// The smaller model that guesses tokens, where there is one.
  public var draft: ModelSpec? { drafts.first?.model }

  /// Layers that see equally far.
  struct Sight: Sendable {
    let window: Double
    let count: Double
  }

  /// Puts a model on GPUs.
  ///
  /// - Parameters:
  ///   - model: What is served.
  ///   - device: One of the GPUs, all of one kind.
  ///   - deployment: How it is laid out; one GPU in half precision unless said otherwise.
  ///   - engine: What the engine adds.
  ///   - wires: What joins the GPUs; the usual wiring of the kind where nothing is said.
  ///   - draft: A smaller model on the same GPUs that guesses tokens, where decoding is speculative.
  /// - Throws: A problem when heads, layers or experts cannot be divided so.
  public init(
    _ model: ModelSpec, on device: Device, _ deployment: Deployment = Deployment(),
    engine: EngineConstants? = nil, wires: Interconnect? = nil, draft: ModelSpec? = nil
  ) throws(Problem) {
    try deployment.check(model)
    let engine = engine ?? .vllm(on: device)
    let joined = wires ?? Interconnect(of: device)
    self.model = model
    self.device = device
    self.deployment = deployment
    self.engine = engine
    self.wires = joined
    costs = OperatorCosts(device, backend: engine.backend)
    let layers = ModelLayers(
      model: model, deployment: deployment, engine: engine, costs: costs, wires: joined)
    self.layers = layers
    tokenCurve = TokenCurve { layers.tokenOperators($0).reduce(0) { $0 + $1.total } }
    expertCurve =
      model.mixture == nil
      ? nil : TokenCurve { layers.expertOperators($0).reduce(0) { $0 + $1.total } }
    sequenceCurve = TokenCurve { layers.sequenceOperators($0).reduce(0) { $0 + $1.total } }
    kernelCount = layers.kernelCount
    sights = Self.sights(of: model)
    if let draft {
      var small = deployment
      small.attentionRanks = 1
      small.expertParallel = 1
      small.pipelineParallel = 1
      drafts = [try ModelCost(draft, on: device, small, engine: engine, wires: joined)]
    } else {
      drafts = []
    }
  }

  private static func sights(of model: ModelSpec) -> [Sight] {
    let windows = (0..<model.layers).map {
      model.windowSize(layer: $0).map(Double.init) ?? .infinity
    }
    let kinds = Set(windows).sorted(by: >)
    return kinds.map { kind in
      Sight(window: kind, count: Double(windows.count { $0 == kind }))
    }
  }
}

// MARK: Steps

extension ModelCost {
  /// What a request takes outside the engine's steps.
  public var requestSeconds: Double { engine.requestSeconds }

  /// The seconds of a stage for a step.
  public func seconds(of shape: StepShape, stage: Int, of stages: Int) -> Double {
    guard shape.tokens > 0 || shape.swappedTokens > 0 else { return 0 }
    let work = RankWork(shape, ranks: deployment.attentionRanks)
    let share = 1 / Double(stages)
    var inLayers = tokenCurve.at(work.tokens) + attentionSeconds(work)
    inLayers += Double(model.layers) * engine.layerSeconds
    if let expertCurve { inLayers += expertCurve.at(Double(shape.tokens)) }
    var seconds = max(inLayers, launchSeconds(work)) * share
    if stage == stages - 1 { seconds += sequenceCurve.at(work.sequences) }
    seconds += hostSeconds(work)
    if stage < stages - 1 { seconds += wires.sendSeconds(bytes: work.tokens * rowBytes) }
    if shape.swappedTokens > 0 { seconds += swapSeconds(shape) * share }
    if !drafts.isEmpty, stage == 0 { seconds += draftSeconds(shape) }
    return seconds
  }

  /// What the engine's host adds, whoever computes meanwhile.
  private func hostSeconds(_ work: RankWork) -> Double {
    engine.hostSeconds + work.sequences * engine.sequenceSeconds
  }

  /// Bytes of a token between stages on each GPU.
  private var rowBytes: Double { Double(2 * model.width) / Double(deployment.tensorParallel) }

  /// The host's time to launch what is in no graph: a floor for the layers.
  private func launchSeconds(_ work: RankWork) -> Double {
    let isCaptured =
      engine.usesGraphs && work.chunk == 0 && work.tokens <= Double(engine.graphTokens)
    return isCaptured ? 0 : kernelCount * engine.launchSeconds
  }

  private func swapSeconds(_ shape: StepShape) -> Double {
    let bytes =
      Double(shape.swappedTokens) * cacheBytesPerToken * Double(deployment.pipelineParallel)
    let rate = device.slot?.bytesPerSecond ?? 25e9
    return bytes / (0.8 * rate)
  }

  /// The guesses of a step: one after the other, each a step of the small model.
  private func draftSeconds(_ shape: StepShape) -> Double {
    guard shape.decodes > 0 else { return 0 }
    let guesses = (shape.tokens - shape.prefillTokens) / shape.decodes - 1
    guard guesses > 0 else { return 0 }
    var small = StepShape()
    small.tokens = shape.decodes
    small.decodes = shape.decodes
    small.decodeContext = shape.decodeContext
    return drafts.reduce(0) { sum, draft in
      // The guesses of one step follow one another without the host.
      sum + Double(guesses) * (draft.seconds(of: small, stage: 0, of: 1) - engine.hostSeconds)
    }
  }

  // MARK: Attention

  /// Attention of all layers on the busiest copy.
  func attentionSeconds(_ work: RankWork) -> Double {
    sights.reduce(0) { sum, sight in
      let (prefill, decode) = attention(work, sight)
      return sum + sight.count * (prefill.seconds + decode.seconds)
    }
  }

  /// One layer's attention of prompts and of sequences that decode.
  func attention(
    _ work: RankWork, _ sight: Sight
  ) -> (prefill: OperatorEstimate, decode: OperatorEstimate) {
    (prefillAttention(work, sight), decodeAttention(work, sight))
  }

  private func prefillAttention(_ work: RankWork, _ sight: Sight) -> OperatorEstimate {
    guard work.chunk > 0 else { return .nothing }
    let each = work.chunk / work.prompts
    let prefix = min(work.promptPrefix, max(0, sight.window - each / 2))
    var estimate: OperatorEstimate
    let prompts = PrefillWork(sequences: work.prompts, tokens: each, prefix: prefix)
    if model.latent != nil {
      estimate = costs.latentPrefill(prompts, heads: layers.heads.query, cache: deployment.cache)
    } else {
      estimate = costs.prefillAttention(prompts, heads: layers.heads, cache: deployment.cache)
    }
    estimate.seconds *= engine.kernelFactor
    return estimate
  }

  private func decodeAttention(_ work: RankWork, _ sight: Sight) -> OperatorEstimate {
    guard work.decodes > 0 else { return .nothing }
    let context = work.decodes * min(work.decodeContext, sight.window)
    var estimate: OperatorEstimate
    if model.latent != nil {
      estimate = costs.latentDecode(
        sequences: Int(work.decodes), context: context, heads: layers.heads.query,
        cache: deployment.cache)
    } else {
      estimate = costs.decodeAttention(
        sequences: Int(work.decodes), context: context, heads: layers.heads,
        cache: deployment.cache)
    }
    estimate.seconds *= engine.decodeFactor
    return estimate
  }
}

// MARK: Explaining

extension ModelCost {
  /// The operators of a stage for a step, each with how often it runs and what bounds it.
  public func explain(_ shape: StepShape, stage: Int, of stages: Int) -> [CostPart] {
    guard shape.tokens > 0 || shape.swappedTokens > 0 else { return [] }
    let work = RankWork(shape, ranks: deployment.attentionRanks)
    let share = 1 / Double(stages)
    var parts = parts(of: tokenCurve, at: work.tokens, layers.tokenOperators)
    if let expertCurve {
      parts += self.parts(of: expertCurve, at: Double(shape.tokens), layers.expertOperators)
    }
    parts += attentionParts(work)
    if engine.layerSeconds > 0 {
      parts.append(
        CostPart(
          "between_kernels", count: model.layers,
          seconds: Double(model.layers) * engine.layerSeconds, bound: "launch"))
    }
    let floor = launchSeconds(work) - parts.seconds
    if floor > 0 {
      parts.append(
        CostPart("launching", count: Int(kernelCount), seconds: floor, bound: "launch"))
    }
    for index in parts.indices {
      parts[index].seconds *= share
      parts[index].count = max(1, parts[index].count / stages)
    }
    return parts + ends(shape, work, stage: stage, of: stages)
  }

  private func parts(
    of curve: TokenCurve, at tokens: Double, _ operators: (Int) -> [LayerOperator]
  ) -> [CostPart] {
    guard tokens > 0 else { return [] }
    let (index, share) = TokenCurve.bracket(tokens)
    let low = index == 0 ? [] : operators(TokenCurve.places[index])
    let high = operators(TokenCurve.places[index + 1])
    var parts = high.enumerated().map { place, item in
      let before = place < low.count ? low[place].total : 0
      return CostPart(
        item.name, count: Int(item.count), seconds: before + share * (item.total - before),
        bound: item.bound, note: "\(Int(tokens.rounded(.up))) tokens")
    }
    // The curve never falls, which single operators may.
    let sum = parts.seconds
    if sum > 0 { for index in parts.indices { parts[index].seconds *= curve.at(tokens) / sum } }
    return parts
  }

  private func attentionParts(_ work: RankWork) -> [CostPart] {
    var parts: [CostPart] = []
    for sight in sights {
      let (prefill, decode) = attention(work, sight)
      let reach = sight.window.isFinite ? ", window \(Int(sight.window))" : ""
      let count = Int(sight.count)
      if prefill.seconds > 0 {
        parts.append(
          CostPart(
            "attention_prefill", count: count, seconds: prefill.seconds * sight.count,
            bound: prefill.bound.rawValue, note: "\(Int(work.chunk)) tokens\(reach)"))
      }
      if decode.seconds > 0 {
        parts.append(
          CostPart(
            "attention_decode", count: count, seconds: decode.seconds * sight.count,
            bound: decode.bound.rawValue,
            note: "\(Int(work.decodes)) sequences of \(Int(work.decodeContext))\(reach)"))
      }
    }
    return parts
  }

  private func ends(
    _ shape: StepShape, _ work: RankWork, stage: Int, of stages: Int
  ) -> [CostPart] {
    var parts: [CostPart] = []
    func add(_ name: String, _ seconds: Double, _ bound: String) {
      if seconds > 0 { parts.append(CostPart(name, count: 1, seconds: seconds, bound: bound)) }
    }
    if stage == stages - 1 {
      parts += self.parts(of: sequenceCurve, at: work.sequences, layers.sequenceOperators)
    }
    add("host", hostSeconds(work), "host")
    if stage < stages - 1 { add("send", wires.sendSeconds(bytes: work.tokens * rowBytes), "link") }
    if shape.swappedTokens > 0 { add("swap", swapSeconds(shape) / Double(stages), "link") }
    if !drafts.isEmpty, stage == 0 { add("drafts", draftSeconds(shape), "memory") }
    return parts
  }
}
