// Sum by shuffles in warps, then over the warps of the block.
// launch reduce_shuffle grid 2 block 96
// in float in[500] uniform -1 1
// inout float out[1] value 0
// int n = 500
// expect out = sum(in) within 1e-4
__inline__ __device__ float warp_sum(float v) {
  for (int o = warpSize / 2; o > 0; o /= 2) v += __shfl_down_sync(0xffffffffu, v, o);
  return v;
}

__inline__ __device__ float block_sum(float v) {
  static __shared__ float partial[32];
  int lane = threadIdx.x % warpSize, warp = threadIdx.x / warpSize;
  v = warp_sum(v);
  if (lane == 0) partial[warp] = v;
  __syncthreads();
  v = (threadIdx.x < (blockDim.x + warpSize - 1) / warpSize) ? partial[lane] : 0;
  if (warp == 0) v = warp_sum(v);
  return v;
}

__global__ void reduce_shuffle(const float *in, float *out, int n) {
  float v = 0;
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += blockDim.x * gridDim.x) {
    v += in[i];
  }
  v = block_sum(v);
  if (threadIdx.x == 0) atomicAdd(out, v);
}
