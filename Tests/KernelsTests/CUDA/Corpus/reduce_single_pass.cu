// Sum in one launch: the last block that finishes adds the sums of the others.
// launch reduce_single_pass grid 5 block 64
// in float in[320] uniform -1 1
// out float partial[5]
// out float out[1]
// int n = 320
// expect out = sum(in) within 1e-4
__device__ unsigned int finished = 0;

__global__ void reduce_single_pass(
    const float *in, volatile float *partial, float *out, unsigned int n) {
  __shared__ float s[64];
  __shared__ bool isLast;
  unsigned i = blockIdx.x * 64 + threadIdx.x;
  s[threadIdx.x] = i < n ? in[i] : 0.0f;
  for (int d = 32; d > 0; d /= 2) {
    __syncthreads();
    if (threadIdx.x < d) s[threadIdx.x] += s[threadIdx.x + d];
  }
  if (threadIdx.x == 0) {
    partial[blockIdx.x] = s[0];
    __threadfence();
    unsigned int ticket = atomicInc(&finished, gridDim.x);
    isLast = ticket == gridDim.x - 1;
  }
  __syncthreads();
  if (isLast && threadIdx.x == 0) {
    float total = 0;
    for (int b = 0; b < gridDim.x; b++) total += partial[b];
    *out = total;
    finished = 0;
  }
}
