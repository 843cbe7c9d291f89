-- Deployments of a model that keep a promise.

local planning = require("orrery.planning")

local options = {
  model = "llama-3.1-8b", devices = { "A100-80GB", "H100", "T4" }, tp = { 1, 2 },
  trace = cluster.workload{ rate = 12, count = 150, output_tokens = { 20, 120 }, seed = 1 },
  ttft_seconds = 0.5, tpot_seconds = 0.03, share = 0.95, most = 16,
}

local function with(changes)
  local all = {}
  for name, value in pairs(options) do all[name] = value end
  for name, value in pairs(changes) do all[name] = value end
  return all
end

describe("a plan", function()
  it("has every deployment, the cheapest first, as searches for capacity find them", function()
    local plan = planning.deployments(options)
    expect(#plan):equals(6)
    local last = 0
    for _, row in ipairs(plan) do
      if row.replicas then
        expect(row.usd_per_hour == nil or row.usd_per_hour >= last):is_true()
        last = row.usd_per_hour or last
        expect(row.gpus):equals(row.replicas * row.tp)
      else
        expect(#row.fault > 0):is_true()
      end
    end
    local first = plan[1]
    local service = cluster.service{ model = "llama-3.1-8b", device = first.device, tp = first.tp,
      router = "least-outstanding" }
    local found = cluster.capacity{ service = service, trace = options.trace,
      ttft_seconds = 0.5, tpot_seconds = 0.03, share = 0.95 }
    expect(first.replicas):equals(found.replicas)
    expect(first.share >= 0.95):is_true()
    expect(tostring(plan):find("the cheapest first", 1, true)):is_true()
  end)

  it("says why something does not serve", function()
    local plan = planning.deployments(with{ devices = { "T4", "A100-80GB" }, tp = { 1 },
      tpot_seconds = 1e-4, most = 2 })
    local faults = {}
    for _, row in ipairs(plan) do faults[row.device] = row.fault end
    expect(faults.T4:find("leave nothing", 1, true)):is_true()
    expect(faults["A100-SXM4-80GB"]:find("", 1, true)):is_true()
    expect(plan[1].replicas):is_nil()
  end)

  it("takes prices of one's own", function()
    local row = planning.deployments(with{ devices = { "H100" }, tp = { 1 },
      prices = { H100 = 2 } })[1]
    expect(row.usd_per_hour):is_near(2 * row.gpus, 1e-9)
    expect(row.million_tokens_usd > 0 and row.joules_per_token > 0):is_true()
    expect(function() planning.deployments(with{ device = "H100" }) end):raises("device")
    expect(function() planning.deployments{ model = "llama-3.1-8b" } end):raises("devices")
  end)
end)
