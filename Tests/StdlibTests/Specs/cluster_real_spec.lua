-- One decision core: batches and services that the real engine runs.

local spec = require("orrery.spec")
local continuous = require("orrery.schedulers.continuous")

local loaded

local function model()
  if not loaded then
    local ok, result = pcall(llm.load)
    if not ok then spec.skip("the model is not here: orrery models get smollm2-135m-instruct") end
    loaded = result
  end
  return loaded
end

describe("a batch", function()
  local prompts = { "The capital of France is", "Once upon a time", "1 2 3 4" }

  local function texts(options)
    local b = model():batch(options)
    for _, prompt in ipairs(prompts) do b:add(prompt, { max_tokens = 6 }) end
    local result = {}
    for i, generation in ipairs(b:run()) do result[i] = generation.text end
    return result, b
  end

  it("gives the same texts with any scheduler", function()
    local plain = texts()
    for _, scheduler in ipairs { "sarathi", "static", { "vllm-v1", long_prefill_tokens = 2 } } do
      expect((texts { scheduler = scheduler })):equals(plain)
    end
    local _, b = texts { scheduler = "orca", step_tokens = 64 }
    expect(b.scheduler):equals("orca")
    expect(b.preemptions):equals(0)
  end)

  it("is planned by a scheduler in Lua", function()
    local result, b = texts { scheduler = continuous }
    expect(result):equals((texts()))
    expect(b.is_idle):is_true()
    expect(function() texts { scheduler = function() error("no idea") end } end):raises("no idea")
  end)

  it("verifies guesses where they are allowed", function()
    local m, results = model(), {}
    for i, drafts in ipairs { 0, 4 } do
      local b = m:batch { draft_tokens = drafts }
      local draft = drafts > 0 and "prompt-lookup" or nil
      b:add("a b c a b c a b c a b", { max_tokens = 16, draft = draft })
      results[i] = b:run()[1]
    end
    expect(results[2].text):equals(results[1].text)
    expect(results[2].steps):is_below(results[1].steps)
    expect(function() m:batch():add("a", { draft = "prompt-lookup" }) end):raises("draft")
  end)
end)

describe("a service that is really run", function()
  local requests = {}
  for i = 1, 6 do
    requests[i] = { arrival_seconds = 0.01 * i, prompt_tokens = 10 + 3 * i, output_tokens = 2 + i }
  end

  local function service(changes)
    local options = { cost = {}, blocks = 64, replicas = 2, max_tokens = 64, prefix_cache = true }
    for name, value in pairs(changes or {}) do options[name] = value end
    return cluster.service(options)
  end

  it("gives the result that a simulation gives", function()
    local s = service()
    local real, simulated = s:run_real(requests, model()), s:replay(requests)
    expect({ real.arrived, real.finished, real.rejected }):equals({ 6, 6, 0 })
    expect(simulated.finished):equals(6)
    expect(real.ttft_seconds:p(50)):is_above(0)
    expect(real.e2e_seconds:p(50)):is_above(real.ttft_seconds:p(50))
    expect(real.steps):is_above(7)
    expect(tostring(real)):contains("TTFT")
  end)

  it("asks policies in Lua as a simulation does", function()
    local asked = 0
    local s = service{
      scheduler = continuous,
      router = function(request, replicas)
        asked = asked + 1
        expect(request.number):equals(asked)
        return #replicas
      end,
    }
    expect(s:run_real(requests, model()).finished):equals(6)
    expect(asked):equals(6)
    local broken = service{ router = function() return 7 end }
    expect(function() broken:run_real(requests, model()) end):raises("from 1 to 2")
  end)

  it("says what cannot be run", function()
    expect(function() service{ pp = 2 }:run_real(requests, model()) end):raises("stages")
    local long = { { prompt_tokens = 9000, output_tokens = 2 } }
    expect(function() service():run_real(long, model()) end):raises("context")
    local fat = { { prompt_tokens = 2000, output_tokens = 2 } }
    expect(service():run_real(fat, model()).rejected):equals(1)
  end)
end)
