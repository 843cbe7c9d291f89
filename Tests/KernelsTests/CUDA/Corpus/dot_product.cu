// Dot product: a grid-stride loop, shared memory and one atomic for each block.
// launch dot_product grid 2 block 128
// in float a[600] uniform -1 1
// in float b[600] uniform -1 1
// inout float out[1] value 0
// int n = 600
// expect out = dot(a, b) within 1e-4
#define BLOCK 128
__global__ void dot_product(const float *a, const float *b, float *out, int n) {
  __shared__ float cache[BLOCK];
  float t = 0;
  int i = threadIdx.x + blockIdx.x * blockDim.x;
  while (i < n) {
    t += a[i] * b[i];
    i += blockDim.x * gridDim.x;
  }
  cache[threadIdx.x] = t;
  __syncthreads();
  int half = blockDim.x / 2;
  while (half != 0) {
    if (threadIdx.x < half) cache[threadIdx.x] += cache[threadIdx.x + half];
    __syncthreads();
    half /= 2;
  }
  if (threadIdx.x == 0) atomicAdd(out, cache[0]);
}
