import Inference
import Models

/// GPT-2.
struct PlainGPT2: PlainModel {
  let file: GGUFFile
  let spec: ModelSpec

  func logits(_ tokens: [TokenID]) -> PlainRows {
    var stream = zip(embedded(tokens), matrix("position_embd")).map { zip($0, $1).map(+) }
    let d = spec.width
    for layer in 0..<spec.layers {
      let block = "blk.\(layer)."
      let all = linear(block + "attn_qkv", layerNormed(stream, block + "attn_norm"))
      let heads = attended(
        all.map { Array($0[..<d]) }, all.map { Array($0[d..<2 * d]) },
        all.map { Array($0[(2 * d)...]) }, groups: spec.heads,
        scale: 1 / (Double(d) / Double(spec.heads)).squareRoot())
      stream = add(stream, linear(block + "attn_output", heads))
      let neurons = linear(block + "ffn_up", layerNormed(stream, block + "ffn_norm"))
        .map { $0.map(geluTanh) }
      stream = add(stream, linear(block + "ffn_down", neurons))
    }
    return linear("token_embd", layerNormed(stream, "output_norm"))
  }
}
