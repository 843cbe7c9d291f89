import Base
import Models

/// The matrix whose rows are the tokens' embeddings, and the one that turns states into logits.
struct TokenTables: Sendable {
  /// Rows are looked up.
  let embedding: WeightMatrix
  /// What states are multiplied with.
  let output: Projection
}

extension WeightReader {
  /// The two matrices; one tensor where the model shares it.
  mutating func tokenTables() throws(Problem) -> TokenTables {
    let (rows, columns) = (spec.vocabularySize, spec.width)
    let embedding = try table("token_embd.weight", rows: rows, columns: columns)
    let name = spec.sharesOutput ? "token_embd" : "output"
    let output = try projection(name, rows: rows, columns: columns)
    // Logits are made of a few chosen rows, beside the sequences' adapters.
    targets[name] = nil
    return TokenTables(embedding: embedding, output: output)
  }
}
