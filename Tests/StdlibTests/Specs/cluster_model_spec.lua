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

  it("lets users wait for what no step contains", function()
    local one = serve{}
    expect(one.request_seconds > 0.001):is_true()
    expect(one.request_seconds):equals(one.cost.request_seconds)
    local step = one:explain{ decodes = 1 }
    expect(step.request_seconds):equals(one.request_seconds)
    expect(tostring(step)):contains("outside")
    local trace = cluster.workload{ rate = 2, count = 40, seed = 3 }
    local bare = one:with{ request_seconds = 0 }:replay(trace)
    local result = one:replay(trace)
    for _, name in ipairs{ "ttft_seconds", "e2e_seconds" } do
      expect(result[name].mean - bare[name].mean):is_near(one.request_seconds, 1e-9)
    end
    for _, name in ipairs{ "tpot_seconds", "itl_seconds", "queueing_seconds" } do
      expect(result[name].mean):is_near(bare[name].mean, 1e-9)
    end
    -- A promise that is kept without the way there and back is not kept with it.
    local function replicas(service)
      return cluster.capacity{ service = service, trace = trace, share = 1, most = 2,
        ttft_seconds = bare.ttft_seconds.max + one.request_seconds / 2 }.replicas
    end
    expect(replicas(one:with{ request_seconds = 0 })):equals(1)
    expect(replicas(one:with{ request_seconds = 1 })):is_nil()
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

describe("routers of prompts and of answers", function()
  local line = { base_seconds = 0.01, token_seconds = 1e-4 }
  local trace = cluster.workload{ rate = 8, count = 60, prompt_tokens = 300, seed = 2 }

  local function start(options)
    options.cost, options.replicas = line, 2
    return cluster.service(options):start(trace)
  end

  it("are two, each asked about its own replicas", function()
    local seen = { prompt = {}, answer = {} }
    local function router(kind)
      return function(_, replicas)
        for place = 1, #replicas do seen[kind][replicas:number(place)] = true end
        return #replicas
      end
    end
    local run = start{ prefill_replicas = 3, router = router "prompt" }
    expect(run.answer_router):equals("least-outstanding")
    run:run{ until_seconds = 2 }
    expect(seen):equals({ prompt = { [3] = true, [4] = true, [5] = true }, answer = {} })
    run:set_answer_router(router "answer")
    local copy = run:copy()
    expect(copy:run()):equals("done")
    expect(seen.answer):equals({ [1] = true, [2] = true })
    expect(copy:inspect()[3].role):equals("prompts")
    expect(tostring(copy)):contains("prompts Lua function, answers Lua function")
    expect(run:run()):equals("done")
    expect(run:result().finished):equals(60)
  end)

  it("may look at a copy while they are asked", function()
    local ahead
    local run = start{ prefill_replicas = 1 }
    run:set_answer_router(function(request)
      if request.number == 20 then
        local copy = run:copy()
        copy:set_answer_router("random")
        copy:run()
        ahead = copy:result().finished
      end
      return 1
    end)
    expect(run:run()):equals("done")
    expect(ahead):equals(60)
  end)

  it("stop the run where one cannot pick, and go on with another", function()
    local run = start{ prefill_replicas = 1, answer_router = function() return 9 end }
    expect(function() run:run() end):raises("a place from 1 to 2")
    run:set_answer_router "round-robin"
    expect(run:run()):equals("done")
    expect(run:result().finished):equals(60)
  end)

  it("are one where nothing is apart", function()
    expect(start{}.answer_router):is_nil()
    local apart = cluster.service{ cost = line, prefill_replicas = 1, answer_router = "random" }
    expect(apart.answer_router):equals("random")
    expect(tostring(apart)):contains("answers by random")
    expect(function() start{}:set_answer_router "random" end):raises("set_router picks them")
    expect(function() start{ answer_router = "random" } end):raises("no prefill_replicas")
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
