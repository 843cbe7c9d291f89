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
end)
