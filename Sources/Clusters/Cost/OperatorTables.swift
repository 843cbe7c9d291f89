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
  // Sums that do not depend on attention, by tokens / 8, added in the order in which Vidur adds.
  private var before: ContiguousArray<Double> = []
  private var feedForward: ContiguousArray<Double> = []
  /// The summing of results over GPUs, by tokens / 8.
  private var reduce: ContiguousArray<Double> = []

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
      reduce.append(reduced)
      before.append(operators.qkv[row] + operators.output[row] + operators.rope[row])
      let products: Double = operators.up[row] + operators.down[row] + operators.activation[row]
      feedForward.append(products + reduced + operators.secondNorm[row])
    }
  }

  /// The step's time by the tables.
  public func seconds(of shape: StepShape, stage: Int, of stages: Int) -> Double {
    let row = operators.row(tokens: shape.tokens)
    let attention =
      before[row] + decodeMilliseconds(shape) + prefillMilliseconds(shape) + reduce[row]
      + operators.firstNorm[row]
    let layer = attention + feedForward[row] + operators.add[row]
    var milliseconds = layer * Double(options.layersPerStage)
    if stage < stages - 1, !operators.sendReceive.isEmpty {
      milliseconds += operators.sendReceive[row]
    }
    return milliseconds * 1e-3
  }

  private func decodeMilliseconds(_ shape: StepShape) -> Double {
    guard shape.decodes > 0 else { return 0 }
    let time = decode.milliseconds(
      batch: shape.decodes, context: shape.decodeContext / shape.decodes)
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
    let row = operators.row(tokens: shape.tokens)
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
    if reduce[row] > 0 {
      parts.append(
        CostPart(
          "all_reduce", seconds: 2 * reduce[row] * scale,
          note: "twice per layer, \(options.tensorParallel) GPUs"))
    }
    if stage < stages - 1, !operators.sendReceive.isEmpty {
      parts.append(CostPart("send_recv", seconds: operators.sendReceive[row] * 1e-3))
    }
    return parts
  }
}
