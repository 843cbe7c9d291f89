import Base
public import LuaBridge
public import Models

extension ModelSpec: LuaExported {
  /// The name in messages and stubs.
  public static let luaName = "llm.Spec"

  /// What Lua sees of an architecture's numbers.
  public static let exported = Exported<ModelSpec>(
    "The numbers of a transformer's architecture.", example: "llm.spec(\"llama-3.1-8b\")"
  ) {
    property("name", "The model's name.") { $0.info.name }
    property("architecture", "The family, as in \"llama\".") { $0.architecture }
    property("source", "Where the numbers come from.") { $0.info.source }
    property("layers", "Layers.", unit: .layers) { $0.layers }
    property("width", "Width of the residual stream.") { $0.width }
    property("feed_forward_width", "Width of the feed-forward block.") { $0.feedForwardWidth }
    property("heads", "Query heads.", unit: .heads) { $0.heads }
    property("key_value_heads", "Key and value heads.", unit: .heads) { $0.keyValueHeads }
    property("head_width", "Width of one head.") { $0.headWidth }
    property("vocabulary_size", "Tokens in the vocabulary.", unit: .tokens) { $0.vocabularySize }
    property("context_tokens", "The longest sequence it was trained for.", unit: .tokens) {
      $0.contextLength
    }
    property("rope_base", "Base of the rotary positions' wavelengths.") { $0.ropeBase }
    property("shares_output", "True when the embedding matrix is the output matrix too.") {
      $0.sharesOutput
    }
    property("parameters", "All parameters; a shared matrix counts once.") { $0.parameters }
    property("embedding_parameters", "Parameters of the embedding matrix.") {
      $0.embeddingParameters
    }
    property("attention_parameters", "Parameters of one layer's attention.") {
      $0.attentionParameters
    }
    property("feed_forward_parameters", "Parameters of one layer's feed-forward block.") {
      $0.feedForwardParameters
    }
    property("active_parameters", "Parameters that a token uses; of a mixture, its experts only.") {
      $0.activeParameters
    }
    property("expert_parameters", "Parameters of all experts; 0 where there are none.") {
      $0.expertParameters
    }
    property("experts", "Experts in place of a feed-forward block; nil where there are none.") {
      $0.mixture?.count
    }
    property("experts_used", "Experts that a token goes through.") { $0.mixture?.used }
    property("expert_width", "Width of one expert.") { $0.mixture?.width }
    property("shared_expert_width", "Width of the block beside the experts.") {
      $0.mixture?.sharedWidth
    }
    property("dense_layers", "Layers before the first mixture.", unit: .layers) {
      $0.mixture?.denseLayers
    }
    property("latent_rank", "What latent attention keeps of keys and values; nil elsewhere.") {
      $0.latent?.rank
    }
    property("latent_query_rank", "What latent attention makes queries from.") {
      $0.latent?.queryRank
    }
    property("window_tokens", "Positions that layers with a window see.", unit: .tokens) {
      $0.window?.size
    }
    method("published", "What the makers say, and where they say it.", .state) { spec, state in
      published(spec, state)
    }
    .returns(
      "{billions: number, active_billions: number?, key_value_bytes: integer?,"
        + " training_tokens: number?, training_flops: number?, source: string}?"
    )
    .example("llm.spec(\"deepseek-v3\"):published()")
    property(
      "weight_bytes", "What the weights take: as stored, else in half precision.", unit: .bytes
    ) { $0.weightBytes.count }
    method(
      "quantised_bytes", "What the weights take at a width.",
      .number("bits_per_weight", "4.5 for q4_0, 16 for half precision", unit: .bits, range: 0...64)
    ) { $0.weightBytes(bitsPerWeight: $1).count }
    .unit(.bytes).example("llm.spec(\"llama-3.1-70b\"):quantised_bytes(4.5)")
    method(
      "key_value_bytes", "What positions take in the key-value cache.",
      .integer("positions", "how many", default: 1, range: 0...),
      .integer("bytes_per_element", "2 for half precision", unit: .bytes, default: 2, range: 1...8)
    ) { $0.keyValueBytes(bytesPerElement: $2).count * $1 }
    .unit(.bytes).example("llm.spec(\"llama-3.1-8b\"):key_value_bytes(8192)")
    method(
      "flops", "Floating-point operations of one token at a position.",
      .integer("position", "tokens before it", default: 0, range: 0...)
    ) { $0.flops(atPosition: $1) }
    .unit(.flops).example("llm.spec(\"llama-3.1-8b\"):flops(1000)")
    method(
      "prefill_flops", "Floating-point operations of reading a prompt.",
      .integer("tokens", "its length", unit: .tokens, range: 0...1_000_000_000)
    ) { $0.prefillFLOPs(tokens: $1) }
    .unit(.flops).example("llm.spec(\"llama-3.1-8b\"):prefill_flops(512)")
    method(
      "adapter_bytes", "What a low-rank adapter takes.",
      .named(
        .integer("rank", "the adapter's rank", default: 16, range: 1...65_536),
        .value(
          "targets", "matrices it changes: queries, keys, values, output, gate, up, down",
          of: [String].self, default: AdapterTarget.allCases.map(\.rawValue),
          defaultText: "all of them"),
        .integer("bytes_per_parameter", unit: .bytes, default: 2, range: 1...8))
    ) { spec, options in
      let (rank, targets, width) = options.values
      let chosen = try targets.map { try adapterTarget($0) }
      return spec.adapterBytes(rank: rank, targets: chosen, bytesPerParameter: width).count
    }
    .unit(.bytes)
    .example("llm.spec(\"llama-2-7b\"):adapter_bytes{ rank = 8 }")
    trainingMembers
  }
}

extension ModelSpec: CustomStringConvertible {
  /// Two lines with the numbers that matter.
  public var description: String {
    let millions = (Double(parameters) / 1e5).rounded() / 10
    return """
      llm.Spec \(info.name): \(millions) million parameters, \(weightBytes)
      \(layers) layers of \(width), \(heads) heads over \(keyValueHeads), \
      feed-forward \(feedForwardWidth), vocabulary \(vocabularySize), context \(contextLength)
      """
  }
}
