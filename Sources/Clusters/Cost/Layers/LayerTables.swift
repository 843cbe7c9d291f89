public import Base
public import Serving

/// The time of a step from measurements of a model's layers on one GPU: operators by tokens, attention by four
/// quantities, the output matrix and the sampler by sequences, experts by tokens and how many are reached.
///
/// Between measured points times are straight, at the points exact. Sequences that decode have different
/// contexts, and the table has one: their mean is taken, which is right as far as attention is bound by the
/// bytes of keys and values. Several chunks in a step are looked up as one of as many tokens whose
/// context makes as many pairs.
public struct LayerTables: CostModel {
  /// What the tables leave open.
  public struct Options: Hashable, Sendable {
    /// Layers of the model.
    public var layers: Int
    /// The width of the residual stream, which collectives move.
    public var width: Int
    /// GPUs that share each layer; the tables are those of one of them.
    public var tensorParallel = 1
    /// Copies of attention that take sequences in turn and share the experts; 1 for none.
    public var attentionRanks = 1
    /// The experts of a layer; nothing for a plain model.
    public var experts: ExpertReach?
    /// GPUs among which the experts are divided.
    public var expertParallel = 1
    /// What joins the GPUs.
    public var link = RingLink.pcie5Host
    /// Seconds of a step in which the GPU waits for the host.
    public var hostSeconds = LayerTables.vllmHostSeconds

    /// States a model of so many layers of a width, on one GPU.
    public init(layers: Int, width: Int) {
      precondition(layers >= 1 && width >= 1, "\(layers) layers of width \(width)")
      self.layers = layers
      self.width = width
    }
  }

  /// What vLLM 0.19 leaves a GPU idle between steps, for all models and machines.
  ///
  /// It plans the next step while one runs, so that only the hand-over remains.
  public static let vllmHostSeconds = 0.3e-3

  /// How unevenly popular experts are of a model trained with a balancing loss: the standard deviation of the
  /// logarithm of an expert's share, so that one in six is e times as popular as the middle one.
  public static let expertSpread = 1.0

  /// What the tables leave open.
  public let options: Options
  private let columns: LayerColumns
  /// Sums over the operators of a layer, by tokens, as far as measurements go.
  private let layerSums: ContiguousArray<Double>

  /// Reads the files whose paths begin with `prefix`, as in "ops/lss_rtx4090_llama-3.1-8b_tp1".
  public init(prefix: String, options: Options) throws(Problem) {
    let columns = try LayerColumns(prefix: prefix, hasExperts: options.experts != nil)
    self.columns = columns
    self.options = options
    let largest = columns.perLayer.compactMap(\.curve.places.last).min() ?? 1
    guard largest <= 1_048_576 else { throw Problem("\(prefix): a row for \(largest) tokens") }
    layerSums = ContiguousArray(
      (0...Int(largest)).map { tokens in
        columns.perLayer.reduce(0) { $0 + Double($1.count) * $1.curve.at(Double(tokens)) }
      })
  }

  /// The step's time by the tables; of several stages each has as many layers.
  public func seconds(of shape: StepShape, stage: Int, of stages: Int) -> Double {
    guard shape.tokens > 0 else { return 0 }
    let work = RankWork(shape, ranks: options.attentionRanks)
    let layer =
      linearSeconds(work.tokens) + attentionSeconds(work) + commSeconds(work)
      + expertSeconds(shape)
    var seconds = layer * Double(options.layers) / Double(stages)
    seconds += options.hostSeconds / Double(stages)
    if stage == 0 { seconds += sum(columns.perStep, at: work.tokens, named: "embedding") }
    if stage == stages - 1 {
      seconds += sum(columns.perStep, at: work.tokens, named: "final_layernorm")
      seconds += columns.perSequence.reduce(0) { $0 + $1.curve.at(work.sequences) }
    }
    return seconds
  }

  private func sum(_ list: [LayerColumns.Operator], at place: Double, named name: String) -> Double
  {
    list.reduce(0) { $1.name == name ? $0 + $1.curve.at(place) : $0 }
  }

  private func linearSeconds(_ tokens: Double) -> Double {
    let index = Int(tokens.rounded(.up))
    let last = layerSums.count - 1
    return index <= last ? layerSums[index] : layerSums[last] * (tokens / Double(last))
  }

  private func attentionSeconds(_ work: RankWork) -> Double {
    columns.attention.at(
      chunk: work.chunk, prefillContext: work.prefillContext, decodes: work.decodes,
      decodeContext: work.decodeContext)
  }

