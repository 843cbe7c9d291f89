// A tile copied to shared memory by cp.async primitives, then scaled.
// launch async_copy grid 2 block 64
// in float in[512] uniform -1 1
// out float out[512]
// float scale = 3
// expect out = scale(in, 3) within 1e-6
#include <cuda_pipeline_primitives.h>
__global__ void async_copy(const float *in, float *out, float scale) {
  __shared__ alignas(16) float tile[256];
  const int base = blockIdx.x * 256, t = threadIdx.x * 4;
  __pipeline_memcpy_async(&tile[t], &in[base + t], 16);
  __pipeline_commit();
  __pipeline_wait_prior(0);
  __syncthreads();
  for (int i = threadIdx.x; i < 256; i += 64) out[base + i] = tile[255 - i] * scale;
  __syncthreads();
  for (int i = threadIdx.x; i < 256; i += 64) out[base + i] = tile[i] * scale;
}
