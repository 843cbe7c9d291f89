import Base
import Models
import Testing

@Suite struct HuggingFaceConfigTests {
  @Test(
    "a config gives the spec of the catalogue",
    arguments: [
      (
        "llama-3.1-8b",
        """
        {"model_type": "llama", "hidden_size": 4096, "intermediate_size": 14336,
         "num_attention_heads": 32, "num_hidden_layers": 32, "num_key_value_heads": 8,
         "vocab_size": 128256, "rope_theta": 500000.0, "tie_word_embeddings": false}
        """
      ),
      (
        "qwen2-7b",
        """
        {"model_type": "qwen2", "hidden_size": 3584, "intermediate_size": 18944,
         "num_attention_heads": 28, "num_hidden_layers": 28, "num_key_value_heads": 4,
         "vocab_size": 152064, "tie_word_embeddings": false, "sliding_window": 131072,
         "use_sliding_window": false}
        """
      ),
      (
        "deepseek-v3",
        """
        {"model_type": "deepseek_v3", "hidden_size": 7168, "intermediate_size": 18432,
         "moe_intermediate_size": 2048, "num_hidden_layers": 61, "num_attention_heads": 128,
         "num_key_value_heads": 128, "n_shared_experts": 1, "n_routed_experts": 256,
         "kv_lora_rank": 512, "q_lora_rank": 1536, "qk_rope_head_dim": 64, "v_head_dim": 128,
         "qk_nope_head_dim": 128, "num_experts_per_tok": 8, "first_k_dense_replace": 3,
         "vocab_size": 129280, "tie_word_embeddings": false}
        """
      ),
      (
        "gemma-3-270m",
        """
        {"model_type": "gemma3_text", "hidden_size": 640, "intermediate_size": 2048,
         "num_attention_heads": 4, "num_hidden_layers": 18, "num_key_value_heads": 1,
         "head_dim": 256, "vocab_size": 262144, "sliding_window": 512}
        """
      ),
      (
        "gpt2",
        """
        {"model_type": "gpt2", "n_embd": 768, "n_head": 12, "n_layer": 12, "n_positions": 1024,
         "vocab_size": 50257}
        """
      ),
    ])
  func configs(name: String, text: String) throws {
    let read = try ModelSpec(huggingFaceConfig: text, name: name)
    let known = try ModelSpec.catalog[name]
    // A router's biases are in no config.
    #expect(abs(read.parameters - known.parameters) <= 58 * 256)
    #expect(read.keyValueBytes() == known.keyValueBytes())
    #expect(read.window == known.window)
  }

  @Test(
    "what is no config is refused with its place",
    arguments: [
      ("[]", "object"), ("{}", "num_hidden_layers"),
      ("{\"num_hidden_layers\": -1}", "num_hidden_layers"),
      (
        "{\"num_hidden_layers\": 2, \"hidden_size\": 8, \"num_attention_heads\": 3, \"num_key_value_heads\": 2, \"vocab_size\": 5}",
        "share"
      ),
    ])
  func refusals(text: String, word: String) {
    do {
      _ = try ModelSpec(huggingFaceConfig: text, name: "m")
      Issue.record("read \(text)")
    } catch {
      #expect(error.description.contains(word), "\(error)")
    }
  }

  @Test func `damaged configs are errors and nothing else`() {
    let text = """
      {"model_type": "llama", "hidden_size": 4096, "intermediate_size": 14336,
       "num_attention_heads": 32, "num_hidden_layers": 32, "vocab_size": 128256}
      """
    var random = SeededRandom(seed: 7)
    for _ in 0..<2000 {
      var bytes = Array(text.utf8)
      for _ in 0..<random.nextInteger(below: 4) + 1 {
        bytes[random.nextInteger(below: bytes.count)] = UInt8(32 + random.nextInteger(below: 95))
      }
      _ = try? ModelSpec(huggingFaceConfig: String(decoding: bytes, as: UTF8.self), name: "m")
    }
  }
}
