import Base

/// What a model is for, as its files say it.
public enum ModelUse: String, Sendable {
  /// Writing text: a GGUF file.
  case text
  /// Turning sentences into vectors: a folder of Sentence Transformers or a packed file.
  case embedding

  /// Looks at a file or folder; nothing where it is neither.
  public init?(path: String) {
    if FileIO.isDirectory(path) {
      guard FileIO.exists(path + "/config.json"), FileIO.exists(path + "/model.safetensors") else {
        return nil
      }
      self = .embedding
      return
    }
    guard let file = try? MappedFile(path), file.bytes.count >= 4 else { return nil }
    switch Array(file.bytes[..<4]) {
    case Array("GGUF".utf8): self = .text
    case Array("E5S1".utf8): self = .embedding
    default: return nil
    }
  }

  /// Refuses a model of the other use, with what it is opened by.
  func check(_ path: String) throws(Problem) {
    guard let other = ModelUse(path: path), other != self else { return }
    switch other {
    case .embedding:
      throw Problem(
        "\(path) embeds sentences and writes no text",
        fix: "open it as an embedder: llm.embedder in Lua")
    case .text:
      throw Problem(
        "\(path) writes text and embeds no sentences",
        fix: "open it as a language model: llm.load in Lua")
    }
  }
}
