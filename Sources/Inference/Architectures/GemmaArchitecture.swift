import Base
import Models

/// Gemma 3: windows in most layers, with rotary positions of their own; norms of heads, and of what
/// each block adds; a gate by GELU; embeddings that are multiplied with the root of their width.
///
/// Files store the norms' weights with the 1 that Gemma adds to them.
struct GemmaArchitecture: Architecture {
  static let names = ["gemma3"]

  let tables: TokenTables
  let cacheShape: KVShape
  private let stack: DecoderStack
  /// Of layers that see everything, and of those with a window.
  private let globalRotary: RotaryPositions
  private let localRotary: RotaryPositions

  init(_ reader: inout WeightReader) throws(Problem) {
    let (spec, file) = (reader.spec, reader.file)
    tables = try reader.tokenTables()
    cacheShape = KVShape(spec)
    let global = try RotaryPositions(file, spec, pairsHalves: true)
    let base = try file.optional("gemma3.rope.freq_base_swa", "a number", \.double) ?? 10_000
    // Stretching a model's context stretches the turns of the global layers only.
    let local = RotaryPositions(width: 2 * global.frequencies.count, base: base, pairsHalves: true)
    (globalRotary, localRotary) = (global, local)
    var layers: [DecoderLayer] = []
    for number in 0..<spec.layers {
      var shape = AttentionShape(spec, layer: number)
      // The 27B model alone divides by the root of d/H instead of the head's width; it is known by
      // its layers, for files do not say it.
      if spec.layers == 62 { shape.scale = 1 / Float(spec.width / spec.heads).squareRoot() }
      var layer = try reader.decoderLayer(
        number,
        attention: try reader.attention(number, shape, rotary: shape.window == 0 ? global : local),
        feedForward: try reader.feedForward(number, .geluTanh))
      layer.attentionOutputNorm = try reader.rmsNorm(
        "blk.\(number).post_attention_norm", count: spec.width)
      layer.feedForwardOutputNorm = try reader.rmsNorm(
        "blk.\(number).post_ffw_norm", count: spec.width)
      layers.append(layer)
    }
    stack = try reader.decoderStack(layers)
  }

  func run(_ pass: Pass) throws(Problem) -> Rows {
    pass.prepare(globalRotary)
    pass.prepare(localRotary)
    let stream = pass.embed(tables.embedding)
    scale(stream, by: Float(stream.columns).squareRoot())
    return try stack.run(stream, pass)
  }
}
