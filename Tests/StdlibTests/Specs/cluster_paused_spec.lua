-- A service that is paused, looked at, changed and copied.

local line = { base_seconds = 0.01, token_seconds = 1e-4, context_seconds = 1e-7 }

local function start(changes)
  local options = { cost = line, replicas = 2, blocks = 400, seed = 1 }
  for name, value in pairs(changes or {}) do options[name] = value end
  return cluster.service(options):start(cluster.workload{
    rate = 8, count = 200, prompt_tokens = { 20, 400 }, output_tokens = { 10, 120 }, seed = 2,
  })
end

local function ends(run)
  local list = {}
  for i, row in ipairs(run:result():requests():rows()) do list[i] = row.finished_seconds or -1 end
  return list
end

describe("a run", function()
  it("that is stuck says for whom, autoscaled or not", function()
    for _, autoscaler in ipairs{ false, "concurrency" } do
      local run = cluster.service{ cost = line, scheduler = "vidur-vllm", autoscaler = autoscaler }
        :start{ { arrival_seconds = 1, prompt_tokens = 5000, output_tokens = 2 } }
      expect(run.stuck):is_nil()
      expect(run:run()):equals("stuck")
      expect(run.stuck:find("Request 1 is next on replica 1: 5000 tokens", 1, true)):is_true()
      run.max_tokens = 5000
      expect(run.stuck):is_nil()
      expect(run:run()):equals("done")
    end
  end)

  it("is laid beside what else might have come of it", function()
    local here = start()
    here:run{ until_seconds = 5 }
    local other = here:copy()
    other:set_scheduler("orca")
    here:run()
    other:run()
    local beside = here:result():beside(other:result())
    expect(beside[1].metric):equals("finished")
    expect(beside[1].values):equals({ 200.0, 200.0 })
    expect(beside[1].changes[2]):equals(0.0)
    local text = tostring(beside)
    expect(text:find("metric %s+vllm%-v1 %s+orca")):is_true()
  end)

  it("goes on as if it had not been paused", function()
    local whole = start()
    expect(whole:run()):equals("done")
    local pieces = start()
    expect(pieces:run{ until_seconds = 3 }):equals("time")
    expect(pieces.now_seconds):equals(3.0)
    expect(pieces:step(25)):equals(25)
    expect(pieces:run{ for_seconds = 1.5 }):equals("time")
    expect(pieces:run{ until_true = function(s) return s.arrived_requests >= 80 end })
      :equals("condition")
    expect(pieces.arrived_requests):equals(80)
    expect(pieces.is_done):is_false()
    expect(pieces:run()):equals("done")
    expect(ends(pieces)):equals(ends(whole))
    expect(pieces:step()):equals(0)
    expect(function() pieces:run{ until_seconds = 1 } end):raises("already")
    expect(function() pieces:run{ until_seconds = 1, for_seconds = 1 } end):raises("one of them")
  end)

  it("stops at breakpoints, in a policy, and at an error in a condition", function()
    local run = start()
    local number = run:breakpoint(function(s) return s.open_requests == 10 end)
    expect(run:run()):equals("condition")
    expect(run.open_requests):equals(10)
    expect(run:remove_breakpoint(number)):is_true()
    expect(run:remove_breakpoint(number)):is_false()
    run:set_router(function(request)
      if request.number == 100 then run:pause() end
      return 1
    end)
    expect(run:run()):equals("paused")
    expect(run.arrived_requests):equals(100)
    expect(function() run:run{ until_true = function(s) return s.arived end } end):raises("arived")
    expect(run:run()):equals("done")
  end)

  it("is not run inside itself, but a copy of it is", function()
    local run = start()
    run:set_router(function() run:run() return 1 end)
    expect(function() run:run() end):raises("running already")
    local ahead = 0
    run = start()
    run:set_router(function(request)
      if request.number == 50 then
        local copy = run:copy()
        copy:set_router("round-robin")
        copy:run{ for_seconds = 2 }
        ahead = copy.now_seconds - run.now_seconds
      end
      return 2
    end)
    expect(run:run()):equals("done")
    expect(ahead):is_near(2, 1e-9)
  end)
end)

