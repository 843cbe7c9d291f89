-- Services whose steps a model on devices times, and those that read prompts apart.

local function serve(options)
  options.model = options.model or "llama-3.1-8b"
  options.device = options.device or "H100"
  return cluster.service(options)
end

describe("a service of a model on devices", function()
  it("takes its time and its memory from them", function()
    local one = serve{}
    expect(one.devices):equals(1)
    expect(one.blocks > 10000):is_true()
    expect(one:explain { decodes = 8, context_tokens = 500 }.total_seconds < 0.02):is_true()
    -- Half the weights in memory, and half to be read.
    local narrow = serve { weights = "fp8" }
    expect(narrow.blocks > one.blocks):is_true()
    local step = { decodes = 1, context_tokens = 100 }
    expect(narrow:explain(step).total_seconds < one:explain(step).total_seconds):is_true()
  end)

  it("spreads over devices", function()
    local four = serve { model = "llama-3.1-70b", tp = 4, replicas = 2 }
    expect(four.devices):equals(8)
    expect(serve({ tp = 2, pp = 2, replicas = 3 }).devices):equals(12)
    expect(serve({ prefill_replicas = 2 }).devices):equals(3)
  end)

  it("takes a spec, a device and a slice of one", function()
    local slice = gpu("H100").mig:create "3g.40gb"
    local on_slice = serve { model = llm.spec "llama-3.1-8b", device = slice }
    expect(on_slice.blocks < serve({ device = gpu "H100" }).blocks):is_true()
  end)

  it("says what is missing or does not fit", function()
    local cases = {
      { { model = "llama-3.1-70b", device = "H100" }, "leave nothing" },
      { { model = "llama-3.1-8b" }, "no device" },
      { { device = "H100" }, "no model" },
      { { tp = 2 }, "tp is given, and no model" },
      { { model = "lama-3.1-8b", device = "H100" }, "did you mean" },
      { { model = "llama-3.1-8b", device = "H100", tp = 3 }, "divisor" },
      { { model = "llama-3.1-8b", device = "H100", weights = "fp9" }, "fp8" },
      { { model = 3, device = "H100" }, "an llm.Spec" },
      { { cost = {}, transfer_seconds = 1 }, "no prefill_replicas" },
      { {}, "neither model and device nor cost" },
    }
    for _, case in ipairs(cases) do
      expect(function() cluster.service(case[1]) end):raises(case[2])
    end
  end)
end)

describe("prompts on replicas of their own", function()
  local trace = cluster.workload { rate = 8, count = 200, prompt_tokens = 3000, seed = 2 }

  it("do not hold answers up", function()
    local mixed = serve { replicas = 2 }:replay(trace)
    local apart = serve({ replicas = 1, prefill_replicas = 1 }):replay(trace)
    expect(apart.finished):equals(200)
    expect(apart.itl_seconds:p(99) < mixed.itl_seconds:p(99)):is_true()
  end)

  it("pay for moving keys and values", function()
    local near = serve { prefill_replicas = 1, transfer_seconds = 0,
      transfer_seconds_per_token = 0 }:replay(trace)
    local far = serve({ prefill_replicas = 1, transfer_seconds = 0.5 }):replay(trace)
    expect(far.ttft_seconds:p(50)):equals(near.ttft_seconds:p(50))
    expect(far.e2e_seconds:p(50) > near.e2e_seconds:p(50) + 0.4):is_true()
  end)
end)
