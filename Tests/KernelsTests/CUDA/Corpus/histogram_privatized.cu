// Each warp counts bytes into its own bins; four bytes come in one load.
// launch histogram64 grid 4 block 96
// in uint data[768] range 0 2147483647
// inout uint bins[64] value 0
// int words = 768
// expect bins = byte_bins(data)
#define WARPS 3
__device__ inline void addByte(unsigned int *bins, unsigned int byte) {
  atomicAdd(bins + (byte >> 2), 1u);
}
__global__ void histogram64(const unsigned int *data, unsigned int *bins, int words) {
  __shared__ unsigned int local[WARPS * 64];
  unsigned int *mine = local + (threadIdx.x >> 5) * 64;
  for (unsigned i = threadIdx.x; i < WARPS * 64; i += blockDim.x) local[i] = 0;
  __syncthreads();
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < words; i += blockDim.x * gridDim.x) {
    unsigned int word = data[i];
    addByte(mine, (word >> 0) & 0xFFU);
    addByte(mine, (word >> 8) & 0xFFU);
    addByte(mine, (word >> 16) & 0xFFU);
    addByte(mine, word >> 24);
  }
  __syncthreads();
  for (unsigned bin = threadIdx.x; bin < 64; bin += blockDim.x) {
    unsigned int sum = 0;
    for (int w = 0; w < WARPS; w++) sum += local[bin + w * 64];
    atomicAdd(&bins[bin], sum);
  }
}
