import Base
import Models

/// DeepSeek V2 and V3: latent attention; plain feed-forward blocks in the first layers, then mixtures
/// of many small experts and a block that all tokens share.
struct DeepSeekArchitecture: Architecture {
  static let names = ["deepseek2"]

  let tables: TokenTables
  let cacheShape: KVShape
  private let stack: DecoderStack
  private let rotary: RotaryPositions

  init(_ reader: inout WeightReader) throws(Problem) {
    let (spec, file) = (reader.spec, reader.file)
    guard let widths = spec.latent else {
      throw Problem(
        "\(file.path): the metadata has no \"deepseek2.attention.kv_lora_rank\"",
        fix: "the file is not a whole model")
    }
    tables = try reader.tokenTables()
    cacheShape = KVShape(
      layers: spec.layers, heads: 1, keyWidth: widths.turnedWidth + widths.rank,
      valueWidth: widths.rank)
    let rotary = try RotaryPositions(file, spec)
    self.rotary = rotary
    var layers: [DecoderLayer] = []
    let routing = try Routing(deepSeek: file, spec)
    for number in 0..<spec.layers {
      layers.append(
        try reader.decoderLayer(
          number,
          attention: try reader.latentAttention(number, widths, rotary: rotary),
          feedForward: try reader.feedForwardOrMixture(number, .silu, routing)))
    }
    stack = try reader.decoderStack(layers)
  }

  func run(_ pass: Pass) throws(Problem) -> Rows {
    pass.prepare(rotary)
    return try stack.run(pass.embed(tables.embedding), pass)
  }
}

extension Routing {
  /// The rule that a file of the family states.
  fileprivate init(deepSeek file: GGUFFile, _ spec: ModelSpec) throws(Problem) {
    self.init(spec)
    let prefix = "deepseek2.expert_"
    func whole(_ key: String, _ usual: Int) throws(Problem) -> Int {
      try file.optional(prefix + key, "a whole number", \.integer) ?? usual
    }
    let function = try whole("gating_func", 1)
    switch function {
    case 1: gate = .softmax
    case 2: gate = .sigmoid
    default:
      throw Problem(
        "\(file.path): \(prefix)gating_func \(function) is not known",
        fix: "there are 1 (softmax) and 2 (sigmoid)")
    }
    normalises =
      try file.optional(prefix + "weights_norm", "a boolean", \.boolean) ?? false
    let scale = try file.optional(prefix + "weights_scale", "a number", \.double) ?? 1
    // Old files write 0 where nothing is scaled.
    self.scale = scale == 0 ? 1 : Float(scale)
    groups = try whole("group_count", 1)
    groupsUsed = try whole("group_used_count", groups)
    let experts = spec.mixture?.count ?? 1
    guard groups > 0, experts % groups == 0, groupsUsed > 0, groupsUsed <= groups,
      groupsUsed * (experts / groups) >= used
    else {
      throw Problem(
        "\(file.path): \(used) of \(experts) experts cannot be in \(groupsUsed) of \(groups) groups"
      )
    }
  }
}
