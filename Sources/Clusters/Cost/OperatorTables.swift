public import Base
public import Serving

/// Measured or predicted times of a layer's operators, looked up as Vidur looks them up.
///
/// Linear operators and collectives go by the tokens of a step rounded up to 8, decode attention by the
/// number of sequences and their mean context, prefill attention by context and chunk. Nothing else takes
/// time: no embedding, no LM head, no sampling, no processor.
public struct OperatorTables: CostModel {
  /// What the tables leave open.
  public struct Options: Hashable, Sendable {
    /// Layers that one pipeline stage has.
    public var layersPerStage: Int
    /// GPUs that share each layer; with more than one, results are summed twice per layer.
    public var tensorParallel: Int
    /// What launching a collective adds, in ms.
    public var collectiveLaunchMilliseconds: Double
    /// What several sequences in one attention call add, as a share; 0 where every head has its own keys.
    public var batchingOverhead: Double

    /// Creates options.
    public init(
      layersPerStage: Int, tensorParallel: Int = 1, collectiveLaunchMilliseconds: Double = 0.02,
      batchingOverhead: Double = 0
    ) {
      self.layersPerStage = layersPerStage
      self.tensorParallel = tensorParallel
      self.collectiveLaunchMilliseconds = collectiveLaunchMilliseconds
      self.batchingOverhead = batchingOverhead
    }
  }

  /// What the tables leave open.
  public let options: Options
  /// Linear operators by tokens.
  let operators: TokenTable
  let decode: DecodeTable
  let prefill: PrefillTable
  /// Sums that do not depend on attention, by tokens / 8, side by side.
  private var sums: ContiguousArray<Sums> = []

  /// Parts of a layer's time in the order in which Vidur adds them.
  private struct Sums: Sendable {
    let before, reduce, norm, feedForward, add, sendReceive: Double
  }

  /// Reads the three tables of a folder: `ops_by_tokens.csv`, `attn_decode.csv`, `attn_prefill.csv`.
  public init(folder: String, options: Options) throws(Problem) {
    try self.init(
      operators: TokenTable(path: "\(folder)/ops_by_tokens.csv"),
      decode: DecodeTable(path: "\(folder)/attn_decode.csv"),
      prefill: PrefillTable(path: "\(folder)/attn_prefill.csv"), options: options)
  }

  init(
    operators: TokenTable, decode: DecodeTable, prefill: PrefillTable, options: Options
  ) throws(Problem) {
    self.options = options
    self.operators = operators
    self.decode = decode
    self.prefill = prefill
    if options.tensorParallel > 1, operators.allReduce.isEmpty {
      throw Problem("the operator table has no all_reduce, which tensor parallelism needs")
    }
    for row in 0..<operators.count {
      let reduced: Double =
        options.tensorParallel > 1
        ? operators.allReduce[row] + options.collectiveLaunchMilliseconds : 0
      let products: Double = operators.up[row] + operators.down[row] + operators.activation[row]
      sums.append(
        Sums(
          before: operators.qkv[row] + operators.output[row] + operators.rope[row],
          reduce: reduced, norm: operators.firstNorm[row],
          feedForward: products + reduced + operators.secondNorm[row], add: operators.add[row],
          sendReceive: operators.sendReceive.isEmpty ? 0 : operators.sendReceive[row]))
    }
  }

  /// The step's time by the tables.
  public func seconds(of shape: StepShape, stage: Int, of stages: Int) -> Double {
    let row = sums[min(max(0, (shape.tokens + 7) >> 3 - 1), sums.count - 1)]
    let decode = decodeMilliseconds(shape)
    let prefill = prefillMilliseconds(shape)
    let attention = row.before + decode + prefill + row.reduce + row.norm
    let layer = attention + row.feedForward + row.add
    let sent = stage < stages - 1 ? row.sendReceive : 0
    return (layer * Double(options.layersPerStage) + sent) * 1e-3
  }

  private func decodeMilliseconds(_ shape: StepShape) -> Double {
    guard shape.decodes > 0 else { return 0 }
    // Division of 32 bits takes a third of the time that one of 64 bits takes.
    let mean = UInt32(truncatingIfNeeded: shape.decodeContext) / UInt32(shape.decodes)
    let time = decode.milliseconds(batch: shape.decodes, context: Int(mean))
    return shape.decodes > 1 ? time * (1 + options.batchingOverhead) : time
  }

  private func prefillMilliseconds(_ shape: StepShape) -> Double {
    guard shape.prefills > 0 else { return 0 }
    let chunk = Double(shape.prefillSquares).squareRoot().rounded(.toNearestOrEven)
    let time = prefill.milliseconds(context: shape.prefillContext64, chunk: Int(chunk))
    return shape.prefills > 1 ? time * (1 + options.batchingOverhead) : time
  }

  /// The operators of all layers of a stage.
  public func explain(_ shape: StepShape, stage: Int, of stages: Int) -> [CostPart] {
    let row = min(max(0, (shape.tokens + 7) / 8 - 1), sums.count - 1)
    let note = "\((row + 1) * 8) tokens"
    let scale = Double(options.layersPerStage) * 1e-3
    var parts = operators.linear.map { name, values in
      CostPart(name, seconds: values[row] * scale, note: note)
    }
    parts.append(
      CostPart(
        "attn_decode", seconds: decodeMilliseconds(shape) * scale,
        note: "\(shape.decodes) sequences, \(shape.decodeContext) tokens of context"))
    parts.append(
      CostPart(
        "attn_prefill", seconds: prefillMilliseconds(shape) * scale,
        note: "\(shape.prefills) sequences, \(shape.prefillTokens) tokens"))
    let reduce = sums[row].reduce
    if reduce > 0 {
      parts.append(
        CostPart(
          "all_reduce", seconds: 2 * reduce * scale,
          note: "twice per layer, \(options.tensorParallel) GPUs"))
    }
    if stage < stages - 1, !operators.sendReceive.isEmpty {
      parts.append(CostPart("send_recv", seconds: operators.sendReceive[row] * 1e-3))
    }
    return parts
  }
}