describe("what is going on", function()
  it("is told in rows", function()
    local run = start()
    run:run{ until_seconds = 6 }
    local rows = run:inspect()
    expect(#rows):equals(2)
    expect(rows.open):equals(run.open_requests)
    expect(rows[1].outstanding + rows[2].outstanding):equals(run.open_requests)
    expect(rows[1].waiting + rows[2].waiting):equals(run.waiting_requests)
    expect(run.ready_replicas):equals(2)
    expect(rows.steps):equals(run.step_count)
    expect(rows[1].preemptions + rows[2].preemptions):equals(run.preemption_count)
    for number = 1, 2 do
      local blocks, held = run:blocks(number), 0
      expect(blocks.used + blocks.free):equals(blocks.count)
      local sequences = run:sequences(number)
      expect(#sequences):equals(rows[number].outstanding)
      for _, row in ipairs(sequences:rows()) do
        held = held + row.block_count
        expect(row.generated_tokens <= row.output_tokens):is_true()
      end
      expect(held):equals(blocks.used)
    end
    expect(#run:sequences()):equals(run.open_requests)
    expect(function() run:sequences(3) end):raises("from 1 to 2")
    expect(tostring(run)):contains("2 replicas ready")
    expect(tostring(rows)):contains("ready")
  end)
end)

describe("a change", function()
  it("of policies, limits and cost holds from there on", function()
    local run = start()
    run:run{ until_seconds = 5 }
    run:set_scheduler{ "sarathi", watermark = 0 }
    run:set_router("least-outstanding")
    run:set_autoscaler(function() return 3 end)
    run:set_cost{ base_seconds = 0.005, token_seconds = 1e-4 }
    run.max_tokens, run.max_sequences, run.max_admitted = 128, 8, 16
    expect(run.max_tokens + run.max_sequences + run.max_admitted):equals(152)
    expect(function() run.max_tokens = 0 end):raises("at least 1")
    expect(run.scheduler):equals("sarathi { watermark = 0 }")
    expect(run.router):equals("least-outstanding")
    expect(run.autoscaler):equals("Lua function")
    expect(run:run()):equals("done")
    expect(run:result().finished):equals(200)
    run:set_autoscaler(nil)
    expect(run.autoscaler):is_nil()
  end)

  it("of replicas and requests is carried out", function()
    local run = start()
    run:run{ until_seconds = 5 }
    expect(run:add_replica{ start_seconds = 1 }):equals(3)
    run:drain_replica(1)
    run:run{ for_seconds = 1.5 }
    expect(run.ready_replicas):equals(2)
    local open = run.open_requests
    for _, row in ipairs(run:sequences():rows()) do run:cancel(row.request) end
    run:run{ until_seconds = run.now_seconds + 0.5 }
    expect(run.open_requests < open):is_true()
    expect(function() run:cancel(1) end):raises("ended already")
    expect(function() run:cancel(200) end):raises("not come yet")
    expect(function() run:cancel(999) end):raises("of 200")
    expect(run:run()):equals("done")
    local result = run:result()
    expect(result.cancelled > 0):is_true()
    expect(result.finished + result.cancelled):equals(200)
    for _, row in ipairs(run:inspect():rows()) do expect(row.used_blocks):equals(0) end
  end)
end)

describe("a copy", function()
  it("goes on as the original, and differs once it is changed", function()
    local run = start()
    run:run{ until_seconds = 5 }
    local same, other, kept = run:copy(), run:snapshot(), run:result()
    other:set_cost{ base_seconds = 0.03, token_seconds = 1e-4 }
    for _, one in ipairs{ run, same, other } do expect(one:run()):equals("done") end
    expect(ends(same)):equals(ends(run))
    expect(other:result().e2e_seconds.mean > run:result().e2e_seconds.mean):is_true()
    expect(kept.finished < 200):is_true()
  end)

  it("has its own conditions and its own memory of policies that can be copied", function()
    local two_choices = require("orrery.routers.two_choices")
    local run = start{ router = two_choices.new(3) }
    run:breakpoint(function(s) return s.arrived_requests == 100 end)
    run:run{ until_seconds = 5 }
    local copy = run:copy()
    expect(copy:run()):equals("condition")
    expect(copy.arrived_requests):equals(100)
    expect(run.arrived_requests < 100):is_true()
    copy:run()
    run:run()
    run:run()
    expect(ends(copy)):equals(ends(run))
    local shared = 0
    local counted = start{ router = function() shared = shared + 1 return 1 end }
    local twin = counted:copy()
    counted:run()
    twin:run()
    expect(shared):equals(400)
    expect(function() start{ router = { pick = print, copy = function() return 1 end } } end)
      :raises("copy() returned 1, ")
  end)
end)
