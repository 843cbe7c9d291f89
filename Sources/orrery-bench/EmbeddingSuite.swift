import Base
import Inference
import Tensors

/// Sentence embeddings of all-MiniLM-L6-v2 on one thread, beside onnxruntime in float32.
struct EmbeddingSuite: Suite {
  let name = "embedding"
  let summary = "Tokens/s of all-MiniLM-L6-v2 on one thread, here and in onnxruntime float32."

  func cases() throws -> [Case] {
    let path = try ModelStore().find("all-minilm-l6-v2")
    let embedder = try Embedder(path: path)
    let peer = try ONNXPeer(model: path)
    return [
      ("a query of 12 tokens", [12]),
      ("32 sentences of 8 to 70 tokens", (0..<32).map { 8 + $0 * 2 }),
      ("32 sentences of 16 tokens", [Int](repeating: 16, count: 32)),
      ("8 passages of 64 tokens", [Int](repeating: 64, count: 8)),
      ("4 passages of 128 tokens", [Int](repeating: 128, count: 4)),
      ("2 passages of 256 tokens", [256, 256]),
    ].map { title, lengths in
      let sentences = Self.sentences(lengths)
      return Case(
        title, .perSecond, .fasterAtLeast(1), peer: peer.peer(sentences, embedder), rounds: 3
      ) { try Self.rate(embedder, sentences) }
    }
  }

  /// Sentences of random words, between their marks.
  private static func sentences(_ lengths: [Int]) -> [[TokenID]] {
    var random = SeededRandom(seed: 5)
    return lengths.map { length in
      [101] + (2..<length).map { _ in TokenID(1000 + random.nextInteger(below: 29_000)) } + [102]
    }
  }

  /// The best of several runs: what this processor can do when nobody else is on it.
  private static func rate(_ embedder: Embedder, _ sentences: [[TokenID]]) throws -> Double {
    let threads = ComputeThreads.count
    defer { ComputeThreads.set(threads) }
    ComputeThreads.set(1)
    let tokens = sentences.reduce(0) { $0 + $1.count }
    var best = Double.infinity
    for _ in 0..<Swift.max(9, 4000 / tokens) {
      best = min(best, try processorSeconds { keep(try embedder.embed(tokens: sentences)) })
    }
    return Double(tokens) / best
  }
}

/// The same model as an ONNX graph, made from the same weights and fused by onnxruntime's own tools.
private struct ONNXPeer {
  let model: String
  let folder: String

  init(model: String) throws {
    self.model = model
    folder = try temporaryFolder("embedding")
  }

  /// Measures onnxruntime, and holds its embeddings against ours: other results would be no peer.
  func peer(_ sentences: [[TokenID]], _ embedder: Embedder) -> Peer {
    guard PythonPeers.version("onnx") != nil else { return .missing("onnxruntime + onnx") }
    return PythonPeers.peer("onnxruntime") { python in
      let input = folder + "/tokens.json"
      let rows = sentences.map { JSONValue.array($0.map { .integer(Int($0)) }) }
      try FileIO.write(Array(JSONValue.array(rows).formatted().utf8), to: input)
      let run = try ChildRun.run([python, "-c", ONNXPeerCode.text, model, folder])
      guard let line = run.output.split(separator: "\n").last,
        let answer = try? JSONValue(parsing: String(line)), let rate = answer["rate"]?.double
      else { throw Problem("onnxruntime printed no figure: \(run.output)") }
      let ours = try embedder.embed(tokens: sentences)
      for (row, theirs) in zip(ours, answer["rows"]?.array ?? []) {
        let values = theirs.array?.map { Float($0.double ?? .nan) } ?? []
        let cosine = values.count == row.count ? Embedder.similarity(row, values) : .nan
        guard cosine >= 0.9999 else { throw Problem("cosine to onnxruntime's result: \(cosine)") }
      }
      return rate
    }
  }
}
