import Base
import Inference

/// The vectors of `llm/`: tokens, logits, greedy text and the inside of a forward pass of a real model.
enum LanguageModelReferences {
  static var files: [any ReferenceFile] {
    let model = ReferenceModel()
    return [
      LLMTokenizeReference(model: model), LLMLogitsReference(model: model),
      LLMGreedyReference(model: model), LLMTraceReference(model: model), LLMEmbeddingReference(),
    ]
  }
}

/// The model that a document was made with, opened once for all files.
final class ReferenceModel {
  private var engines: [String: Engine] = [:]

  /// Opens the model file that a document names, from the store.
  func engine(for document: JSONValue, _ arithmetic: Arithmetic = .exact) throws(Problem) -> Engine
  {
    guard let file = document["model"]?["file"]?.string else {
      throw Problem("the document names no model file")
    }
    let key = "\(arithmetic.rawValue) \(file)"
    if let engine = engines[key] { return engine }
    let store = ModelStore()
    let known = KnownModel.catalog.elements.first { $0.fileName == file }
    let path = try store.find(known?.info.name ?? file)
    if let size = document["model"]?["bytes"]?.integer, FileIO.size(path) != size {
      throw Problem("\(path) has not the \(size) bytes of the reference's model")
    }
    let engine = try Engine(path: path, arithmetic: arithmetic)
    engines[key] = engine
    return engine
  }
}

/// Reads the parts of a document; the error names what is missing.
extension JSONValue {
  func list(_ key: String) throws(Problem) -> [JSONValue] {
    guard let list = self[key]?.array else { throw Problem("\"\(key)\" should be an array") }
    return list
  }

  func text(_ key: String) throws(Problem) -> String {
    guard let text = self[key]?.string else { throw Problem("\"\(key)\" should be a string") }
    return text
  }

  func number(_ key: String) throws(Problem) -> Double {
    guard let number = self[key]?.double else { throw Problem("\"\(key)\" should be a number") }
    return number
  }

  func numbers(_ key: String) throws(Problem) -> [Double] { try list(key).map(\.number) }

  func tokens(_ key: String) throws(Problem) -> [TokenID] {
    try list(key).map { $0.integer.flatMap { TokenID(exactly: $0) } ?? -1 }
  }

  /// The number it is; what is none equals nothing.
  fileprivate var number: Double { double ?? .nan }
}

/// The start of a prompt, for messages.
func excerpt(_ text: String) -> String {
  let line = text.unicodeScalars.map { $0 == "\n" ? "⏎" : String(Character($0)) }.joined()
  return "\"" + (line.count > 40 ? line.prefix(39) + "…" : line) + "\""
}
