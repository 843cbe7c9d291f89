// Sum by neighbours that grow apart, one sum for each block.
// launch reduce_interleaved grid 3 block 128
// in int in[384] range -100 100
// out int out[3]
// expect out = block_sums(in, 128)
__global__ void reduce_interleaved(const int *in, int *out) {
  __shared__ int s[128];
  unsigned int tid = threadIdx.x;
  s[tid] = in[blockIdx.x * blockDim.x + tid];
  __syncthreads();
  for (unsigned int stride = 1; stride < blockDim.x; stride *= 2) {
    if (tid % (2 * stride) == 0) s[tid] += s[tid + stride];
    __syncthreads();
  }
  if (tid == 0) out[blockIdx.x] = s[0];
}
