import Base
import Clusters
import Testing

@testable import Service

@Suite struct EndpointTests {
  private func withServer<Result>(
    _ handler: @escaping HTTPServer.Handler, _ body: (Endpoint) throws -> Result
  ) throws -> Result {
    let server = try HTTPServer(host: "127.0.0.1", port: 0, handler: handler)
    defer { server.stop(flushSeconds: 0.2) }
    return try body(Endpoint(url: "http://127.0.0.1:\(server.port)/v1/", model: "scripted"))
  }

  private func trace(_ requests: [(at: Double, follows: Int)]) throws -> Trace {
    var trace = Trace(name: "test")
    for request in requests {
      try trace.append(
        at: request.at, promptTokens: 10, outputTokens: 4, follows: request.follows)
    }
    return trace
  }

  /// A server whose every answer to a completion is some text, sent as a stream.
  private func saying(_ text: String, status: Int = 200) -> HTTPServer.Handler {
    { _, writer in
      guard status == 200 else {
        return writer.respond(
          HTTPResponse(status: status, type: "text/plain", body: Array(text.utf8)))
      }
      writer.startStream(type: "text/event-stream")
      writer.write(Array(text.utf8))
      writer.end()
    }
  }

  @Test func `a trace is replayed at its times and every request is accounted for`() throws {
    let service = OpenAIService(ScriptedModel(reply: "four"))
    let run = try withServer({ service.handle($0, $1) }) { endpoint in
      try endpoint.replay(trace([(0, -1), (0.05, -1), (0.1, -1), (0.02, 0)]), prompts(below: 200))
    }
    #expect(run.records.allSatisfy { $0.failure == nil && $0.outputTokens == 4 })
    #expect(run.records.allSatisfy { $0.promptTokens > 10 && $0.finishReason == "stop" })
    #expect(run.records.map(\.arrivedAt)[..<3] == [0, 0.05, 0.1])
    // The last follows the first, so it comes at least its time after that one's end.
    #expect(run.records[3].arrivedAt >= run.records[0].finishedAt)
    for record in run.records {
      #expect(record.sentAt >= record.arrivedAt && record.firstTokenAt >= record.sentAt)
      #expect(record.finishedAt >= record.firstTokenAt)
    }
    #expect(run.text.contains("4 of 4 requests ended"))
  }

  @Test func `an answer's end is noted when it comes, with nothing else on its way`() throws {
    let service = OpenAIService(ScriptedModel(reply: "four"))
    let run = try withServer({ service.handle($0, $1) }) { endpoint in
      try endpoint.replay(trace((0..<4).map { (Double($0) * 0.15, -1) }), prompts(below: 200))
    }
    // The pieces come at once; a client that looks again 0.1 s later would say so here.
    let tails = run.records.map { $0.finishedAt - $0.firstTokenAt }.sorted()
    #expect(tails[1] < 0.05, "\(tails)")
  }

  private func prompts(below: Int) -> ReplayOptions {
    var options = ReplayOptions()
    options.form = .words
    return options
  }

  @Test(
    "a server that misbehaves fails the request and nothing else",
    arguments: [
      ("data: {\"choices\":\n\n", 200, "not valid JSON"), ("hello", 200, "not a stream of events"),
      ("data: {\"choices\":[{\"text\":\"a\"}]}\n\n", 200, "ended before its last event"),
      ("data: {\"error\":{\"message\":\"out of luck\"}}\n\n", 200, "out of luck"),
      ("data: [1,2\n\n", 200, "not valid JSON"),
      ("<html>Bad Gateway</html>", 502, "status 502: <html>"),
      ("{\"error\":{\"message\":\"slow down\"}}", 429, "status 429: slow down"),
    ])
  func misbehaviour(_ text: String, status: Int, words: String) throws {
    let run = try withServer(saying(text, status: status)) { endpoint in
      try endpoint.replay(trace([(0, -1), (0, -1)]))
    }
    #expect(run.failedCount == 2)
    #expect(run.failures.first?.reason.contains(words) == true, "\(run.failures)")
  }

  @Test func `a server that says nothing runs into the time limit`() throws {
    var options = ReplayOptions()
    options.timeoutSeconds = 0.3
    let run = try withServer({ _, writer in writer.startStream(type: "text/event-stream") }) {
      try $0.replay(trace([(0, -1)]), options)
    }
    #expect(run.failures.first?.reason.contains("Timeout") == true, "\(run.failures)")
  }

  @Test func `nobody listening is a failure of the request; no list of models is a problem`() throws
  {
    let nobody = try Endpoint(url: "http://127.0.0.1:9", model: "m")
    #expect(try nobody.replay(trace([(0, -1)])).failedCount == 1)
    #expect(throws: Problem.self) { try nobody.models() }
    #expect(throws: Problem.self) { try Endpoint(url: "ftp://here") }
    let models = try withServer({ _, writer in
      writer.respond(HTTPResponse(json: ["data": [["id": "one"], ["id": "two"]]]))
    }) { try $0.models() }
    #expect(models == ["one", "two"])
  }

  @Test func `a replay is stopped from outside`() throws {
    #expect(throws: Problem.self) {
      try withServer({ _, writer in writer.startStream(type: "text/event-stream") }) {
        try $0.replay(trace([(0, -1)]), shouldStop: { true })
      }
    }
  }

  @Test func `prompts begin alike where the trace says so, and nowhere else`() throws {
    let maker = PromptMaker(form: .tokens, seed: 9)
    var trace = Trace(name: "t")
    for _ in 0..<2 { try trace.append(at: 0, promptTokens: 40, outputTokens: 1) }
    guard case .tokens(let a) = maker.prompt(of: trace, 0),
      case .tokens(let b) = maker.prompt(of: trace, 1),
      case .tokens(let again) = maker.prompt(of: trace, 0)
    else {
      Issue.record("prompts of token numbers")
      return
    }
    #expect(a == again && a.count == 40 && zip(a, b).count { $0 == $1 } < 5)
    #expect(maker.prompt(7, number: 1).count == 7)
  }
}
