import Base
import Inference

/// `minilm.json`: sentence embeddings of an encoder model, their cosines, and WordPiece ids.
struct LLMEmbeddingReference: ReferenceFile {
  let folder = "llm"
  let name = "minilm.json"

  /// The README's tolerances, and for sums of 384 numbers what those allow; values are rounded to 1e-6,
  /// sums and norms to 1e-5.
  private static let element = 1e-5
  private static let cosine = 1e-4
  private static let sum = 1e-3

  func check(_ document: JSONValue) throws(Problem) -> ReferenceTally? {
    guard let path = try? ModelStore().find("all-minilm-l6-v2") else { return nil }
    let embedder = try Embedder(path: path)
    var tally = ReferenceTally()
    let rows = try document.list("rows")
    let texts = try rows.map { row throws(Problem) in try row.text("text") }
    let embeddings = try embedder.embed(texts)
    for (row, (text, embedding)) in zip(rows, zip(texts, embeddings)) {
      let ids = try row.tokens("ids")
      let ours = embedder.tokens(of: text)
      tally.count(ours == ids, "\(excerpt(text)): expected \(ids), got \(ours)")
      try compare(row, text, embedding, &tally)
    }
    for row in document["wordpiece"] == nil ? [] : try document.list("wordpiece") {
      let (text, ids) = (try row.text("text"), try row.tokens("ids"))
      let ours = embedder.tokens(of: text)
      tally.count(ours == ids, "\(excerpt(text)): expected \(ids), got \(ours)")
    }
    // One at a time is what the reference did; a batch must not change anything.
    for (text, embedding) in zip(texts, embeddings) {
      let alone = try embedder.embed([text])[0]
      let off = zip(alone, embedding).map { abs(Double($0) - Double($1)) }.max() ?? .infinity
      tally.count(off <= Self.element, "\(excerpt(text)): off by \(off) when alone")
    }
    try compareCosines(document, embeddings, &tally)
    return tally
  }

  private func compare(
    _ row: JSONValue, _ text: String, _ embedding: [Float], _ tally: inout ReferenceTally
  ) throws(Problem) {
    let first = try row.numbers("first8")
    let worst = zip(embedding, first).map { abs(Double($0) - $1) }.max() ?? .infinity
    tally.count(
      embedding.count >= first.count && worst <= Self.element,
      "\(excerpt(text)): a value is off by \(worst)")
    let sum = embedding.reduce(0.0) { $0 + Double($1) }
    let off = abs(sum - (try row.number("sum")))
    tally.count(off <= Self.sum, "\(excerpt(text)): the sum is off by \(off)")
  }

  private func compareCosines(
    _ document: JSONValue, _ embeddings: [[Float]], _ tally: inout ReferenceTally
  ) throws(Problem) {
    if document["cosine"] == nil { return }
    for (i, row) in try document.list("cosine").enumerated() where i < embeddings.count {
      for (j, value) in (row.array ?? []).enumerated() where j < embeddings.count {
        let ours = Embedder.similarity(embeddings[i], embeddings[j])
        let off = abs(ours - (value.double ?? .nan))
        tally.count(off <= Self.cosine, "cosine of \(i + 1) and \(j + 1): off by \(off)")
      }
    }
  }
}
