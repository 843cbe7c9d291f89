local kernel = { seconds = 0.002 }

local function run(policy, tenants, seconds)
  return sharing.run({
    device = "A100-80GB", policy = policy, tenants = tenants, seconds = seconds or 0.3,
  })
end

describe("tenants that share a device", function()
  it("wait for each other under time-slicing", function()
    local alone = run("passthrough", { { kernel = kernel } })
    local four = run("time-slicing", { { count = 4, kernel = kernel } })
    local ratio = four.tenants[1].mean_seconds / alone.tenants[1].mean_seconds
    expect(ratio > 4 and ratio < 5):is_true()
    expect(four.fairness):is_near(1, 0.01)
    expect(four.switch_share > 0.03 and four.switch_share < 0.12):is_true()
    expect(alone.gpus):equals(1)
    expect(four.throughput < alone.throughput):is_true()
  end)

  it("do not notice each other under MIG", function()
    local quiet = { name = "quiet", kernel = kernel, gap_seconds = 0.001 }
    local mig = sharing.policy("mig", { profile = "1g.20gb" })
    local alone = run(mig, { quiet })
    local loud = { count = 3, kernel = { seconds = 0.05, bandwidth_share = 1 } }
    local beside = run(mig, { quiet, loud })
    expect(beside.tenants[1].latency_seconds.values):equals(alone.tenants[1].latency_seconds.values)
  end)

  it("may be coroutines that yield what they do", function()
    local heard = {}
    local result = run("mps", {
      { name = "mine", workload = function()
        heard[1] = coroutine.yield({ allocate_bytes = 2 ^ 30 })
        heard[2] = coroutine.yield({ seconds = 0.01, ends_request = false })
        local latency, now = coroutine.yield({ blocks = 216, block_seconds = 0.001,
          blocks_per_multiprocessor = 2 })
        heard[2], heard[3] = latency, now
        coroutine.yield({ wait_seconds = 0.005 })
        coroutine.yield({ free_bytes = 2 ^ 30 })
      end },
    })
    expect(heard[1]):is_true()
    expect(heard[2]):is_near(0.011, 1e-9)
    expect(heard[3]):is_near(0.011, 1e-9)
    local mine = result.tenants[1]
    expect({ mine.name, mine.requests, mine.kernels }):equals({ "mine", 1, 2 })
    expect({ mine.memory_bytes, mine.peak_memory_bytes }):equals({ 0, 1 << 30 })
  end)

  it("harm each other only where the mechanism lets them", function()
    local function harmed(policy)
      return #run(policy, {
        { count = 2, kernel = kernel },
        { name = "bad", workload = function()
          coroutine.yield({ wait_seconds = 0.01 })
          coroutine.yield({ fault = "context" })
        end },
      }):violations()
    end
    expect(harmed("mps")):equals(2)
    expect(harmed("time-slicing")):equals(0)
    expect(harmed("mig")):equals(0)
  end)

  it("run as a function of one's own decides", function()
    local function first(view)
      for number, is_runnable in ipairs(view.runnable) do
        if is_runnable then return number end
      end
    end
    local result = run(first, { { kernel = kernel }, { kernel = kernel } })
    expect(result.tenants[2].kernels):equals(0)
    expect(result.utilization):is_near(1, 1e-6)
    local half = run(function() return { 54, 54 } end, { { kernel = kernel }, { kernel = kernel } })
    expect(half.tenants[1].kernels):equals(half.tenants[2].kernels)
    expect(function() run(function() return { 200, 0 } end, { { kernel = kernel } }) end):raises()
    expect(function() run(function() return "me" end, { { kernel = kernel } }) end)
      :raises("a tenant's number")
  end)

  it("are refused memory by HAMi, unless its library is not loaded", function()
    local greedy = { name = "greedy", kernel = kernel, memory_bytes = 70 * 2 ^ 30 }
    local modest = { name = "modest", kernel = kernel, memory_bytes = 30 * 2 ^ 30 }
    expect(run("hami", { greedy, modest }).tenants[1].refusals):equals(1)
    greedy.bypasses_hook = true
    local broken = run("hami", { greedy, modest }):violations()
    expect({ broken[1].kind, broken[1].victim }):equals({ "memory", "modest" })
  end)

  it("are compared under several policies at once", function()
    local rows = sharing.compare({
      device = "A100-80GB", tenant = { kernel = kernel }, tenants = { 2, 4 },
      policies = { "time-slicing", "mig", sharing.policy("mps", { thread_percentage = 50 }) },
      seconds = 0.1,
    })
    expect(#rows):equals(6)
    expect(rows[2].interference):is_near(1, 1e-9)
    expect(rows[1].latency_ratio > 2):is_true()
    expect(rows[4].memory_harm):equals(3)
    expect(tostring(rows)):contains("mps (50 %)")
  end)

  it("repeat exactly under the same seed", function()
    local function values(seed)
      return sharing.run({
        device = "A30", seed = seed, seconds = 0.5,
        tenants = { { count = 3, kernel = kernel, requests_per_second = 40 } },
      }).latency_seconds.values
    end
    expect(values(3)):equals(values(3))
    expect(#values(3) == #values(4) and values(3)[1] == values(4)[1]):is_false()
  end)

  it("have options whose faults are named", function()
    local function with(tenant) return function() run("mps", { tenant }) end end
    expect(with({ kernel = { secnds = 1 } })):raises("seconds")
    expect(with({ kernal = {} })):raises("kernel")
    expect(with({})):raises("a kernel, kernels or a workload")
    expect(with({ workload = function() coroutine.yield(3) end })):raises("yields tables")
    expect(with({ workload = function() error("boom") end })):raises("boom")
    local function spin() while true do coroutine.yield({ wait_seconds = 0 }) end end
    expect(with({ workload = spin })):raises("takes time")
    expect(function() sharing.policy("vgpu", { places = 99 }) end):raises("places")
    expect(function() run("mig", { { kernel = kernel } }, -1) end):raises("seconds")
  end)

  it("tell everything that was counted", function()
    local result = run("mps", {
      { count = 2, kernel = { seconds = 0.002, bandwidth_share = 0.5 }, requests = 3 },
    })
    expect({ result.policy, result.seconds, result.gpus }):equals({ "mps", 0.3, 1 })
    expect(result.multiprocessor_utilization <= result.utilization):is_true()
    expect(result.bandwidth_utilization):is_near(2 * 3 * 0.001 / 0.3, 1e-6)
    expect(result.latency_seconds.count):equals(6)
    local one = result.tenants[1]
    expect({ one.requests, one.kernels, one.refusals }):equals({ 3, 3, 0 })
    expect(one.mean_seconds):is_near(0.004, 1e-9)
    expect({ one.p50_seconds, one.p99_seconds, one.jitter_seconds })
      :is_near({ 0.004, 0.004, 0 }, 1e-9)
    expect(one.work_seconds):is_near(3 * 0.002 * 216, 1e-6)
    expect(one.busy_seconds):is_near(0.012, 1e-9)
    expect(one.multiprocessor_seconds):is_near(0.012 * 54, 1e-6)
    expect(one.moved_bytes):is_near(gpu("A100-80GB").memory_bytes_per_second * 0.003, 1)
    expect(one.held_seconds):equals(0.0)
    expect(one.stopped_at_seconds):is_nil()
    expect(sharing.policy("mps").name):equals("mps")
  end)

  it("launch kernels of real programs", function()
    local source = [[__global__ void twice(int n, float *x) {
      int i = blockIdx.x * blockDim.x + threadIdx.x; if (i < n) x[i] *= 2; }]]
    local n = 1 << 18
    local launch = { grid = n // 256, block = 256, args = { n, tensor.ones(n) }, on = "A100-80GB" }
    local report = cuda.compile(source).twice(launch)
    local result = run("mps", { { count = 2, kernel = report, requests = 4 },
      { name = "mine", workload = function() coroutine.yield({ kernel = report }) end } }, 0.01)
    expect(result.tenants[1].kernels):equals(4)
    expect(result.tenants[3].requests):equals(1)
    expect(result.tenants[1].mean_seconds > 1e-7):is_true()
    expect(result.tenants[1].mean_seconds < 3 * report.time_seconds):is_true()
    launch.time = false
    local untimed = cuda.compile(source).twice(launch)
    expect(function() run("mps", { { kernel = untimed } }) end):raises("has no time")
    expect(function()
      sharing.run({ device = "A30", tenants = { { kernels = { report } } } })
    end):raises("launch it with on")
    expect(function() run("mps", { { kernels = { 3 } } }) end):raises("table or cuda.Report")
  end)

  it("are drawn", function()
    local result = run("mps", { { count = 2, kernel = kernel } }, 0.05)
    expect(result:timeline({ to_seconds = 0.02 }):svg()):contains("tenant 2")
    expect(result:latencies():svg()):contains("latency")
    expect(result:table():text({ width = 100, colors = "none" })):contains("fairness")
    expect(tostring(result)):contains("tenant 1")
    expect(#sharing.policies()):equals(6)
  end)
end)
