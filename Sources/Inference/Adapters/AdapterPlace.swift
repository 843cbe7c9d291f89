/// Where a tensor of a PEFT file belongs.
struct AdapterPlace {
  /// The module in the model's first home, as in "model.layers.3.self_attn.q_proj".
  let module: String
  /// The model file's tensor without ".weight", as in "blk.3.attn_q".
  let target: String
  /// True for A, false for B.
  let isA: Bool

  /// What a name looks like.
  static let example = "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight"

  /// Modules of a layer in the first homes of the families, and the tensors that hold them here.
  private static let tensors = [
    "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output", "self_attn.qkv_proj": "attn_qkv",
    "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
    "attn.c_attn": "attn_qkv", "attn.c_proj": "attn_output", "mlp.c_fc": "ffn_up",
    "mlp.c_proj": "ffn_down",
  ]

  /// Reads a tensor's name; nil for one that is no half of a layer's matrix.
  init?(tensor: String) {
    var name = tensor[...]
    for prefix in ["base_model.model."] where name.hasPrefix(prefix) {
      name = name.dropFirst(prefix.count)
    }
    let endings = [
      (".lora_A.weight", true), (".lora_A.default.weight", true), (".lora_B.weight", false),
      (".lora_B.default.weight", false),
    ]
    guard let ending = endings.first(where: { name.hasSuffix($0.0) }) else { return nil }
    isA = ending.1
    name = name.dropLast(ending.0.count)
    module = String(name)
    // "model.layers.3.self_attn.q_proj" or "transformer.h.3.attn.c_attn".
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard let stack = parts.firstIndex(where: { $0 == "layers" || $0 == "h" }),
      stack + 2 < parts.count, let layer = Int(parts[stack + 1]), layer >= 0,
      let known = Self.tensors[parts[(stack + 2)...].joined(separator: ".")]
    else { return nil }
    target = "blk.\(layer).\(known)"
  }
}
