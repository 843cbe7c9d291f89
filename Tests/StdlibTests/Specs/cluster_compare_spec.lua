-- Two services on the same requests: is their difference noise?

local a = cluster.service{ name = "base", cost = { base_seconds = 0.02, token_seconds = 1e-4 } }
local function trace(seed)
  return cluster.workload{ rate = 4, count = 40, output_tokens = { 5, 40 }, seed = seed }
end

describe("a comparison", function()
  it("sees a slower model", function()
    local b = a:with{ name = "slow", cost = { base_seconds = 0.022, token_seconds = 1.1e-4 } }
    local compared = cluster.compare(a, b, { trace = trace, seeds = 6 })
    local tpot = compared.tpot_mean_seconds
    expect(tpot.verdict):equals("a is better")
    expect(tpot.lower > 0 and tpot.upper > tpot.difference):is_true()
    expect(tpot.pairs):equals(6)
    expect(tostring(compared):find("base is better", 1, true)):is_true()
    expect(#compared:figure():svg() > 1000):is_true()
    expect(#compared:table()):equals(6)
  end)

  it("calls the same the same, and chance noise", function()
    local same = cluster.compare(a, a:with{ kept_steps = 10 }, { trace = trace, seeds = 3 })
    expect(same.e2e_mean_seconds.verdict):equals("same")
    local random = a:with{ replicas = 2, router = "random" }
    local noise = cluster.compare(random, random:with{ seed = 1000 },
      { trace = trace, seeds = 5, metrics = { "e2e_mean_seconds" } })
    expect(noise.e2e_mean_seconds.verdict):equals("noise")
    expect(noise:words()[1]:find("noise", 1, true)):is_true()
  end)

  it("calls services by what tells them apart", function()
    local orca = cluster.compare(a, a:with{ scheduler = "orca", max_tokens = 512 },
      { trace = trace, seeds = 3, metrics = { "ttft_mean_seconds" } })
    local text = tostring(orca)
    expect(text:find("A: scheduler vllm-v1, max_tokens 2048.", 1, true)):is_true()
    expect(text:find("B: scheduler orca, max_tokens 512.", 1, true)):is_true()
    local table = cluster.compare(a, a:with{ cost = { base_seconds = 0.03 } },
      { trace = trace, seeds = 3 })
    expect(tostring(table):find("B is", 1, true)):is_true()
    local tpot = table.tpot_mean_seconds
    expect(tpot.change):is_near(tpot.difference / tpot.a, 1e-12)
  end)

  it("cuts one trace into pieces", function()
    local compared = cluster.compare(a, a:with{ max_sequences = 1 },
      { trace = trace(1), seeds = 4 })
    expect(compared.ttft_mean_seconds.pairs):equals(4)
    expect(function() cluster.compare(a, a, { trace = trace(1), seeds = 30 }) end):raises("pieces")
    expect(function() cluster.compare(a, a, { trace = trace, metrics = { "ttft" } }) end)
      :raises("ttft_")
  end)
end)
