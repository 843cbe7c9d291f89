import Base
import Inference
import Synchronization
import Testing

@testable import Service

@Suite struct AnswerTests {
  private func complete(_ fields: String, model: ScriptedModel = ScriptedModel()) -> RecordingWriter
  {
    OpenAIService(model).post("/v1/completions", #"{"model":"scripted",\#(fields)}"#)
  }

  @Test func `a completion has a choice for each prompt and answer, and counts prompts once`()
    throws
  {
    let writer = complete(#""prompt":["ab",[1,2,3]],"n":2"#)
    let choices = try #require(writer.json["choices"]?.array)
    #expect(choices.map { $0["index"]?.integer } == [0, 1, 2, 3])
    #expect(choices.allSatisfy { $0["text"] == "yes" && $0["finish_reason"] == "stop" })
    let usage = writer.json["usage"]
    #expect(usage?["prompt_tokens"] == 5 && usage?["completion_tokens"] == 12)
    #expect(usage?["total_tokens"] == 17)
  }

  @Test func `an echo puts the prompt before the answer`() {
    #expect(complete(#""prompt":"ab","echo":true"#).json["choices"]?.array?[0]["text"] == "abyes")
    #expect(complete(#""prompt":[97],"echo":true"#).json["choices"]?.array?[0]["text"] == "ayes")
  }

  @Test func `probabilities come in the form of each interface`() throws {
    let old = try #require(complete(#""prompt":"ab","logprobs":2"#).json["choices"]?.array?[0])
    #expect(old["logprobs"]?["tokens"] == ["y", "e", "s"])
    #expect(old["logprobs"]?["text_offset"] == [0, 1, 2])
    #expect(old["logprobs"]?["top_logprobs"]?.array?[1] == ["e": -0.5, "A": -1.5])
    let new = OpenAIService(ScriptedModel()).post(
      "/v1/chat/completions",
      #"{"model":"scripted","messages":[{"role":"user","content":"a"}],"logprobs":true,"top_logprobs":1}"#
    )
    let told = try #require(new.json["choices"]?.array?[0]["logprobs"]?["content"]?.array)
    #expect(told.count == 3)
    #expect(told[2]["token"] == "s" && told[2]["bytes"] == [115] && told[2]["logprob"] == -0.5)
    #expect(told[2]["top_logprobs"]?.array?.count == 1)
  }

  @Test func `an echo with probabilities tells those of the prompt, but for its first token`() {
    let told = complete(#""prompt":"ab","logprobs":1,"echo":true"#)
      .json["choices"]?.array?[0]["logprobs"]
    #expect(told?["tokens"] == ["a", "b", "y", "e", "s"])
    #expect(told?["token_logprobs"] == [nil, -0.25, -0.5, -0.5, -0.5])
    #expect(told?["text_offset"] == [0, 1, 2, 3, 4])
    #expect(told?["top_logprobs"]?.array?.first == JSONValue.null)
  }

  @Test func `a streamed chat begins with its role and ends with reason, usage and mark`() {
    let writer = OpenAIService(ScriptedModel()).post(
      "/v1/chat/completions",
      #"{"model":"scripted","messages":[{"role":"user","content":"a"}],"stream":true,"#
        + #""stream_options":{"include_usage":true}}"#)
    let events = writer.events
    let deltas = events.compactMap { $0["choices"]?.array?.first?["delta"] }
    #expect(deltas.first?["role"] == "assistant")
    #expect(deltas.compactMap { $0["content"]?.string }.joined() == "yes")
    #expect(events.dropLast().last?["choices"]?.array?.first?["finish_reason"] == "stop")
    #expect(events.last?["choices"] == [] && events.last?["usage"]?["completion_tokens"] == 3)
    #expect(writer.lines.last == "[DONE]" && writer.record.withLock { $0.hasEnded })
  }

  @Test func `the pieces of a stream add up to the whole answer`() {
    let fields = #""prompt":["a","b"],"n":2,"echo":true,"logprobs":0"#
    let whole = complete(fields).json["choices"]?.array ?? []
    var texts = ["", "", "", ""]
    for event in complete(fields + #","stream":true"#).events {
      guard let choice = event["choices"]?.array?.first, let index = choice["index"]?.integer else {
        continue
      }
      texts[index] += choice["text"]?.string ?? ""
    }
    #expect(texts == whole.compactMap { $0["text"]?.string })
  }

  @Test func `a client that goes away ends all parts of its request`() {
    let model = ScriptedModel(reply: nil)
    let writer = complete(#""prompt":"a","n":3"#, model: model)
    writer.record.withLock { $0.onGone }?()
    #expect(model.cancelled.withLock { $0 } == [0, 1, 2])
  }

  @Test func `a place for one request is enough for all of its answers, without one none is taken`()
  {
    let model = ScriptedModel(reply: nil, capacity: 1)
    let first = complete(#""prompt":["a","b"],"n":3"#, model: model)
    #expect(first.status == nil)
    #expect(
      model.taken.withLock { $0.map(\.isFurther) } == [false, true, true, false, true, true])
    let writer = complete(#""prompt":"a","n":3"#, model: model)
    #expect(writer.status == 429 && writer.json["error"]?["type"] == "rate_limit_exceeded")
    let headers = writer.record.withLock { $0.response?.headers ?? [] }
    #expect(headers.contains { $0.name == "Retry-After" })
    #expect(model.taken.withLock(\.count) == 6)
  }

  @Test func `an answer that fails is an error, within a stream too`() {
    let model = ScriptedModel(reply: nil)
    let whole = complete(#""prompt":"a""#, model: model)
    let stream = complete(#""prompt":"a","stream":true"#, model: model)
    model.answer(0, "x", end: .failed("no room"))
    model.answer(1, "x", end: .failed("no room"))
    #expect(whole.status == 500 && whole.json["error"]?["message"] == "no room")
    #expect(stream.events.last?["error"]?["message"] == "no room" && stream.lines.last == "[DONE]")
  }

  @Test func `fields reach the model as they were sent`() throws {
    let model = ScriptedModel()
    _ = complete(
      #""prompt":"a","max_tokens":9,"min_tokens":4,"temperature":0.5,"top_p":0.9,"top_k":3,"min_p":0.1,"seed":-1,"#
        + #""stop":"x","presence_penalty":1,"frequency_penalty":-1,"logit_bias":{"7":-100}"#,
      model: model)
    let options = try #require(model.taken.withLock { $0.first?.options })
    let sampling = options.sampling
    #expect(options.maxTokens == 9 && options.minTokens == 4 && options.stops == ["x"])
    #expect(sampling.temperature == 0.5 && sampling.topP == 0.9 && sampling.topK == 3)
    #expect(sampling.minP == 0.1 && sampling.seed == UInt64.max)
    #expect(sampling.presencePenalty == 1 && sampling.frequencyPenalty == -1)
    #expect(sampling.logitBias == [7: -100])
  }

  @Test func `answers to one prompt differ by their seeds and repeat with the same one`() {
    let model = ScriptedModel()
    _ = complete(#""prompt":"a","n":2,"seed":5"#, model: model)
    _ = complete(#""prompt":"a","n":2,"seed":5"#, model: model)
    let seeds = model.taken.withLock { $0.map(\.options.sampling.seed) }
    #expect(seeds[0] == 5 && seeds[1] != 5 && Array(seeds[..<2]) == Array(seeds[2...]))
  }

  @Test func `metrics have vLLM's names and labels`() {
    let writer = OpenAIService(ScriptedModel()).get("/metrics")
    let text = String(decoding: writer.record.withLock { $0.response?.body ?? [] }, as: UTF8.self)
    let lines = text.split(separator: "\n")
    #expect(
      lines.contains("vllm:generation_tokens_total{engine=\"0\",model_name=\"scripted\"} 7.0"))
    #expect(
      lines.contains {
        $0.hasPrefix("vllm:time_to_first_token_seconds_bucket")
          && $0.hasSuffix("le=\"+Inf\"} 0.0")
      })
    #expect(lines.allSatisfy { $0.hasPrefix("#") || $0.split(separator: " ").count == 2 })
  }
}
