import Inference
public import Tensors

/// The families of models, each as a small one with random weights.
public enum SmallFamily: String, CaseIterable, Sendable {
  case gemma3, gpt2, qwen2, qwen3, mixtral, qwen3moe
  /// Direct queries, softmax, shares as they are, heads' matrices in one tensor.
  case deepSeekV2
  /// Queries over a short vector, sigmoid with a bias, groups of experts, YaRN.
  case deepSeekV3

  private static let (width, vocabulary) = (64, SmallModel.vocabularyCount)

  /// The model before it is written.
  public func builder(format: BlockFormat) -> SmallModel.Builder {
    switch self {
    case .gemma3: Self.gemma3(format)
    case .gpt2: Self.gpt2(format)
    case .qwen2: Self.decoder("qwen2", format, hasBiases: true)
    case .qwen3: Self.decoder("qwen3", format, hasHeadNorms: true)
    case .mixtral: Self.decoder("llama", format, experts: 4)
    case .qwen3moe: Self.decoder("qwen3moe", format, hasHeadNorms: true, experts: 6)
    case .deepSeekV2: Self.deepSeek(format, isThird: false)
    case .deepSeekV3: Self.deepSeek(format, isThird: true)
    }
  }

  private static func start(_ architecture: String, _ format: BlockFormat, layers: Int)
    -> SmallModel.Builder
  {
    var model = SmallModel.Builder(architecture, format: format)
    model.set([
      ("block_count", layers), ("context_length", 128), ("embedding_length", width),
      ("feed_forward_length", 96), ("attention.head_count", 4),
    ])
    model.matrix("token_embd", rows: vocabulary, columns: width, scale: 1)
    return model
  }

  /// Queries, keys and values of four heads over `groups`, each `head` wide.
  private static func attention(
    _ model: inout SmallModel.Builder, _ block: String, head: Int, groups: Int
  ) {
    model.matrix(block + "attn_q", rows: 4 * head, columns: width, scale: 0.2)
    model.matrix(block + "attn_k", rows: groups * head, columns: width, scale: 0.2)
    model.matrix(block + "attn_v", rows: groups * head, columns: width, scale: 0.1)
    model.matrix(block + "attn_output", rows: width, columns: 4 * head, scale: 0.1)
  }

  private static func feedForward(
    _ model: inout SmallModel.Builder, _ block: String, width f: Int = 96, suffix: String = ""
  ) {
    model.matrix(block + "ffn_gate" + suffix, rows: f, columns: width, scale: 0.1)
    model.matrix(block + "ffn_up" + suffix, rows: f, columns: width, scale: 0.1)
    model.matrix(block + "ffn_down" + suffix, rows: width, columns: f, scale: 0.1)
  }

  private static func mixture(_ model: inout SmallModel.Builder, _ block: String, count: Int) {
    model.matrix(block + "ffn_gate_inp", rows: count, columns: width, scale: 0.2)
    for (name, rows, columns) in [("gate", 32, width), ("up", 32, width), ("down", width, 32)] {
      model.stack(
        block + "ffn_\(name)_exps", count: count, rows: rows, columns: columns, scale: 0.15)
    }
  }

  private static func gemma3(_ format: BlockFormat) -> SmallModel.Builder {
    var model = start("gemma3", format, layers: 3)
    model.set([
      ("attention.head_count_kv", 1), ("attention.key_length", 32),
      ("attention.value_length", 32), ("attention.sliding_window", 7),
      ("attention.sliding_window_pattern", 3),
    ])
    model.set("rope.freq_base", 100_000)
    model.set("rope.scaling.type", .string("linear"))
    model.set("rope.scaling.factor", 4)
    model.set("attention.layer_norm_rms_epsilon", 1e-6)
    for layer in 0..<3 {
      let block = "blk.\(layer)."
      model.norm(block + "attn_norm", width)
      attention(&model, block, head: 32, groups: 1)
      model.norm(block + "attn_q_norm", 32)
      model.norm(block + "attn_k_norm", 32)
      model.norm(block + "post_attention_norm", width)
      model.norm(block + "ffn_norm", width)
      feedForward(&model, block)
      model.norm(block + "post_ffw_norm", width)
    }
    model.norm("output_norm", width)
    return model
  }

  private static func gpt2(_ format: BlockFormat) -> SmallModel.Builder {
    var model = start("gpt2", format, layers: 2)
    model.set("attention.layer_norm_epsilon", 1e-5)
    model.matrix("position_embd", rows: 128, columns: width, scale: 0.3)
    for layer in 0..<2 {
      let block = "blk.\(layer)."
      model.layerNorm(block + "attn_norm", width)
      model.matrix(block + "attn_qkv", rows: 3 * width, columns: width, scale: 0.15)
      model.bias(block + "attn_qkv", 3 * width)
      model.matrix(block + "attn_output", rows: width, columns: width, scale: 0.1)
      model.bias(block + "attn_output", width)
      model.layerNorm(block + "ffn_norm", width)
      model.matrix(block + "ffn_up", rows: 96, columns: width, scale: 0.1)
      model.bias(block + "ffn_up", 96)
      model.matrix(block + "ffn_down", rows: width, columns: 96, scale: 0.1)
      model.bias(block + "ffn_down", width)
    }
    model.layerNorm("output_norm", width)
    return model
  }

