// Histogram with bins of its own in each block, words of four bytes read at once.
// launch histogram_shared grid 2 block 64
// in uint data[256] range 0 4294967295
// inout uint bins[256] value 0
// int words = 256
// expect bins = byte_histogram(data)
typedef unsigned int u32;
typedef unsigned char uchar_t;

__device__ inline void addByte(u32 *s_Hist, u32 data) { atomicAdd(s_Hist + data, 1); }

__device__ inline void addWord(u32 *s_Hist, u32 data) {
  addByte(s_Hist, (data >> 0) & 0xFFU);
  addByte(s_Hist, (data >> 8) & 0xFFU);
  addByte(s_Hist, (data >> 16) & 0xFFU);
  addByte(s_Hist, (data >> 24) & 0xFFU);
}

__global__ void histogram_shared(const u32 *data, u32 *bins, u32 words) {
  __shared__ u32 local[256];
#pragma unroll
  for (u32 i = 0; i < 256 / 64; i++) local[threadIdx.x + i * 64] = 0;
  __syncthreads();
  for (u32 pos = blockIdx.x * blockDim.x + threadIdx.x; pos < words; pos += gridDim.x * blockDim.x) {
    addWord(local, data[pos]);
  }
  __syncthreads();
  for (u32 bin = threadIdx.x; bin < 256; bin += 64)
    if (local[bin] != 0) atomicAdd(bins + bin, local[bin]);
}
