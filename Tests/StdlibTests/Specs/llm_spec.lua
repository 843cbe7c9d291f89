local spec = require("orrery.spec")

--- The model that comes with Orrery; cases that need it are skipped, visibly, where it is not.
local loaded

local function model()
  if not loaded then
    local ok, result = pcall(llm.load)
    if not ok then spec.skip("the model is not here: orrery models get smollm2-135m-instruct") end
    loaded = result
  end
  return loaded
end

describe("llm", function()
  it("lists the models that can be fetched", function()
    local names = {}
    for _, entry in ipairs(llm.models()) do names[#names + 1] = entry.name end
    expect(names):contains("smollm2-135m-instruct")
  end)

  it("knows what weights take in each format", function()
    local bits = {}
    for _, format in ipairs(llm.formats()) do bits[format.name] = format.bits_per_weight end
    expect(bits.q4_1):equals(5.0)
    expect(bits.q6_k):equals(6.5625)
  end)

  it("computes with the numbers of models that are not here", function()
    local large = llm.spec "llama-3.1-70b"
    expect(large.parameters):equals(70553706496)
    expect(large:key_value_bytes(1, 2)):equals(327680)
    expect(llm.specs()):contains("llama-3.1-8b")
  end)

  it("names the nearest model for a name that is none", function()
    expect(function() llm.load "smollm2-135m-instuct" end):raises("did you mean")
  end)
end)

describe("a model", function()
  it("knows the capital of France", function()
    local text = model():generate("The capital of France is", { max_tokens = 2 }).text
    expect(text):equals(" Paris.")
  end)

  it("cuts text into pieces that make the text", function()
    local text = "GPU 利用率 is 12%"
    local ids, pieces = model():tokenize(text)
    expect(table.concat(pieces)):equals(text)
    expect(model():detokenize(ids)):equals(text)
  end)

  it("ranks Paris first with nearly all of the probability", function()
    model()
    local exact = llm.load(nil, { arithmetic = "exact" })
    local best = exact:next_tokens("The capital of France is", { k = 3 })
    expect(#best):equals(3)
    expect(best[1].text):equals(" Paris")
    expect(best[1].probability):is_near(0.7726, 1e-3)
  end)

  it("streams the text that it returns", function()
    local shown = {}
    local result = model():generate("Once upon a time", {
      max_tokens = 12, temperature = 0.8, seed = 5,
      on_token = function(text) shown[#shown + 1] = text end,
    })
    expect(table.concat(shown)):equals(result.text)
    expect(result.tokens_per_second > 0):equals(true)
  end)

  it("gives the same text for the same seed", function()
    local options = { max_tokens = 10, temperature = 1, top_p = 0.9, seed = 7 }
    local first = model():generate("A queue is", options).text
    expect(model():generate("A queue is", options).text):equals(first)
  end)

  it("answers as its template asks", function()
    local prompt = model():chat_prompt("Hi")
    expect(prompt):contains("<|im_start|>user\nHi<|im_end|>")
    expect(model():chat("Say hello.", { max_tokens = 4 }).prompt_tokens > 10):equals(true)
  end)

  it("shows attention whose rows add up to one", function()
    local weights = model():attention("The cat sat because it was tired", 1, 1)
    local sums = weights:sum(2)
    for i = 1, #sums do expect(sums[i]):is_near(1, 1e-4) end
  end)

  it("finds nonsense more surprising than sense", function()
    local sense = model():perplexity("The sun rises in the east and sets in the west.")
    local nonsense = model():perplexity("West the in sets and east the in rises sun the.")
    expect(sense < nonsense):equals(true)
  end)

  it("says what a model is", function()
    local m = model()
    expect(m.name):equals("smollm2-135m-instruct")
    expect(m.path):matches("%.gguf$")
    expect({ m.vocabulary_size, m.context_tokens }):equals({ 49152, 8192 })
    expect(m.chat_template):contains("im_start")
    m:logits("Hello")
    expect(m.cache_bytes):is_above(0)
  end)

  it("knows the architecture's numbers, and they add up", function()
    local spec_ = llm.spec "llama-3.1-8b"
    expect({ spec_.name, spec_.architecture }):equals({ "llama-3.1-8b", "llama" })
    expect({ spec_.layers, spec_.width, spec_.feed_forward_width }):equals({ 32, 4096, 14336 })
    expect({ spec_.heads, spec_.key_value_heads, spec_.head_width }):equals({ 32, 8, 128 })
    expect(spec_.heads * spec_.head_width):equals(spec_.width)
    expect({ spec_.vocabulary_size, spec_.context_tokens }):equals({ 128256, 131072 })
    expect(spec_.rope_base):is_near(500000)
    expect(spec_.shares_output):is_false()
    expect(spec_.embedding_parameters):equals(128256 * 4096)
    expect(spec_.attention_parameters):equals(2 * 4096 * 128 * (32 + 8))
    expect(spec_.feed_forward_parameters):equals(3 * 4096 * 14336)
    expect(spec_.weight_bytes):is_above(2 * spec_.feed_forward_parameters * spec_.layers)
    expect(spec_.source):is_a("string")
  end)

  it("says how a generation went", function()
    local m = model()
    local g = m:generate("The capital of France is", { max_tokens = 4 })
    expect({ #g, #g.tokens, #g.probabilities }):equals({ 4, 4, 4 })
    expect(g.finish_reason):equals("length")
    expect(m.last.text):equals(g.text)
    expect("-> " .. g):equals("-> " .. g.text)
    expect(g.seconds >= g.time_to_first_token_seconds):is_true()
    expect(g.reused_tokens):is_below(g.prompt_tokens + 1)
    expect(g.prompt_tokens_per_second):is_above(0)
    expect(m.spec.layers):equals(30)
  end)
end)

describe("a batch", function()
  local prompts = { "The capital of France is", "Once upon a time", "1 2 3 4" }

  it("gives every request the text that it gets alone", function()
    local m = model()
    local alone = {}
    for i, prompt in ipairs(prompts) do alone[i] = m:generate(prompt, { max_tokens = 6 }).text end
    local b = m:batch { running = 2, step_tokens = 3 }
    local held = b.held_blocks
    for _, prompt in ipairs(prompts) do b:add(prompt, { max_tokens = 6 }) end
    expect({ b.waiting, b.running, b.is_idle }):equals({ 3, 0, false })
    b:step()
    b:preempt(1)
    local results = b:run()
    for i = 1, #prompts do expect(results[i].text):equals(alone[i]) end
    expect(b.is_idle):is_true()
    local r = b:request(1)
    expect({ r.id, r.phase, r.preemptions, r.failure }):equals({ 1, "finished", 1, nil })
    expect(r.text):equals(r.generation.text)
    expect(r.tokens):is_above(6)
    expect(b.held_blocks):equals(held)
    expect(b.kept_blocks >= 0):is_true()
  end)

  it("tells listeners each token, and one that says false has enough", function()
    local b, seen = model():batch(), 0
    b:add("1 2 3", { max_tokens = 50, on_token = function() seen = seen + 1; return seen < 3 end })
    b:run()
    expect(seen):equals(3)
    expect(b:request(1).generation.finish_reason):equals("interrupted")
  end)
end)

describe("drafts", function()
  it("change the steps, not the text", function()
    local m = model()
    local prompt = "a b c a b c a b c a b"
    local plain = m:generate(prompt, { max_tokens = 24 })
    for _, draft in ipairs { "prompt-lookup", "n-gram" } do
      local g = m:generate(prompt, { max_tokens = 24, draft = draft })
      expect(g.text):equals(plain.text)
      expect(g.steps):is_below(plain.steps)
      expect(g.accepted_tokens <= g.drafted_tokens):is_true()
      expect(g.acceptance):is_near(g.accepted_tokens / g.drafted_tokens)
    end
    expect(plain.acceptance):is_nil()
    expect(function() m:generate("x", { draft = "guess" }) end):raises("prompt-lookup")
  end)
end)

describe("beams", function()
  it("are ordered, and the best is at least as probable as the greedy text", function()
    local m = model()
    local beams = m:beam_search("The capital of France is", { width = 3, max_tokens = 4 })
    expect(#beams):equals(3)
    expect(beams[1].score >= beams[2].score and beams[2].score >= beams[3].score):is_true()
    local greedy = 0
    local g = m:generate("The capital of France is", { max_tokens = 4 })
    for _, p in ipairs(g.probabilities) do greedy = greedy + math.log(p) end
    expect(beams[1].log_probability >= greedy - 1e-3):is_true()
  end)
end)

describe("ways to draw", function()
  it("bias, penalties and alternatives do what they say", function()
    local m = model()
    local paris = m:tokenize(" Paris")[1]
    local g = m:generate("The capital of France is", {
      max_tokens = 1, logit_bias = { [paris] = -100 }, alternatives = 2,
    })
    expect(g.tokens[1] ~= paris):is_true()
    local steps = g:alternatives()
    expect({ #steps, #steps[1], steps[1][1].id }):equals({ 1, 2, paris })
    local flat = m:generate("a a a a a a", { max_tokens = 6, frequency_penalty = 5 })
    local seen = {}
    for _, id in ipairs(flat.tokens) do
      expect(seen[id]):is_nil()
      seen[id] = true
    end
    expect(function() m:generate("x", { top_p = 0 }) end):raises("top_p")
  end)
end)

describe("a constraint", function()
  it("says which texts have its form", function()
    expect(llm.grammar([[root ::= "a"+ "b"]]):matches("aab")):equals(true)
    expect(llm.regex("[0-9]{2}"):matches("7")):equals(false)
    expect(llm.choice({ "red", "green" }):matches("green")):equals(true)
    expect(llm.regex("[0-9]{2}").description):contains("[0-9]{2}")
    local die = llm.json_schema { type = "integer", minimum = 1, maximum = 6 }
    expect(die:matches("6")):equals(true)
    expect(die:matches("7")):equals(false)
    expect(die.kind):equals("json_schema")
  end)

  it("keeps the order of properties in JSON text", function()
    local schema = [[{ "type": "object", "required": ["b", "a"], "properties":
      { "b": { "const": 1 }, "a": { "const": 2 } } }]]
    expect(llm.json_schema(schema):matches('{"b": 1, "a": 2}')):equals(true)
    expect(llm.json_schema(schema):matches('{"a": 2, "b": 1}')):equals(false)
  end)

  it("refuses what it cannot say with its place", function()
    local schema = { type = "object", properties = { n = { multipleOf = 2 } } }
    expect(function() llm.json_schema(schema) end):raises("#/properties/n")
    expect(function() llm.grammar("root ::= [a") end):raises("line 1, column 12")
  end)

  it("makes a model write JSON that ends", function()
    local schema = llm.json_schema [[{ "type": "object", "required": ["name", "age"],
      "properties": { "name": { "type": "string" }, "age": { "type": "integer" } } }]]
    for _, tokens in ipairs { 14, 24, 60 } do
      local answer = model():chat("Describe a person.", {
        max_tokens = tokens, constraint = schema, temperature = 1, seed = tokens })
      expect(answer.finish_reason):equals("stop")
      expect(schema:matches(answer.text)):equals(true)
    end
  end)
end)

describe("an adapter", function()
  it("changes what its request gets and nothing else, alone and in a batch", function()
    local m = model()
    local prompt = "The capital of France is"
    local none = m:adapter { rank = 4, name = "start" }
    local loud = m:adapter { rank = 4, deviation = 0.3, seed = 2, kinds = { "attn_q", "attn_v" } }
    expect({ none.name, none.rank, #none.targets }):equals({ "start", 4, 60 })
    expect(none.memory_bytes >= none.parameters):is_true()
    local plain = m:generate(prompt, { max_tokens = 6 }).text
    local changed = m:generate(prompt, { max_tokens = 6, adapter = loud }).text
    expect(m:generate(prompt, { max_tokens = 6, adapter = none }).text):equals(plain)
    expect(changed ~= plain):is_true()
    local b = m:batch()
    b:add(prompt, { max_tokens = 6 })
    b:add(prompt, { max_tokens = 6, adapter = loud })
    local results = b:run()
    expect({ results[1].text, results[2].text }):equals({ plain, changed })
  end)

  it("gives the same text when it is merged", function()
    local m = model()
    local exact = llm.load(nil, { arithmetic = "exact" })
    local a = exact:adapter { rank = 2, deviation = 0.1, seed = 3, kinds = { "attn_q" } }
    local prompt = "Once upon a time"
    local beside = exact:generate(prompt, { max_tokens = 4, adapter = a }).text
    expect(exact:merge(a):generate(prompt, { max_tokens = 4 }).text):equals(beside)
    expect(m.name):equals("smollm2-135m-instruct")
  end)
end)

describe("weights stored anew", function()
  it("are as surprising as their format is coarse", function()
    model()
    local text = "The sun rises in the east and sets in the west."
    local exact = llm.load(nil, { arithmetic = "exact" }):perplexity(text)
    local fine = llm.load(nil, { arithmetic = "exact", requantise = "q8_0" }):perplexity(text)
    expect(fine):is_near(exact, 0.1 * exact)
    expect(function() llm.load(nil, { requantise = "q9" }) end):raises("q9")
  end)
end)
