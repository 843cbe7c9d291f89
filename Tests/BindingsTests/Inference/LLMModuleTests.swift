import Base
import Bindings
import Inference
import LuaBridge
import Tensors
import TestSupport
import Testing

/// The `llm` module from Lua, on a small model with random weights.
@Suite struct LLMModuleTests {
  private static func run(_ code: String) throws -> [LuaValue] {
    let writer = SmallModel.llama(format: try BlockFormat.catalog["q4_0"])
    return try SmallModel.withFile(writer.bytes) { path in
      let lua = LuaState()
      defer { lua.close() }
      try lua.register(LLMModule.module)
      try lua.register(TensorLibrary.module)
      return try lua.run(
        "local m = llm.load(...)\n" + code, chunkName: "test", arguments: [.text(path)]
      ).map(detached)
    }
  }

  /// Values that outlive the state: everything but objects.
  private static func detached(_ value: LuaValue) -> LuaValue {
    switch value {
    case .nil, .boolean, .integer, .number, .string: value
    default: .text(value.typeName)
    }
  }

  @Test func `a generation prints as its text and knows its numbers`() throws {
    let values = try Self.run(
      """
      local shown, ids = {}, {}
      local r = m:generate("the queen", {
        max_tokens = 9, temperature = 1.5, seed = 4, stop = "never there",
        on_token = function(text, id) shown[#shown + 1] = text; ids[#ids + 1] = id end })
      local again = m:generate("the queen", { max_tokens = 9, temperature = 1.5, seed = 4 })
      return tostring(r) == r.text, table.concat(shown) == r.text, #r, #r.tokens,
        again.text == r.text, again.reused_tokens > 0, r.seconds >= r.time_to_first_token_seconds,
        ("<" .. r) == "<" .. r.text, m.last.text == r.text, r.finish_reason
      """)
    #expect(values[..<2] == [true, true])
    #expect(values[2] == values[3] && (values[2].integer ?? 0) <= 9)
    #expect(values[4...8].allSatisfy { $0 == true })
    #expect(["length", "stop"].contains(values[9].text))
  }

  @Test func `what was streamed shows as a line of numbers and still prints as its text`() throws {
    let values = try Self.run(
      """
      local quiet = m:generate("the queen", { max_tokens = 5, temperature = 1.5, seed = 4 })
      local seen = m:generate("the queen",
        { max_tokens = 5, temperature = 1.5, seed = 4, stream = true })
      return quiet:__mime() == nil, tostring(seen) == quiet.text, seen:__mime()["text/plain"],
        #seen, seen.finish_reason
      """)
    #expect(values[..<2] == [true, true])
    let line = values[2].text ?? ""
    #expect(line.hasPrefix("(\(values[3].integer ?? 0) token"))
    #expect(line.contains("tokens/s, finish reason \(values[4].text ?? "")"))
    #expect(!line.contains("\n"))
  }

  @Test func `false from on_token ends it, an error in it comes out`() throws {
    let values = try Self.run(
      """
      local r = m:generate("a", { max_tokens = 50, temperature = 2, seed = 1,
        on_token = function() return false end })
      local ok, message = pcall(function()
        m:generate("a", { temperature = 2, on_token = function() error("enough") end })
      end)
      return #r, r.finish_reason, ok, tostring(message):find("enough") ~= nil
      """)
    #expect(values == [1, "interrupted", false, true])
  }

  @Test func `tokens go both ways, bytes too`() throws {
    let values = try Self.run(
      """
      local ids, pieces = m:tokenize("in the queen \\xff\\0")
      local special = m:tokenize("<|user|>")
      local plain = m:tokenize("<|user|>", { special = false })
      return m:detokenize(ids) == "in the queen \\xff\\0", table.concat(pieces) == "in the queen \\xff\\0",
        #special, #plain > 3, m.vocabulary_size
      """)
    #expect(values == [true, true, 1, true, .integer(SmallModel.vocabularyCount)])
  }

