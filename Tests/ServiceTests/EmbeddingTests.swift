import Base
import Glibc
import Synchronization
import Testing

@testable import Service

@Suite struct EmbeddingTests {
  /// Asks for embeddings and waits for the answer.
  private func embed(
    _ fields: String, _ service: OpenAIService, _ path: String = "/v1/embeddings"
  ) -> RecordingWriter {
    let writer = service.post(path, #"{"model":"vectors",\#(fields)}"#)
    while writer.status == nil { usleep(500) }
    return writer
  }

  private func withService(
    _ embedder: ScriptedEmbedder = ScriptedEmbedder(), mostWaiting: Int = 10,
    _ body: (OpenAIService) throws -> Void
  ) rethrows {
    let service = OpenAIService(ScriptedModel(), embedder: embedder, mostWaiting: mostWaiting)
    defer { service.close() }
    try body(service)
  }

  @Test(
    "texts and tokens, one or several, have a vector each and are counted",
    arguments: [
      (#""input":"a""#, [100.0], 3), (#""input":["a","b"]"#, [100, 101], 6),
      (#""input":[1,97,2]"#, [100], 3), (#""input":[[1,97,2],[5]]"#, [100, 5], 4),
      (#""input":"""#, [3], 2),
      (#""input":[97]"#, [97], 1),
      (#""input":[9,9,9,9,9,9,9,9,9,9,9],"truncate_prompt_tokens":-1"#, [90], 10),
      (#""input":"aaaaaaaaaaaaa","truncate_prompt_tokens":-1"#, [779], 10),
      (#""input":"aaaaa","truncate_prompt_tokens":3"#, [100], 3),
    ] as [(String, [Double], Int)])
  func inputs(_ fields: String, sums: [Double], tokens: Int) throws {
    try withService { service in
      let answer = embed(fields, service).json
      #expect(answer["object"] == "list" && answer["model"] == "vectors")
      let data = try #require(answer["data"]?.array)
      #expect(data.map { $0["index"]?.integer } == Array(0..<sums.count))
      #expect(data.map { $0["embedding"]?.array?[0].double } == sums)
      // The shortest text of the 32-bit number, not of the 64-bit one.
      #expect(data[0]["embedding"]?.formatted().hasSuffix("0.1]") == true)
      #expect(
        answer["usage"] == ["prompt_tokens": .integer(tokens), "total_tokens": .integer(tokens)])
    }
  }

  @Test func `base 64 holds the bytes of little-endian floats`() {
    withService { service in
      let answer = embed(#""input":"a","encoding_format":"base64""#, service).json
      // struct.pack("<2f", 100, 0.1)
      #expect(answer["data"]?.array?[0]["embedding"] == "AADIQs3MzD0=")
    }
  }

  @Test(
    "a request that is wrong says where and what would do",
    arguments: [
      (#""input":[]"#, 400, "input", "an array of 0"),
      (#""input":["a",1]"#, 400, "input[1]", "got 1"),
      (#""input":[300]"#, 400, "input[0]", "below 256"),
      (#""input":[[1],[2,300]]"#, 400, "input[1][1]", "below 256"),
      (#""input":[1,-1]"#, 400, "input[1]", "a token number"),
      (#""input":[1,1.5]"#, 400, "input[1]", "a token number"),
      (#""input":[1,99999999999]"#, 400, "input[1]", "a token number"),
      (#""input":[[]]"#, 400, "input[0]", "an array of token numbers"),
      (#""input":[9,9,9,9,9,9,9,9,9,9,9]"#, 400, "input", "has 11 tokens"),
      (#""input":"aaaaaaaaaaaaa""#, 400, "input", "maximum context length is 10 tokens"),
      (#""input":["a","aaaaaaaaaaaaa"]"#, 400, "input[1]", "has 15 tokens"),
      (#""input":"a","encoding_format":"hex""#, 400, "encoding_format", "\"base64\""),
      (#""input":"a","dimensions":1"#, 400, "dimensions", "2, the length"),
      (#""input":"a","truncate_prompt_tokens":1"#, 400, "truncate_prompt_tokens", "from 2 to 10"),
      (#""input":"a","model":"scripted""#, 400, "model", "ask for \"vectors\""),
      (#""input":"a","model":"none""#, 404, "model", "\"scripted\" and \"vectors\""),
    ])
  func faults(_ fields: String, status: Int, param: String, words: String) {
    withService { service in
      let writer = embed(fields, service)
      #expect(writer.status == status)
      let error = writer.json["error"]
      #expect(error?["param"]?.string == param, "\(writer.json.formatted())")
      #expect(error?["message"]?.string?.contains(words) == true, "\(writer.json.formatted())")
    }
  }

  @Test func `a server that lacks a model says how it is given one`() {
    let writing = OpenAIService(ScriptedModel())
    let error = writing.post("/v1/embeddings", #"{"model":"scripted","input":"a"}"#)
    #expect(error.status == 400)
    #expect(error.json["error"]?["message"]?.string?.contains("--embedding-model") == true)
    let embedding = OpenAIService(nil, embedder: ScriptedEmbedder())
    defer { embedding.close() }
    let refused = embedding.post("/v1/completions", #"{"model":"vectors","prompt":"a"}"#)
    #expect(refused.status == 400)
    #expect(refused.json["error"]?["message"]?.string?.contains("--model") == true)
    #expect(embedding.get("/v1/models").json["data"]?.array?.count == 1)
    #expect(embedding.get("/metrics").status == 200)
  }

  @Test func `both models are listed and counted`() {
    withService { service in
      _ = embed(#""input":"abc""#, service)
      let cards = service.get("/v1/models").json["data"]?.array
      #expect(cards?.map { $0["id"]?.string } == ["scripted", "vectors"])
      #expect(service.get("/v1/models/vectors").json["max_model_len"] == 10)
      let writer = service.get("/metrics")
      let text = String(decoding: writer.record.withLock { $0.response?.body ?? [] }, as: UTF8.self)
      #expect(text.contains("vllm:prompt_tokens_total{engine=\"0\",model_name=\"vectors\"} 5.0"))
      let types = text.split(separator: "\n").filter { $0.hasPrefix("# TYPE") }
      #expect(Set(types).count == types.count)
    }
  }

  @Test func `a short request does not wait for the whole of a long one, and is embedded with it`()
  {
    let embedder = ScriptedEmbedder()
    withService(embedder) { service in
      let texts = Array(repeating: "\"aaaaaaaa\"", count: 2000).joined(separator: ",")
      let long = embedder.gate.withLock { _ in
        let long = service.post("/v1/embeddings", #"{"model":"vectors","input":[\#(texts)]}"#)
        while embedder.turns.withLock(\.isEmpty) { usleep(500) }
        let short = service.post("/v1/embeddings", #"{"model":"vectors","input":"a"}"#)
        #expect(short.status == nil)
        return (long, short)
      }
      while long.1.status == nil { usleep(100) }
      while long.0.status == nil { usleep(500) }
      let data = long.0.json["data"]?.array ?? []
      #expect(data.count == 2000 && data.allSatisfy { $0["embedding"]?.array?[0] == 779.0 })
      #expect(embedder.turns.withLock { $0.allSatisfy { $0 > 1 } && $0.reduce(0, +) == 2001 })
    }
  }

  @Test func `too many at once are turned away, those that leave make room`() {
    let embedder = ScriptedEmbedder()
    withService(embedder, mostWaiting: 1) { service in
      let body = #"{"model":"vectors","input":"a"}"#
      let writers = embedder.gate.withLock { _ in
        let first = service.post("/v1/embeddings", body)
        while embedder.turns.withLock(\.isEmpty) { usleep(500) }
        let second = service.post("/v1/embeddings", body)
        let third = service.post("/v1/embeddings", body)
        #expect(third.status == 429)
        #expect(second.record.withLock { $0.response == nil })
        second.record.withLock { $0.onGone }?()
        return [first, service.post("/v1/embeddings", body)]
      }
      for writer in writers {
        while writer.status == nil { usleep(500) }
        #expect(writer.status == 200)
      }
    }
  }

  @Test func `what waits is told when the server ends`() {
    let embedder = ScriptedEmbedder()
    let service = OpenAIService(nil, embedder: embedder)
    let body = #"{"model":"vectors","input":"a"}"#
    let writers = embedder.gate.withLock { _ in
      let first = service.post("/v1/embeddings", body)
      while embedder.turns.withLock(\.isEmpty) { usleep(500) }
      let second = service.post("/v1/embeddings", body)
      service.stop()
      #expect(service.post("/v1/embeddings", body).status == 503)
      #expect(service.outstandingEmbeddings == 2)
      let closing = SystemThread.required { service.close() }
      while second.status == nil { usleep(500) }
      return (first, second, closing)
    }
    writers.2.join()
    #expect(writers.0.status == 503 && writers.1.status == 503)
  }

  @Test(
    "texts become tokens and tokens texts for both models",
    arguments: [
      (#""prompt":"ab""#, [1, 97, 98, 2], 10),
      (#""prompt":"a","add_special_tokens":false"#, [97], 10),
      (#""prompt":"a","model":"scripted""#, [97], 100),
      (
        #""messages":[{"role":"user","content":"a"}],"model":"scripted""#,
        [117, 115, 101, 114, 58, 97, 10], 100
      ),
    ] as [(String, [JSONValue], Int)])
  func tokens(_ fields: String, tokens: [JSONValue], most: Int) {
    withService { service in
      let answer = embed(fields, service, "/tokenize").json
      #expect(answer["tokens"] == .array(tokens) && answer["count"]?.integer == tokens.count)
      #expect(answer["max_model_len"]?.integer == most && answer["token_strs"] == JSONValue.null)
      let told = embed(fields + #","return_token_strs":true"#, service, "/tokenize").json
      #expect(told["token_strs"]?.array?.count == tokens.count)
    }
  }

  @Test func `tokens that are wrong are refused, those that are right are texts`() {
    withService { service in
      #expect(embed(#""tokens":[97,98]"#, service, "/detokenize").json["prompt"] == "ab")
      #expect(embed(#""tokens":[97,256]"#, service, "/detokenize").status == 400)
      #expect(embed(#""tokens":"a""#, service, "/detokenize").status == 400)
      #expect(embed(#""prompt":3"#, service, "/tokenize").status == 400)
      #expect(service.post("/tokenize", #"{"prompt":"a"}"#).json["count"] == 1)
    }
  }
}
