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
    local best = model():next_tokens("The capital of France is", { k = 3 })
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