  /// Sums after attention and after the feed-forward block, or the way to the experts and back.
  private func commSeconds(_ work: RankWork) -> Double {
    let bytes = work.tokens * Double(options.width) * 2
    var seconds = 0.0
    if options.tensorParallel > 1 {
      seconds +=
        2 * options.link.allReduceSeconds(bytes: bytes, devices: options.tensorParallel)
    }
    if let experts = options.experts, options.attentionRanks > 1 {
      // What comes in has the router's scores beside it.
      let scores = work.tokens * Double(experts.count) * 2
      seconds +=
        options.link.gatherSeconds(localBytes: bytes + scores, devices: options.attentionRanks)
        + options.link.gatherSeconds(localBytes: bytes, devices: options.attentionRanks)
    }
    return seconds
  }

  private func expertSeconds(_ shape: StepShape) -> Double {
    guard let experts = options.experts, let grid = columns.experts else { return 0 }
    // Each GPU sees all tokens of the step and has its part of the experts.
    let tokens = Double(shape.tokens)
    let reached = experts.reached(byTokens: tokens) / Double(options.expertParallel)
    return grid.at(tokens: tokens, experts: reached)
  }

  /// The operators of a stage, those of its layers first.
  public func explain(_ shape: StepShape, stage: Int, of stages: Int) -> [CostPart] {
    guard shape.tokens > 0 else { return [] }
    let work = RankWork(shape, ranks: options.attentionRanks)
    let layers = Double(options.layers) / Double(stages)
    let note = "\(Int(work.tokens.rounded(.up))) tokens"
    // The table of sums is by whole tokens; so are its parts.
    let tokens = work.tokens.rounded(.up)
    var parts = columns.perLayer.map {
      CostPart(
        $0.name, count: $0.count * options.layers / stages,
        seconds: Double($0.count) * $0.curve.at(tokens) * layers, note: note)
    }
    func add(_ name: String, _ seconds: Double, _ note: String, perLayer: Bool = true) {
      guard seconds > 0 else { return }
      parts.append(
        CostPart(
          name, count: perLayer ? options.layers / stages : 1,
          seconds: perLayer ? seconds * layers : seconds, note: note))
    }
    add(
      "attention", attentionSeconds(work),
      "\(shape.prefillTokens) tokens of prompts, \(shape.decodes) decodes")
    add("collectives", commSeconds(work), "\(options.tensorParallel * options.attentionRanks) GPUs")
    add("experts", expertSeconds(shape), "\(shape.tokens) tokens")
    add("host", options.hostSeconds / Double(stages), "", perLayer: false)
    for item in columns.perStep where item.name == "embedding" ? stage == 0 : stage == stages - 1 {
      add(item.name, item.curve.at(work.tokens), note, perLayer: false)
    }
    for item in columns.perSequence where stage == stages - 1 {
      let sequences = "\(Int(work.sequences)) sequences"
      add(item.name, item.curve.at(work.sequences), sequences, perLayer: false)
    }
    return parts
  }
}

/// What the busiest of several copies of attention has of a step: sequences are dealt out in turn.
struct RankWork {
  let tokens, chunk, prefillContext, decodes, decodeContext, sequences: Double
  /// Prompts that the chunk is of, and the context that equal ones would have.
  let prompts, promptPrefix: Double

  init(_ shape: StepShape, ranks: Int) {
    let prefills = (shape.prefills + ranks - 1) / ranks
    let share = shape.prefills > 0 ? Double(prefills) / Double(shape.prefills) : 0
    chunk = Double(shape.prefillTokens) * share
    let decoding = (shape.decodes + ranks - 1) / ranks
    decodes = Double(decoding)
    let drafted = Double(shape.tokens - shape.prefillTokens)
    let perDecode = shape.decodes > 0 ? drafted / Double(shape.decodes) : 0
    tokens = chunk + decodes * perDecode
    // One chunk of c tokens on a context of k makes c·k + c(c+1)/2 pairs.
    let pairs = Double(shape.prefillPairs) * share
    prefillContext = chunk > 0 ? max(0, pairs / chunk - (chunk + 1) / 2) : 0
    prompts = Double(prefills)
    let each = prompts > 0 ? chunk / prompts : 0
    promptPrefix = chunk > 0 ? max(0, pairs / chunk - (each + 1) / 2) : 0
    decodeContext = shape.decodes > 0 ? Double(shape.decodeContext) / Double(shape.decodes) : 0
    sequences = decodes + Double(prefills)
  }
}
