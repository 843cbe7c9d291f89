public import Base
import Models
import Tensors

/// What one part of a model is made of: the tensors that its file has for it, and what runs over them.
public struct LayerSheet: Sendable {
  /// One weight tensor.
  public struct Weight: Sendable {
    /// The name in the file.
    public let name: String
    /// The lengths, rows first; a matrix [rows, columns] turns columns into rows.
    public let shape: [Int]
    /// How its numbers are stored.
    public let format: String
    /// What it takes in the file.
    public let bytes: Bytes
  }

  /// The name that its tensors begin with: "blk.0", "token_embd", "output".
  public let name: String
  /// The layer from 1; nil for what stands before and behind the layers.
  public let number: Int?
  /// The operations in the order they run, by the names of a profile.
  public let operations: [StepProfile.Operation]
  /// The tensors in the file's order.
  public let weights: [Weight]

  /// What its tensors take in the file.
  public var bytes: Bytes { Bytes(weights.reduce(0) { $0 + $1.bytes.count }) }
  /// The number of its weights.
  public var parameters: Int { weights.reduce(0) { $0 + $1.shape.reduce(1, *) } }
  /// The formats of its matrices, each once.
  public var formats: [String] {
    var seen: [String] = []
    for weight in weights where weight.shape.count > 1 && !seen.contains(weight.format) {
      seen.append(weight.format)
    }
    return seen
  }
}

extension LayerSheet {
  /// A tensor's name behind the layer's.
  public func tail(of weight: Weight) -> Substring {
    number == nil ? Substring(weight.name) : weight.name.dropFirst(name.count + 1)
  }

  /// True for a layer that has the same tensors in the same shapes and formats.
  public func isLike(_ other: LayerSheet) -> Bool {
    guard (number == nil) == (other.number == nil), weights.count == other.weights.count,
      number != nil || name == other.name
    else { return false }
    return zip(weights, other.weights).allSatisfy {
      tail(of: $0) == other.tail(of: $1) && $0.shape == $1.shape && $0.format == $1.format
    }
  }

  /// The operation that reads a tensor.
  public func operation(of weight: Weight) -> StepProfile.Operation {
    let known: [(String, StepProfile.Operation)] = [
      ("token_embd", .embed), ("position_embd", .embed), ("output_norm", .norm),
      ("output", .logits), ("attn_norm", .norm), ("attn_output", .attentionOutput),
      ("ffn_norm", .norm), ("ffn_gate_inp", .router), ("ffn_down", .down), ("ffn_gate", .gateUp),
      ("ffn_up", .gateUp), ("post_", .norm), ("rope", .rope),
    ]
    let tail = tail(of: weight)
    return known.first { tail.hasPrefix($0.0) }?.1 ?? .queriesKeysValues
  }
}

extension Engine {
  /// What the embedding, each layer and the output are made of.
  public var sheets: [LayerSheet] {
    var result = [sheet("token_embd", nil) + sheet("position_embd", nil)]
    for layer in 0..<spec.layers { result.append(sheet("blk.\(layer).", layer + 1)) }
    result.append(sheet("output", nil))
    return result.map { weights in
      LayerSheet(
        name: weights.name, number: weights.number, operations: operations(weights),
        weights: weights.weights)
    }
  }

  private typealias Part = (name: String, number: Int?, weights: [LayerSheet.Weight])

  private func sheet(_ prefix: String, _ number: Int?) -> Part {
    let weights = file.tensors.filter { $0.name.hasPrefix(prefix) }.map { tensor in
      LayerSheet.Weight(
        name: tensor.name, shape: tensor.dimensions.reversed(),
        format: tensor.type.format?.info.name ?? tensor.type.name,
        bytes: Bytes(tensor.range.count))
    }
    return (prefix.hasSuffix(".") ? String(prefix.dropLast()) : prefix, number, weights)
  }

  /// What runs, told from the tensors that are there.
  private func operations(_ part: Part) -> [StepProfile.Operation] {
    guard part.number != nil else {
      return part.name == "output" ? [.norm, .logits] : [.embed]
    }
    func has(_ piece: String) -> Bool {
      part.weights.contains { $0.name.dropFirst(part.name.count + 1).hasPrefix(piece) }
    }
    let turns = !file.tensors.contains { $0.name.hasPrefix("position_embd") }
    var result: [StepProfile.Operation] = has("attn_norm") ? [.norm] : []
    result.append(.queriesKeysValues)
    if turns { result.append(.rope) }
    result += [.attention, .attentionOutput, .add]
    if has("ffn_norm") { result.append(.norm) }
    if has("ffn_gate_inp") { result.append(.router) }
    return result + [.gateUp, .activation, .down, .add]
  }
}

private func + (
  a: (name: String, number: Int?, weights: [LayerSheet.Weight]),
  b: (name: String, number: Int?, weights: [LayerSheet.Weight])
) -> (name: String, number: Int?, weights: [LayerSheet.Weight]) {
  (a.name, a.number, a.weights + b.weights)
}
