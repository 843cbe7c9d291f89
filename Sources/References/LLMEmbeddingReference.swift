import Base

/// `minilm.json`: sentence embeddings of an encoder model, which the engine does not run.
struct LLMEmbeddingReference: ReferenceFile {
  let folder = "llm"
  let name = "minilm.json"

  func check(_ document: JSONValue) throws(Problem) -> ReferenceTally? { nil }
}
