import Base
import Inference
import References
import TestSupport
import Testing

@Suite struct LanguageModelReferenceTests {
  private static var isReady: Bool {
    ReferenceFolder.path != nil && (try? ModelStore().find("smollm2-135m-instruct")) != nil
  }

  @Test(.enabled(if: isReady, "the folder of vectors or the model is not there"))
  func `every vector of the language model that is offered agrees`() throws {
    var lines: [String] = []
    let run = ReferenceRun(root: try #require(ReferenceFolder.path)) { lines.append($0) }
    let status = try run.run(["llm"])
    #expect(status == 0, "\(lines.joined(separator: "\n"))")
    for file in ["tokenize", "logits", "greedy", "trace"] {
      let line = lines.first { $0.hasPrefix("llm/\(file).json ") }
      #expect(line?.contains("not offered") == false, "\(line ?? "\(file) is missing")")
    }
  }

  /// A folder may hold any of the files, and a file with a wrong value must fail.
  @Test(.enabled(if: isReady, "the folder of vectors or the model is not there"))
  func `one wrong id fails the run`() throws {
    let root = try #require(ReferenceFolder.path)
    let text = String(
      decoding: try FileIO.read(root + "/llm/tokenize.json"), as: UTF8.self)
    guard case .object(var document) = try JSONValue(parsing: text) else { return }
    document["rows"] = [["text": "Hello", "ids": [1]], ["text": "a", "ids": [81]]]
    try withTemporaryFolder { folder in
      try FileIO.makeDirectory(folder + "/llm")
      let bytes = Array(JSONValue.object(document).formatted().utf8)
      try FileIO.write(bytes, to: folder + "/llm/tokenize.json")
      var lines: [String] = []
      let status = try ReferenceRun(root: folder) { lines.append($0) }.run(["llm"])
      #expect(status == 1)
      #expect(lines.first?.hasSuffix("1/2") == true)
      #expect(lines.last == "reference llm: 1/2 in 1 files, 1 failed")
    }
  }
}
