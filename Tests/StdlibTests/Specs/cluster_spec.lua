-- Services, traces and results of the module `cluster`.

local function workload(changes)
  local options = { rate = 4, count = 120, prompt_tokens = { 20, 600 }, output_tokens = { 5, 80 } }
  for name, value in pairs(changes or {}) do options[name] = value end
  return cluster.workload(options)
end

local line = { base_seconds = 0.01, token_seconds = 1e-4, context_seconds = 1e-7 }

describe("a service", function()
  it("says what is missing, unknown or out of range", function()
    expect(function() cluster.service{} end):raises("neither model and device nor cost")
    expect(function() cluster.service{ cost = {}, replica = 2 } end):raises("replicas")
    expect(function() cluster.service{ cost = {}, replicas = 0 } end):raises("replicas")
    expect(function() cluster.service{ cost = {}, router = "round" } end):raises("round-robin")
    expect(function() cluster.service{ cost = {}, scheduler = { "sarathi", watermrk = 0.1 } } end)
      :raises("watermark")
    expect(function() cluster.service{ cost = {}, scheduler = { "sarathi", watermark = 2 } } end)
      :raises("from 0 to 1")
    expect(function() cluster.service{ cost = { base = 1 } } end):raises("base_seconds")
    expect(function() cluster.service{ cost = {}, slo = { ttft = 1 } } end):raises("ttft_seconds")
    expect(function() cluster.service{ cost = {}, min_replicas = 3, max_replicas = 2 } end)
      :raises("min_replicas")
  end)

  it("is run by an engine, as that is set", function()
    local function service(engine, changes)
      local options = { model = "llama-3.1-8b", device = "H100", engine = engine }
      for name, value in pairs(changes or {}) do options[name] = value end
      return cluster.service(options)
    end
    local step = { decodes = 16, context_tokens = 20000 }
    for _, engine in ipairs(cluster.engines()) do
      expect(service(engine.name).scheduler):equals(engine.scheduler)
      expect(service(engine.name).engine):equals(engine.name)
      expect(#engine.devices > 0 and #engine.source > 0):is_true()
    end
    expect(service("sglang", { scheduler = "sarathi" }).scheduler):equals("sarathi")
    expect(service{ "vllm", memory_share = 0.6 }.blocks < service("vllm").blocks):is_true()
    local slow = service{ "vllm", host_seconds = 1 }:explain(step).total_seconds
    expect(slow > 1 and service():explain(step).total_seconds < 0.1):is_true()
    expect(tostring(service{ "sglang", graphs = false }):find("graphs = false", 1, true)):is_true()
    expect(function() service("vlm") end):raises("did you mean \"vllm\"")
    expect(function() service{ "vllm", memory_share = 2 } end):raises("from 0.01 to 1")
    expect(function() service(3) end):raises("cluster.engines()")
    expect(function() cluster.service{ cost = {}, engine = "vllm" } end):raises("no model")
  end)

  it("tells what it is made of", function()
    local service = cluster.service{
      name = "chat", cost = line, replicas = 2, scheduler = { "sarathi", watermark = 0.02 },
      router = "least-outstanding", autoscaler = "concurrency", slo = { ttft_seconds = 0.5 },
    }
    local text = tostring(service)
    for _, word in ipairs{ "chat: 2 replicas", "sarathi { watermark = 0.02 }", "TTFT 500 ms" } do
      expect(text:find(word, 1, true)):is_true()
    end
    expect(service.router):equals("least-outstanding")
    expect(service:with{ replicas = 5 }.replicas):equals(5)
    expect(service.replicas):equals(2)
    expect(service:with{ autoscaler = false }.autoscaler):equals(nil)
  end)

  it("knows the time of a step", function()
    local service = cluster.service{ cost = line, pp = 2 }
    local parts = service:explain{ decodes = 10, context_tokens = 100, prefill_tokens = 50 }
    expect(parts.total_seconds):is_near(0.01 + 60e-4 + 1000e-7, 1e-12)
    expect(parts[1].operator):equals("base")
    expect(cluster.cost(line):seconds{ decodes = 10, context_tokens = 100 })
      :is_near(0.01 + 10e-4 + 1000e-7, 1e-12)
    expect(function() service:explain{} end):raises("empty")
  end)
end)

describe("a cost in Lua", function()
  it("gives what the same line gives", function()
    local function cost(step)
      expect(step.decodes + step.prefill_tokens <= step.tokens):is_true()
      expect(step.prefill_pairs >= step.prefill_tokens):is_true()
      expect(step.prefills > 0 or step.prefill_context_tokens == 0):is_true()
      expect(step.stage <= step.stages and step.swapped_tokens == 0):is_true()
      return (0.01 + 1e-4 * step.tokens + 1e-7 * step.decode_context_tokens) / step.stages
    end
    for stages = 1, 2 do
      local native = cluster.service{ cost = line, pp = stages }
      local a = native:replay(workload())
      local b = native:with{ cost = cost }:replay(workload())
      expect(b.makespan_seconds):is_near(a.makespan_seconds, 1e-6)
      expect(b.steps):equals(a.steps)
    end
  end)

  it("is named when it fails, and asked again when the run goes on", function()
    local price = 0.02
    local service = cluster.service{ cost = function() return price end }
    local expected = service:replay(workload())
    local run = service:start(workload())
    run:run{ until_seconds = 5 }
    for _, bad in ipairs{ -1, "x", 0 / 0 } do
      price = bad
      expect(function() run:run() end):raises('cost "Lua function"')
    end
    price = nil
    expect(function() run:run() end):raises("nothing")
    price = 0.02
    expect(run:run()):equals("done")
    expect(run:result().e2e_seconds.mean):is_near(expected.e2e_seconds.mean, 1e-12)
    expect(run:result().finished):equals(120)
  end)
end)

describe("a trace", function()
  it("is made of a table", function()
    local trace = cluster.trace{
      { arrival_seconds = 0, prompt_tokens = 100, output_tokens = 4 },
      { arrival_seconds = 2, prompt_tokens = 50, output_tokens = 2, class = 2 },
      { arrival_seconds = 1, prompt_tokens = 10, output_tokens = 1, follows = 2 },
    }
    expect(#trace):equals(3)
    expect(trace.prompt_tokens):equals{ 100, 50, 10 }
    expect(trace:request(2).class):equals(2)
    expect(trace:request(3).follows):equals(2)
    local result = cluster.service{ cost = { base_seconds = 0.5 } }:replay(trace)
    local rows = result:requests()
    expect(rows[1].e2e_seconds):is_near(2, 1e-9)
    expect(rows[3].arrival_seconds):is_near(rows[2].finished_seconds + 1, 1e-9)
  end)

  it("is refused where it makes no sense", function()
    expect(function() cluster.trace{} end):raises("no requests")
    expect(function() cluster.trace{ { prompt_tokens = 5 } } end):raises("output_tokens")
    expect(function() cluster.trace{ { prompt_tokens = 5, output_tokens = 0 } } end)
      :raises("from 1 to")
    expect(function() cluster.trace{ { prompt_tokens = 5, output_tokens = 1, folows = 1 } } end)
      :raises("follows")
    expect(function() cluster.trace("/nowhere/at/all.csv") end):raises("/nowhere")
  end)

  it("comes back from every form of file", function()
    local trace = workload{ count = 30 }
    for _, format in ipairs{ "seconds", "vidur", "azure", "burstgpt" } do
      local path = os.tmpname()
      trace:save(path, { format = format })
      local again = cluster.trace(path, { format = format })
      os.remove(path)
      expect(again.prompt_tokens):equals(trace.prompt_tokens)
      expect(again.output_tokens):equals(trace.output_tokens)
      local gap = trace.arrival_seconds[30] - trace.arrival_seconds[1]
      expect(again.duration_seconds):is_near(gap, 0.01)
    end
  end)

  it("is summarised, sliced, scaled, clipped and classified", function()
    local trace = workload()
    local summary = trace:summary()
    expect(summary.requests):equals(120)
    expect(summary[1].of):equals("prompt tokens")
    expect(#trace:slice{ first = 11, last = 20 }):equals(10)
    expect(#trace:slice{ from_seconds = 0, to_seconds = 5 } < 120):is_true()
    expect(trace:scale{ rate = 8 }:summary().mean_rate):is_near(8, 0.2)
    expect(trace:scale{ time = 2 }.duration_seconds):is_near(2 * trace.duration_seconds, 1e-9)
    for _, tokens in ipairs(trace:clip(200).prompt_tokens) do expect(tokens < 200):is_true() end
    expect(function() trace:slice{} end):raises("first and last")
    expect(function() trace:scale{ rate = 1, time = 1 } end):raises("one of them")
    local classes = {}
    for i = 1, 120 do classes[i] = i % 2 + 1 end
    local result = cluster.service{
      cost = line,
      slo = { { name = "chat", ttft_seconds = 0.5 }, { name = "batch", priority = 1 } },
      scheduler = { "vllm-v1", by_priority = true },
    }:replay(trace:classify{ classes = classes })
    expect(result:classes()[1].name):equals("chat")
    expect(result:classes()[1].finished + result:classes()[2].finished):equals(120)
  end)
end)

describe("a workload", function()
  it("comes in every way, and by the same seed the same", function()
    local kinds = {
      "poisson", "constant", "gamma", "burst", "on_off", "spikes", "diurnal", "profile",
      "together", "closed", "sessions",
    }
    for _, kind in ipairs(kinds) do
      local function make(seed)
        return cluster.workload{
          arrivals = kind, count = 40, users = 4, requests_per_user = 10, sessions = 10,
          period_seconds = 60, rates = { 1, 3 }, seed = seed,
        }
      end
      local a, b, c = make(1), make(1), make(2)
      expect(a.arrival_seconds):equals(b.arrival_seconds)
      expect(a.prompt_tokens):equals(b.prompt_tokens)
      expect(table.concat(a.prompt_tokens, " ") ~= table.concat(c.prompt_tokens, " ")):is_true()
      local result = cluster.service{ cost = line, prefix_cache = true }:replay(a)
      expect(result.finished):equals(#a)
      if kind == "sessions" then expect(result.hit_rate > 0.2):is_true() end
    end
  end)

  it("takes lengths in many forms", function()
    local forms = {
      100, { 50, 150 }, { median = 100, sigma = 0.2 }, { mean = 100, cv = 0.5 },
      sim.distribution("exponential", { mean = 100 }),
    }
    for _, form in ipairs(forms) do
      local trace = cluster.workload{ count = 400, prompt_tokens = form, output_tokens = 5 }
      expect(trace:summary()[1].mean):is_near(100, 15)
    end
    local total = cluster.workload{ total_tokens = { least = 100, most = 300 }, count = 100 }
    for i, prompt in ipairs(total.prompt_tokens) do
      expect(prompt + total.output_tokens[i] <= 300):is_true()
    end
    expect(function() cluster.workload{ arrivals = "profile" } end):raises("rates")
    local like = cluster.workload{ count = 50, like = workload{ output_tokens = 7 } }
    expect(like.output_tokens[50]):equals(7)
    expect(function() cluster.workload{ prompt_tokens = "long" } end):raises("median")
    expect(function() cluster.workload{ arrivals = "sine" } end):raises("diurnal")
  end)
end)

describe("a result", function()
  local result = cluster.service{
    cost = line, replicas = 2, slo = { ttft_seconds = 0.2, tpot_seconds = 0.05 },
  }:replay(workload())

  it("has times with quantiles", function()
    for _, name in ipairs{ "ttft", "tpot", "itl", "e2e", "queueing" } do
      local times = result[name .. "_seconds"]
      expect(times:p(50) <= times:p(99)):is_true()
      expect(times:p(100)):is_near(times.max, 1e-12)
      expect(times:share_at_most(times.max)):equals(1.0)
      expect(times.mean > 0 or name == "queueing"):is_true()
    end
    expect(#result.ttft_seconds):equals(120)
    expect(#plot.cdf{ ttft = result.ttft_seconds, e2e = result.e2e_seconds }:svg()):is_above(1000)
  end)

  it("counts and shares", function()
    expect(result.arrived):equals(120)
    expect(result.rejected + result.cancelled + result.preemptions):equals(0)
    expect(result.name .. ", " .. result.trace_name):equals("service, poisson arrivals")
    expect(result.replicas):equals(2)
    expect(result.total_throughput > result.output_throughput):is_true()
    expect(result.utilisation > 0 and result.utilisation <= 1):is_true()
    expect(result.occupancy > 0 and result.occupancy < 1):is_true()
    expect(result.hit_rate + result.draft_acceptance):equals(0.0)
    local times = result.e2e_seconds
    expect(times.values[1]):equals(times.min)
    expect(times.values[times.count]):equals(times.max)
    expect(times.name):equals("E2E")
    expect(result:text()):contains("TTFT")
    expect(times:figure():svg()):contains("svg")
  end)

  it("adds up", function()
    local rows = result:requests()
    expect(#rows):equals(120)
    local sum, output = 0, 0
    for _, row in ipairs(rows:rows()) do
      expect(row.status):equals("finished")
      sum, output = sum + row.e2e_seconds, output + row.output_tokens
    end
    expect(sum / 120):is_near(result.e2e_seconds.mean, 1e-9)
    expect(result.output_throughput * result.makespan_seconds):is_near(output, 1e-6)
    expect(result.goodput):is_near(result.slo_share * result.throughput, 1e-9)
    expect(result.replica_seconds):is_near(2 * result.makespan_seconds, 1e-9)
    expect(#result:requests{ first = 5, last = 9 }):equals(5)
  end)

  it("shows itself", function()
    expect(tostring(result):find("TTFT", 1, true)):is_true()
    local trace = workload()
    local shown = {
      result, result.ttft_seconds, trace, trace:summary(),
      cluster.service{ cost = {} }:start(trace),
    }
    for _, object in ipairs(shown) do
      expect(object:__mime()["text/plain"]):equals(tostring(object))
    end
    for _, figure in ipairs{ result:figure(), result:load(), result:latencies(),
      result:timeline{ to_seconds = 2 } } do
      expect(#figure:svg() > 1000):is_true()
    end
    expect(function() result:timeline{ from_seconds = 1e6 } end):raises("no step")
  end)
end)
