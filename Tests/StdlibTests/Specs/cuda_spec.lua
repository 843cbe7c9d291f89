local source = [[
__constant__ float factor;
__device__ int calls;

__global__ void saxpy(int n, float a, const float *x, float *y) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) y[i] = a * x[i] + y[i];
}

template <int T, int PAD>
__global__ void transpose(const float *in, float *out, int n) {
  __shared__ float t[T][T + PAD];
  int x = blockIdx.x * T + threadIdx.x, y = blockIdx.y * T + threadIdx.y;
  t[threadIdx.y][threadIdx.x] = in[y * n + x];
  __syncthreads();
  out[(blockIdx.x * T + threadIdx.y) * n + blockIdx.y * T + threadIdx.x]
      = t[threadIdx.x][threadIdx.y];
}

__global__ void scale(float *x) { x[threadIdx.x] *= factor; atomicAdd(&calls, 1); }

struct Pair { float a; int b; };
__global__ void fill(Pair p, float *x) { x[threadIdx.x] = p.a + p.b; }

__global__ void hello() { printf("hello from %d\n", threadIdx.x); }
]]

local kernels = cuda.compile(source)

local function saxpy(options)
  local n = 1000
  local x, y = tensor.ones(n), tensor.full({ n }, 3.0)
  options = options or {}
  options.grid, options.block, options.args = 4, 256, { n, 2.0, x, y }
  return kernels.saxpy(options), y
end

