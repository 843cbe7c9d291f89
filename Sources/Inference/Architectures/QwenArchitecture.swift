import Base
import Models

/// Qwen 2 and 3: Llama's layers with the halves of a head turned against each other; Qwen 2 adds
/// biases to queries, keys and values, Qwen 3 norms each head's queries and keys, and has mixtures.
struct QwenArchitecture: Architecture {
  static let names = ["qwen2", "qwen3", "qwen3moe"]

  let tables: TokenTables
  let cacheShape: KVShape
  private let stack: DecoderStack
  private let rotary: RotaryPositions

  init(_ reader: inout WeightReader) throws(Problem) {
    let spec = reader.spec
    tables = try reader.tokenTables()
    cacheShape = KVShape(spec)
    rotary = try RotaryPositions(reader.file, spec, pairsHalves: true)
    stack = try reader.decoderStack(rotary: rotary)
  }

  func run(_ pass: Pass) throws(Problem) -> Rows {
    pass.prepare(rotary)
    return try stack.run(pass.embed(tables.embedding), pass)
  }
}
