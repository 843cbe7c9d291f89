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
    expect(cost.energy_kwh):is_near(cost.energy_joules / 3.6e6, 1e-12)
    expect(cost.watts_per_gpu > 0.2 * 400 and cost.watts_per_gpu < 400):is_true()
    expect(tostring(cost):find("4 GPUs per replica, each 2 USD an hour", 1, true)):is_true()
  end)

  it("says what served, and what it cost where the GPUs are known", function()
    local text = result():text()
    expect(text:find("\non service: vllm-v1, round-robin\n", 1, true)):is_true()
    expect(text:find("USD", 1, true)):is_nil()
    local known = cluster.service{ model = "llama-3.1-8b", device = "A100-80GB",
      slo = { ttft_seconds = 1 } }
    expect(tostring(known):find("SLO         TTFT 1 s", 1, true)):is_true()
    local run = known:replay{ { arrival_seconds = 0, prompt_tokens = 99, output_tokens = 9 } }
    expect(run.mfu > 0 and run.mfu < 0.5):is_true()
    expect(result().mfu):is_nil()
    text = tostring(run)
    expect(text:find("list of requests: 1 of 1", 1, true)):equals(1)
    expect(text:find("USD per million tokens", 1, true)):is_true()
    expect(text:find("goodput     100 % within TTFT 1 s", 1, true)):is_true()
  end)

  it("shows rows with many columns upright", function()
    local path = os.tmpname()
    cluster.sweep{ database = path, grid = { n = { 1, 2 } }, run = function()
      return cluster.service{ cost = line }, cluster.workload{ count = 5 }
    end }
    local text = tostring(cluster.query(path))
    os.remove(path)
    expect(text:find("row 1", 1, true) and text:find("row 2", 1, true)):is_true()
    expect(text:find("TTFT p99 ms", 1, true)):is_true()
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
