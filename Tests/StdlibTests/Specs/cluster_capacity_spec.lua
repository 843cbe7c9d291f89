-- The fewest replicas and the highest rate that keep a promise.

local service = cluster.service{
  name = "chat", cost = { base_seconds = 0.02, token_seconds = 1e-4 }, blocks = 400,
  router = "least-outstanding",
}
local trace = cluster.workload{ rate = 20, count = 120, prompt_tokens = { 50, 600 },
  output_tokens = { 5, 60 }, seed = 2 }

describe("a search for capacity", function()
  it("finds the fewest replicas, as trying one after the other does", function()
    local found = cluster.capacity{ service = service, trace = trace, ttft_seconds = 0.3,
      tpot_seconds = 0.06, share = 0.95, gpus = 2 }
    local function kept(n)
      local r = service:with{ replicas = n, slo = { ttft_seconds = 0.3, tpot_seconds = 0.06 } }
        :replay(trace)
      return r.slo_share
    end
    expect(kept(found.replicas) >= 0.95):is_true()
    if found.replicas > 1 then expect(kept(found.replicas - 1) < 0.95):is_true() end
    expect(found.gpus):equals(found.replicas * 2)
    expect(found.share >= 0.95):is_true()
    expect(found.is_monotone):is_true()
    expect(tostring(found):find("chat: fewest", 1, true)):is_true()
    expect(#found:points() > 2):is_true()
    expect(#found:figure():svg() > 1000):is_true()
  end)

  it("finds the highest rate of a trace, or of a workload", function()
    local options = { service = service:with{ replicas = 2 }, find = "rate", ttft_seconds = 0.5,
      share = 0.9, trace = trace }
    local scaled = cluster.capacity(options).rate
    options.trace = function(rate)
      return cluster.workload{ rate = rate, count = 120, prompt_tokens = { 50, 600 },
        output_tokens = { 5, 60 } }
    end
    options.rate = 1
    local drawn = cluster.capacity(options).rate
    expect(scaled > 1 and drawn > 1):is_true()
    expect(drawn / scaled > 0.4 and drawn / scaled < 2.5):is_true()
  end)

  it("takes its limits in a table as well", function()
    local single = cluster.capacity{ service = service, trace = trace, ttft_seconds = 0.3,
      tpot_seconds = 0.06, share = 0.95 }
    local table = cluster.capacity{ service = service, trace = trace,
      slo = { ttft_seconds = 0.3, tpot_seconds = 0.06, share = 0.95 } }
    expect(table.replicas):equals(single.replicas)
    expect(table.share):equals(single.share)
  end)

  it("takes policies written in Lua", function()
    local asked = 0
    local lua = service:with{ router = function(_, replicas)
      asked = asked + 1
      return 1 + asked % #replicas
    end }
    local found = cluster.capacity{ service = lua, trace = trace, ttft_seconds = 2, share = 0.9 }
    expect(found.replicas >= 1 and asked > 120):is_true()
    expect(function()
      cluster.capacity{ service = service:with{ router = function() error("lost") end },
        trace = trace, ttft_seconds = 1 }
    end):raises("lost")
  end)

  it("says what is missing", function()
    expect(function() cluster.capacity{ service = service, trace = trace } end):raises("promised")
    expect(function() cluster.capacity{ ttft_ms = 500 } end)
      :raises("did you mean ttft_seconds = 0.5?")
    expect(function()
      cluster.capacity{ service = service, trace = trace, slo = { tpot_ms = 60 } }
    end):raises("did you mean tpot_seconds = 0.06?")
    expect(function() cluster.capacity{ service = service, trace = 3, ttft_seconds = 1 } end)
      :raises("trace is 3")
  end)
end)
