-- Policies of clusters, native ones and those written in Lua, by one table of tests.

local continuous = require("orrery.schedulers.continuous")
local step_by_step = require("orrery.schedulers.step_by_step")
local shortest_first = require("orrery.schedulers.shortest_first")
local least = require("orrery.routers.least_outstanding")
local two_choices = require("orrery.routers.two_choices")
local concurrency = require("orrery.autoscalers.concurrency")

local line = { base_seconds = 0.01, token_seconds = 1e-4, context_seconds = 1e-7 }

--- Requests that fill small pools, so that sequences are preempted.
local function workload(seed)
  return cluster.workload{
    rate = 6, count = 70, prompt_tokens = { 20, 500 }, output_tokens = { 5, 120 }, seed = seed,
  }
end

local function service(changes)
  local base = {
    cost = line, blocks = 480, block_size = 4, max_tokens = 256, max_sequences = 32, seed = 7,
  }
  for name, value in pairs(changes) do base[name] = value end
  return cluster.service(base)
end

local function names(list)
  local found = {}
  for _, row in ipairs(list:rows()) do found[#found + 1] = row.name end
  return found
end

local function numbers(result)
  local list = {}
  for i, row in ipairs(result:requests():rows()) do
    list[i] = row.finished_seconds or -1
  end
  return list
end

--- What holds for every policy: nobody is lost, blocks come back, the same seed gives the same.
local function conforms(options, seed)
  local trace = workload(seed)
  local first = service(options):replay(trace)
  expect(first.finished + first.rejected):equals(#trace)
  expect(numbers(service(options):replay(trace))):equals(numbers(first))
  local run = service(options):start(trace)
  run:run()
  for _, row in ipairs(run:inspect():rows()) do
    expect(row.used_blocks):equals(0)
    expect(row.waiting):equals(0)
    expect(row.outstanding):equals(0)
  end
  return first
end

describe("every scheduler", function()
  local all = names(cluster.schedulers())
  all[#all + 1] = continuous
  all[#all + 1] = step_by_step
  all[#all + 1] = shortest_first
  all[#all + 1] = { "vllm-v1", preemption = "swap", by_priority = true, long_prefill_tokens = 64 }
  all[#all + 1] = { "orca", sequence_tokens = 700 }
  it("loses nobody, gives blocks back, and repeats", function()
    for _, scheduler in ipairs(all) do
      conforms({ scheduler = scheduler, max_tokens = 1024 }, 1)
    end
  end)
end)

describe("every router", function()
  local all = names(cluster.routers())
  all[#all + 1] = least
  all[#all + 1] = { "prefix-affine", slack_tokens = 100 }
  it("loses nobody, and repeats", function()
    for _, router in ipairs(all) do conforms({ router = router, replicas = 3 }, 3) end
    for _ = 1, 2 do conforms({ router = two_choices.new(5):copy(), replicas = 3 }, 3) end
  end)

  it("never picks a replica that is gone", function()
    all[#all + 1] = two_choices.new(2)
    for _, router in ipairs(all) do
      local run = service{ router = router, replicas = 4 }:start(workload(4))
      run:run{ until_seconds = 5 }
      run:drain_replica(2)
      run:drain_replica(4)
      local before = run:result():requests()
      run:run()
      for i, row in ipairs(run:result():requests():rows()) do
        expect(row.status):equals("finished")
        if before[i].status == "to come" then expect(row.replica % 2):equals(1) end
      end
    end
  end)
end)

describe("every autoscaler", function()
  local all = names(cluster.autoscalers())
  all[#all + 1] = { "concurrency", target_requests = 4, hold_seconds = 5, interval_seconds = 1 }
  all[#all + 1] = {
    "forecast", replica_requests_per_second = 1, smoothing = 0.5, interval_seconds = 2,
  }
  it("loses nobody, keeps to its limits, and repeats", function()
    local limits = { min_replicas = 1, max_replicas = 5, start_seconds = 3 }
    local function check(scaler)
      local result = conforms({
        autoscaler = scaler, min_replicas = 1, max_replicas = 5, start_seconds = 3,
      }, 5)
      expect(result.replicas >= 1):is_true()
    end
    for _, scaler in ipairs(all) do check(scaler) end
    check(concurrency.new{ target_requests = 4, hold_seconds = 5, interval_seconds = 1 })
    local most = 0
    local run = service{
      autoscaler = function() return 100 end, max_replicas = limits.max_replicas, start_seconds = 0,
    }:start(workload(5))
    run:run{ until_true = function(s) most = math.max(most, s.ready_replicas) end }
    expect(most):equals(5)
  end)
end)

describe("policies in Lua", function()
  it("decide as the native ones, to the last bit", function()
    for _, blocks in ipairs{ 260, 480 } do
      for _, tokens in ipairs{ 64, 1024 } do
        for _, drafts in ipairs{ 0, 3 } do
          local options = { blocks = blocks, max_tokens = tokens, draft_tokens = drafts }
          local native = service(options):replay(workload(1))
          for _, scheduler in ipairs{ continuous, step_by_step } do
            options.scheduler = scheduler
            local result = service(options):replay(workload(1))
            expect(numbers(result)):equals(numbers(native))
            expect(result.preemptions):equals(native.preemptions)
          end
        end
      end
    end
    local stages = { blocks = 260, pp = 3, max_sequences = 8 }
    local piped = numbers(service(stages):replay(workload(1)))
    for _, scheduler in ipairs{ continuous, step_by_step } do
      stages.scheduler = scheduler
      expect(numbers(service(stages):replay(workload(1)))):equals(piped)
    end
    local sessions = cluster.workload{ arrivals = "sessions", sessions = 20, rate = 3, seed = 1 }
    local cached = { blocks = 500, block_size = 16, prefix_cache = true }
    local native = service(cached):replay(sessions)
    cached.scheduler = continuous
    local result = service(cached):replay(sessions)
    expect(numbers(result)):equals(numbers(native))
    expect(result.hit_rate):equals(native.hit_rate)
    expect(numbers(service{ replicas = 4, router = least }:replay(workload(2)))):equals(
      numbers(service{ replicas = 4, router = "least-outstanding" }:replay(workload(2))))
    local options = { target_requests = 6, hold_seconds = 8, interval_seconds = 2 }
    local scaled = service{ autoscaler = concurrency.new(options), start_seconds = 2 }
    options[1] = "concurrency"
    expect(numbers(scaled:replay(workload(3)))):equals(
      numbers(service{ autoscaler = options, start_seconds = 2 }:replay(workload(3))))
  end)

  it("see the replica and its sequences", function()
    local seen = {}
    local function look(state, budget, plan)
      for s in state:running() do
        seen[state:phase(s)] = true
        expect(state:known_tokens(s) >= state:prompt_tokens(s)):is_true()
        expect(state:computed_tokens(s) <= state:known_tokens(s)):is_true()
        expect(state:blocks(s) * state.block_size >= state:computed_tokens(s)):is_true()
        expect(state:arrival_seconds(s) >= 0):is_true()
        expect(state:priority(s) + state:adapter(s)):equals(0)
        expect(state:class(s)):equals(1)
      end
      for s in state:prefilling() do expect(state:phase(s)):equals("prefill") end
      for s in state:waiting() do
        seen[state:phase(s)] = true
        expect(state:pending_tokens(s) <= state:known_tokens(s)):is_true()
        expect(state:output_tokens(s) > 0 and state:request(s) > 0):is_true()
      end
      expect(state.block_count):equals(480)
      expect(state.running_count + state.waiting_count > 0):is_true()
      expect(state.admitted_count >= state.prefilling_count):is_true()
      expect(state.in_flight_count):equals(0)
      expect(plan.tokens_left):equals(budget.tokens)
      expect(plan.sequences_left):equals(budget.sequences)
      expect(plan.free_blocks <= 480 and plan.count):equals(0)
      continuous.plan(continuous, state, budget, plan)
      for s in state:running() do
        expect(plan:is_planned(s) and plan:is_preempted(s)):equals(false)
      end
    end
    service{ scheduler = look }:replay(workload(1))
    expect(seen):equals{ decode = true, prefill = true, waiting = true }
  end)

  it("see requests, replicas and the cluster", function()
    local sessions = cluster.workload{ arrivals = "sessions", sessions = 20, rate = 3, seed = 1 }
    local shared = 0
    local function pick(request, replicas)
      expect(request.number >= 1 and request.arrival_seconds >= 0):is_true()
      expect(request.prompt_tokens > 0 and request.output_tokens > 0):is_true()
      expect(request.priority + request.adapter):equals(0)
      expect(request.class):equals(1)
      if request:prefix(1) then shared = shared + 1 end
      expect(request:prefix(request.prefix_tokens)):is_nil()
      for place = 1, #replicas do
        expect(replicas:number(place)):equals(place)
        expect(replicas:occupancy(place) <= 1):is_true()
        expect(replicas:waiting(place) <= replicas:outstanding(place)):is_true()
        expect(replicas:outstanding_tokens(place) >= 0):is_true()
      end
      return request.number % #replicas + 1
    end
    local function desired(view)
      expect(view.now_seconds > 0 and view.ready + view.starting >= 1):is_true()
      expect(view.waiting_requests <= view.open_requests):is_true()
      expect(view.open_requests <= view.arrived_requests):is_true()
      expect(view.start_seconds):equals(60.0)
      return view.ready
    end
    service{
      replicas = 3, blocks = 1000, block_size = 16, router = pick, autoscaler = desired,
    }:replay(sessions)
    expect(shared):equals(#sessions)
  end)
end)

describe("a wrong policy", function()
  --- Runs with a faulty policy from a time on, mends it, and expects what came of the right one.
  local function recovers(kind, right, cases, options)
    options[kind] = right
    local expected = service(options):replay(workload(6))
    for _, case in ipairs(cases) do
      local run = service(options):start(workload(6))
      run:run{ until_seconds = 7 }
      run["set_" .. kind](run, case[1])
      for _ = 1, 2 do expect(function() run:run() end):raises(case[2]) end
      run["set_" .. kind](run, right)
      expect(run:run()):equals("done")
      expect(numbers(run:result())):equals(numbers(expected))
    end
  end

  it("of a scheduler is refused with a reason, and nothing is lost", function()
    local function broken(body)
      return {
        name = "broken",
        plan = function(_, state, _, plan) body(plan, state:running()() or state:waiting()()) end,
      }
    end
    recovers("scheduler", "vllm-v1", {
      { function() return {} end, "returned a value, and nothing is expected" },
      { function() error("no idea") end, "no idea" },
      { broken(function() return nil + 1 end), 'scheduler "broken"' },
      { broken(function(plan, s) plan:decode(s) plan:decode(s) end), "in the plan already" },
      { broken(function(plan, s) plan:decode(s) plan:preempt(s) end), "cannot be preempted" },
      { broken(function(plan, s) plan:preempt(s) plan:preempt(s) end), "preempted already" },
      { broken(function(plan, s) plan:preempt(s) plan:decode(s) end), "cannot run in it" },
      { broken(function(plan, s) plan:prefill(s, 1) end), "decode it" },
      { broken(function(plan, s) plan:admit(s) end), "does not wait" },
      { broken(function(plan) plan:decode(1000000) end), "there is no sequence 1000000" },
      { broken(function(plan) plan:decode(0) end), "there is no sequence 0" },
      { broken(function(plan) plan:decode("a") end), "integer" },
      { broken(function(plan) plan:dekode(1) end), "dekode" },
    }, { blocks = 1000 })
    local refused = {
      { { name = "order" }, "needs a function `plan`" }, { 5, "got 5: cluster.schedulers()" },
      { { plan = print, order = "random" }, "left_by_rank" },
      { { plan = print, preemption = "drop" }, "recompute" },
    }
    for _, case in ipairs(refused) do
      expect(function() service{ scheduler = case[1] } end):raises(case[2])
    end
  end)

  it("of a scheduler that asks for too much is refused", function()
    local messages = {}
    local function greedy(state, _, plan)
      for s in state:waiting() do
        local ok, why = plan:admit(s)
        if not ok then messages[why] = true end
      end
      for s in state:running() do
        local ok, why = pcall(function()
          if state:is_decoding(s) then plan:decode(s) else plan:prefill(s, 100000) end
        end)
        if not ok then messages[tostring(why):match("to compute") or "other"] = true end
      end
    end
    local run = service{ scheduler = greedy, blocks = 260, max_tokens = 64 }:start(workload(1))
    run:run{ until_seconds = 20 }
    expect(messages["to compute"] and (messages.tokens or messages.blocks)):is_true()
  end)

  it("keeps nothing of a plan that is over", function()
    local kept, list
    service{ scheduler = function(state, budget, plan)
      kept, list = plan, state:running()
      continuous.plan(continuous, state, budget, plan)
    end }:replay(workload(1))
    expect(function() kept:decode(1) end):raises("planned already")
    expect(function() list() end):raises("planned already")
  end)

  it("is told once, at the line of the policy", function()
    local run = service{ scheduler = function() error("lost") end }:start(workload(1))
    local _, message = pcall(run.run, run)
    expect(select(2, message:gsub(":%d+: ", ""))):equals(1)
    expect(message):contains('scheduler "Lua function": lost')
  end)

  it("of a router or an autoscaler names what it returned", function()
    recovers("router", "least-outstanding", {
      { function() return 4 end, "returned 4, and a place from 1 to 3 is expected" },
      { function() return 0 end, "returned 0" }, { function() end, "returned nothing" },
      { function() return 1.5 end, "returned 1.5" }, { function() return "2" end, 'returned "2"' },
      { function(_, replicas) return replicas:outstanding(9) end, "no replica at place 9" },
      { { name = "affine", pick = function() error("lost") end }, 'router "affine"' },
    }, { replicas = 3 })
    recovers("autoscaler", { "concurrency", interval_seconds = 1 }, {
      { { interval_seconds = 1, desired = function() return -1 end }, "returned -1" },
      { { interval_seconds = 1, desired = function() return {} end }, "returned a table" },
      { { interval_seconds = 1, desired = function() return nil + 1 end }, "arithmetic" },
    }, { replicas = 2, max_replicas = 2, min_replicas = 2 })
  end)

  it("that makes no sense is refused at once", function()
    expect(function() service{ router = { name = "r" } } end):raises("needs a function `pick`")
    expect(function() service{ autoscaler = { interval_seconds = 0, desired = print } } end)
      :raises("from 0.001")
  end)

  it("that plans nothing is found out", function()
    local idle = service{ scheduler = function() end }
    expect(function() idle:replay(workload(1)) end):raises("plans nothing")
    local run = idle:start(workload(1))
    expect(run:run()):equals("stuck")
    run:set_scheduler(continuous)
    expect(run:run()):equals("done")
    expect(run:result().finished):equals(70)
  end)

  it("cannot change the simulation in the middle of an instant", function()
    local run
    local router = function() run:drain_replica(1) return 1 end
    run = service{ replicas = 2, router = router }:start(workload(1))
    expect(function() run:run() end):raises("in the middle of an instant")
  end)
end)
