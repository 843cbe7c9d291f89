-- What a result gives to files and other tools.

local line = { base_seconds = 0.02, token_seconds = 1e-4 }

local function result()
  return cluster.service{ cost = line, replicas = 2, blocks = 200 }
    :replay(cluster.workload{ rate = 6, count = 60, prompt_tokens = { 20, 300 },
      output_tokens = { 3, 40 }, seed = 5 })
end

local function read(path)
  local file = assert(io.open(path))
  local text = file:read("a")
  file:close()
  os.remove(path)
  return text
end

local function lines(text)
  local count = 0
  for _ in text:gmatch("\n") do count = count + 1 end
  return count
end

describe("an export", function()
  it("writes requests, steps and intervals as CSV", function()
    local r = result()
    for part, rows in pairs{ requests = 60, steps = r.steps } do
      local path = os.tmpname()
      r:export{ csv = path, part = part }
      expect(lines(read(path))):equals(rows + 1)
    end
    local path = os.tmpname()
    r:export{ csv = path, part = "series", interval_seconds = 1 }
    local text = read(path)
    expect(text:find("start_seconds,arrivals,finished", 1, true)):equals(1)
    expect(lines(text)):equals(math.ceil(r.makespan_seconds) + 1)
  end)

  it("writes JSON and a trace for Perfetto", function()
    local json, perfetto = os.tmpname(), os.tmpname()
    local r = result()
    r:export{ json = json, perfetto = perfetto, device = "H100-SXM5-80GB" }
    local text = read(json)
    expect(text:find('"finished":60', 1, true)):is_true()
    expect(text:find('"cost_usd":', 1, true)):is_true()
    text = read(perfetto)
    local slices = select(2, text:gsub('"ph":"X"', ""))
    expect(slices):equals(r.steps)
    expect(select(2, text:gsub('"name":"process_name"', ""))):equals(2)
  end)

  it("says what is missing or unknown", function()
    local r = result()
    expect(function() r:export{} end):raises("csv, json or perfetto")
    expect(function() r:export{ csv = os.tmpname(), part = "request" } end):raises("requests")
    expect(function() r:cost() end):raises("device")
  end)

  it("prices GPUs by the hour", function()
    local cost = result():cost{ gpus = 4, gpu_usd_per_hour = 2, gpu_watts = 400 }
    expect(cost.usd):is_near(cost.gpu_hours * 2, 1e-9)
    expect(cost.energy_joules > 0):is_true()
    expect(cost.million_output_tokens_usd > 0):is_true()
  end)

  it("cuts a run into intervals whose counts add up", function()
    local arrivals = 0
    for _, row in ipairs(result():series{ interval_seconds = 2 }:rows()) do
      arrivals = arrivals + row.arrivals
    end
    expect(arrivals):equals(60)
  end)

  it("makes a trace of what users who wait for answers did", function()
    local r = cluster.service{ cost = line }
      :replay(cluster.workload{ arrivals = "closed", users = 3, requests_per_user = 4 })
    expect(r:trace().count):equals(12)
    local path = os.tmpname()
    r:trace():save(path)
    expect(lines(read(path))):equals(13)
  end)
end)