  @Test func `next tokens are sorted and their probabilities add up`() throws {
    let values = try Self.run(
      """
      local list = m:next_tokens("the", { k = m.vocabulary_size })
      local sum, sorted = 0, true
      for i, t in ipairs(list) do
        sum = sum + t.probability
        sorted = sorted and (i == 1 or list[i - 1].probability >= t.probability)
      end
      local best = m:generate("the", { max_tokens = 1 }).tokens[1]
      return math.abs(sum - 1) < 1e-4, sorted, #list == m.vocabulary_size,
        best == nil or best == list[1].id, m:next_tokens({ 5, 6 }, { k = 2, temperature = 0 })[1].probability
      """)
    #expect(values == [true, true, true, true, 1.0])
  }

  @Test func `perplexity is e to the mean of minus the log probabilities`() throws {
    let values = try Self.run(
      """
      local text = "the queen in the inn"
      local sum, list = 0, m:log_probabilities(text)
      for _, p in ipairs(list) do sum = sum + p end
      return math.abs(m:perplexity(text) - math.exp(-sum / #list)) < 1e-9, #list == #m:tokenize(text) - 1
      """)
    #expect(values == [true, true])
  }

  @Test func `a conversation is written by the model's template`() throws {
    let values = try Self.run(
      """
      local r = m:chat({ { role = "user", content = "in" }, { role = "bot", content = "on" } },
        { max_tokens = 3, temperature = 1 })
      return m:chat_prompt("hi"), r.prompt_tokens
      """)
    #expect(values[0] == "<|user|>hi<|end|><|start|>")
    #expect(values[1].integer != nil)
  }

  @Test func `a spec computes`() throws {
    let values = try Self.run(
      """
      local s = m.spec
      return s.layers, s.heads, s:key_value_bytes(10, 4), llm.spec("llama-3.1-8b").parameters,
        tostring(s):find("2 layers") ~= nil, s:flops(5) > s:flops(), s:prefill_flops(0),
        #llm.formats(), #llm.models() >= 1
      """)
    #expect(values[..<2] == [2, 4])
    #expect(values[2...3] == [5120, 8_030_261_248])
    #expect(values[4...] == [true, true, 0.0, 11, true])
  }

  @Test func `the inside comes as tensors that fit together`() throws {
    let values = try Self.run(
      """
      local prompt = "in the queen on the inn"
      local count = #m:tokenize(prompt)
      local states = m:hidden_states(prompt)
      local embedded = m:embed_tokens(prompt)
      local weights = m:attention(prompt, 2, 3)
      local logits = m:logits(prompt)
      local best = m:next_tokens(prompt, { k = 1 })[1]
      local sums = weights:sum(2)
      local near = true
      for i = 1, count do near = near and math.abs(sums[i] - 1) < 1e-5 end
      return #states == m.spec.layers + 1, states[1]:allclose(embedded):item(), #states[3] == count,
        #states[3][1] == m.spec.width, near, weights[{ 1, 2 }] == 0,
        #logits == m.vocabulary_size, math.abs(logits[best.id + 1] - best.logit) < 1e-6
      """)
    #expect(values == [LuaValue](repeating: true, count: 8))
  }

  @Test(
    "mistakes are named",
    arguments: [
      ("m:generate('')", "the prompt has no tokens"), ("m:generate('a', { top_p = 2 })", "top_p"),
      ("m:generate('a', { temprature = 1 })", "did you mean \"temperature\""),
      ("m:detokenize({ 99999 })", "token 99999 is not in the vocabulary"),
      ("m:chat({ { role = 'user' } })", "message 1 needs role and content"),
      ("llm.load('no-such')", "unknown model \"no-such\""),
      ("llm.spec('llama-3.1-8')", "llama-3.1-8b"), ("m:perplexity('a')", "one token"),
      ("m:attention('a', 1, 9)", "there is no head 9 in layer 1"),
    ])
  func mistakes(code: String, says: String) {
    let error = #expect(throws: LuaError.self) { try Self.run(code) }
    #expect(error?.description.contains(says) == true, "\(error?.description ?? "no error")")
  }
}
