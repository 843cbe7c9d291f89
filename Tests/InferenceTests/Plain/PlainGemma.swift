import Inference
import Models

/// Gemma 3.
struct PlainGemma: PlainModel {
  let file: GGUFFile
  let spec: ModelSpec

  func logits(_ tokens: [TokenID]) -> PlainRows {
    let root = Double(spec.width).squareRoot()
    var stream = embedded(tokens).map { $0.map { $0 * root } }
    for layer in 0..<spec.layers {
      let block = "blk.\(layer)."
      let heads = attention(normed(stream, block + "attn_norm"), block, layer)
      stream = add(stream, normed(heads, block + "post_attention_norm"))
      let fed = gated(normed(stream, block + "ffn_norm"), block, geluTanh)
      stream = add(stream, normed(fed, block + "post_ffw_norm"))
    }
    return linear("token_embd", normed(stream, "output_norm"))
  }

  private func attention(_ rows: PlainRows, _ block: String, _ layer: Int) -> PlainRows {
    let width = Int(number("attention.key_length"))
    let isGlobal = (layer + 1) % Int(number("attention.sliding_window_pattern")) == 0
    let turns =
      isGlobal
      ? frequencies(width: width, base: number("rope.freq_base"))
        .map { $0 / number("rope.scaling.factor") }
      : frequencies(width: width, base: 10_000)
    func turn(_ x: PlainRows, _ name: String) -> PlainRows {
      turned(
        normed(linear(block + name, x), block + name + "_norm"), headWidth: width,
        frequencies: turns, pairsHalves: true)
    }
    let heads = attended(
      turn(rows, "attn_q"), turn(rows, "attn_k"), linear(block + "attn_v", rows), groups: 1,
      scale: 1 / Double(width).squareRoot(),
      window: isGlobal ? .max : Int(number("attention.sliding_window")))
    return linear(block + "attn_output", heads)
  }
}