  private static func decoder(
    _ architecture: String, _ format: BlockFormat, hasBiases: Bool = false,
    hasHeadNorms: Bool = false, experts: Int = 0
  ) -> SmallModel.Builder {
    var model = start(architecture, format, layers: 2)
    model.set([("attention.head_count_kv", 2), ("attention.key_length", 24)])
    if experts > 0 {
      model.set([("expert_count", experts), ("expert_used_count", 2)])
      // Mixtral's experts are as wide as feed_forward_length says.
      model.set([
        (architecture == "llama" ? "feed_forward_length" : "expert_feed_forward_length", 32)
      ])
    }
    model.set("rope.freq_base", 5000)
    model.set("attention.layer_norm_rms_epsilon", 1e-6)
    for layer in 0..<2 {
      let block = "blk.\(layer)."
      model.norm(block + "attn_norm", width)
      attention(&model, block, head: 24, groups: 2)
      if hasBiases {
        for (name, count) in [("q", 96), ("k", 48), ("v", 48)] {
          model.bias(block + "attn_" + name, count)
        }
      }
      if hasHeadNorms {
        model.norm(block + "attn_q_norm", 24)
        model.norm(block + "attn_k_norm", 24)
      }
      model.norm(block + "ffn_norm", width)
      if experts > 0 {
        mixture(&model, block, count: experts)
      } else {
        feedForward(&model, block)
      }
    }
    model.norm("output_norm", width)
    return model
  }

  /// Heads of 32 plain and 16 turned elements with values of 32, over a vector of 32.
  private static func deepSeek(_ format: BlockFormat, isThird: Bool) -> SmallModel.Builder {
    var model = start("deepseek2", format, layers: 2)
    model.set([
      ("attention.kv_lora_rank", 32), ("rope.dimension_count", 16), ("expert_count", 8),
      ("expert_used_count", 3), ("expert_feed_forward_length", 32), ("expert_shared_count", 2),
      ("leading_dense_block_count", 1), ("attention.head_count_kv", isThird ? 1 : 4),
      ("attention.key_length", 48), ("attention.value_length", 32),
    ])
    if isThird {
      model.set([
        ("attention.q_lora_rank", 32), ("attention.key_length_mla", 48),
        ("attention.value_length_mla", 32), ("expert_gating_func", 2), ("expert_group_count", 4),
        ("expert_group_used_count", 2), ("rope.scaling.original_context_length", 32),
      ])
      model.set("expert_weights_norm", .boolean(true))
      model.set("expert_weights_scale", 2.5)
      model.set("rope.scaling.type", .string("yarn"))
      model.set("rope.scaling.factor", 4)
      model.set("rope.scaling.yarn_log_multiplier", 0.1)
    }
    model.set("attention.layer_norm_rms_epsilon", 1e-6)
    for layer in 0..<2 {
      let block = "blk.\(layer)."
      model.norm(block + "attn_norm", width)
      latentAttention(&model, block + "attn_", isThird: isThird)
      model.norm(block + "ffn_norm", width)
      if layer == 0 {
        feedForward(&model, block)
      } else {
        mixture(&model, block, count: 8)
        feedForward(&model, block, width: 64, suffix: "_shexp")
        if isThird {
          model.vector(block + "exp_probs_b.bias", 8, around: 0, spread: 0.2)
        }
      }
    }
    model.norm("output_norm", width)
    return model
  }

  private static func latentAttention(
    _ model: inout SmallModel.Builder, _ block: String, isThird: Bool
  ) {
    if isThird {
      model.matrix(block + "q_a", rows: 32, columns: width, scale: 0.2)
      model.norm(block + "q_a_norm", 32)
      model.matrix(block + "q_b", rows: 4 * 48, columns: 32, scale: 0.3)
      model.stack(block + "k_b", count: 4, rows: 32, columns: 32, scale: 0.3)
      model.stack(block + "v_b", count: 4, rows: 32, columns: 32, scale: 0.2)
    } else {
      model.matrix(block + "q", rows: 4 * 48, columns: width, scale: 0.2)
      model.matrix(block + "kv_b", rows: 4 * 64, columns: 32, scale: 0.3)
    }
    model.matrix(block + "kv_a_mqa", rows: 32 + 16, columns: width, scale: 0.2)
    model.norm(block + "kv_a_norm", 32)
    model.matrix(block + "output", rows: width, columns: 4 * 32, scale: 0.1)
  }
}
