import Inference
import Models

/// Llama, Mixtral, Qwen 2 and Qwen 3.
struct PlainLlama: PlainModel {
  let file: GGUFFile
  let spec: ModelSpec

  func logits(_ tokens: [TokenID]) -> PlainRows {
    var stream = embedded(tokens)
    for layer in 0..<spec.layers {
      let block = "blk.\(layer)."
      stream = add(stream, attention(normed(stream, block + "attn_norm"), block))
      let x = normed(stream, block + "ffn_norm")
      stream = add(
        stream, has(block + "ffn_gate_inp.weight") ? mixture(x, block) : gated(x, block, silu))
    }
    let output = spec.sharesOutput ? "token_embd" : "output"
    return linear(output, normed(stream, "output_norm"))
  }

  private func attention(_ rows: PlainRows, _ block: String) -> PlainRows {
    var (q, k) = (linear(block + "attn_q", rows), linear(block + "attn_k", rows))
    if has(block + "attn_q_norm.weight") {
      (q, k) = (normed(q, block + "attn_q_norm"), normed(k, block + "attn_k_norm"))
    }
    let turns = frequencies(width: spec.headWidth, base: spec.ropeBase)
    let pairsHalves = spec.architecture != "llama"
    func turn(_ x: PlainRows) -> PlainRows {
      turned(x, headWidth: spec.headWidth, frequencies: turns, pairsHalves: pairsHalves)
    }
    let heads = attended(
      turn(q), turn(k), linear(block + "attn_v", rows), groups: spec.keyValueHeads,
      scale: 1 / Double(spec.headWidth).squareRoot())
    return linear(block + "attn_output", heads)
  }

  /// The two best experts by a softmax over their two scores, as Mixtral's paper puts it.
  private func mixture(_ rows: PlainRows, _ block: String) -> PlainRows {
    experts(rows, block) { scores in
      let best = greatest(2, scores)
      return Dictionary(uniqueKeysWithValues: zip(best, softmax(best.map { scores[$0] })))
    }
  }
}
