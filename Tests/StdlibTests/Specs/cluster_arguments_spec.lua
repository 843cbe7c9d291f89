-- Arguments that make no sense, and what is said about each.

local service = cluster.service{ cost = {} }
local trace = cluster.workload{ rate = 2, count = 20 }
local nan, huge = 0 / 0, 1e300

local function check(cases, call)
  for _, case in ipairs(cases) do
    expect(function() call(case[1]) end):raises(case[2])
  end
end

describe("a service", function()
  it("refuses what would not fit into this machine or means nothing", function()
    check({
      { { replicas = 100000, blocks = 100000000 }, "fewer replicas, fewer blocks" },
      { { prefix_cache = true, replicas = 100000, blocks = 100000000 }, "this machine has" },
      { { blocks = 1e9 }, "from 1 to 100000000" },
      { { replicas = nan }, "integer" }, { { replicas = -1 }, "from 1 to 100000" },
      { { request_seconds = -1 }, "'request_seconds'" },
      { { request_seconds = nan }, "'request_seconds'" },
      { { cost = { 1, 2 } }, "without a name" }, { { cost = { layers = 3 } }, "no folder" },
      { { cost = { base_seconds = nan } }, "base_seconds" },
      { { slo = { priority = 0.5 } }, "integer from -1000000" },
      { { slo = { { ttft_us = 3e5 } } }, "did you mean ttft_seconds = 0.3?" },
      { { autoscaler = 3 }, "an autoscaler is a name" },
      { { router = { 3 } }, "needs a function `pick`" },
      { { max_tokens = huge }, "'max_tokens'" },
    }, function(options)
      options.cost = options.cost or {}
      cluster.service(options):replay(trace)
    end)
    local large = { model = "llama-3.1-8b", device = "H100", max_tokens = 10000000 }
    expect(function() cluster.service(large) end):raises("lower max_tokens")
  end)
end)

describe("a workload", function()
  it("refuses what would never end or be kept", function()
    check({
      { { arrivals = "burst", rate = 1e9, burst_rate = 5, period_seconds = 10 }, "10000 times" },
      { { arrivals = "profile", rates = { -1, nan } }, "with -1.0" },
      { { arrivals = "profile", rates = { huge } }, "at most 1e12" },
      { { arrivals = "closed", users = 1000000, requests_per_user = 1000000 }, "lower users" },
      { { arrivals = "sessions", turns = { 1, math.maxinteger } }, "1 to 10000" },
      { { arrivals = "sessions", prompt_tokens = { 1, math.maxinteger } }, "536870912" },
      { { arrivals = "sessions", prompt_tokens = 10000000 }, "too many" },
      { { prompt_tokens = huge }, "from 1 to 2^29" },
      { { output_tokens = { 5, huge } }, "{ least, most }" },
      { { prompt_tokens = { 700 } }, "without a name" },
      { { prompt_tokens = { median = nan } }, "median" },
      { { total_tokens = { 2, 4096 } }, "without a name" },
    }, cluster.workload)
  end)

  it("keeps long prompts that are asked for", function()
    expect(cluster.workload{ count = 1, prompt_tokens = 1000000 }:request(1).prompt_tokens)
      :equals(1000000)
    local drawn = cluster.workload{ count = 50, prompt_tokens = { 200000, 400000 } }
    for n = 1, 50 do expect(drawn:request(n).prompt_tokens >= 200000):is_true() end
  end)
end)

describe("requests and results", function()
  it("take numbers that are too large as what they are", function()
    local result = service:replay(trace)
    expect(#result:requests{ first = math.maxinteger }):equals(0)
    expect(#result:requests{ first = 19, last = math.maxinteger }):equals(2)
    expect(#trace:clip(math.maxinteger)):equals(20)
    check({ { { last = 21 }, "1 to 21 of 20" }, { { first = 30 }, "empty" } }, function(options)
      return trace:slice(options)
    end)
    check({ { { rate = huge }, "'rate'" }, { { time = huge }, "'time'" } }, function(options)
      return trace:scale(options)
    end)
    check({
      { { prompt_tokens = 0 }, "integer from 1 to 1073741824" },
      { { arrival_seconds = nan }, "arrival_seconds" },
    }, function(request)
      request.output_tokens, request.prompt_tokens = 3, request.prompt_tokens or 3
      cluster.trace{ request }
    end)
    expect(function() result:timeline{ from_seconds = 1e9 } end):raises("from_seconds")
    expect(function() service:start(trace):add_replica{ start_seconds = huge } end)
      :raises("'start_seconds'")
  end)
end)

describe("a policy in Lua", function()
  local function scheduler(act)
    return function()
      cluster.service{ cost = {}, scheduler = function(state, _, plan)
        act(state, plan, state:waiting()())
      end }:start(trace):run()
    end
  end

  it("names sequences and tokens that there are", function()
    for _, number in ipairs{ math.mininteger, -1, 0, math.maxinteger } do
      for _, name in ipairs{ "phase", "blocks", "pending_tokens", "class" } do
        expect(scheduler(function(state) state[name](state, number) end)):raises("no sequence")
      end
      for _, name in ipairs{ "admit", "decode", "preempt", "tokens_for", "is_planned" } do
        expect(scheduler(function(_, plan) plan[name](plan, number) end)):raises("no sequence")
      end
      scheduler(function(state) state:waiting()(nil, number) end)()
    end
    for _, name in ipairs{ "fits", "prefill", "admit" } do
      expect(scheduler(function(_, plan, first) plan[name](plan, first, math.maxinteger) end))
        :raises("from 1 to 1073741824")
    end
  end)

  it("has settings of their kinds", function()
    local function make(settings)
      settings.plan, settings.desired = function() end, function() return 1 end
      local kind = settings.interval_seconds and "autoscaler" or "scheduler"
      cluster.service{ cost = {}, [kind] = settings }
    end
    check({
      { { by_priority = 1 }, "true or false" }, { { reserved_blocks = -1 }, "from 0" },
      { { reserved_blocks = 0.5 }, "reserved_blocks is 0.5" },
      { { interval_seconds = 1e-300 }, "from 0.001" }, { { interval_seconds = nan }, "from 0.001" },
    }, make)
  end)
end)

describe("an endpoint", function()
  it("refuses times that no clock counts", function()
    local nobody = cluster.endpoint("http://127.0.0.1:9/v1", { model = "none" })
    local names = { "timeout_seconds", "silence_seconds" }
    for _, name in ipairs(names) do
      expect(function() nobody:replay(trace, { [name] = huge }) end):raises("'" .. name .. "'")
    end
    expect(function() nobody:models{ timeout_seconds = huge } end):raises("to 1000000")
  end)
end)

describe("studies", function()
  it("refuse metrics and databases without a name", function()
    local function sweep(options)
      options.grid, options.run = { replicas = { 1 } }, function() return service, trace end
      cluster.sweep(options)
    end
    check({
      { { metrics = { 1 } }, "metrics holds 1" }, { { metrics = { "ttft" } }, "ttft" },
      { { metrics = { x = "steps" } }, "metrics holds" }, { { database = "" }, "is empty" },
    }, sweep)
    expect(function()
      cluster.compare(service, service, { trace = trace, metrics = { nan } })
    end):raises("compare: metrics holds")
    expect(function() cluster.query("") end):raises("is empty")
  end)
end)
