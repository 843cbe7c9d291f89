import Base
import Inference
import LuaBridge
import Models
import Tensors

/// What the forward pass of a prompt shows, as tensors.
extension LanguageModel {
  /// The embeddings of a prompt's tokens, `[T, d]`.
  func embeddings(_ prompt: Prompt) throws(Problem) -> Tensor {
    let ids = try tokens(of: prompt)
    let rows = ids.map { engine.embedding(of: $0) }
    return try Tensor(rows.flatMap { $0 }, shape: [ids.count, engine.spec.width])
  }

  /// The residual stream before the first layer and behind each, L + 1 times `[T, d]`.
  func hiddenStates(_ prompt: Prompt, _ state: LuaState) throws(Problem) -> [Tensor] {
    let ids = try tokens(of: prompt)
    var layers = [[Float]](repeating: [], count: engine.spec.layers + 1)
    try executor.look(
      at: [.embedding, .layerOutput], ids, shouldStop: state.stopQuestion
    ) { seen in
      layers[seen.tap == .embedding ? 0 : seen.layer + 1] += seen.values
    }
    return try layers.map { values throws(Problem) in
      try Tensor(values, shape: [ids.count, engine.spec.width])
    }
  }

  /// The weights with which each token of a prompt looks at those up to itself, `[T, T]`.
  func attention(_ prompt: Prompt, layer: Int, head: Int, _ state: LuaState) throws(Problem)
    -> Tensor
  {
    let ids = try tokens(of: prompt)
    let (layers, heads) = (engine.spec.layers, engine.spec.heads)
    guard (1...layers).contains(layer), (1...heads).contains(head) else {
      throw Problem(
        "there is no head \(head) in layer \(layer)",
        fix: "layers go from 1 to \(layers), heads from 1 to \(heads)")
    }
    var weights = [Float](repeating: 0, count: ids.count * ids.count)
    try executor.look(at: [.attention], ids, shouldStop: state.stopQuestion) { seen in
      guard seen.layer == layer - 1 else { return }
      for row in 0..<seen.rows / heads {
        let start = (row * heads + head - 1) * seen.columns
        let target = (seen.firstPosition + row) * ids.count
        for column in 0..<seen.columns { weights[target + column] = seen.values[start + column] }
      }
    }
    return try Tensor(weights, shape: [ids.count, ids.count])
  }
}

extension LanguageModel {
  /// The methods that show the inside, as Lua knows them.
  @MemberBuilder static var insideMembers: [ExportedMember] {
    method(
      "logits", "The logits that follow a prompt, a tensor [V].", .state,
      .value("prompt", "text, or token ids", of: Prompt.self)
    ) { model, state, prompt in
      TensorObject(try Tensor(model.logits(prompt, state)), in: state)
    }
    .example("llm.load():logits(\"The capital of France is\")")
    .detail("Element i belongs to token id i - 1: ids count from 0, elements from 1.")
    method(
      "embed_tokens", "The embeddings of a prompt's tokens, a tensor [T, d].", .state,
      .value("prompt", "text, or token ids", of: Prompt.self)
    ) { model, state, prompt in TensorObject(try model.embeddings(prompt), in: state) }
    .example("llm.load():embed_tokens(\"king queen\")")
    method(
      "hidden_states",
      "The residual stream before the first layer and behind each: L + 1 tensors [T, d].", .state,
      .value("prompt", "text, or token ids", of: Prompt.self)
    ) { model, state, prompt in
      try model.hiddenStates(prompt, state).map { TensorObject($0, in: state) }
    }
    .example("#llm.load():hidden_states(\"The capital of France is\")")
    method(
      "attention", "How much each token looks at those up to itself, a tensor [T, T].", .state,
      .value("prompt", "text, or token ids", of: Prompt.self),
      .integer("layer", "from 1", range: 1...), .integer("head", "from 1", range: 1...)
    ) { model, state, prompt, layer, head in
      TensorObject(try model.attention(prompt, layer: layer, head: head, state), in: state)
    }
    .example("llm.load():attention(\"The cat sat because it was tired\", 1, 1)")
  }
}
