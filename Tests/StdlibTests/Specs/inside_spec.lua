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

local prompt = "The capital of France is"

describe("hooks", function()
  it("show what they are asked for in every pass, with its place", function()
    local m, seen = model(), {}
    local hook = m:hook("blk.3.attn.scores", function(x, info)
      seen[#seen + 1] = { x.shape, info.name, info.layer, info.position, info.item }
    end)
    m:generate(prompt, { max_tokens = 3 })
    hook:remove()
    expect(#seen):equals(3)
    expect(seen[1]):equals({ { 5, 9, 5 }, "blk.3.attn.scores", 4, 1, 1 })
    expect(seen[2]):equals({ { 1, 9, 6 }, "blk.3.attn.scores", 4, 6, 1 })
    expect(hook.calls):equals(3)
    expect(tostring(hook)):contains("removed")
  end)

  it("change what the model says, and only while they are there", function()
    local m = model()
    local before = m:logits(prompt)
    local hook = m:hook("blk.*.out", function(x, info)
      if info.layer > 24 then return x * 0 end
    end)
    expect(#hook.names):equals(30)
    expect(hook.pattern):equals("blk.*.out")
    local patched = m:logits(prompt)
    hook:remove()
    local after = m:logits(prompt)
    expect((patched - before):abs():max():item()):is_above(1)
    expect((after - before):abs():max():item()):equals(0.0)
  end)

  it("that return what they got change nothing", function()
    local m = model()
    local before = m:logits(prompt)
    local hook = m:hook("blk.*.ffn.neurons", function(x) return x end)
    local same = m:logits(prompt)
    hook:remove()
    expect((same - before):abs():max():item()):equals(0.0)
  end)

  it("can write logits", function()
    local m = model()
    local hook = m:hook("logits", function(x) return tensor.arange(1, #x[1]):reshape(x.shape) end)
    local best = m:next_tokens(prompt, { k = 1 })[1].id
    hook:remove()
    expect(best):equals(m.vocabulary_size - 1)
  end)

  it("end the pass with their error", function()
    local m = model()
    local hook = m:hook("norm", function() error("seen enough") end)
    expect(function() m:generate(prompt, { max_tokens = 2 }) end):raises("seen enough")
    hook:remove()
    expect(m:generate(prompt, { max_tokens = 2 }).text):equals(" Paris.")
  end)

  it("refuse what they cannot take over", function()
    local m = model()
    local function refused(name, f, message)
      local hook = m:hook(name, f)
      expect(function() m:logits(prompt) end):raises(message)
      hook:remove()
    end
    refused("norm", function(x) return x[1] end, "of shape [576], expected [5, 576]")
    refused("norm", function() return "no" end, "returned a string")
    refused("norm", function() m:logits("other") end, "runs already")
    refused("blk.0.attn.scores", function(x) return x end, "blk.0.attn.heads")
  end)

  it("know the nearest name", function()
    local m = model()
    expect(function() m:hook("blk.3.attn.score", print) end):raises("blk.3.attn.scores")
    expect(function() m:hook("blk.30.out", print) end):raises("layers go from 0 to 29")
    expect(#m:taps()):equals(14)
    expect(m:taps()[1].name):equals("embed")
  end)
end)

describe("a look at the parts", function()
  it("lists layers with their tensors", function()
    local layers = model():layers()
    expect(#layers):equals(30)
    expect(layers[1].name):equals("blk.0")
    expect(layers[1].operators):contains("attn.qkv")
    local sum = layers.embedding.parameters + layers.output.parameters
    for i = 1, #layers do sum = sum + layers[i].parameters end
    expect(sum):equals(model().spec.parameters)
    expect(tostring(layers)):contains("1–30")
  end)

  it("draws blocks as they fill and are given back", function()
    local m = llm.load(nil, { block_size = 4 })
    expect(#m:blocks()):equals(0)
    m:logits(prompt)
    local blocks = m:blocks()
    expect({ blocks.held, blocks.shared, blocks.empty_positions }):equals({ 2, 0, 3 })
    expect({ blocks[1].positions, blocks[2].positions }):equals({ 4, 1 })
    expect(blocks.sequences[1].tokens):equals(5)
    expect(tostring(blocks)):contains("█ ▂")
    m:logits("Something else")
    expect(m:blocks().held):equals(1)
    expect(blocks:figure().title):equals("KV cache")
  end)
end)

describe("a look at blocks", function()
  it("shows forks that share blocks, and those that are kept", function()
    local m = llm.load(nil, { block_size = 4 })
    local batch = m:batch()
    local first = batch:add(prompt, { max_tokens = 8 })
    batch:step()
    batch:fork(first, 7)
    local blocks = m:blocks()
    expect(blocks[1].holders):equals(2)
    expect(blocks[1].use):equals("shared")
    expect(#blocks[1].sequences):equals(2)
    expect(tostring(blocks)):contains("2 2")
    batch:run()
    expect(m:blocks().held):equals(0)
    -- The batch's scheduler still finds what they computed.
    expect(batch.kept_blocks):is_above(0)
  end)
end)

describe("a look at what layers say", function()
  it("ends with what the model itself says", function()
    local lens = model():logit_lens(prompt, { k = 3 })
    local best = model():next_tokens(prompt, { k = 3 })
    expect(#lens):equals(30)
    for i = 1, 3 do
      expect(lens[30][i].id):equals(best[i].id)
      expect(lens[30][i].probability):is_near(best[i].probability, 0.02)
    end
    expect(function() model():logit_lens(prompt, { position = 6 }) end):raises("from 1 to 5")
  end)

  it("measures the stream as its tensors do", function()
    local statistics = model():activation_statistics(prompt)
    local states = model():hidden_states(prompt)
    for _, layer in ipairs({ 1, 12, 30 }) do
      local x = states[layer + 1]
      expect(statistics[layer].mean / x:mean():item()):is_near(1, 1e-3)
      expect(statistics[layer].largest):is_near(x:abs():max():item(), 1e-3)
      local rms = (x * x):mean():item() ^ 0.5
      expect(statistics[layer].rms / rms):is_near(1, 1e-4)
    end
    expect(statistics[1].quiet_share):is_below(1)
  end)

  it("draws attention with the tokens at its sides", function()
    local text = model():attention_map(prompt, 5, 3):text{ width = 80, colors = "none" }
    expect(text):contains("capital")
  end)
end)

describe("a look at what is written", function()
  it("keeps the candidates of every step", function()
    local steps = model():watch(prompt, { k = 4, max_tokens = 3 })
    expect({ #steps, #steps[1].candidates }):equals({ 3, 4 })
    expect(steps[1].text):equals(" Paris")
    expect(steps[1].candidates[1].id):equals(steps[1].id)
    expect(steps.text):equals(model():generate(prompt, { max_tokens = 3 }).text)
    expect(tostring(steps)):contains("▸Paris")
  end)

  it("colours tokens by their probability", function()
    local m = model()
    local text = "Paris is the capital of 日本.\nNo."
    local shown = m:colour(text)
    local whole, bits = {}, m:log_probabilities(text)
    for i = 1, #shown do whole[i] = shown[i].text end
    expect(table.concat(whole)):equals(text)
    expect(shown[2].surprise_bits):is_near(-bits[1] / math.log(2), 1e-6)
    expect(shown:__mime()["text/html"]):contains("title=")
    expect(shown:__mime()["text/html"]):contains("\n</span>")
    expect(tostring(shown)):contains(text)
    expect(#m:colour(m:generate(prompt, { max_tokens = 2 }))):equals(2)
  end)

  it("has no picture where there is only text", function()
    expect(function() model():colour("One two"):figure() end):raises("no picture")
  end)
end)

describe("a profile", function()
  it("counts the bytes and multiply-adds that the architecture says", function()
    local m = model()
    local profile = m:profile(prompt, { max_tokens = 3 })
    local decode = profile.decode
    expect({ decode.steps, decode.tokens, profile.prefill.tokens }):equals({ 2, 2, 5 })
    local counted, share = {}, 0
    for i = 1, #decode do
      counted[decode[i].operator] = decode[i].multiply_adds
      share = share + decode[i].share
    end
    local numbers = m.spec
    expect(share):is_near(1, 1e-6)
    expect(counted["ffn.up"] + counted["ffn.down"])
      :equals(2 * numbers.layers * numbers.feed_forward_parameters)
    expect(counted.logits):equals(2 * numbers.embedding_parameters)
    expect(decode.total.bandwidth_share):is_above(0)
    expect(profile.roofline.title):equals("Roofline")
  end)

  it("takes a function, and says when it ran nothing", function()
    local m = model()
    local profile = m:profile(function() m:logits("Another text") end)
    expect(profile.steps):equals(1)
    expect(function() m:profile(function() end) end):raises("ran nothing")
  end)
end)
