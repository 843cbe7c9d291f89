// Softmax by pairs of maximum and sum that a block folds together.
// launch softmaxPairs grid 8 block 64
// in float in[8*200] uniform -4 4
// out float out[8*200]
// int C = 200
// expect out = softmax(in, 8, 200) within 1e-5
struct __align__(8) MD { float m; float d; };

__device__ __forceinline__ MD operator+(MD a, MD b) {
  const bool bigger = a.m > b.m;
  MD high = bigger ? a : b, low = bigger ? b : a, r;
  r.m = high.m;
  r.d = high.d + low.d * __expf(low.m - high.m);
  return r;
}

__global__ void softmaxPairs(const float *in, float *out, int C) {
  __shared__ MD parts[2];
  const float *x = in + blockIdx.x * C;
  MD t = {-1e30f, 0.0f};
  for (int i = threadIdx.x; i < C; i += blockDim.x) t = t + MD{x[i], 1.0f};
  for (int o = 16; o; o >>= 1) {
    MD other;
    other.m = __shfl_xor_sync(~0u, t.m, o);
    other.d = __shfl_xor_sync(~0u, t.d, o);
    t = t + other;
  }
  if ((threadIdx.x & 31) == 0) parts[threadIdx.x / 32] = t;
  __syncthreads();
  t = parts[0] + parts[1];
  for (int i = threadIdx.x; i < C; i += blockDim.x) out[blockIdx.x * C + i] = __expf(x[i] - t.m) / t.d;
}
