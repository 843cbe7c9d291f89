// RMS norm after adding a residual, four numbers at a time, with a block sum in shared memory.
// launch rmsnormResidual<64> grid 5 block 64
// in float in[5*256] uniform -1 1
// inout float residual[5*256] uniform -1 1
// in float weight[256] uniform 0.5 1.5
// out float out[5*256]
// float eps = 0.00001
// expect out = rmsnorm_sum(in, residual, weight, 256) within 1e-4
template <int THREADS>
__global__ void rmsnormResidual(const float *in, float *residual, const float *weight, float *out,
                                float eps) {
  constexpr int C = THREADS * 4;
  __shared__ float shared[THREADS / 32];
  const int row = blockIdx.x, tid = threadIdx.x;
  float4 a = ((const float4 *)(in + row * C))[tid];
  float4 *r = (float4 *)(residual + row * C) + tid;
  float4 b = *r;
  a.x += b.x, a.y += b.y, a.z += b.z, a.w += b.w;
  *r = a;
  float sum = a.x * a.x + a.y * a.y + a.z * a.z + a.w * a.w;
  for (int o = 16; o > 0; o >>= 1) sum += __shfl_xor_sync(0xffffffffu, sum, o);
  if (tid % 32 == 0) shared[tid / 32] = sum;
  __syncthreads();
  float total = 0;
  for (float part : shared) total += part;
  const float scale = rsqrtf(total / C + eps);
  const float4 w = reinterpret_cast<const float4 *>(weight)[tid];
  reinterpret_cast<float4 *>(out + row * C)[tid] =
      make_float4(a.x * scale * w.x, a.y * scale * w.y, a.z * scale * w.z, a.w * scale * w.w);
}