describe("cuda.compile", function()
  it("lists kernels, templates with their parameters", function()
    local names = kernels:kernels()
    expect(names):contains("saxpy")
    expect(names):contains("transpose<int T, int PAD>")
    expect(kernels.compiler):equals("orrery")
    expect(#kernels:warnings()):equals(0)
  end)

  it("points at what is wrong in a source", function()
    expect(function() cuda.compile "__global__ void k(float *x) { x[0] = y; }" end):raises("y")
  end)

  it("names the nearest kernel", function()
    expect(function() return kernels.saxpi end):raises("saxpy")
  end)

  it("tells what a kernel takes", function()
    local k = kernels.saxpy
    expect(k.name):equals("saxpy")
    expect(k:parameters()[3].name):equals("x")
    expect(k.registers_per_thread > 0):is_true()
    expect(kernels["transpose<32, 1>"].shared_bytes):equals(32 * 33 * 4)
    expect(k.local_bytes):equals(0)
    expect(k.max_block_threads):equals(nil)
    expect(k:listing()):contains("load.global.f32")
    expect(k:occupancy(256, { on = "H100" }).fraction):equals(1.0)
  end)

  it("runs what NVIDIA's compiler makes", function()
    if not cuda.has_nvcc() then
      require("orrery.spec").skip("nvcc is not installed")
    end
    local k = cuda.compile(source, { with = "nvcc", kernels = { "transpose<32, 1>" } })
    expect(k.compiler):equals("nvcc")
    local x, y = tensor.ones(64), tensor.ones(64)
    local report = k.saxpy { grid = 2, block = 32, args = { 64, 2, x, y } }
    expect(y[64]):equals(3.0)
    expect(tostring(report:source())):contains("y[i] = a * x[i] + y[i]")
  end)

  it("runs PTX too", function()
    local k = cuda.compile [[
.version 7.0
.target sm_80
.address_size 64
.visible .entry one(.param .u64 x) {
  .reg .b64 %rd<3>;
  ld.param.u64 %rd1, [x];
  cvta.to.global.u64 %rd2, %rd1;
  st.global.f32 [%rd2], 0f3F800000;
  ret;
}
]]
    local x = tensor.zeros(1)
    k.one { grid = 1, block = 1, args = { x } }
    expect(x[1]):equals(1.0)
  end)
end)

describe("a launch", function()
  it("writes tensors in place and counts", function()
    local report, y = saxpy()
    expect(y[1]):equals(5.0)
    expect(y[1000]):equals(5.0)
    local loads = report.counters.global_load
    expect(loads.requests):equals(64)
    expect(loads.sectors_per_request):is_near(250 / 64, 1e-9)
    expect(report.counters.divergent_branches):equals(1)
    expect(report.counters.shared_load.requests):equals(0)
    expect(report.counters.warp_instructions > 0):is_true()
    expect(report.counters:to_table().flops.f32):equals(2000)
    expect(report.flops):equals(2000)
    expect(report:line(6).divergent_branches):equals(1)
    expect(report.bytes.requested):equals(12000.0)
    expect(report.arithmetic_intensity > 0):is_true()
  end)

  it("counts accesses of each kind, zeros where there were none", function()
    local counters = saxpy().counters
    local loads, stores = counters.global_load, counters.global_store
    expect(loads.sectors):equals(250)
    expect(loads.active_lanes):equals(2000)
    expect(loads.lanes_per_request):is_near(31.25, 1e-9)
    expect(loads.bytes_requested):equals(8000)
    expect(loads.efficiency):equals(1.0)
    expect(stores.requests):equals(32)
    expect(stores.l1_hit_rate >= 0):is_true()
    for _, kind in ipairs { "shared_store", "shared_atomic", "local_load", "local_store",
      "constant_load", "texture" } do
      local none = counters[kind]
      expect(none.requests):equals(0)
      expect(none.efficiency):equals(0.0)
      expect(none.sectors_per_request):equals(0.0)
      expect(none.wavefronts):equals(0)
      expect(none.wavefronts_per_request):equals(0.0)
      expect(tostring(none)):equals("no requests")
    end
    expect(tostring(stores)):equals("32 requests, 3.906 sectors each, 100 % used")
    expect(loads:to_table().requests):equals(64)
    expect(counters.flops.f32):equals(2000)
    expect(counters.instructions.global_load.warp):equals(64)
    expect(counters.branches):equals(32)
    expect(counters.thread_instructions <= 32 * counters.warp_instructions):is_true()
    expect(counters.average_active_lanes <= 32):is_true()
    expect(function() return loads.sector end):raises("sectors")
    expect(function() return counters.global_laod end):raises("global_load")
  end)

  it("says of a broadcast how often its bytes are asked for", function()
    local k = cuda.compile "__global__ void k(float *x) { x[threadIdx.x] = x[32]; }"
    local report = k.k { grid = 1, block = 32, args = { tensor.ones(33) } }
    expect(report.counters.global_load.efficiency):equals(4.0)
    expect(tostring(report)):contains("1 sector each, broadcast: 4 B asked for per B moved")
  end)

  it("waits for the whole grid where all blocks fit", function()
    local k = cuda.compile [[
#include <cooperative_groups.h>
__global__ void shift(int *x) {
  cooperative_groups::grid_group grid = cooperative_groups::this_grid();
  int i = grid.thread_rank(), n = grid.size(), v = x[n - 1 - i];
  grid.sync();
  x[i] = v + 1;
}
]]
    local x = tensor.arange(128):to("i32")
    local report = k.shift { grid = 4, block = 32, args = { x } }
    expect(x[1]):equals(129)
    expect(x[128]):equals(2)
    expect(report.in_order):contains("line 5")
    expect(function() k.shift { grid = 4000, block = 32, args = { x }, on = "T4" } end)
      :raises("waits for its whole grid")
  end)

  it("estimates time and says what bounds it", function()
    local report = saxpy { on = "H100" }
    expect(report.device):equals("H100-SXM5-80GB")
    expect(report.kernel):equals("saxpy")
    expect(report.time_seconds > 2e-6 and report.time_seconds < 1e-4):is_true()
    expect(report.bound):is_a("string")
    expect(report.advice):is_a("string")
    expect(report.cycles > 0):is_true()
    expect(report.utilisation["device memory"] <= 1):is_true()
    expect(report.stalls["long scoreboard"] >= 0):is_true()
    expect(report.occupancy):equals(1.0)
    expect(report:explain_occupancy().active_blocks):equals(8)
    expect(report.in_order):equals(nil)
    expect(saxpy({ time = false }).time_seconds):equals(nil)
  end)

  it("shows bank conflicts and draws them", function()
    local a, b = tensor.rand(64, 64), tensor.zeros(64, 64)
    local launch = { grid = { 2, 2 }, block = { 32, 32 }, args = { a, b, 64 } }
    local plain = kernels["transpose<32, 0>"](launch)
    expect((a:t() - b):abs():max():item()):equals(0.0)
    expect(plain.counters.shared_load.wavefronts_per_request):equals(32.0)
    local padded = kernels["transpose<32, 1>"](launch)
    expect(padded.counters.shared_load.conflicts):equals(0)
    expect(tostring(plain:source())):contains("t[threadIdx.x][threadIdx.y]")
    expect(#plain:source() > 4):is_true()
    expect(tostring(plain:picture())):contains("32 wavefronts")
    expect(tostring(plain:mix())):contains("shared_load")
    expect(plain:roofline().ridge > 1):is_true()
  end)

  it("reads and fills variables", function()
    kernels:set("factor", 3)
    expect(kernels:get("factor")[1]):equals(3.0)
    kernels:set("calls", { 0 })
    local x = tensor.ones(32)
    local report = kernels.scale { grid = 1, block = 32, args = { x } }
    expect(x[32]):equals(3.0)
    expect(kernels:get("calls")[1]):equals(32)
    expect(report.counters.global_atomic.requests):equals(1)
  end)

  it("passes structures as tables", function()
    local x = tensor.zeros(4)
    kernels.fill { grid = 1, block = 4, args = { { a = 1.5, b = 2 }, x } }
    expect(x[4]):equals(3.5)
    expect(function()
      kernels.fill { grid = 1, block = 4, args = { { c = 1 }, x } }
    end):raises("member")
  end)

  it("gives what a kernel prints", function()
    local report = kernels.hello { grid = 1, block = 2 }
    expect(report.printed):equals("hello from 0\nhello from 1\n")
  end)

  it("names the access that leaves its tensor", function()
    local x = tensor.ones(100)
    expect(function()
      kernels.saxpy { grid = 1, block = 128, args = { 128, 1, x, x } }
    end):raises("out-of-bounds read of 4 bytes")
  end)

  it("names an argument that is missing", function()
    local x = tensor.ones(8)
    expect(function()
      kernels.saxpy { grid = 1, block = 8, args = { 8, 1, x } }
    end):raises("'y' of \"saxpy\" is missing")
  end)

  it("refuses tensors of another type", function()
    local x = tensor.ones(8, "f64")
    expect(function()
      kernels.saxpy { grid = 1, block = 8, args = { 8, 1, x, x } }
    end):raises("f32")
  end)

  it("finds races when asked", function()
    local k = cuda.compile [[
__global__ void race(int *out) {
  __shared__ int s[64];
  s[threadIdx.x] = threadIdx.x;
  out[threadIdx.x] = s[63 - threadIdx.x];
}]]
    local out = tensor.zeros({ 64 }, "i32")
    expect(function()
      k.race { grid = 1, block = 64, args = { out }, checks = { "races" } }
    end):raises("race")
  end)

  it("binds textures", function()
    local k = cuda.compile [[
texture<float, 1, cudaReadModeElementType> tex;
__global__ void read(float *out) { out[threadIdx.x] = tex1Dfetch(tex, threadIdx.x); }]]
    local out = tensor.zeros(4)
    k:bind_texture("tex", tensor { 1, 2, 3, 4 })
    k.read { grid = 1, block = 4, args = { out } }
    expect(out[3]):equals(3.0)
  end)
end)
