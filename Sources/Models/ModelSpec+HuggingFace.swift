public import Base

extension ModelSpec {
  /// Reads an architecture from the `config.json` of a Hugging Face repository.
  ///
  /// Llama, Mistral, Mixtral, Qwen2, Qwen3 and their mixtures, Gemma 1 to 3, GPT-2 and DeepSeek V2 and
  /// V3 are known; others are read as Llama's kind when they have its keys. A text model inside a
  /// multimodal one (`text_config`) is taken.
  public init(huggingFaceConfig text: String, name: String) throws(Problem) {
    let root = try JSONValue(parsing: text, file: name)
    guard root.object != nil else { throw Problem("\(name): a config.json is an object") }
    let keys = ConfigKeys(root["text_config"] ?? root, name: name)
    let family = keys.text("model_type") ?? "llama"
    let isGPT2 = family == "gpt2"
    let layers = try keys.whole(["num_hidden_layers", "n_layer"], 1...10_000)
    let width = try keys.whole(["hidden_size", "n_embd"], 1...1_000_000)
    let heads = try keys.whole(["num_attention_heads", "n_head"], 1...65_536)
    let latent = try keys.latent()
    let groups =
      latent == nil ? try keys.optional(["num_key_value_heads"], 1...65_536) ?? heads : heads
    guard heads % groups == 0 else {
      throw Problem("\(name): \(heads) query heads cannot share \(groups) key heads")
    }
    let plainHead = try keys.optional(["head_dim"], 1...65_536) ?? width / heads
    let headWidth = latent.map { $0.plainWidth + $0.turnedWidth } ?? max(1, plainHead)
    let feedForward =
      try keys.optional(["intermediate_size", "n_inner"], 0...10_000_000) ?? 4 * width
    let mixture = try keys.mixture(layers: layers, feedForward: feedForward)
    let context =
      try keys.optional(["max_position_embeddings", "n_positions"], 1...1 << 30) ?? 4096
    self.init(
      info: Info(name, "\(family) model of \(layers) layers", source: "config.json of \(name)"),
      architecture: family, layers: layers, width: width, feedForwardWidth: feedForward,
      heads: heads, keyValueHeads: groups, headWidth: headWidth,
      vocabularySize: try keys.whole(["vocab_size"], 1...10_000_000), contextLength: context,
      ropeBase: keys.number("rope_theta") ?? 10_000,
      normEpsilon: keys.number("rms_norm_eps") ?? keys.number("layer_norm_epsilon") ?? 1e-5,
      sharesOutput: keys.flag("tie_word_embeddings") ?? (isGPT2 || family.hasPrefix("gemma")),
      isGated: !isGPT2, mixture: mixture, latent: latent, window: try keys.window(family: family),
      otherParameters: Self.others(
        family, layers: layers, width: width, heads: heads, groups: groups, head: headWidth,
        feedForward: feedForward, context: context, latent: latent))
  }

  /// Norms, biases and learned positions of a family.
  private static func others(
    _ family: String, layers: Int, width: Int, heads: Int, groups: Int, head: Int,
    feedForward: Int, context: Int, latent: LatentAttention?
  ) -> Int {
    var perLayer = 2 * width
    switch family {
    case "gpt2":
      return layers * (4 * width + 3 * width + 2 * width + feedForward) + 2 * width
        + context * width
    case "qwen2", "qwen2_moe": perLayer += (heads + 2 * groups) * head
    case "qwen3", "qwen3_moe": perLayer += 2 * head
    case "gemma2": perLayer += 2 * width
    case "gemma3", "gemma3_text": perLayer += 2 * width + 2 * head
    default: break
    }
    if let latent { perLayer += latent.rank + (latent.queryRank ?? 0) }
    return layers * perLayer + width
  }
}

/// Reads numbers of a config and holds them against what is possible.
private struct ConfigKeys {
  let value: JSONValue
  let name: String

  init(_ value: JSONValue, name: String) {
    self.value = value
    self.name = name
  }

  func text(_ key: String) -> String? { value[key]?.string }
  func number(_ key: String) -> Double? { value[key]?.double }
  func flag(_ key: String) -> Bool? { value[key]?.boolean }

  /// A whole number by the first of its spellings that is there.
  func optional(_ keys: [String], _ range: ClosedRange<Int>) throws(Problem) -> Int? {
    for key in keys {
      guard let found = value[key], found != .null else { continue }
      guard let number = found.integer, range.contains(number) else {
        throw Problem(
          "\(name): \"\(key)\" is \(found.formatted()), expected a whole number from "
            + "\(range.lowerBound) to \(range.upperBound)")
      }
      return number
    }
    return nil
  }

  func whole(_ keys: [String], _ range: ClosedRange<Int>) throws(Problem) -> Int {
    guard let number = try optional(keys, range) else {
      throw Problem(
        "\(name): there is no \"\(keys[0])\"", fix: "is this the config.json of a model?")
    }
    return number
  }

  /// Experts, by Mixtral's, Qwen's or DeepSeek's names.
  func mixture(layers: Int, feedForward: Int) throws(Problem) -> Mixture? {
    let names = ["num_local_experts", "num_experts", "n_routed_experts"]
    guard let count = try optional(names, 0...65_536), count > 1 else { return nil }
    let used = try whole(["num_experts_per_tok"], 1...count)
    let width = try optional(["moe_intermediate_size"], 1...10_000_000) ?? feedForward
    let shared = try optional(["shared_expert_intermediate_size"], 0...10_000_000)
    let sharedCount = try optional(["n_shared_experts"], 0...1024) ?? 0
    return Mixture(
      count: count, used: used, width: width, sharedWidth: shared ?? sharedCount * width,
      denseLayers: try optional(["first_k_dense_replace"], 0...layers) ?? 0)
  }

  /// Latent attention, by DeepSeek's names.
  func latent() throws(Problem) -> LatentAttention? {
    guard let rank = try optional(["kv_lora_rank"], 1...65_536) else { return nil }
    return LatentAttention(
      rank: rank, queryRank: try optional(["q_lora_rank"], 1...65_536),
      plainWidth: try whole(["qk_nope_head_dim"], 1...65_536),
      turnedWidth: try whole(["qk_rope_head_dim"], 1...65_536),
      valueWidth: try whole(["v_head_dim"], 1...65_536))
  }

  /// Sliding windows, unless they are switched off.
  func window(family: String) throws(Problem) -> SlidingWindow? {
    guard let size = try optional(["sliding_window"], 1...1 << 30) else { return nil }
    if flag("use_sliding_window") == false { return nil }
    switch family {
    case "gemma2": return SlidingWindow(size: size, globalEvery: 2)
    case "gemma3", "gemma3_text":
      return SlidingWindow(
        size: size, globalEvery: try optional(["sliding_window_pattern"], 1...1000) ?? 6)
    case "mistral": return SlidingWindow(size: size)
    default: return nil
    }
  }
}
