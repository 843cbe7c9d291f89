import Base
import Inference
import References
import TestSupport
import Testing

@Suite struct EmbeddingReferenceTests {
  private static var isReady: Bool {
    ReferenceFolder.path != nil && (try? ModelStore().find("all-minilm-l6-v2")) != nil
  }

  /// The reference's document alone in a folder, with something changed.
  private func run(_ change: (inout JSONObject) -> Void = { _ in }) throws -> (
    status: Int32, lines: [String]
  ) {
    let root = try #require(ReferenceFolder.path)
    let text = String(decoding: try FileIO.read(root + "/llm/minilm.json"), as: UTF8.self)
    guard case .object(var document) = try JSONValue(parsing: text) else { return (2, []) }
    change(&document)
    return try withTemporaryFolder { folder in
      try FileIO.makeDirectory(folder + "/llm")
      let bytes = Array(JSONValue.object(document).formatted().utf8)
      try FileIO.write(bytes, to: folder + "/llm/minilm.json")
      var lines: [String] = []
      let status = try ReferenceRun(root: folder) { lines.append($0) }.run(["llm"])
      return (status, lines)
    }
  }

  @Test(.tags(.model), .enabled(if: isReady, "the folder of vectors or the model is not there"))
  func `every embedding, cosine and WordPiece id agrees`() throws {
    let result = try run()
    #expect(result.status == 0, "\(result.lines.joined(separator: "\n"))")
    #expect(result.lines.first?.contains("not offered") == false)
  }

  @Test(.tags(.model), .enabled(if: isReady, "the folder of vectors or the model is not there"))
  func `one wrong id or value fails the run`() throws {
    let wrongID = try run { $0["wordpiece"] = [["text": "Hello", "ids": [101, 1, 102]]] }
    #expect(wrongID.status == 1, "\(wrongID.lines)")
    let wrongCosine = try run { $0["cosine"] = [[0.5]] }
    #expect(wrongCosine.status == 1, "\(wrongCosine.lines)")
  }
}
