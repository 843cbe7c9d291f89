-- Grids of services, kept in a database.

local function run(point)
  local service = cluster.service{
    cost = { base_seconds = 0.02, token_seconds = 1e-4 }, blocks = 300,
    replicas = point.replicas, scheduler = point.scheduler,
  }
  return service, cluster.workload{ rate = point.rate or 5, count = 40, output_tokens = { 5, 30 } }
end

local grid = {
  { "scheduler", { "vllm-v1", "sarathi" } }, { "replicas", { 1, 2 } }, { "rate", { 2, 8, 12.5 } },
}

describe("a sweep", function()
  it("runs every point in order, on any number of threads", function()
    local one = cluster.sweep{ grid = grid, run = run, threads = 1 }
    local two = cluster.sweep{ grid = grid, run = run, threads = 2 }
    expect(#one):equals(12)
    expect(one[4].scheduler):equals("vllm-v1")
    expect(one[4].replicas):equals(2)
    expect(one[12].rate):equals(12.5)
    for n = 1, 12 do expect(one[n].ttft_p99_seconds):equals(two[n].ttft_p99_seconds) end
    expect(one:best("ttft_p99_seconds").ttft_p99_seconds)
      :equals(math.min(table.unpack(one:column("ttft_p99_seconds"))))
    expect(tostring(one):find("12 points", 1, true)):is_true()
  end)

  it("keeps rows in a database and goes on from there", function()
    local path, asked = os.tmpname(), 0
    local function counted(point)
      asked = asked + 1
      return run(point)
    end
    local first = cluster.sweep{ grid = grid, run = counted, database = path }
    local again = cluster.sweep{ grid = grid, run = counted, database = path }
    expect(tostring(again):find("12 from the database", 1, true)):is_true()
    expect(again[7].e2e_p99_seconds):equals(first[7].e2e_p99_seconds)
    local rows = cluster.query(path,
      "SELECT rate, ttft_p99_seconds FROM points WHERE scheduler = ? AND replicas = ? "
        .. "ORDER BY rate",
      "sarathi", 1)
    expect(#rows):equals(3)
    expect(rows[3].rate):equals(12.5)
    expect(rows[1].ttft_p99_seconds):equals(first[7].ttft_p99_seconds)
    expect(function() cluster.query(path, "SELECT nothing FROM points") end):raises("nothing")
    os.remove(path)
  end)

  it("keeps the fault of a point and goes on", function()
    local sweep = cluster.sweep{ grid = { block_size = { 16, 48 } }, run = function(point)
      return cluster.service{ cost = {}, prefix_cache = true, block_size = point.block_size },
        cluster.workload{ arrivals = "sessions", sessions = 3 }
    end }
    expect(sweep[1].fault):equals(nil)
    expect(sweep[2].fault:find("do not divide", 1, true)):is_true()
  end)

  it("draws heat maps and lines", function()
    local sweep = cluster.sweep{ grid = grid, run = run }
    expect(#sweep:heatmap{ metric = "ttft_p99_seconds", x = "rate", y = "replicas" }:svg() > 1000)
      :is_true()
    expect(#sweep:plot{ metric = "ttft_p99_seconds", x = "rate", lines = "scheduler" }:svg() > 1000)
      :is_true()
    expect(function() sweep:heatmap{ metric = "ttft" } end):raises("ttft_")
    expect(function() sweep:plot{ metric = "steps", x = "rates" } end):raises("rate")
  end)

  it("gives its function a point that knows its names", function()
    local names = {}
    local sweep = cluster.sweep{ grid = { replicas = { 2 }, blocks = { 300 } }, run = function(p)
      for name, value in pairs(p) do names[name] = value end
      expect(rawget(p, "rate")):is_nil()
      return cluster.service{ cost = {} }:with(p), cluster.workload{ rate = 5, count = 10 }
    end }
    expect(names):equals({ replicas = 2, blocks = 300 })
    expect(sweep[1].replica_count):equals(2.0)
    expect(sweep[1].fault):is_nil()
    expect(function() return sweep[1].replica end):raises('did you mean "replicas"')
    expect(function()
      cluster.sweep{ grid = { replicas = { 1 } }, run = function(p) return p.replica end }
    end):raises('unknown setting of the point "replica": did you mean "replicas"')
  end)

  it("says what a grid or a function lacks", function()
    expect(function() cluster.sweep{ grid = {}, run = run } end):raises("axis")
    expect(function() cluster.sweep{ grid = { a = { 1, 1 } }, run = run } end):raises("differ")
    expect(function() cluster.sweep{ grid = { a = { 1 } }, run = function() end } end)
      :raises("service and a trace")
    expect(function() cluster.sweep{ grid = { a = { 1 } }, run = function() error("no") end } end)
      :raises("no")
  end)
end)
