// Sum with the first addition on the way from memory.
// launch reduce_first_add grid 2 block 64 shared 256
// in float in[250] uniform -1 1
// out float out[2]
// int n = 250
// expect out = block_sums(in, 128) within 1e-4
__global__ void reduce_first_add(float *g_idata, float *g_odata, int n) {
  extern __shared__ float sdata[];
  int tid = threadIdx.x;
  int i = blockIdx.x * (blockDim.x * 2) + threadIdx.x;
  float mySum = (i < n) ? g_idata[i] : 0;
  if (i + blockDim.x < n) mySum += g_idata[i + blockDim.x];
  sdata[tid] = mySum;
  __syncthreads();
  for (int s = blockDim.x / 2; s > 0; s >>= 1) {
    if (tid < s) sdata[tid] = mySum = mySum + sdata[tid + s];
    __syncthreads();
  }
  if (tid == 0) g_odata[blockIdx.x] = mySum;
}
