import Base
import Models

/// The Llama family: in each layer, attention with grouped heads and rotary positions, then a
/// SiLU-gated feed-forward block or a mixture of such blocks (Mixtral).
struct LlamaArchitecture: Architecture {
  static let names = ["llama"]

  let tables: TokenTables
  let cacheShape: KVShape
  private let stack: DecoderStack
  private let rotary: RotaryPositions

  init(_ reader: inout WeightReader) throws(Problem) {
    let spec = reader.spec
    tables = try reader.tokenTables()
    cacheShape = KVShape(spec)
    let factors = try reader.optionalVector("rope_freqs.weight", count: spec.headWidth / 2)
    rotary = try RotaryPositions(reader.file, spec, factors: factors)
    stack = try reader.decoderStack(rotary: rotary)
  }

  func run(_ pass: Pass) throws(Problem) -> Rows {
    pass.prepare(rotary)
    return try stack.run(pass.embed(tables.embedding), pass)
  }
}
