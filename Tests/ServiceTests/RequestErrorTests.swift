import Base
import Synchronization
import Testing
import TestSupport

@testable import Service

@Suite struct RequestErrorTests {
  private let service = OpenAIService(ScriptedModel())

  @Test(
    "a body that is wrong says where, what was expected and what came",
    arguments: [
      ("{", "invalid_json", nil, "not valid JSON"),
      ("[]", "invalid_json", nil, "expected a JSON object, got an array"),
      (#"{"prompt":"a"}"#, "invalid_value", "model", "got nothing"),
      (#"{"model":3,"prompt":"a"}"#, "invalid_value", "model", "expected a string, got 3"),
      (#"{"model":"scripted"}"#, "invalid_value", "prompt", "got nothing"),
      (#"{"model":"scripted","prompt":[]}"#, "invalid_value", "prompt", "an array of 0"),
      (#"{"model":"scripted","prompt":["a",1]}"#, "invalid_value", "prompt[1]", "got 1"),
      (#"{"model":"scripted","prompt":[1,"a"]}"#, "invalid_value", "prompt[1]", "token number"),
      (#"{"model":"scripted","prompt":[[1],[256]]}"#, "invalid_value", "prompt[1][0]", "below 256"),
      (#"{"model":"scripted","prompt":[-1]}"#, "invalid_value", "prompt[0]", "got -1"),
      (#"{"model":"scripted","prompt":"a","temperature":3}"#, "invalid_value", "temperature", "3"),
      (#"{"model":"scripted","prompt":"a","top_p":"x"}"#, "invalid_value", "top_p", #"got "x""#),
      (#"{"model":"scripted","prompt":"a","n":0}"#, "invalid_value", "n", "from 1 to 128"),
      (
        #"{"model":"scripted","prompt":"a","max_tokens":1.5}"#, "invalid_value", "max_tokens", "1.5"
      ),
      (#"{"model":"scripted","prompt":"a","max_tokens":0}"#, "invalid_value", "max_tokens", "1 up"),
      (
        #"{"model":"scripted","prompt":"a","max_tokens":100}"#, "context_length_exceeded", "prompt",
        "maximum context length is 100 tokens"
      ),
      (#"{"model":"scripted","prompt":"a","stop":[1]}"#, "invalid_value", "stop", "strings"),
      (#"{"model":"scripted","prompt":"a","logprobs":99}"#, "invalid_value", "logprobs", "20"),
      (#"{"model":"scripted","prompt":"a","logit_bias":{"x":1}}"#, nil, "logit_bias", "\"x\""),
      (
        #"{"model":"scripted","prompt":"a","logit_bias":{"300":1}}"#, "invalid_value", "logit_bias",
        "256"
      ),
      (
        #"{"model":"scripted","prompt":"a","best_of":2}"#, "unsupported_parameter", "best_of",
        "only 1"
      ),
      (
        #"{"model":"scripted","prompt":"a","max_tokens":4,"min_tokens":5}"#, "invalid_value",
        "min_tokens", "at most max_tokens, which is 4, got 5"
      ),
      (
        #"{"model":"scripted","prompt":"a","stream_options":{}}"#, nil, "stream_options",
        "stream is true"
      ),
      (
        #"{"model":"scripted","prompt":"a","response_format":{"type":"xml"}}"#, "invalid_value",
        "response_format.type", "json_schema"
      ),
      (
        #"{"model":"scripted","prompt":"a","response_format":{"type":"json_schema"}}"#,
        "invalid_value", "response_format.json_schema", "got nothing"
      ),
      (
        #"{"model":"scripted","prompt":"a","guided_regex":"(","guided_choice":["a"]}"#, nil,
        "guided_choice", "only one form"
      ),
      (
        #"{"model":"scripted","prompt":"a","guided_regex":"("}"#, "invalid_value", "guided_regex",
        "("
      ),
    ] as [(String, String?, String?, String)])
  func completion(_ body: String, code: String?, param: String?, words: String) throws {
    let writer = service.post("/v1/completions", body)
    #expect(writer.status == 400, "\(body)")
    let error = try #require(writer.json["error"])
    #expect(
      error["code"]?.string == code && error["param"]?.string == param, "\(error.formatted())")
    #expect(error["message"]?.string?.contains(words) == true, "\(error.formatted())")
  }

  @Test(
    "a chat that is wrong says where",
    arguments: [
      (#"[]"#, "messages"), (#"[3]"#, "messages[0]"), (#"[{"content":"a"}]"#, "messages[0].role"),
      (#"[{"role":"king","content":"a"}]"#, "messages[0].role"),
      (#"[{"role":"user"}]"#, "messages[0].content"),
      (#"[{"role":"user","content":[{"type":"image_url"}]}]"#, "messages[0].content[0].type"),
      (#"[{"role":"user","content":[{"type":"text"}]}]"#, "messages[0].content[0].text"),
    ])
  func chat(_ messages: String, param: String) {
    let writer = service.post(
      "/v1/chat/completions", #"{"model":"scripted","messages":\#(messages)}"#)
    #expect(writer.status == 400)
    #expect(writer.json["error"]?["param"]?.string == param)
  }

  @Test(
    "paths, methods, models and keys that are wrong have their own status",
    arguments: [
      ("GET", "/v1/completions", 405), ("POST", "/health", 405), ("GET", "/v1/modls", 404),
      ("GET", "/v1/models/none", 404), ("GET", "/v1/models/scripted", 200),
      ("GET", "/v1/models/", 200), ("HEAD", "/health", 200), ("GET", "/metrics", 200),
      ("DELETE", "/", 404),
    ])
  func status(_ method: String, _ path: String, status: Int) {
    #expect(service.get(path, method: method).status == status)
  }

  @Test func `an unknown model is not found, with its name`() {
    let writer = service.post("/v1/completions", #"{"model":"gpt-9","prompt":"a"}"#)
    #expect(writer.status == 404 && writer.json["error"]?["code"]?.string == "model_not_found")
  }

  @Test func `a server with keys serves only who sends one, but tells everybody its health`() {
    let service = OpenAIService(ScriptedModel(), apiKeys: ["one", "two"])
    let body = #"{"model":"scripted","prompt":"a"}"#
    #expect(service.post("/v1/completions", body).status == 401)
    #expect(service.post("/v1/completions", body, key: "on").status == 401)
    #expect(service.post("/v1/completions", body, key: "two").status == 200)
    #expect(service.get("/v1/models").status == 401)
    #expect(service.get("/health").status == 200)
  }

  @Test func `a server that ends refuses with 503`() {
    let service = OpenAIService(ScriptedModel())
    service.stop()
    #expect(service.post("/v1/completions", #"{"model":"scripted","prompt":"a"}"#).status == 503)
    #expect(service.get("/health").status == 503)
  }

  @Test func `a thousand damaged bodies are answered with a reason, whatever they are`() {
    let body =
      Array(
        #"{"model":"scripted","messages":[{"role":"user","content":"a"}],"stop":["x"],"n":2,"#.utf8)
      + Array(#""response_format":{"type":"json_object"},"logit_bias":{"3":1},"top_p":0.5}"#.utf8)
    var random = SeededRandom(seed: 7)
    for _ in 0..<1000 {
      var damaged = body
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0..<damaged.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: damaged[place] = UInt8.random(in: 0...255, using: &random)
        case 1: damaged.remove(at: place)
        default:
          damaged.insert(Array("[]{}\",:0e-".utf8).randomElement(using: &random) ?? 0, at: place)
        }
      }
      let writer = RecordingWriter()
      service.handle(
        HTTPRequest(method: "POST", path: "/v1/chat/completions", body: damaged), writer)
      let text = String(decoding: damaged, as: UTF8.self)
      let isAnswered =
        writer.status == 200 || writer.json["error"]?["message"]?.string?.isEmpty == false
        || writer.record.withLock { $0.hasEnded }
      #expect(isAnswered, "\(text)")
    }
  }
}
