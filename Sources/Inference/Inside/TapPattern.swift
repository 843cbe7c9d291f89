public import Base
import Models

/// Places in the forward pass by name: "blk.3.attn.scores", "blk.*.out", "logits".
///
/// Layers count from 0 as in the names of a model file's tensors. A star stands for any text without
/// a dot; at the end, for anything.
public struct TapPattern: Sendable {
  /// A tap of one layer; 0 for what stands in no layer.
  private struct Place: Hashable {
    let tap: Tap
    let layer: Int
  }

  /// The pattern as it was written.
  public let text: String
  /// The names that it stands for.
  public let names: [String]
  private let places: Set<Place>

  /// Finds the places that a pattern names among those of a model.
  /// - Throws: A problem with the nearest names where it names none.
  public init(_ text: String, _ engine: Engine) throws(Problem) {
    var names: [String] = []
    var places: Set<Place> = []
    for tap in engine.taps {
      for layer in 0..<(tap.isInLayer ? engine.spec.layers : 1) {
        let name = tap.name(layer)
        guard Self.matches(name[...], text[...]) else { continue }
        names.append(name)
        places.insert(Place(tap: tap, layer: layer))
      }
    }
    guard !names.isEmpty else { throw Self.unknown(text, engine) }
    self.text = text
    self.names = names
    self.places = places
  }

  /// True for a place that the pattern names.
  public func contains(_ tap: Tap, _ layer: Int) -> Bool {
    places.contains(Place(tap: tap, layer: layer))
  }

  private static func matches(_ name: Substring, _ pattern: Substring) -> Bool {
    guard let sign = pattern.first else { return name.isEmpty }
    let rest = pattern.dropFirst()
    guard sign == "*" else { return name.first == sign && matches(name.dropFirst(), rest) }
    if rest.isEmpty { return true }
    var name = name
    while !matches(name, rest) {
      guard let next = name.first, next != "." else { return false }
      name = name.dropFirst()
    }
    return true
  }

  private static func unknown(_ text: String, _ engine: Engine) -> Problem {
    let layers = engine.spec.layers
    let pieces = text.split(separator: ".", omittingEmptySubsequences: false)
    let list = "layers go from 0 to \(layers - 1); m:taps() lists what can be hooked"
    guard pieces.count > 2, pieces[0] == "blk" else {
      return .unknown("place", text, among: engine.taps.map { $0.name(0) }, list: list)
    }
    // The layer is taken over, so that what is proposed differs in what was mistaken only.
    let number = Int(pieces[1])
    let isLayer = number.map { (0..<layers).contains($0) } ?? (pieces[1] == "*")
    let names = engine.taps.filter(\.isInLayer).map(\.rawValue)
    let tap = pieces[2...].joined(separator: ".")
    if !isLayer, names.contains(tap) {
      return Problem(
        "there is no layer \(pieces[1]) in \"\(text)\"", fix: "layers go from 0 to \(layers - 1)",
        kind: .missing)
    }
    let layer = isLayer ? String(pieces[1]) : "0"
    return .unknown("place", text, among: names.map { "blk.\(layer).\($0)" }, list: list)
  }
}

extension Tap {
  /// The name in hooks; layers count from 0.
  public func name(_ layer: Int) -> String {
    isInLayer ? "blk.\(layer).\(rawValue)" : rawValue
  }

  /// What stands there, and the shape of it.
  public var info: Info {
    switch self {
    case .embedding: Info(rawValue, "the looked-up embeddings [T, d]")
    case .attentionNorm: Info(rawValue, "the layer's input behind its first norm [T, d]")
    case .query: Info(rawValue, "queries, turned by their positions [T, H·D]")
    case .key: Info(rawValue, "keys, turned by their positions [T, G·D]")
    case .value: Info(rawValue, "values [T, G·D]")
    case .attention: Info(rawValue, "attention weights behind the softmax [T, H, S]; to look at")
    case .attended: Info(rawValue, "what the heads bring together [T, H·D]")
    case .attentionOutput: Info(rawValue, "what attention adds to the stream [T, d]")
    case .feedForwardNorm: Info(rawValue, "the feed-forward block's input behind its norm [T, d]")
    case .neurons: Info(rawValue, "the neurons behind their activation [T, f]")
    case .experts: Info(rawValue, "the experts' shares [T, E]")
    case .feedForwardOutput: Info(rawValue, "what the feed-forward block adds [T, d]")
    case .layerOutput: Info(rawValue, "the residual stream behind the layer [T, d]")
    case .outputNorm: Info(rawValue, "the final states behind the last norm [T, d]")
    case .logits: Info(rawValue, "the logits that were asked for [1, V]")
    }
  }
}

extension Engine {
  /// The taps that this model has.
  public var taps: [Tap] {
    let hasExperts = file.tensors.contains { $0.name.hasSuffix("ffn_gate_inp.weight") }
    return Tap.allCases.filter { $0 != .experts || hasExperts }
  }
}
