import Base
import CTensors

/// A vector for each position that is added to the embedding of the token there (GPT-2).
struct LearnedPositions: Sendable {
  let table: WeightMatrix

  /// Adds the rows' positions to their embeddings.
  func add(to stream: Rows, _ pass: Pass) {
    let mark = pass.arena.mark
    defer { pass.arena.reset(to: mark) }
    let vectors = pass.rows(stream.columns)
    pass.timed(.embed, bytes: pass.count * table.bytesPerRow) {
      for (row, position) in pass.positions.enumerated() {
        table.unpackRow(position, into: vectors.row(row))
      }
      accumulate(vectors, to: stream)
    }
  }
}
