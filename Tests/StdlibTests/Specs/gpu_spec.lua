describe("a device", function()
  it("is found by any usual spelling", function()
    for _, name in ipairs({ "H100-SXM5-80GB", "h100", "NVIDIA H100 80GB HBM3", "h100_sxm" }) do
      expect(gpu(name).name):equals("H100-SXM5-80GB")
    end
    expect(function() return gpu("H10") end):raises("did you mean \"H100-SXM5-80GB\"")
  end)

  it("tells dense rates from sparse ones", function()
    local h = gpu("H100")
    expect(h.peaks.bf16_tensor):is_near(989.4e12, 1e9)
    expect(h.sparse_peaks.bf16_tensor):is_near(2 * h.peaks.bf16_tensor, 1e9)
    expect(h:peak("bf16")):equals(h.peaks.bf16_tensor)
    expect(h:peak("bf16", { sparse = true })):equals(h.sparse_peaks.bf16_tensor)
    expect(h:peak("fp4")):equals(nil)
    expect(h.peaks.fp32):is_near(h.fp32_lanes * 2 * h.boost_hertz, 1e11)
  end)

  it("halves FP16 with FP32 accumulation on GeForce", function()
    local d = gpu("RTX 4090")
    expect(d:peak("fp16")):is_near(d.peaks.fp16_tensor / 2, 1e11)
  end)

  it("tells everything that is on its sheet", function()
    local a = gpu("A100-80GB")
    expect(a.vendor .. " " .. a.generation .. " " .. a.chip):equals("NVIDIA Ampere GA100")
    expect(a.compute_capability):equals("8.0")
    expect({ a.year, a.multiprocessors, a.tensor_cores, a.watts })
      :equals({ 2020, 108, 432, 400.0 })
    expect(a.memory_bytes):equals(80 << 30)
    expect(a.memory_kind .. a.process):equals("HBM2e7 nm")
    expect(a.l2_bytes):equals(40 << 20)
    expect(a.memory_bytes_per_second < a.l2_bytes_per_second):equals(true)
    expect(a.l2_bytes_per_second < a.l1_bytes_per_second):equals(true)
    expect(a.link_count * 25e9):equals(a.link_bytes_per_second)
    expect(a.link_kind):equals("NVLink 3")
    expect(a.host_bytes_per_second):is_near(31.5e9, 1e8)
    expect(a.latency_cycles.l1 < a.latency_cycles.dram):equals(true)
    expect(a.streamed_share < 1):equals(true)
    expect(a.base_hertz < a.boost_hertz and a.tensor_hertz == a.boost_hertz):equals(true)
    expect(a.transistors):equals(54.2e9)
    expect(a.parent):equals(nil)
    expect(a.price_usd_per_hour > 0 and a.price_usd == nil):equals(true)
    expect(#a.aliases > 0 and #a.source > 0 and #a.summary > 0):equals(true)
    expect(#gpu("H100").notes > 0):equals(true)
  end)

  it("says of each number how it is known", function()
    local origins = {}
    for _, fact in ipairs(gpu("H800"):facts()) do
      expect(#fact.source > 0):equals(true)
      origins[fact.origin] = true
    end
    expect(origins.read and origins.derived and origins.inferred):equals(true)
  end)

  it("shows as a picture", function()
    local forms = gpu("T4"):__mime()
    expect(forms["image/svg+xml"]:find("40 SMs", 1, true) ~= nil):equals(true)
    expect(tostring(gpu("T4")):find("Turing", 1, true) ~= nil):equals(true)
  end)
end)

describe("a list of devices", function()
  it("keeps to its filters and order", function()
    local list = gpu.list({ format = "fp8", min_memory_bytes = 80 * 2 ^ 30, sort_by = "bandwidth" })
    expect(#list > 5):equals(true)
    for place = 1, #list do
      expect(list[place]:peak("fp8") ~= nil):equals(true)
      if place > 1 then
        local before = list[place - 1].memory_bytes_per_second
        expect(before >= list[place].memory_bytes_per_second):equals(true)
      end
    end
    expect(list[0]):equals(nil)
    expect(gpu.list({ generation = "hopper" }).names[1]):equals("H100-SXM5-80GB")
    expect(#gpu.list({ vendor = "AMD" })):equals(1)
    local blackwell = gpu.list({ min_compute_capability = "10.0" })
    expect(#blackwell >= 6):equals(true)
    for place = 1, #blackwell do
      expect(tonumber(blackwell[place].compute_capability) >= 10):equals(true)
    end
    expect(#gpu.list({ has_links = false }) + #gpu.list({ has_links = true })):equals(#gpu.list())
  end)

  it("shows as a table", function()
    expect(tostring(gpu.list({ generation = "Volta" })):find("V100-PCIe-16GB", 1, true) ~= nil)
      :equals(true)
    expect(gpu.list():__mime()["text/html"]:find("<table", 1, true) ~= nil):equals(true)
    expect(gpu.list():figure():html():find("<table", 1, true) ~= nil):equals(true)
  end)

  it("refuses unknown words", function()
    expect(function() gpu.list({ generation = "Hoper" }) end):raises("did you mean \"Hopper\"")
    expect(function() gpu.list({ sort = "year" }) end):raises("sort_by")
    expect(function() gpu.compare({ "H100" }) end):raises("two or more")
  end)
end)

describe("a device of one's own", function()
  it("is like another where nothing is said", function()
    local half = gpu.define({ name = "half an H100", like = "H100", multiprocessors = 66 })
    expect(half:peak("bf16")):is_near(gpu("H100"):peak("bf16") / 2, 1e9)
    expect(gpu("half an h100").multiprocessors):equals(66)
    expect(gpu.list().names[#gpu.list()]):equals("half an H100")
  end)

  it("can be defined from nothing", function()
    local own = gpu.define({
      name = "own", compute_capability = "9.0", multiprocessors = 100, boost_hertz = 2e9,
      memory_bytes = 64 * 2 ^ 30, memory_bytes_per_second = 2e12, l2_bytes = 40 * 2 ^ 20,
      watts = 500, peaks = { bf16_tensor = 800e12 }, source = "a dream",
    })
    expect(own.peaks.fp32):equals(100 * 128 * 2 * 2e9)
    expect(own:peak("bf16")):equals(800e12)
    expect(own.source):equals("a dream")
  end)

  it("is refused when it cannot be", function()
    local function define(options)
      return function() gpu.define(options) end
    end
    expect(define({ name = "H100", like = "A100" })):raises("of the catalogue")
    expect(define({ name = "x" })):raises("has no compute_capability")
    expect(define({ name = "x", like = "H100", peaks = { bf16_tensor = 1979e12 } }))
      :raises("sparsity")
    expect(define({ name = "x", like = "H100", peaks = { bf17 = 1 } })):raises("unknown arithmetic")
    expect(define({ name = "x", like = "H100", boost_hertz = 1980 })):raises("boost_hertz")
  end)
end)

describe("a roofline", function()
  it("says what bounds some work", function()
    local roof = gpu("H100"):roofline({
      format = "bf16",
      points = {
        { name = "gemm", flops = 2 * 4096 ^ 3, bytes = 6 * 4096 ^ 2 },
        { name = "gemv", flops = 2 * 4096 ^ 2, bytes = 2 * 4096 ^ 2 },
      },
    })
    expect(roof.ridge):is_near(295.3, 0.1)
    expect(roof.ridge):is_near(roof.peak_flops_per_second / roof.bytes_per_second, 1e-9)
    local gemm, gemv = roof.points[1], roof.points[2]
    expect(gemm.bound .. " " .. gemv.bound):equals("compute memory")
    expect(gemm.name):equals("gemm")
    expect(gemm.intensity):is_near(gemm.flops / gemm.bytes, 1e-9)
    expect(gemm.attainable_flops_per_second):is_near(roof.peak_flops_per_second, 1)
    expect(gemm.attained_flops_per_second):equals(nil)
    expect(gemm.roof_share):equals(nil)
    expect(gemm.peak_share):is_near(1, 1e-12)
    expect(gemv.seconds):is_near(gemv.bytes / 3.35e12, 1e-9)
    expect(roof:attainable(1)):equals(3.35e12)
    expect(roof.arithmetic .. " " .. roof.level):equals("bf16_tensor dram")
    expect(roof:__mime()["image/svg+xml"]:find("gemm", 1, true) ~= nil):equals(true)
    expect(tostring(roof):find("bound by compute", 1, true) ~= nil):equals(true)
  end)

  it("says how near work came, from a time that was taken", function()
    local roof = gpu("A6000"):roofline({
      format = "fp32",
      points = {
        { name = "warp tiles", flops = 2 * 4096 ^ 3, bytes = 12 * 4096 ^ 2, seconds = 6.31e-3 },
        { operator = "mm", multiply_adds = 1e9, bytes = 1e6 },
      },
    })
    local tiles, mm = roof.points[1], roof.points[2]
    expect(tiles.attained_flops_per_second):is_near(21.78e12, 0.01e12)
    expect(tiles.roof_share):is_near(21.78 / 38.7, 0.001)
    expect(mm.flops):equals(2e9)
    expect(mm.name):equals("mm")
    expect(tostring(roof):find("% of the roof", 1, true) ~= nil):equals(true)
  end)

  it("takes the report of a launch", function()
    local saxpy = cuda.compile([[
      __global__ void saxpy(int n, float a, const float *x, float *y) {
        int i = blockIdx.x * blockDim.x + threadIdx.x;
        if (i < n) y[i] = a * x[i] + y[i];
      }
    ]])
    local x, y = tensor.ones(4096), tensor.ones(4096)
    local report = saxpy.saxpy({
      grid = 16, block = 256, args = { 4096, 2.0, x, y }, on = gpu("A100"),
    })
    local point = gpu("A100"):roofline({ format = "fp32", points = { report } }).points[1]
    expect(point.name):equals("saxpy")
    expect(point.flops):is_near(report.flops, 0.5)
    expect(point.bound):equals("memory")
  end)

  it("asks for both numbers, and for arithmetic that is there", function()
    local h = gpu("H100")
    expect(function() h:roofline({ flops = 1 }) end):raises("both flops and bytes")
    expect(function() h:roofline({ format = "fp4" }) end):raises("it has fp64")
    expect(function() h:roofline({ points = { {} } }) end):raises("point 1")
  end)
end)

describe("a topology", function()
  it("tells what joins its devices", function()
    local node = gpu.topology("dgx-h100")
    expect(node.count):equals(8)
    expect(node.device.name):equals("H100-SXM5-80GB")
    expect(node.link_kind):equals("NVLink 4")
    expect(node.link_matrix[1][8]):equals(450e9)
    expect(node.link_bytes_per_second):equals(450e9)
    expect(node.bisection_bytes_per_second):equals(4 * 450e9)
    expect(#node.summary > 0 and #node.source > 0 and node.name):equals("dgx-h100")
    expect(#gpu.topologies() >= 6):equals(true)
    expect(function() gpu.topology("dgx-h10") end):raises("did you mean \"dgx-h100\"")
    expect(node:__mime()["image/svg+xml"]:find("450", 1, true) ~= nil):equals(true)
    expect(tostring(node):find("bisection 1.8 TB/s", 1, true) ~= nil):equals(true)
  end)

  it("takes time for collectives as was measured", function()
    -- aiconfigurator measured 2111 µs with NCCL 2.29 on eight H100.
    local node = gpu.topology("dgx-h100")
    local time = node:all_reduce({ bytes = 2 ^ 29 })
    expect(time.seconds):is_near(2111e-6, 0.1 * 2111e-6)
    expect(time.bus_bytes_per_second):is_near(time.algorithm_bytes_per_second * 14 / 8, 1)
    expect(node:all_reduce({ bytes = 1024 }).algorithm):equals("one_shot")
    for _, name in ipairs({ "all_gather", "reduce_scatter", "all_to_all" }) do
      local t = node[name](node, { bytes = 2 ^ 25, devices = 4, algorithm = "ring" })
      expect(t.seconds > 0 and t.operation):equals(name)
      expect(tostring(t):find("by ring", 1, true) ~= nil):equals(true)
    end
    expect(function() node:all_reduce({ bytes = 1, devices = 9 }) end):raises("2 to 8")
  end)
end)

describe("limits", function()
  it("are those of a compute capability", function()
    local l = gpu.limits("sm_90")
    expect(l.name):equals("9.0")
    expect({ l.warp_size, l.threads_per_block, l.threads_per_multiprocessor })
      :equals({ 32, 1024, 2048 })
    expect({ l.warps_per_multiprocessor, l.blocks_per_multiprocessor, l.schedulers })
      :equals({ 64, 32, 4 })
    expect({ l.registers_per_multiprocessor, l.registers_per_block, l.registers_per_thread })
      :equals({ 65536, 65536, 255 })
    expect(l.shared_bytes_per_multiprocessor):equals(228 * 1024)
    expect({ l.shared_bytes_per_block, l.shared_bytes_per_block_opt_in })
      :equals({ 48 * 1024, 227 * 1024 })
    expect(l.shared_carveouts_bytes[#l.shared_carveouts_bytes])
      :equals(l.shared_bytes_per_multiprocessor)
    expect({ l.l1_and_shared_bytes, l.barriers_per_multiprocessor, l.banks })
      :equals({ 256 * 1024, 64, 32 })
    expect({ l.fp32_lanes, l.fp64_lanes, l.int32_lanes, l.special_lanes })
      :equals({ 128, 64, 64, 16 })
    expect({ l.tensor_cores, l.tensor_fmas_per_cycle }):equals({ 4, 512 })
    expect(gpu("H100").limits.name):equals("9.0")
    expect(function() gpu.limits("4.2") end):raises("unknown compute capability")
  end)
end)
