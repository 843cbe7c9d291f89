import Inference
import Models

/// DeepSeek V2 and V3, with keys and values made for every head, as the papers define them.
struct PlainDeepSeek: PlainModel {
  let file: GGUFFile
  let spec: ModelSpec

  private var isThird: Bool { has("blk.0.attn_q_a.weight") }
  private var rank: Int { Int(number("attention.kv_lora_rank")) }
  private var turnedWidth: Int { Int(number("rope.dimension_count")) }

  func logits(_ tokens: [TokenID]) -> PlainRows {
    var stream = embedded(tokens)
    for layer in 0..<spec.layers {
      let block = "blk.\(layer)."
      stream = add(stream, attention(normed(stream, block + "attn_norm"), block))
      let x = normed(stream, block + "ffn_norm")
      let isDense = layer < Int(number("leading_dense_block_count"))
      stream = add(
        stream,
        isDense
          ? gated(x, block, silu)
          : add(gated(x, block, suffix: "_shexp", silu), experts(x, block) { shares($0, block) }))
    }
    return linear("token_embd", normed(stream, "output_norm"))
  }

  // MARK: Attention

  private func attention(_ rows: PlainRows, _ block: String) -> PlainRows {
    let (heads, width) = (spec.heads, 48)
    let plain = width - turnedWidth
    let q =
      isThird
      ? linear(
        block + "attn_q_b", normed(linear(block + "attn_q_a", rows), block + "attn_q_a_norm"))
      : linear(block + "attn_q", rows)
    let both = linear(block + "attn_kv_a_mqa", rows)
    let c = normed(both.map { Array($0[..<rank]) }, block + "attn_kv_a_norm")
    let sharedKey = turn(both.map { Array($0[rank...]) })
    let (keys, values) = headMatrices(block, plain)
    var result: PlainRows = rows.map { _ in [] }
    for head in 0..<heads {
      let own = q.map { Array($0[head * width..<(head + 1) * width]) }
      let query = zip(own, turn(own.map { Array($0[plain...]) })).map { Array($0[..<plain]) + $1 }
      let key = zip(c, sharedKey).map { multiply(keys[head], $0) + $1 }
      let sums = attended(
        query, key, c.map { multiply(values[head], $0) }, groups: 1,
        scale: mscale * mscale / Double(width).squareRoot())
      result = zip(result, sums).map { $0 + $1 }
    }
    return linear(block + "attn_output", result)
  }

  /// For each head the matrices that make its plain key and its value of c.
  private func headMatrices(_ block: String, _ plain: Int) -> (
    keys: [PlainRows], values: [PlainRows]
  ) {
    if isThird {
      // Keys lie turned over: rank rows of `plain` elements.
      let all = matrix(block + "attn_k_b")
      let keys = (0..<spec.heads).map { head in
        (0..<plain).map { element in (0..<rank).map { all[head * rank + $0][element] } }
      }
      let values = matrix(block + "attn_v_b")
      return (keys, (0..<spec.heads).map { Array(values[$0 * 32..<($0 + 1) * 32]) })
    }
    let all = matrix(block + "attn_kv_b")
    let each = plain + 32
    return (
      (0..<spec.heads).map { Array(all[$0 * each..<$0 * each + plain]) },
      (0..<spec.heads).map { Array(all[$0 * each + plain..<($0 + 1) * each]) }
    )
  }

  /// YaRN's get_mscale with mscale_all_dim = 1, which files carry as 0.1 · mscale_all_dim.
  private var mscale: Double {
    isThird ? 0.1 * 1 * logarithm(number("rope.scaling.factor")) + 1 : 1
  }

  private func turn(_ rows: PlainRows) -> PlainRows {
    turned(rows, headWidth: turnedWidth, frequencies: turns, pairsHalves: false)
  }

  /// The paper's frequencies: those of fast turns stay, those of slow ones are divided.
  private var turns: [Double] {
    let width = Double(turnedWidth)
    let fast = frequencies(width: turnedWidth, base: 10_000)
    guard isThird else { return fast }
    func dimension(_ rotations: Double) -> Double {
      let context = number("rope.scaling.original_context_length")
      return width * logarithm(context / (rotations * 2 * .pi)) / (2 * logarithm(10_000))
    }
    let low = max(dimension(32).rounded(.down), 0)
    let high = min(dimension(1).rounded(.up), width - 1)
    return fast.enumerated().map { pair, frequency in
      let ramp = min(max((Double(pair) - low) / (high - low), 0), 1)
      return frequency / number("rope.scaling.factor") * ramp + frequency * (1 - ramp)
    }
  }

  // MARK: Experts

  private func shares(_ scores: [Double], _ block: String) -> [Int: Double] {
    guard isThird else {
      let probabilities = softmax(scores)
      return Dictionary(
        uniqueKeysWithValues: greatest(3, probabilities).map { ($0, probabilities[$0]) })
    }
    let probabilities = scores.map { 1 / (1 + exponential(-$0)) }
    var ranks = zip(probabilities, vector(block + "exp_probs_b.bias")).map(+)
    // Four groups of two: a group is worth its two best, two groups are looked at.
    let groups = greatest(2, (0..<4).map { ranks[2 * $0] + ranks[2 * $0 + 1] })
    for expert in 0..<8 where !groups.contains(expert / 2) { ranks[expert] = -.infinity }
    let best = greatest(3, ranks)
    let total = best.reduce(0) { $0 + probabilities[$1] }
    return Dictionary(
      uniqueKeysWithValues: best.map { ($0, probabilities[$0] / total * 2.5) })
  }
}
